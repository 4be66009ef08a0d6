"""Lines over a factor: means and spreads by hand, names, panels, a single value, refusals."""

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.figures.factor import Factor
from reproduce.figures.lines import Lines
from reproduce.figures.style import method_style

RHO, MU = Factor("rho", "imbalance ratio rho", "log"), Factor("mu")


@pytest.fixture
def rows(observations):
    return [*observations, *({**row, "mu": 0.2} for row in observations)]


def over_rho(rows, metric="accuracy", **options):
    return Lines(rows, metric, RHO, **{"spread": "range", **options})


def with_dots(rows, metric="accuracy", along=RHO, **options):
    return Lines(rows, metric, along, dots=True, **options)


def line(axis, label):
    return next(found for found in axis.get_lines() if found.get_label() == label)


def band(axis, turn):
    return axis.collections[turn].get_paths()[0].vertices[:, 1]


def test_there_is_a_panel_for_each_mu_and_a_line_of_means_for_each_method(rows):
    figure = over_rho(rows, panel=MU).draw()
    assert [axis.get_title(loc="left") for axis in figure.axes] == ["mu 0.2", "mu 0.5"]
    baseline = line(figure.axes[1], "Baseline")
    assert list(baseline.get_xdata()) == pytest.approx([10, 100])
    assert baseline.get_ydata() == pytest.approx([80, 71])
    assert baseline.get_color() == method_style("baseline").colour
    assert figure.axes[0].get_xscale() == "log"
    assert figure.axes[1].get_xlabel() == "imbalance ratio rho (log axis)"


def test_the_band_is_what_the_figure_says(observations):
    two = [row for row in observations if row["method"] in ("baseline", "oversampling")]
    wider = [{**row, "accuracy": row["accuracy"] + 0.04 * (row["seed"] == 2)} for row in two]
    figure = over_rho(wider).draw()
    assert (min(band(figure.axes[0], 0)), max(band(figure.axes[0], 0))) == pytest.approx((70, 85))
    assert "band: lowest to highest seed (n = 3)" in over_rho(wider).reading()
    figure = over_rho(wider, spread="sd").draw()
    sd = np.std([79, 80, 85], ddof=1)
    assert max(band(figure.axes[0], 0)) == pytest.approx((79 + 80 + 85) / 3 + sd)
    assert "± 1 sd" in over_rho(wider, spread="sd").reading()
    figure = over_rho(wider, spread=None).draw()
    assert not figure.axes[0].collections
    assert "band" not in over_rho(wider, spread=None).reading()
    with pytest.raises(UserError, match="range"):
        over_rho(wider, spread="interval")


def test_every_seed_is_a_dot_where_dots_are_asked_for(observations):
    figure = with_dots(observations).draw()
    dots = [d for c in figure.axes[0].collections for d in np.asarray(c.get_offsets())[:, 1]
            if len(c.get_offsets()) == 3]  # fmt: skip
    assert sorted(dots) == pytest.approx(sorted(100 * o["accuracy"] for o in observations))
    assert line(figure.axes[0], "Thresholding").get_ydata() == pytest.approx([84.0, 75.0])
    assert "dots: seeds (n = 3)" in with_dots(observations).reading()


def test_the_axis_is_labelled_with_the_values_of_the_factor(observations):
    axis = with_dots(observations, "auc").draw().axes[0]
    assert [label.get_text() for label in axis.get_xticklabels()] == ["10", "100"]
    even = Factor("rho", "ratio", "even", tick=lambda rho: f"1 to {rho}")
    axis = Lines(observations, "auc", even).draw().axes[0]
    assert [label.get_text() for label in axis.get_xticklabels()] == ["1 to 10", "1 to 100"]
    assert list(axis.get_xticks()) == [0, 1] and axis.get_xlabel() == "ratio"


def test_methods_with_the_same_values_share_a_line_with_both_names(observations, written):
    figure = over_rho(observations, "auc").draw()
    assert len([x for x in figure.axes[0].get_lines() if len(x.get_xdata()) == 2
                and not x.get_label().startswith("_")]) == 1  # fmt: skip
    assert "Baseline\n= thresholding\n= oversampling" in written(figure)
    assert "= thresholding" not in written(over_rho(observations).draw())


def test_names_stand_beside_their_lines_in_the_same_order(observations):
    axis = over_rho(observations).draw().axes[0]
    names = [t.get_text() for t in sorted(axis.texts, key=lambda t: -t.get_position()[1])]
    assert names[0] == "Thresholding" and names[-1] == "Baseline"


def test_more_than_four_methods_get_bars_that_do_not_hide_each_other(observations):
    five = [*observations, *({**r, "method": "focal", "accuracy": 0.5 + r["accuracy"] / 2}
                             for r in observations if r["method"] == "baseline")]  # fmt: skip
    figure = over_rho(five).draw()
    assert "bars: lowest" in over_rho(five).reading()
    starts = [line.get_xdata()[0] for line in figure.axes[0].get_lines()
              if not line.get_label().startswith("_")]  # fmt: skip
    assert len(set(starts)) == 5 and all(8 < start < 12.5 for start in starts)


def test_many_methods_are_drawn_and_named(observations, written):
    many = [{**row, "method": f"{row['method']}_{n}", "accuracy": row["accuracy"] + 0.003 * n}
            for row in observations for n in range(2)]  # fmt: skip
    figure = with_dots(many).draw()
    assert len({row["method"] for row in many}) == 8
    for row in many:
        assert line(figure.axes[0], row["method"].capitalize().replace("_", " ")) is not None


def test_at_a_single_value_each_method_has_a_row(observations, written):
    one = [row for row in observations if row["rho"] == 10]
    figure = with_dots(one).draw()
    (axis,) = figure.axes
    assert "rho 10" in written(figure)
    assert "bar: ± 1 sd; dots: seeds (n = 3)" in with_dots(one).reading()
    assert axis.get_yticklabels()[0].get_text() == "Baseline"
    assert list(line(axis, "Baseline").get_xdata()) == pytest.approx([80])
    bar = axis.collections[0].get_paths()[0].vertices[:, 0]
    assert (bar.min(), bar.max()) == pytest.approx((79, 81))


def test_a_point_that_one_method_lacks_is_left_out_of_its_line(observations):
    some = [row for row in observations if (row["method"], row["rho"]) != ("baseline", 100)]
    axis = over_rho(some).draw().axes[0]
    assert len(line(axis, "Baseline").get_xdata()) == 1
    assert len(line(axis, "Oversampling").get_xdata()) == 2


def test_numbers_by_hand(rows, observations):
    said = over_rho(rows, panel=MU).words()
    assert "mean of 3 seeds at most and lowest to highest seed." in said
    assert "Baseline at mu 0.2: 80.0 (79.0 to 81.0) at rho 10, 71.0 (70.0 to 72.0)" in said
    said = with_dots(observations).words()
    assert said.startswith("Accuracy in percent, mean ± sd. Baseline: 80.0 ± 1.0 at rho 10 (3 ")
    assert "Baseline: 80.0 ± 1.0 at rho 10 (3 seeds), 71.0 ± 1.0 at rho 100 (3 seeds)." in said
    assert "99.12 ± 0.12" in with_dots(observations, "auc").words()


def test_a_second_factor_is_not_averaged_unseen(rows):
    with pytest.raises(UserError, match="mu"):
        over_rho(rows)


def test_bad_observations_are_refused(observations):
    with pytest.raises(UserError, match="accuracy"):
        with_dots(observations, "acuracy")
    with pytest.raises(UserError, match="no observations"):
        with_dots([])
    with pytest.raises(UserError, match="nothing in this run has a value of ROC AUC"):
        with_dots([{**row, "auc": None} for row in observations], "auc")
    with pytest.raises(UserError, match="numbers"):
        with_dots([r for r in observations if r["rho"] == 10], along=Factor("imbalance"))
    with pytest.raises(UserError, match="above 0"):
        over_rho([{**row, "rho": 0} for row in observations if row["rho"] == 10])
    with pytest.raises(UserError, match="unknown scale 'logarithmic'"):
        Factor("rho", scale="logarithmic")


def test_the_title_says_the_ends_at_the_last_value_and_how_many_seeds(observations):
    made = Lines(observations, "accuracy", RHO)
    assert made.message() == (
        "Accuracy at rho 100: from 71.0 % (Baseline) to 75.0 % (Thresholding); means of 3 seeds."
    )
    single = [row for row in observations if row["seed"] == 0]
    assert Lines(single, "accuracy", RHO).message().endswith("74.0 % (Thresholding); one seed.")
    same = [{**row, "accuracy": 0.5} for row in observations]
    assert "50.0 % for every method" in Lines(same, "accuracy", RHO).message()


def test_a_name_in_code_is_told_by_its_words():
    assert Factor("rho", "ratio").said(10) == "rho 10"
    said = Factor("positive_threshold", "threshold of hard positives").said(0.9)
    assert said == "threshold of hard positives 0.9"
