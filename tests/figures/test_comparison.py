import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.figures.comparison import (
    before_after,
    before_after_numbers,
    comparison_numbers,
    method_comparison,
)
from reproduce.figures.style import method_style


def lines_by_name(figure):
    return {line.get_label(): line for line in figure.axes[0].get_lines()}


def test_lines_are_means_and_every_seed_is_a_dot(observations):
    figure = method_comparison(observations, "accuracy")
    line = lines_by_name(figure)["Thresholding"]
    assert line.get_ydata() == pytest.approx([84.0, 75.0])
    assert line.get_color() == method_style("thresholding").colour
    dots = [d for c in figure.axes[0].collections for d in np.asarray(c.get_offsets())[:, 1]
            if len(c.get_offsets()) == 3]  # fmt: skip
    assert sorted(dots) == pytest.approx(sorted(100 * o["accuracy"] for o in observations))


def test_rho_is_on_a_log_axis_and_labelled_with_its_values(observations, written):
    figure = method_comparison(observations, "auc")
    assert figure.axes[0].get_xscale() == "log"
    labels = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert labels == ["10", "100"]
    assert "seeds (n = 3)" in written(figure)


def test_a_single_point_and_many_methods_can_be_drawn(observations, written):
    at_ten = [row for row in observations if row["rho"] == 10]
    assert "rho 10;" in written(method_comparison(at_ten, "accuracy"))
    many = [{**row, "method": f"{row['method']}_{n}"} for row in observations for n in range(2)]
    assert len(lines_by_name(method_comparison(many, "accuracy"))) >= 8


def test_a_second_factor_is_not_averaged_unseen(observations):
    both = observations + [{**row, "mu": 0.2} for row in observations]
    with pytest.raises(UserError, match="mu"):
        method_comparison(both, "accuracy")
    with pytest.raises(UserError, match="mu"):
        comparison_numbers(both, "accuracy")


def test_comparison_numbers_by_hand(observations):
    said = comparison_numbers(observations, "accuracy")
    assert "Baseline: 80.0 ± 1.0 at rho 10 (3 seeds), 71.0 ± 1.0 at rho 100 (3 seeds)." in said
    assert "99.12 ± 0.12" in comparison_numbers(observations, "auc")


def test_bad_observations_are_refused(observations):
    with pytest.raises(UserError, match="accuracy"):
        method_comparison(observations, "acuracy")
    with pytest.raises(UserError, match="no observations"):
        method_comparison([], "accuracy")
    with pytest.raises(UserError, match="no observation has"):
        method_comparison([{**row, "auc": None} for row in observations], "auc")
    with pytest.raises(UserError, match="numbers"):
        method_comparison(observations, "accuracy", x="imbalance")


def test_slopes_join_the_same_seed_before_and_after(observations, written):
    figure = before_after(observations)
    baseline, oversampling = figure.axes
    slopes = sorted(tuple(line.get_ydata()) for line in baseline.get_lines())
    assert len(slopes) == 6
    assert slopes[0] == pytest.approx((70, 74)) and slopes[-1] == pytest.approx((81, 85))
    assert "mean +4.0 points" in written(figure)
    # Oversampling starts at +3 and ends at +2: a fall must not look like a rise.
    assert "mean −1.0 points" in written(figure)
    assert all(line.get_ydata()[1] < line.get_ydata()[0] for line in oversampling.get_lines())


def test_before_after_numbers_by_hand(observations):
    said = before_after_numbers(observations)
    assert "Baseline: 80.0 to 84.0 at rho 10 (n = 3), 71.0 to 75.0 at rho 100 (n = 3)." in said


def test_slopes_need_pairs(observations):
    with pytest.raises(UserError, match="pair"):
        before_after([row for row in observations if row["method"] == "baseline"])
    with pytest.raises(UserError, match="share"):
        before_after(observations + observations[:1])
