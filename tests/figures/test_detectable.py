import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.figures.detectable import TIED, Detectable, drawn
from reproduce.figures.style import FREQUENT, WRONG
from reproduce.figures.wording import method_label

PAIR, OTHER = ("dual_head", "simclr"), ("dual_head", "auc_cl")
NAME = " minus ".join(map(method_label, PAIR))
# Of 1,000 draws 200 are below 0 and 50 exactly 0.
GAPS = np.concatenate([np.linspace(-0.04, -0.001, 200), np.zeros(50), np.linspace(0.001, 0.1, 750)])


def bars(axis):
    """Return {colour: number of draws} of a panel's histogram."""
    from matplotlib.colors import to_hex
    from matplotlib.patches import Rectangle

    found = {}
    for group in axis.containers:
        colour = to_hex(group.patches[0].get_facecolor())
        assert all(isinstance(bar, Rectangle) for bar in group.patches)
        found[colour] = sum(bar.get_height() for bar in group.patches)
    return found


def marks(axis, label):
    return [line for line in axis.get_lines() if line.get_label() == label]


def test_a_draw_is_wrong_if_its_sign_is_not_that_of_the_true_gap():
    one = drawn(GAPS, 0.03)
    assert (one.wrong, one.tied) == (0.2, 0.05)
    other = drawn(GAPS, -0.001)
    assert (other.wrong, other.tied) == (0.75, 0.05)
    assert drawn(GAPS).true == pytest.approx(GAPS.mean())
    assert (one.low, one.high) == pytest.approx(tuple(np.quantile(GAPS, [0.025, 0.975])))
    assert np.isnan(drawn(GAPS, 0.0).wrong)


def test_bars_are_coloured_by_sign_and_hold_every_draw():
    axis = Detectable({PAIR: GAPS}, true={PAIR: 0.03}).draw().axes[0]
    assert bars(axis) == {FREQUENT: 750, TIED: 50, WRONG: 200}
    axis = Detectable({PAIR: GAPS}, true={PAIR: -0.03}).draw().axes[0]
    assert bars(axis) == {FREQUENT: 200, TIED: 50, WRONG: 750}


def test_true_gap_interval_of_draws_and_the_papers_gap_are_marked():
    given = {PAIR: GAPS, OTHER: GAPS}
    figure = Detectable(given, {PAIR: 0.0588}, {PAIR: 0.07}, true={PAIR: 0.03, OTHER: 0.02}).draw()
    first, second = figure.axes
    assert marks(first, "true")[0].get_xdata() == pytest.approx([3, 3])
    assert marks(second, "true")[0].get_xdata() == pytest.approx([2, 2])
    ends = 100 * np.quantile(GAPS, [0.025, 0.975])
    assert marks(first, "draws")[0].get_xdata() == pytest.approx(ends)
    assert marks(first, "paper")[0].get_xdata() == pytest.approx([5.88, 5.88])
    assert not marks(second, "paper")
    low, high = first.get_xlim()
    assert low < -7 and high > 10 and second.get_xlim() == (low, high)


def test_gaps_in_steps_of_an_image_have_a_bin_around_zero():
    steps = np.round(np.random.default_rng(0).normal(0.01, 0.02, 2000) * 292) / 292
    axis = Detectable({PAIR: steps}, metric="accuracy").draw().axes[0]
    edges = [bar.get_x() for bar in axis.containers[0].patches]
    nearest = min(edges, key=abs)
    width = axis.containers[0].patches[0].get_width()
    assert abs(nearest) == pytest.approx(width / 2)
    share = width * 292 / 100
    assert share == pytest.approx(round(share)) and round(share) % 2 == 1


def test_what_is_not_given_is_not_in_the_legend(written):
    said = written(Detectable({PAIR: np.array([0.01, 0.02, 0.03])}).draw())
    assert "mean of the draws" in said and "on all images" not in said
    assert not any(word in said for word in ("paper", "draws of the wrong", "too small", "without"))
    said = written(Detectable({PAIR: GAPS}, {PAIR: 0.05}, {PAIR: 0.07}, true={PAIR: 0.03}).draw())
    words = ("on all images", "the paper's gap", "wrong sign", "too small", "without a gap")
    assert all(word in said for word in words)


def test_draws_that_are_all_alike_are_drawn():
    Detectable({PAIR: np.full(10, 0.01)}).draw().draw_without_rendering()
    assert "wrong sign" not in Detectable({PAIR: np.zeros(10)}).words()


def test_numbers_by_hand():
    said = Detectable(
        {PAIR: GAPS}, {PAIR: 0.1}, {PAIR: 0.07}, true={PAIR: 0.03}, images=292
    ).words()
    assert "over 1000 draws of 292 test images, for fixed weights." in said
    assert f"{NAME}: true gap +3.0 (on all images), 95 percent of draws from −3.5 to +9.7" in said
    assert "the wrong sign in 20.0 % of draws, no gap at all in 5.0 %" in said
    assert "the paper's +10.0 or more in 0.1 %" in said
    assert "told from 0 by a test of this size only from 7.0 on." in said
    assert "(the mean of the draws)" in Detectable({PAIR: GAPS}).words()


def test_a_pair_may_have_a_name_of_its_own():
    assert "ours minus theirs: true gap" in Detectable({"ours minus theirs": GAPS}).words()


def test_wrong_input_is_refused():
    with pytest.raises(UserError, match="no pairs"):
        Detectable({}).draw()
    with pytest.raises(UserError, match="no draws of"):
        Detectable({PAIR: GAPS}, {OTHER: 0.05}).draw()
    with pytest.raises(UserError, match="finite numbers"):
        Detectable({PAIR: np.array([0.1, np.nan])}).draw()
    with pytest.raises(UserError, match="one per draw"):
        Detectable({PAIR: GAPS.reshape(2, -1)}).draw()
    with pytest.raises(UserError, match="finite number"):
        Detectable({PAIR: GAPS}, true={PAIR: float("inf")}).draw()
