import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.figures.curves import TrainingCurves


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
            TrainingCurves(wrong).draw()


def test_mixed_images_have_a_loss_and_no_accuracy():
    mixed = [{k: v for k, v in e.items() if k != "training_accuracy"} for e in history(100)]
    picture = TrainingCurves({"mixup": [mixed]})
    assert picture.words() == "MixUp: after 100 iterations loss 0.0099 (mean of 1 seed)."
    loss, accuracy = (axis.get_lines()[0] for axis in picture.draw().axes)
    assert np.isfinite(loss.get_ydata()).all() and np.isnan(accuracy.get_ydata()).all()
