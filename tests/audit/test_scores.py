"""Scores recomputed from a confusion matrix, against scikit-learn and imbalanced-learn."""

import warnings

import numpy as np
import pytest
from imblearn import metrics as imblearn
from sklearn import metrics as sklearn

from reproduce.audit import scores
from reproduce.errors import UserError

RNG = np.random.default_rng(7)
MATRICES = [RNG.integers(1, 40, (k, k)).tolist() for k in (2, 3, 4, 6)]
TEXTS = [[[str(cell) for cell in row] for row in matrix] for matrix in MATRICES]


def pairs(matrix):
    """Return true and predicted labels that have this confusion matrix."""
    cells = [(i, j) for i, row in enumerate(matrix) for j, n in enumerate(row) for _ in range(n)]
    return tuple(np.array(one) for one in zip(*cells, strict=True))


def value(matrix, metric, **how):
    (found,) = (v for k, v in scores.recomputed(matrix, metric, **how).items() if not k)
    return float(found)


@pytest.mark.parametrize("matrix", MATRICES, ids=len)
def test_every_score_is_that_of_the_peers(matrix):
    true, predicted = pairs(matrix)
    alone = {
        "accuracy": sklearn.accuracy_score(true, predicted),
        "error": 1 - sklearn.accuracy_score(true, predicted),
        "balanced_accuracy": sklearn.balanced_accuracy_score(true, predicted),
        "kappa": sklearn.cohen_kappa_score(true, predicted),
        "quadratic_kappa": sklearn.cohen_kappa_score(true, predicted, weights="quadratic"),
        "mcc": sklearn.matthews_corrcoef(true, predicted),
        "g_mean": imblearn.geometric_mean_score(true, predicted),
        "g_mean_of_means": imblearn.geometric_mean_score(true, predicted, average="macro"),
        "macro_g_mean": imblearn.geometric_mean_score(true, predicted, average=None).mean(),
        "total": len(true),
    }
    assert set(alone) == set(scores.ALONE)
    for name, theirs in alone.items():
        assert value(matrix, name) == pytest.approx(theirs, abs=1e-12), name
    peers = {
        "precision": sklearn.precision_score, "recall": sklearn.recall_score,
        "f1": sklearn.f1_score, "iou": sklearn.jaccard_score,
        "specificity": imblearn.specificity_score,
    }  # fmt: skip
    for name, peer in peers.items():
        for i, theirs in enumerate(peer(true, predicted, average=None)):
            assert value(matrix, name, of_class=i) == pytest.approx(theirs, abs=1e-12), name
        for average in scores.AVERAGES:
            theirs = peer(true, predicted, average=average)
            assert value(matrix, name, average=average) == pytest.approx(theirs, abs=1e-12), name
    for i, row in enumerate(matrix):
        assert value(matrix, "support", of_class=i) == sum(row)
        assert value(matrix, "predicted", of_class=i) == (predicted == i).sum()


@pytest.mark.parametrize(("instead", "way"), [(0, "zero"), (1, "one"), (np.nan, "left out")])
def test_a_class_never_predicted_under_each_convention(instead, way):
    matrix = [[8, 2, 0], [1, 9, 0], [3, 1, 0]]
    true, predicted = pairs(matrix)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = sklearn.precision_score(true, predicted, average="macro", zero_division=instead)
    found = scores.recomputed(matrix, "precision", average="macro")
    assert float(found[way]) == pytest.approx(theirs)
    text = f"{theirs:.4f}"
    assert scores.score([[str(c) for c in row] for row in matrix], "precision", text,
                        average="macro").status == "consistent"  # fmt: skip


def test_both_definitions_of_the_macro_f1_are_accepted():
    matrix, texts = MATRICES[1], TEXTS[1]
    p, r = (value(matrix, name, average="macro") for name in ("precision", "recall"))
    means, mean = 2 * p * r / (p + r), value(matrix, "f1", average="macro")
    assert f"{means:.4f}" != f"{mean:.4f}"
    for one in (means, mean):
        text = f"{one:.4f}"
        assert scores.score(texts, "f1", text, average="macro").status == "consistent"
    wrong = scores.score(texts, "f1", f"{mean + 0.01:.4f}", average="macro")
    assert wrong.inconsistent and "F1 of the means" in wrong.statement


def test_the_statement_holds_both_numbers():
    texts = [["9", "1"], ["2", "8"]]
    found = scores.score(texts, "accuracy", "0.86")
    assert found.inconsistent and found.statement == "accuracy: printed 0.86, recomputed 0.85"
    assert scores.score(texts, "accuracy", "85.0", scale=100).status == "consistent"
    of_class = scores.score(texts, "recall", "0.8", of_class=1)
    assert of_class.status == "consistent" and "row 2" in of_class.statement


def test_a_value_half_way_is_judged_exactly():
    texts = [["1", "7"], ["0", "0"]]
    assert scores.score(texts, "accuracy", "0.12", mode="half_even").status == "consistent"
    assert scores.score(texts, "accuracy", "0.13", mode="half_even").inconsistent
    assert scores.score(texts, "accuracy", "0.13", mode="half_up").status == "consistent"
    assert scores.score(texts, "accuracy", "0.12", mode="half_up").inconsistent


def test_what_has_no_value_cannot_be_tested():
    empty = [["0", "0"], ["0", "0"]]
    assert scores.score(empty, "accuracy", "0.5").status == "not_testable"
    assert scores.score([["3", "0"], ["0", "0"]], "kappa", "0.5").status == "not_testable"


@pytest.mark.parametrize(
    "call",
    [
        lambda: scores.score(TEXTS[0], "beauty", "0.5"),
        lambda: scores.score(TEXTS[0], "f1", "0.5"),
        lambda: scores.score(TEXTS[0], "f1", "0.5", average="mean"),
        lambda: scores.score(TEXTS[0], "f1", "0.5", of_class=2),
        lambda: scores.score(TEXTS[0], "accuracy", "0.5", of_class=0),
    ],
)
def test_wrong_input_is_refused(call):
    with pytest.raises(UserError):
        call()
