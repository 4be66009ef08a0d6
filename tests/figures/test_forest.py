import math

import pytest
from matplotlib.patches import Rectangle

from reproduce.errors import UserError
from reproduce.figures.forest import Forest, deciding
from reproduce.figures.picture import NothingToShow

INFINITE = math.inf


def diamonds(figure):
    lines = [line for line in figure.axes[0].get_lines() if line.get_marker() == "D"]
    return [float(line.get_xdata()[0]) for line in lines]


def test_an_effect_is_drawn_in_points_with_interval_margin_and_published_gain(part, judgement):
    figure = Forest([judgement(part())]).draw()
    axis = figure.axes[0]
    bars = [line.get_xdata() for line in axis.get_lines() if line.get_linewidth() == 2.2]
    assert [float(x) for x in bars[0]] == pytest.approx([1, 3])
    middle = [line.get_xdata() for line in axis.get_lines() if line.get_marker() == "o"]
    assert float(middle[0][0]) == pytest.approx(2)
    (band,) = [patch for patch in axis.patches if isinstance(patch, Rectangle)]
    assert (band.get_x(), band.get_width()) == pytest.approx((-0.5, 1.0))
    assert diamonds(figure) == pytest.approx([3])


def test_a_gain_claimed_to_be_less_lies_left_of_zero(part, judgement):
    figure = Forest([judgement(part(mean=-0.02, expect="less"))]).draw()
    assert diamonds(figure) == pytest.approx([-3])
    assert "published −3.0" in Forest([judgement(part(mean=-0.02, expect="less"))]).words()


def test_a_claim_of_several_parts_shows_the_one_that_decides_and_its_own_verdict(
    part, judgement, written
):
    parts = [part(), part(mean=0.001, name="over_undersampling", verdict="undecided")]
    made = Forest([judgement(*parts, verdict="undecided")])
    text = written(made.draw())
    assert "Oversampling is better" in text and "+0.1 [−0.9, +1.1]" in text
    assert "Over undersampling (1 of 2 parts)" in text and "? undecided" in text.split("\n")
    assert "Over baseline +2.0 points [+1.0, +3.0]" in made.words()
    assert made.message() == "1 measured claim: 1 “undecided”."


@pytest.mark.parametrize(
    ("expect", "means", "decides"),
    [("greater", (0.03, 0.01), 1), ("less", (-0.03, -0.01), 1), ("equal", (0.001, -0.02), 1)],
)
def test_the_part_furthest_from_what_is_claimed_decides(expect, means, decides, part):
    parts = [part(mean=mean, expect=expect) for mean in means]
    assert deciding(parts) is parts[decides]
    # In margins: twice the effect of a margin ten times as wide is nearer to nothing.
    wide = [part(mean=0.01, margin=0.001), part(mean=0.02, margin=0.01)]
    assert deciding(wide) is wide[1]


def test_one_repeat_has_no_interval_and_a_claim_without_parts_stays_in_the_words(
    part, judgement, written
):
    alone = part(half=INFINITE, verdict="illustration, no verdict", published_gain=None)
    skipped = judgement(verdict="not attempted", reason="ImageNet is not at hand")
    made = Forest([judgement(alone), skipped])
    text = written(made.draw())
    assert "+2.0" in text.split("\n") and "paper" not in text and len(made.rows) == 1
    assert "Oversampling is better: not attempted (ImageNet is not at hand)." in made.words()
    with pytest.raises(NothingToShow):
        Forest([skipped])


def test_at_most_a_dozen_claims_are_drawn_and_the_rest_is_counted(part, judgement):
    made = Forest([judgement(part()) for _ in range(15)])
    assert len(made.rows) == 12 and "3 more stand in the table" in made.reading()
    marks = [line for line in made.draw().axes[0].get_lines() if line.get_marker() == "o"]
    assert len(marks) == 12
    assert "more stand" not in Forest([judgement(part())]).reading()


def test_units_have_a_panel_each(part, judgement, written):
    cosine = part(mean=-0.07, half=0.01, metric="class_centre_cosine", margin=0.02)
    area, share = part(metric="auc"), part(metric="accuracy", mean=0.05)
    made = Forest([judgement(one) for one in (share, cosine, area, share)])
    assert [len(rows) for rows in made.panels.values()] == [2, 1, 1]
    points, other, auc = made.draw().axes

    def means(axis):
        return [line.get_xdata()[0] for line in axis.get_lines() if line.get_marker() == "o"]

    assert means(points) == pytest.approx([5, 5]) and means(auc) == pytest.approx([2])
    assert means(other) == pytest.approx([-0.07])
    text = written(made.draw())
    assert "Effects in percentage points" in text and "Effects in points of ROC AUC" in text
    assert "−0.07 [−0.08, −0.06]" in text.replace("\n", " ")
    assert "margin ± 0.02, published" in Forest([judgement(cosine)]).words()


def test_an_effect_far_outside_is_an_arrow_with_its_number(part, judgement, written):
    near = [judgement(part(mean=0.01 * turn, half=0.005)) for turn in (1, 2, 2, -1)]
    figure = Forest([*near, judgement(part(mean=-0.655, half=0.01))]).draw()
    axis = figure.axes[0]
    assert -8 < axis.get_xlim()[0] < axis.get_xlim()[1] < 8
    assert "−65.5" in [text.get_text() for text in axis.texts]
    marks = [line for line in axis.get_lines() if line.get_marker() == "o"]
    assert len(marks) == 4


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
    assert diamonds(figure) == pytest.approx([-2])
    assert "✓ holds" in " ".join(text)
    assert "published −2.0, holds, sign-flip value 0.062" in Forest([judged]).words()
    seeds = [line.get_xdata() for line in figure.axes[0].get_lines() if line.get_marker() == "."]
    assert list(seeds[0]) == pytest.approx([-3, -3.1, -2.9, -3, -3.2])
    assert "seeds" in text


def test_a_word_that_one_seed_carries_says_so(part, judgement):
    carried = part(carried_by=((3, "undecided"), (7, "undecided")), sign_flip=0.0625)
    text = Forest([judgement(carried)]).words()
    assert "single seeds carry it: undecided without seed 3 or 7" in text
    withheld = part(verdict="undecided", withheld="holds", sign_flip=0.0625)
    text = Forest([judgement(withheld)]).words()
    # A word that is not firm needs no value beside it, but says what was taken back.
    assert "withheld from so few repeats: otherwise holds" in text and "sign-flip" not in text


def test_nothing_to_draw_is_refused(part, judgement):
    with pytest.raises(UserError, match="judgements"):
        Forest([])
    with pytest.raises(UserError, match="finite"):
        Forest([judgement(part(mean=math.nan))]).draw()


def test_a_claim_of_one_part_says_where_it_was_judged(part, judgement, written):
    """The words stand behind the claim."""
    figure = Forest([judgement(part(restricted="judged at rho 100"))]).draw()
    assert "Oversampling is better (judged at rho 100)" in written(figure).replace("\n", " ")
    assert "judged" not in written(Forest([judgement(part(published_gain=None))]).draw())
