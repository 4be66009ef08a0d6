"""Existence of a confusion matrix, against every matrix there is and against mlscorecheck."""

import random
from fractions import Fraction as F
from itertools import product

import pytest

from reproduce.audit import binary, existence
from reproduce.errors import UserError
from tests.audit.generated import misprint, scores_of, written

NAMES = {
    "accuracy": lambda one: one["accuracy"],
    "recall": lambda one: one["recall"][1],
    "specificity": lambda one: one["recall"][0],
    "f1": lambda one: one["f1"][1],
    "balanced_accuracy": lambda one: one["macro recall"],
    "macro_f1": lambda one: one["macro f1"],
    "weighted_f1": lambda one: one["weighted f1"],
    "g_mean": lambda one: one["g_mean"],
    "youden": lambda one: 2 * one["macro recall"] - 1,
}


def close(value, text, digits):
    return abs(value - F(text)) <= F(1, 2 * 10**digits) + F(1, 10**12)


@pytest.mark.parametrize("seed", range(40))
def test_two_classes_against_every_matrix(seed):
    dice = random.Random(seed)
    p, n, digits = dice.randint(1, 9), dice.randint(1, 9), dice.choice((2, 3))
    every = [scores_of([[tn, n - tn], [p - tp, tp]]) for tp in range(p + 1) for tn in range(n + 1)]
    names = dice.sample(sorted(NAMES), 3)
    true = dice.choice(every)
    texts = {name: written(NAMES[name](true), digits) for name in names}
    for name in (None, *names):
        said = dict(texts)
        if name:
            said[name] = misprint(texts[name], dice)
        possible = any(
            all(close(NAMES[key](one), text, digits) for key, text in said.items()) for one in every
        )
        found = existence.binary_matrix(said, p, n)
        assert found.status == ("consistent" if possible else "inconsistent"), said
        if possible:
            one = scores_of(found.evidence["matrix"])
            assert all(close(NAMES[key](one), text, digits) for key, text in said.items())


def test_the_other_scores_of_two_classes():
    tp, p, tn, n = 31, 40, 77, 90
    scores = {
        "precision": tp / (tp + n - tn), "npv": tn / (tn + p - tp),
        "error": 1 - (tp + tn) / (p + n),
        "macro_precision": (tp / (tp + n - tn) + tn / (tn + p - tp)) / 2,
        "weighted_precision": (p * tp / (tp + n - tn) + n * tn / (tn + p - tp)) / (p + n),
        "mcc": (tp * tn - 13 * 9) / (44 * 86 * 40 * 90) ** 0.5,
        "kappa": (108 / 130 - (44 * 40 + 86 * 90) / 130**2) / (1 - (44 * 40 + 86 * 90) / 130**2),
    }  # fmt: skip
    assert set(scores) | set(NAMES) == set(binary.SCORES)
    texts = {name: f"{value:.4f}" for name, value in scores.items()}
    found = existence.binary_matrix(texts, p, n)
    assert found.evidence["matrix"] == [[77, 13], [9, 31]]
    for name, text in texts.items():
        wrong = text[:3] + str((int(text[3]) + 4) % 10) + text[4:]
        assert existence.binary_matrix({**texts, name: wrong}, p, n).inconsistent, name


def test_unknown_class_sizes():
    true = scores_of([[20, 4], [3, 14]])
    texts = {name: written(NAMES[name](true), 4) for name in ("accuracy", "recall", "f1")}
    found = existence.binary_matrix_of_size(texts, 41)
    assert found.status == "consistent" and sum(map(sum, found.evidence["matrix"])) == 41
    assert existence.binary_matrix_of_size(texts, 40).inconsistent


def test_of_several_runs_only_sums_of_images_are_used():
    # Two runs of 3 + 4 images, 5 of 6 and 3 of 8 right.
    texts = {"recall": "0.8333", "specificity": "0.3750", "accuracy": "0.5714", "f1": "0.1234"}
    found = existence.binary_matrix(texts, 3, 4, runs=2)
    assert found.status == "consistent" and any("left out" in one for one in found.assumptions)
    assert existence.binary_matrix({**texts, "accuracy": "0.6429"}, 3, 4, runs=2).inconsistent
    assert existence.binary_matrix(texts, 3, 4).inconsistent
    only = existence.binary_matrix({"f1": "0.12"}, 3, 4, runs=2)
    assert only.status == "not_testable"


def test_precision_of_a_class_never_predicted_is_open():
    for text in ("0.00", "1.00"):
        scores = {"recall": "0.00", "specificity": "1.00", "precision": text}
        assert existence.binary_matrix(scores, 5, 5).status == "consistent"
    assert existence.binary_matrix({"recall": "0.00", "precision": "0.50"}, 5, 5).inconsistent


def matrices_of(sizes):
    """Return every confusion matrix of these class sizes."""
    k = len(sizes)
    rows = [[one for one in product(range(n + 1), repeat=k) if sum(one) == n] for n in sizes]
    return product(*rows)


@pytest.mark.parametrize("sizes", [(2, 2, 2), (1, 3, 2), (4, 3), (1, 1, 1)])
def test_several_classes_against_every_matrix(sizes):
    dice, total = random.Random(3), sum(sizes)

    def told(matrix):
        hits = [matrix[i][i] for i in range(len(sizes))]
        predicted = [sum(row[i] for row in matrix) for i in range(len(sizes))]
        rows = tuple(
            (
                written(F(hits[i], predicted[i]), 2) if predicted[i] else None,
                written(F(hits[i], sizes[i]), 2),
            )
            for i in range(len(sizes))
        )
        return rows, written(F(sum(hits), total), 2)

    def fits(said, theirs):
        return all(
            said[i][1] == theirs[i][1] and theirs[i][0] in (said[i][0], None)
            for i in range(len(sizes))
        )

    every = {told(matrix) for matrix in matrices_of(sizes)}
    true = [one for one in every if all(row[0] for row in one[0])]
    for _ in range(40):
        rows, accuracy = dice.choice(true)
        if dice.random() < 0.7:
            i = dice.randrange(len(sizes))
            other = dice.choice(true)[0][i]
            rows = (*rows[:i], other, *rows[i + 1 :])
        found = existence.matrix_of_classes(
            [{"precision": p, "recall": r} for p, r in rows], sizes, accuracy=accuracy
        )
        possible = any(accuracy == whole and fits(rows, theirs) for theirs, whole in every)
        # Precision of a class never predicted may be printed as anything.
        assert found.status == ("consistent" if possible else "inconsistent"), (rows, accuracy)


def test_a_false_alarm_needs_an_image_of_another_class():
    # Class 1 misses two and has two false alarms, the others miss none: 2 + 2 > 2 misses in all.
    rows = [{"recall": "0.50", "precision": "0.50"}, {"recall": "1.00"}, {"recall": "1.00"}]
    assert existence.matrix_of_classes(rows, [4, 4, 4]).inconsistent
    rows[1] = {"recall": "0.50"}
    assert existence.matrix_of_classes(rows, [4, 4, 4]).status == "consistent"


def test_the_hits_and_false_alarms_found_are_those_of_their_classes():
    rows = [{"recall": "0.250", "precision": "0.333"}, {"recall": "0.750", "precision": "0.600"},
            {"recall": "0.833", "precision": "0.833"}]  # fmt: skip
    found = existence.matrix_of_classes(rows, [4, 4, 6], accuracy="0.643")
    assert found.evidence["hits_and_false_alarms"] == [[1, 2], [3, 2], [5, 1]]


def test_a_class_that_nothing_gives_is_named():
    rows = [{"recall": "0.30"}, {"recall": "0.50"}]
    found = existence.matrix_of_classes(rows, [4, 4])
    assert found.inconsistent and found.statement.startswith("class 1") and (
        found.evidence["class"] == 0
    )  # fmt: skip


def test_a_search_too_large_is_no_proof(monkeypatch):
    rows = [{"recall": "0.5"}, {"recall": "0.5"}]
    monkeypatch.setattr(existence, "MOST_SUMS", 5)
    assert existence.matrix_of_classes(rows, [40, 40]).status == "not_testable"
    monkeypatch.setattr(existence, "MOST_PAIRS", 5)
    assert existence.binary_matrix({"f1": "0.99"}, 40, 40).status == "not_testable"
    assert existence.binary_matrix_of_size({"f1": "0.99"}, 40).status == "not_testable"


@pytest.mark.parametrize("seed", range(25))
def test_the_same_verdicts_as_mlscorecheck(seed):
    binary_check = pytest.importorskip("mlscorecheck.check.binary")
    dice = random.Random(seed)
    p, n = dice.randint(5, 60), dice.randint(5, 60)
    tp, tn = dice.randint(1, p), dice.randint(1, n)
    true = scores_of([[tn, n - tn], [p - tp, tp]])
    theirs = {"accuracy": "acc", "recall": "sens", "specificity": "spec", "f1": "f1p",
              "balanced_accuracy": "bacc"}  # fmt: skip
    texts = {name: written(NAMES[name](true), 4) for name in theirs}
    for name in (None, *theirs):
        said = dict(texts)
        if name:
            said[name] = misprint(texts[name], dice)
        scores = {theirs[key]: float(text) for key, text in said.items()}
        checked = binary_check.check_1_testset_no_kfold(
            testset={"p": p, "n": n}, scores=scores, eps=0.5e-4
        )
        assert existence.binary_matrix(said, p, n).inconsistent == checked["inconsistency"], said


@pytest.mark.parametrize(
    "call",
    [
        lambda: existence.binary_matrix({}, 3, 4),
        lambda: existence.binary_matrix({"beauty": "0.5"}, 3, 4),
        lambda: existence.binary_matrix({"f1": "0.5"}, 0, 4),
        lambda: existence.binary_matrix_of_size({"f1": "0.5"}, 1),
        lambda: existence.matrix_of_classes([{"f1": "0.5"}], [3]),
        lambda: existence.matrix_of_classes([{"f1": "0.5"}] * 2, [3, 0]),
        lambda: existence.matrix_of_classes([{"iou": "0.5"}] * 2, [3, 3]),
    ],
)
def test_wrong_input_is_refused(call):
    with pytest.raises(UserError):
        call()
