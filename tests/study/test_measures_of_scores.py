"""What stored scores say of cells, against slow sums by hand."""

import math

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.evaluation import metrics
from reproduce.evaluation.registry import SUMMARY
from reproduce.evaluation.resampling import resample_counts
from reproduce.papers.class_imbalance.protocol import PROTOCOL as class_imbalance
from reproduce.study.study import Study

SMALL = {"rho": [10, 100], "mu": 0.5, "seeds": [0, 1]}


# -- slow references, in Python's own floats ------------------------------------------------------


def probabilities(row) -> list[float]:
    powers = [math.exp(float(value) - float(max(row))) for value in row]
    return [power / math.fsum(powers) for power in powers]


def divided(logits, counts) -> list[list[float]]:
    """Return y_c / p_c, p_c = counts_c / sum of counts."""
    whole = sum(counts)
    return [
        [y / (n / whole) for y, n in zip(probabilities(row), counts, strict=True)] for row in logits
    ]


def area_under_roc(scores, labels) -> float:
    """Return the mean over classes of the share of pairs in the right order."""
    areas = []
    for c in range(len(scores[0])):
        inside = [row[c] for row, label in zip(scores, labels, strict=True) if label == c]
        outside = [row[c] for row, label in zip(scores, labels, strict=True) if label != c]
        wins = sum((a > b) + (a == b) / 2 for a in inside for b in outside)
        areas.append(wins / (len(inside) * len(outside)))
    return sum(areas) / len(areas)


def table_of(scores, labels) -> list[list[int]]:
    table = [[0] * len(scores[0]) for _ in scores[0]]
    for row, label in zip(scores, labels, strict=True):
        table[label][row.index(max(row))] += 1
    return table


def measured_by_hand(scores, labels) -> dict[str, float]:
    table, classes = table_of(scores, labels), range(len(scores[0]))
    recalls = [table[c][c] / sum(table[c]) for c in classes]
    f1 = [2 * table[c][c] / (sum(table[c]) + sum(table[r][c] for r in classes)) for c in classes]
    return {
        "accuracy": sum(table[c][c] for c in classes) / len(labels),
        "balanced_accuracy": sum(recalls) / len(recalls),
        "macro_f1": sum(f1) / len(f1),
        "auc": area_under_roc(scores, labels),
        "gmean_recall": math.prod(recalls) ** (1 / len(recalls)),
        "worst_class_recall": min(recalls),
    }


# -- what the results say -------------------------------------------------------------------------


def test_an_observation_is_a_flat_row_for_every_method_point_and_seed(study_of):
    study = study_of(lambda cell: {"auc": cell.factors["rho"] / 1000 + cell.seed / 10}, **SMALL)
    rows = study.observations()
    assert len(rows) == 2 * 2 * 6
    row = next(r for r in rows if (r["method"], r["rho"], r["seed"]) == ("oversampling", 100, 1))
    names = {"method", "imbalance", "rho", "mu", "dataset", "seed", "key", *SUMMARY}
    assert set(row) == names
    assert (row["imbalance"], row["mu"], row["dataset"]) == ("step", 0.5, "mnist")
    assert row["auc"] == pytest.approx(0.2)
    assert study.store.get(row["key"]).trial.seed == 1


@pytest.mark.parametrize("method", ["thresholding", "oversampling_thresholding"])
def test_metrics_after_thresholding_follow_from_scores_and_training_counts(study_of, method):
    study = study_of(**SMALL)
    for cell in study.select(method=method, seed=1):
        result = study.result(cell)
        assert len(set(result.counts)) == 2, "imbalanced counts, or thresholding does nothing"
        labels = result.arrays["test/labels"].tolist()
        scores = divided(result.arrays["test/logits"], result.counts)
        expected = measured_by_hand(scores, labels)
        assert study.measures.measured(cell) == pytest.approx(expected, abs=1e-12)
        assert study.measures.confusion(cell).tolist() == table_of(scores, labels)


def test_the_counts_are_those_before_any_sampling(study_of):
    """Over- and undersampled networks are divided by the same shares as the baseline."""
    study = study_of(**SMALL)
    counts = [study.result(cell).counts for cell in study.select(seed=0, rho=100)]
    assert all(of_method == counts[0] for of_method in counts)
    assert sorted(counts[0]) == [50] * 5 + [5000] * 5


def test_thresholding_leaves_the_auc_as_it_is(study_of):
    study = study_of(**SMALL)
    moved = 0
    for cell in study.select(method="thresholding"):
        result, found = study.result(cell), study.measures.measured(cell)
        before = [probabilities(row) for row in result.arrays["test/logits"]]
        by_hand = area_under_roc(before, result.arrays["test/labels"].tolist())
        assert found["auc"] == pytest.approx(by_hand, abs=1e-12)
        moved += found["accuracy"] != np.trace(result.confusion["test"]) / 120
    assert moved, "its accuracy does change"


def test_a_method_without_posthoc_steps_reads_what_was_stored(study_of):
    study = study_of(lambda cell: {"accuracy": 0.25, "auc": 0.75}, **SMALL)
    cell = study.select(method="undersampling")[0]
    expected = dict.fromkeys(SUMMARY, 0.5) | {"accuracy": 0.25, "auc": 0.75}
    assert study.measures.measured(cell) == expected


def test_confusions_are_summed_over_the_selected_cells(study_of):
    study = study_of(**SMALL)
    summed = study.confusions(rho=100)
    assert list(summed) == study.methods
    by_hand = sum(np.array(r.confusion["test"]) for r in study.results(method="baseline", rho=100))
    assert summed["baseline"].tolist() == by_hand.tolist()
    assert summed["thresholding"].sum() == 2 * 120
    assert summed["thresholding"].tolist() != by_hand.tolist()


# -- resamples ------------------------------------------------------------------------------------


def test_resampled_metrics_equal_those_of_images_drawn_again(study_of):
    """The first draws, written out as lists of repeated images."""
    study = study_of(**SMALL)
    cell = study.select(method="oversampling_thresholding", rho=100)[0]
    result = study.result(cell)
    labels = result.arrays["test/labels"].astype(int)
    scores = divided(result.arrays["test/logits"], result.counts)
    drawn = resample_counts(labels, 200)
    for metric in ("accuracy", "auc", "macro_f1"):
        values = study.measures.resampled(cell, metric)
        assert values.shape == (200,)
        for draw in range(2):
            images = np.repeat(np.arange(len(labels)), drawn[:, draw].astype(int))
            by_hand = measured_by_hand([scores[i] for i in images], labels[images].tolist())
            assert values[draw] == pytest.approx(by_hand[metric], abs=1e-12)


def test_resamples_are_equal_for_one_cell_and_paired_across_cells(study_of, same_scores):
    study = study_of(logits=same_scores, **SMALL)
    one, other = study.select(method="baseline")[:2]
    assert one.trial.key != other.trial.key
    again = Study(class_imbalance, study.parameters, study.store)
    draws = study.measures.resampled(one, "auc").tolist()
    assert draws == again.measures.resampled(one, "auc").tolist()
    assert draws == study.measures.resampled(other, "auc").tolist()
    thresholded = study.select(method="thresholding")[0]
    right = [study.measures.resampled(c, "accuracy").tolist() for c in (one, thresholded)]
    assert right[0] != right[1], "its own post-hoc steps"


def test_what_was_derived_is_not_computed_again(study_of, monkeypatch):
    study = study_of(**SMALL)
    first = study.observations()
    monkeypatch.setattr(metrics, "softmax", None)
    assert study.observations() == first


def test_scores_that_did_not_travel_are_named(study_of):
    study = study_of(methods="thresholding", rho=10, mu=0.5, seeds=0)
    for file in study.store.arrays_folder.iterdir():
        np.savez(file, nothing=np.zeros(1))
    with pytest.raises(
        UserError, match=r"logits and labels of part .test. of trial .* are not in this store"
    ):
        study.observations()
