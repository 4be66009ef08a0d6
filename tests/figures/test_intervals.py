import numpy as np
import pytest
from matplotlib.colors import to_hex

from reproduce.errors import UserError
from reproduce.figures.intervals import Gains
from reproduce.figures.style import PAPER

GAINS = {"focal": 0.001, "oversampling": 0.03, "mixup": 0.01, "baseline": 0.0}
# Differences of the three seeds from their mean: sd 0.01, so half an interval is 4.3027 sd / √3.
JITTER = (-0.01, 0.0, 0.01)
HALF = 100 * 4.30265273 * 0.01 / 3**0.5


def rows(jitter=JITTER):
    return [
        {
            "method": method,
            "seed": seed,
            "auc": 0.9 + 0.02 * seed + gain + (method != "baseline") * off,
            "accuracy": 0.8 - gain,
        }
        for method, gain in GAINS.items()
        for seed, off in enumerate(jitter)
    ]


def still(row, metric):
    """Draws of a test set whose choice moves nothing: the interval is that of the seeds."""
    return np.zeros(50)


def gains(observations, metrics, draws=still):
    return Gains(observations, metrics, reference="baseline", marked="oversampling", draws=draws)


def dots(axis):
    return [line for line in axis.get_lines() if line.get_marker() in ("o", "s")]


def test_methods_are_sorted_by_gain_in_every_panel():
    auc, accuracy = gains(rows(), ("auc", "accuracy")).draw().axes
    names = [label.get_text() for label in auc.get_yticklabels()]
    assert names == ["Oversampling", "MixUp", "Focal loss"]
    assert [float(dot.get_xdata()[0]) for dot in dots(auc)] == pytest.approx([3, 1, 0.1])
    assert [label.get_text() for label in accuracy.get_yticklabels()] == names[::-1]


def test_the_bar_is_the_t_interval_and_a_hollow_dot_holds_zero():
    axis = gains(rows(), ("auc",)).draw().axes[0]
    bars = [line.get_xdata() for line in axis.get_lines() if list(line.get_ydata()) == [0, 0]]
    assert list(bars[0]) == pytest.approx([3 - HALF, 3 + HALF])
    assert [to_hex(dot.get_markerfacecolor()) == PAPER for dot in dots(axis)] == [False, True, True]


def test_test_images_widen_the_bar():
    def moving(row, metric):
        return np.tile([0.0, 0.01 * (row["method"] == "mixup")], 50)

    known = gains(rows(), ("auc",)).found["auc"]["mixup"]
    wider = gains(rows(), ("auc",), moving).found["auc"]["mixup"]
    assert wider.standard_error > 1.2 * known.standard_error and wider.mean == known.mean


def test_without_test_images_there_are_seeds_and_no_interval():
    """An interval over seeds alone would be another kind than that of the verdicts."""
    picture = gains(rows(), ("auc",), None)
    figure = picture.draw()
    axis = figure.axes[0]
    assert not [line for line in axis.get_lines() if list(line.get_ydata()) == [0, 0]]
    assert all(to_hex(dot.get_markerfacecolor()) == PAPER for dot in dots(axis))
    seeds = [line.get_xdata() for line in axis.get_lines() if line.get_marker() == "."]
    assert [sorted(place) for place in seeds][1] == pytest.approx([0, 1, 2])
    assert "no interval" in picture.reading() and "95" not in picture.reading()
    said = picture.words()
    assert "MixUp +1.00 (spread over seeds 1.00)" in said
    assert "[" not in said and "interval" not in said


def test_the_older_method_stands_out():
    axis = gains(rows(), ("auc",)).draw().axes[0]
    upright = [line.get_xdata()[0] for line in axis.get_lines() if line.get_linestyle() == ":"]
    assert upright == pytest.approx([3])
    weights = {t.get_text(): t.get_fontweight() for t in axis.get_yticklabels()}
    assert weights == {"Oversampling": "bold", "MixUp": "normal", "Focal loss": "normal"}


def test_one_seed_has_dots_without_bars():
    axis = gains(rows((0.0,)), ("auc",)).draw().axes[0]
    assert all(to_hex(dot.get_markerfacecolor()) == PAPER for dot in dots(axis))
    assert not [line for line in axis.get_lines() if list(line.get_ydata()) == [0, 0]]
    assert "MixUp +1.00 (no interval)" in gains(rows((0.0,)), ("auc",)).words()


def test_numbers_by_hand_and_refusals():
    said = gains(rows(), ("auc",)).words()
    assert "(n = 3 seeds), largest first." in said
    assert "Oversampling +3.00 [+0.52, +5.48], MixUp +1.00 [−1.48, +3.48]" in said
    with pytest.raises(UserError, match="gmean"):
        gains(rows(), ("gmean",)).draw()
    with pytest.raises(UserError, match="once"):
        gains(rows() + rows(), ("auc",)).draw()


def test_the_title_claims_no_gain_that_its_interval_does_not_have():
    unsure = [row for row in rows() if row["method"] != "oversampling"]
    assert gains(unsure, ("auc",)).message() == (
        "No interval of a gain in ROC AUC over the baseline lies above 0."
    )
    assert gains(rows((0.0,)), ("auc",)).message() == (
        "Mean gain in ROC AUC over the baseline: from +0.10 to +3.00 points (one seed, no "
        "interval)."
    )


def test_the_title_does_not_pass_over_a_larger_gain_without_an_interval():
    unsure = [row for row in rows() if row["method"] != "oversampling"]
    (base,) = (row for row in rows((0.0,)) if row["method"] == "baseline")
    once = {**base, "method": "tsc", "key": "once", "auc": base["auc"] + 0.05}
    assert gains([*unsure, once], ("auc",)).message() == (
        "No interval of a gain in ROC AUC over the baseline lies above 0; the largest gain (TSC "
        "(contrastive), +5.00 points) has too few repeats for an interval."
    )
    worse = {**once, "auc": base["auc"] - 0.05}
    assert "largest" not in gains([*unsure, worse], ("auc",)).message()


def test_the_title_calls_the_best_so_only_where_it_is_told_apart_from_each_other():
    # Methods share the luck of their seeds here, so the first is ahead of the others in each.
    assert gains(rows(), ("auc",)).message() == (
        "1 of 3 intervals of a gain in ROC AUC over the baseline lies above 0 (Oversampling, +3.00 "
        "points [+0.52, +5.48]; it is ahead of each other method), 0 below."
    )
    # Turned around for one method, its luck differs: the first may be ahead by chance.
    luck = [
        {**row, "auc": row["auc"] - 2 * JITTER[row["seed"]] * (row["method"] == "mixup")}
        for row in rows()
    ]
    assert gains(luck, ("auc",)).message() == (
        "1 of 3 intervals of a gain in ROC AUC over the baseline lies above 0 (Oversampling, +3.00 "
        "points [+0.52, +5.48]), 0 below."
    )
    two = [{**row, "auc": row["auc"] + 0.02 * (row["method"] == "mixup")} for row in luck]
    assert gains(two, ("auc",)).message() == (
        "2 of 3 intervals of a gain in ROC AUC over the baseline lie above 0, 0 below."
    )


def test_one_method_far_away_does_not_squeeze_the_others():
    names = ("focal", "mixup", "oversampling", "ldam", "cutmix")
    size = dict(zip(names, (0.010, 0.012, 0.015, -0.008, -0.4), strict=True))
    far = [{"method": "baseline", "seed": seed, "auc": 0.9 + 0.01 * seed} for seed in range(3)]
    jitter = (-0.001, 0, 0.001)
    far += [{"method": name, "seed": seed, "auc": 0.9 + 0.01 * seed + size[name] + jitter[seed]}
            for name in names for seed in range(3)]  # fmt: skip
    made = gains(far, ("auc",))
    axis = made.draw().axes[0]
    assert -3 < axis.get_xlim()[0] < -0.8 and axis.get_xlim()[1] < 3
    assert "−40.00" in [text.get_text() for text in axis.texts]
    assert len(dots(axis)) == 4 and "arrow" in made.reading()
    assert "arrow" not in gains(rows(), ("auc",)).reading()
