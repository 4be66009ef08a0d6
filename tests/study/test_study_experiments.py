"""What a study knows beside its grid: experiments that are arms of claims, and others."""

import numpy as np
import pytest

from reproduce.evaluation.metrics import softmax
from reproduce.papers.class_imbalance import cells as class_imbalance_cells
from reproduce.papers.class_imbalance import rows as experiments
from reproduce.papers.class_imbalance.cells import TRENDS
from tests.study.conftest import LABELS, put

POINTS = {"rho": [10, 100], "mu": 0.5, "seeds": [0, 1], "methods": ["baseline", "oversampling"]}
BESIDE = ["linear", "control", "levels"]


def test_the_grid_is_what_is_selected(study_of):
    study = study_of(experiments=BESIDE, **POINTS)
    assert study.methods == ["baseline", "oversampling"]
    assert study.points == ["rho 10, mu 0.5", "rho 100, mu 0.5"]
    assert {cell.experiment for cell in study.select()} == {"grid"}
    assert len(study.select(rho=10)) == len(study.observations(rho=10)) == 2 * 2


def test_experiments_lie_beside_it(study_of):
    study = study_of(experiments=BESIDE, **POINTS)
    assert len(study.of_experiment("linear", method="oversampling")) == 2 * 2
    partial = {cell.method for cell in study.of_experiment("levels")}
    assert partial == {"partial_oversampling", "partial_undersampling"}
    balanced = study.of_experiment("control", seed=1)
    assert [cell.factors["rho"] for cell in balanced] == [10, 100]
    assert study.of_experiment("trends") == []


def test_a_balanced_set_is_no_arm_of_a_claim(study_of):
    study = study_of(experiments=BESIDE, **POINTS)
    assert {cell.experiment for cell in study.arms()} == {"grid", "linear", "levels"}
    assert study.arms(method="balanced") == []
    assert {cell.experiment for cell in study.references} == {"untrained", "control"}


def test_every_trial_is_planned_under_the_name_of_its_experiment(study_of):
    study = study_of(experiments=BESIDE, **POINTS)
    labels = {item.trial.key: item.labels for item in study.planned()}
    for cell in [*study.arms(), *study.references]:
        wanted = {"experiment": cell.experiment, "method": cell.method}
        assert any(wanted.items() <= label.items() for label in labels[cell.trial.key])
    assert set(labels) == study.keys()


# -- rows that figures draw -----------------------------------------------------------------------


@pytest.fixture
def with_trends(study_of, monkeypatch):
    """Return a study with later methods: both seeds at the middle, rho 100, one seed at rho 10."""
    monkeypatch.setattr(class_imbalance_cells, "TREND_REPEATS", 1)
    study = study_of(experiments="trends", **POINTS)
    for cell in study.of_experiment("trends"):
        put(study.store, cell.trial, [500] * 5 + [50] * 5, auc=0.8 + cell.seed / 100)
    return study


def test_later_methods_are_read_beside_the_grid_where_they_were_run(with_trends):
    everywhere = experiments.later_rows(with_trends)
    shown = experiments.rows_of(with_trends, "trends", **with_trends.shown)
    assert {row["method"] for row in everywhere} == {"baseline", "oversampling", *TRENDS}
    focal = [(row["rho"], row["seed"]) for row in everywhere if row["method"] == "focal"]
    assert sorted(focal) == [(10, 0), (100, 0), (100, 1)]
    assert {row["rho"] for row in shown} == {100}
    assert sum(row["method"] in TRENDS for row in shown) == 2 * len(TRENDS)


def test_without_oversampling_there_is_nothing_to_set_later_methods_beside(with_trends):
    with_trends.cells = [c for c in with_trends.cells if not c.matches(method="oversampling")]
    assert experiments.later_rows(with_trends) == []


def error_by_loops(probabilities, labels) -> float:
    """Return the calibration error with ten bins, image by image."""
    bins = [[] for _ in range(10)]
    for row, label in zip(probabilities.tolist(), labels.tolist(), strict=True):
        confidence = max(row)
        number = next(i for i in range(10) if confidence <= (i + 1) / 10 + 1e-15)
        bins[number].append((confidence, row.index(confidence) == label))
    return sum(
        abs(sum(right for _, right in found) - sum(sure for sure, _ in found)) for found in bins
    ) / len(labels)


def test_calibration_is_that_of_scores_and_of_scores_over_class_shares(with_trends):
    rows = experiments.calibration_rows(with_trends)
    assert len(rows) == 2 * 2 * 2 + 3 * len(TRENDS)
    for method in ("oversampling", "mixup"):
        (row,) = [r for r in rows if (r["method"], r["rho"], r["seed"]) == (method, 100, 1)]
        result = with_trends.store.get(row["key"])
        before = softmax(result.arrays["test/logits"])
        after = before / np.array(result.counts)
        after /= after.sum(axis=1, keepdims=True)
        assert row["calibration_error"] == pytest.approx(error_by_loops(before, LABELS))
        assert row["calibration_error_after"] == pytest.approx(error_by_loops(after, LABELS))
        assert abs(row["calibration_error"] - row["calibration_error_after"]) > 0.01


def test_methods_that_share_a_network_have_one_calibration(study_of):
    study = study_of(**{**POINTS, "methods": ["baseline", "thresholding"]})
    assert {row["method"] for row in experiments.calibration_rows(study)} == {"baseline"}
