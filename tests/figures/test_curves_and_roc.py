import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.figures.curves import TrainingCurves
from reproduce.figures.roc import class_curves, roc_curves, roc_numbers


def history(*lengths, loss=1.0):
    return [
        {"phase": phase, "iteration": step, "loss": loss / (step + 1), "learning_rate": 0.1,
         "training_accuracy": 0.5 + 0.001 * step}
        for phase, length in enumerate(lengths) for step in range(10, length + 1, 10)
    ]  # fmt: skip


def test_iterations_go_on_across_phases_and_the_boundary_is_marked():
    figure = TrainingCurves({"two_phase_oversampling": [history(100, 50)]}).draw()
    curve, boundary = figure.axes[0].get_lines()
    assert list(curve.get_xdata()) == list(range(10, 151, 10))
    assert list(boundary.get_xdata()) == [100, 100]
    figure = TrainingCurves({"baseline": [history(100)]}).draw()
    assert len(figure.axes[0].get_lines()) == 1


def test_iterations_that_already_go_on_are_left_alone():
    joined = history(100) + [
        {**entry, "phase": 1, "iteration": entry["iteration"] + 100} for entry in history(50)
    ]
    curve = TrainingCurves({"x": [joined]}).draw().axes[0].get_lines()[0]
    assert curve.get_xdata()[-1] == 150


def test_curve_numbers_are_means_over_seeds():
    said = TrainingCurves({"baseline": [history(100), history(100, loss=3.0)]}).words()
    assert said == (
        "Baseline: after 100 iterations loss 0.0198 and training accuracy 60.0 percent "
        "(mean of 2 seeds)."
    )


def test_bad_histories_are_refused():
    for wrong in ({}, {"x": []}, {"x": [[]]}, {"x": [[{"phase": 0, "loss": 1}]]}):
        with pytest.raises(UserError):
            TrainingCurves(wrong)


LABELS = np.array([0, 0, 1, 1, 2])
SCORES = np.array([[9, 1, 0], [3, 4, 0], [2, 5, 0], [4, 6, 0], [0, 0, 0]], dtype=float)


def test_areas_by_hand_with_ties_by_half():
    areas = [curve.area for curve in class_curves(SCORES, LABELS, list("abc"))]
    # a: of six pairs one is lost (3 < 4); b: none; c: all tied.
    assert areas == pytest.approx([5 / 6, 1.0, 0.5])


def test_the_macro_mean_is_that_of_the_evaluation():
    from reproduce.evaluation.metrics import auc_macro_ovr

    rng = np.random.default_rng(0)
    labels, scores = rng.integers(0, 4, 300), rng.normal(size=(300, 5)).round(1)
    areas = [curve.area for curve in class_curves(scores, labels, list("abcde"))]
    assert len(areas) == 4
    assert np.mean(areas) == pytest.approx(auc_macro_ovr(scores, labels), abs=1e-12)


def test_roc_numbers_and_picture(written):
    said = roc_numbers(SCORES, LABELS, list("abc"))
    assert said.startswith("Macro one-vs-rest ROC AUC 77.78 percent")
    assert "a 83.33, b 100.00, c 50.00" in said
    figure = roc_curves(SCORES, LABELS, list("abc"))
    assert len(figure.axes) == 1 and "macro AUC 77.78 %" in written(figure)
    sure = np.eye(3)[LABELS]
    assert len(roc_curves(sure, LABELS, list("abc")).axes) == 2


def test_bad_scores_are_refused():
    for scores, labels in (
        (SCORES[:, :2], LABELS), (np.full((5, 3), np.nan), LABELS), (SCORES, LABELS[:3]),
        (SCORES, np.zeros(5, dtype=int)), (SCORES, LABELS + 1), (SCORES, LABELS / 2),
    ):  # fmt: skip
        with pytest.raises(UserError):
            roc_curves(scores, labels, list("abc"))
