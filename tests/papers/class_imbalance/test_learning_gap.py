import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.papers.class_imbalance.learning import LearningGap, curve_rows


def arrays(phases=(0, 0), iterations=(50, 100), right=((3, 2), (4, 3))):
    """Two classes, of 4 and 1 training images; `right`: of each class, at each point in time."""
    labels = np.array([0, 0, 0, 0, 1])
    train = [[*([0] * hits + [1] * (4 - hits)), 1] for hits, _ in right]
    test = [[*([0] * hits + [1] * (4 - hits)), 0] for _, hits in right]
    return {
        "curve/phase": np.array(phases), "curve/iteration": np.array(iterations),
        "curve/train_labels": labels, "curve/test_labels": labels,
        "curve/train_predictions": np.array(train), "curve/test_predictions": np.array(test),
    }  # fmt: skip


def rows(seeds=2):
    return [
        row for seed in range(seeds) for method in ("baseline", "oversampling")
        for row in curve_rows(method, seed, arrays(right=((3, 2), (4, 3 - seed))))
    ]  # fmt: skip


def test_classes_count_equally_and_not_images():
    first, second = curve_rows("baseline", 0, arrays())
    # Training: recalls 3/4 and 1; test: 2/4 and 0.
    assert first["train_balanced_accuracy"] == pytest.approx(0.875)
    assert first["test_balanced_accuracy"] == pytest.approx(0.25)
    assert second["test_balanced_accuracy"] == pytest.approx(0.375)
    assert (first["iteration"], second["iteration"]) == (50, 100)


def test_iterations_go_on_from_phase_to_phase_and_the_boundary_is_marked():
    made = curve_rows("x", 0, arrays((0, 1), (100, 40)))
    assert [row["iteration"] for row in made] == [100, 140]
    axis = LearningGap(made).draw().axes[0]
    dotted = [line.get_xdata()[0] for line in axis.get_lines() if line.get_linestyle() == ":"]
    assert dotted == [100]


def test_the_line_is_the_mean_gap_and_the_band_its_range():
    figure = LearningGap(rows()).draw()
    axis = figure.axes[1]
    line = next(x for x in axis.get_lines() if x.get_label() == "oversampling")
    assert line.get_ydata() == pytest.approx([62.5, (62.5 + 75) / 2])
    band = axis.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == pytest.approx((62.5, 75))


def test_the_reference_is_grey_in_the_other_panels_only():
    figure = LearningGap(rows()).draw()
    labels = [[line.get_label() for line in axis.get_lines()] for axis in figure.axes]
    assert [each.count("baseline") for each in labels] == [1, 1]
    assert "grey: the baseline" in LearningGap(rows()).reading()
    alone = [row for row in rows() if row["method"] == "oversampling"]
    assert "grey" not in LearningGap(alone).reading()


def test_numbers_by_hand():
    assert (
        LearningGap(rows())
        .words()
        .endswith(
            "Oversampling: +62.5 points after 50 iterations, +68.8 after 100 "
            "(seeds +62.5 to +75.0, 2 seeds)."
        )
    )


def test_curves_that_were_not_kept_are_refused():
    with pytest.raises(UserError, match="curve/phase"):
        curve_rows("baseline", 0, {"test/logits": np.zeros((2, 2))})
    with pytest.raises(UserError, match="curve_rows"):
        LearningGap([{"method": "baseline", "seed": 0, "iteration": 1}])
    longer = curve_rows("baseline", 1, arrays(iterations=(60, 120)))
    with pytest.raises(UserError, match="one length"):
        LearningGap([*curve_rows("baseline", 0, arrays()), *longer])
