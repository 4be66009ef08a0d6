import math

import pytest
from matplotlib.patches import Rectangle

from reproduce.errors import UserError
from reproduce.figures.forest import Forest

INFINITE = math.inf


def diamonds(figure):
    lines = [line for line in figure.axes[0].get_lines() if line.get_marker() == "D"]
    return [float(line.get_xdata()[0]) for line in lines]


def test_an_effect_is_drawn_in_points_with_interval_margin_and_published_gain(part, judgement):
    figure = Forest([judgement(part())]).draw()
    axis = figure.axes[0]
    ends = [line.get_xdata() for line in axis.get_lines() if line.get_marker() == "|"]
    assert [float(x) for x in ends[0]] == pytest.approx([1, 3])
    middle = [line.get_xdata() for line in axis.get_lines() if line.get_marker() == "o"]
    assert float(middle[0][0]) == pytest.approx(2)
    (band,) = [patch for patch in axis.patches if isinstance(patch, Rectangle)]
    assert (band.get_x(), band.get_width()) == pytest.approx((-0.5, 1.0))
    assert diamonds(figure) == pytest.approx([3])


def test_a_gain_claimed_to_be_less_lies_left_of_zero(part, judgement):
    figure = Forest([judgement(part(mean=-0.02, expect="less"))]).draw()
    assert diamonds(figure) == pytest.approx([-3])
    assert "published −3.0" in Forest([judgement(part(mean=-0.02, expect="less"))]).words()


def test_the_verdict_stands_at_the_right_and_parts_have_their_own(part, judgement, written):
    parts = [part(), part(name="over_undersampling", verdict="undecided")]
    figure = Forest([judgement(*parts, verdict="undecided")]).draw()
    text = written(figure)
    assert "Oversampling is better: ? undecided" in text
    assert "Over undersampling" in text and "+2.0 points [+1.0, +3.0]" in text
    assert {"✓ holds", "? undecided"} <= set(text.split("\n"))


def test_one_repeat_has_no_interval_and_a_claim_without_parts_its_reason(part, judgement, written):
    alone = part(half=INFINITE, verdict="illustration, no verdict", published_gain=None)
    skipped = judgement(verdict="not attempted", reason="ImageNet is not at hand")
    figure = Forest([judgement(alone), skipped]).draw()
    assert "+2.0 points (no interval)" in written(figure) and "ImageNet is not at hand" in written(
        figure
    )
    assert "published gain" not in written(figure)
    said = Forest([skipped]).words()
    assert said == "Oversampling is better: not attempted (ImageNet is not at hand)."


def test_effects_far_apart_get_a_log_axis_that_is_announced(part, judgement, written):
    figure = Forest([judgement(part()), judgement(part(mean=-0.4))]).draw()
    assert figure.axes[0].get_xscale() == "symlog" and "log beyond" in written(figure)
    assert Forest([judgement(part())]).draw().axes[0].get_xscale() == "linear"


def test_forest_numbers_by_hand(part, judgement):
    assert Forest([judgement(part(margin=0.001))]).words() == (
        "Oversampling is better: holds (Over baseline +2.00 points [+1.00, +3.00] over 5 repeats, "
        "margin ± 0.1, published +3.00, holds)."
    )


def test_real_judgements_fit(written):
    from reproduce.evaluation.significance import paired_effect
    from reproduce.evaluation.verdicts import Contrast, judge_claim

    effect = paired_effect([-0.03, -0.031, -0.029, -0.03, -0.032])
    contrast = Contrast("rho_100_against_10", effect, "less", 0.005, 0.02)
    judged = judge_claim(
        [contrast], scale="laptop", data_role="own", claim_id="imbalance_harms", english="Harms."
    )
    figure = Forest([judged]).draw()
    text = written(figure).split("\n")
    assert "✓ holds" in text and diamonds(figure) == pytest.approx([-2])
    assert "published −2.0, holds, sign-flip value 0.062" in Forest([judged]).words()
    seeds = [line.get_xdata() for line in figure.axes[0].get_lines() if line.get_marker() == "."]
    assert list(seeds[0]) == pytest.approx([-3, -3.1, -2.9, -3, -3.2])
    assert "sign-flip value 0.062" in text and "single seeds" in text


def test_a_word_that_one_seed_carries_says_so(part, judgement, written):
    carried = part(carried_by=((3, "undecided"), (7, "undecided")), sign_flip=0.0625)
    text = written(Forest([judgement(carried)]).draw()).replace("\n", " ")
    assert "single seeds carry it: undecided without seed 3 or 7" in text
    withheld = part(verdict="undecided", withheld="holds", sign_flip=0.0625)
    text = written(Forest([judgement(withheld)]).draw()).replace("\n", " ")
    # A word that is not firm needs no value beside it, but says what was taken back.
    assert "the interval alone would say holds" in text and "sign-flip" not in text


def test_what_is_no_percentage_is_not_drawn_on_an_axis_of_points(part, judgement, written):
    cosine = part(mean=-0.07, half=0.01, metric="class_centre_cosine", margin=0.02)
    figure = Forest([judgement(cosine), judgement(part())]).draw()
    middles = [line.get_xdata() for line in figure.axes[0].get_lines() if line.get_marker() == "o"]
    assert [float(x[0]) for x in middles if len(x)] == pytest.approx([2])
    text = written(figure).replace("\n", " ")
    assert "−0.07 [−0.08, −0.06]" in text and "not on this axis" in text
    assert "margin ± 0.02, published" in Forest([judgement(cosine)]).words()


def test_nothing_to_draw_is_refused(part, judgement):
    with pytest.raises(UserError, match="judgements"):
        Forest([])
    with pytest.raises(UserError, match="finite"):
        Forest([judgement(part(mean=math.nan))]).draw()


def test_a_claim_of_one_part_says_where_it_was_judged(part, judgement, written):
    """The part's own name is not drawn, so the words stand behind the claim."""
    figure = Forest([judgement(part(restricted="judged at rho 100"))]).draw()
    assert "Oversampling is better (judged at rho 100)" in written(figure)
    assert "(" not in written(Forest([judgement(part(published_gain=None))]).draw())
