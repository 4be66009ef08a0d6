import math

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.figures.factor_lines import lines_over_rho, lines_over_rho_numbers


@pytest.fixture
def rows(observations):
    return [*observations, *({**row, "mu": 0.2} for row in observations)]


def line(axis, label):
    return next(found for found in axis.get_lines() if found.get_label() == label)


def band(axis, turn):
    return axis.collections[turn].get_paths()[0].vertices[:, 1]


def test_there_is_a_panel_for_each_mu_and_a_line_of_means_for_each_method(rows):
    figure = lines_over_rho(rows, "accuracy")
    assert [axis.get_title(loc="left") for axis in figure.axes] == ["mu 0.2", "mu 0.5"]
    baseline = line(figure.axes[1], "Baseline")
    assert list(baseline.get_xdata()) == [10, 100]
    assert baseline.get_ydata() == pytest.approx([80, 71])
    assert figure.axes[0].get_xscale() == "log"


def test_the_band_is_what_the_figure_says(observations, written):
    two = [row for row in observations if row["method"] in ("baseline", "oversampling")]
    wider = [{**row, "accuracy": row["accuracy"] + 0.04 * (row["seed"] == 2)} for row in two]
    figure = lines_over_rho(wider, "accuracy", panel=None)
    assert (min(band(figure.axes[0], 0)), max(band(figure.axes[0], 0))) == pytest.approx((70, 85))
    assert "band: lowest to highest seed (n = 3)" in written(figure)
    figure = lines_over_rho(wider, "accuracy", panel=None, band="sd")
    sd = np.std([79, 80, 85], ddof=1)
    assert max(band(figure.axes[0], 0)) == pytest.approx((79 + 80 + 85) / 3 + sd)
    assert "± 1 sd" in written(figure)
    with pytest.raises(UserError, match="range"):
        lines_over_rho(wider, "accuracy", band="interval")


def test_methods_with_the_same_values_share_a_line_with_both_names(observations, written):
    figure = lines_over_rho(observations, "auc", panel=None)
    assert len([x for x in figure.axes[0].get_lines() if len(x.get_xdata()) == 2
                and not x.get_label().startswith("_")]) == 1  # fmt: skip
    assert "Baseline\n= thresholding\n= oversampling" in written(figure)
    assert "= thresholding" not in written(lines_over_rho(observations, "accuracy", panel=None))


def test_names_stand_beside_their_lines_in_the_same_order(observations):
    axis = lines_over_rho(observations, "accuracy", panel=None).axes[0]
    names = [t.get_text() for t in sorted(axis.texts, key=lambda t: -t.get_position()[1])]
    assert names[0] == "Thresholding" and names[-1] == "Baseline"


def test_more_than_four_methods_get_bars_that_do_not_hide_each_other(observations, written):
    five = [*observations, *({**r, "method": "focal", "accuracy": 0.5 + r["accuracy"] / 2}
                             for r in observations if r["method"] == "baseline")]  # fmt: skip
    figure = lines_over_rho(five, "accuracy", panel=None)
    assert "bars: lowest" in written(figure)
    starts = [line.get_xdata()[0] for line in figure.axes[0].get_lines()
              if not line.get_label().startswith("_")]  # fmt: skip
    assert len(set(starts)) == 5 and all(8 < start < 12.5 for start in starts)


def test_a_single_rho_can_be_drawn(observations):
    one = [row for row in observations if row["rho"] == 10]
    assert math.isclose(
        line(lines_over_rho(one, "accuracy").axes[0], "Baseline").get_ydata()[0], 80
    )


def test_numbers_by_hand_and_refusals(rows):
    said = lines_over_rho_numbers(rows, "accuracy")
    assert "mean of 3 seeds at most and lowest to highest seed." in said
    assert "Baseline at mu 0.2: 80.0 (79.0 to 81.0) at rho 10, 71.0 (70.0 to 72.0)" in said
    with pytest.raises(UserError, match="mu"):
        lines_over_rho(rows, "accuracy", panel=None)
    with pytest.raises(UserError, match="above 0"):
        lines_over_rho([{**row, "rho": 0} for row in rows if row["rho"] == 10], "accuracy")
