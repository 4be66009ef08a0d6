"""Every rule of the verdicts, one by one, on intervals made by hand."""

from math import inf

import pytest

from reproduce.errors import UserError
from reproduce.evaluation.significance import Effect, paired_effect
from reproduce.evaluation.verdicts import (
    Contrast,
    Verdict,
    judge_claim,
    judge_contrast,
    not_attempted,
    true_by_construction,
)
from reproduce.evaluation.vocabulary import MECHANISM

T_95, T_98_33 = 2.262157, 2.933324  # 9 degrees of freedom; 98.33 % is 95 % corrected for 3 parts


def effect(low, high, repeats=10):
    """Return an effect of 10 repeats whose 95 % interval is [low, high].

    All its error is the images', so that the guard against lopsided repeats asks for nothing.
    """
    half = (high - low) / 2
    return Effect((low + high) / 2, low, high, repeats, 0.1, half / T_95, 1.0, 0.95, 9.0)


RULES = [
    ("greater", 0.02, 0.04, Verdict.HOLDS),
    ("greater", 0.005, 0.04, Verdict.HOLDS),
    ("greater", -0.04, -0.02, Verdict.OPPOSITE),
    ("greater", -0.02, 0.04, Verdict.UNDECIDED),
    ("greater", -0.005, 0.009, Verdict.NO_DIFFERENCE),
    ("greater", 0.002, 0.009, Verdict.NO_DIFFERENCE),
    ("greater", -0.009, -0.002, Verdict.NO_DIFFERENCE),
    ("less", -0.04, -0.02, Verdict.HOLDS),
    ("less", 0.02, 0.04, Verdict.OPPOSITE),
    ("less", -0.02, 0.04, Verdict.UNDECIDED),
    ("less", -0.009, 0.002, Verdict.NO_DIFFERENCE),
    ("equal", -0.005, 0.009, Verdict.HOLDS),
    ("equal", 0.002, 0.009, Verdict.HOLDS),
    ("equal", 0.011, 0.03, Verdict.OPPOSITE),
    ("equal", -0.03, -0.011, Verdict.OPPOSITE),
    ("equal", 0.009, 0.03, Verdict.UNDECIDED),
    ("equal", -0.03, 0.03, Verdict.UNDECIDED),
    ("at_most", -0.005, 0.009, Verdict.HOLDS),
    ("at_most", -0.04, -0.02, Verdict.HOLDS),
    ("at_most", -0.04, 0.009, Verdict.HOLDS),
    ("at_most", -0.005, 0.011, Verdict.UNDECIDED),
    ("at_most", 0.009, 0.03, Verdict.UNDECIDED),
    ("at_most", 0.011, 0.03, Verdict.OPPOSITE),
]


@pytest.mark.parametrize(("expect", "low", "high", "verdict"), RULES)
def test_each_rule(expect, low, high, verdict):
    assert judge_contrast(effect(low, high), expect, margin=0.01) is verdict


@pytest.mark.parametrize(("expect", "sign"), [("greater", 1), ("less", -1)])
def test_half_of_the_published_gain_bounds_holds_smaller(expect, sign):
    seen = effect(*sorted([sign * 0.02, sign * 0.04]))
    assert judge_contrast(seen, expect, 0.01, 0.079) is Verdict.HOLDS
    assert judge_contrast(seen, expect, 0.01, 0.081) is Verdict.HOLDS_SMALLER
    opposite = effect(*sorted([sign * -0.02, sign * -0.04]))
    assert judge_contrast(opposite, expect, 0.01, 0.5) is Verdict.OPPOSITE


def test_a_margin_of_zero_leaves_only_signs():
    assert judge_contrast(effect(1e-6, 2e-6), "greater", 0.0) is Verdict.HOLDS
    assert judge_contrast(effect(-1e-6, 2e-6), "greater", 0.0) is Verdict.UNDECIDED
    assert judge_contrast(paired_effect([0.0, 0.0]), "greater", 0.0) is Verdict.NO_DIFFERENCE


def test_parts_raise_the_bar_for_failing_but_not_for_holding():
    barely_below = effect(-0.0501, -0.0001)
    assert judge_contrast(barely_below, "greater", 0.01) is Verdict.OPPOSITE
    assert judge_contrast(barely_below, "greater", 0.01, parts=3) is Verdict.UNDECIDED
    barely_above = effect(0.0001, 0.0501)
    assert judge_contrast(barely_above, "greater", 0.01, parts=3) is Verdict.HOLDS
    barely_inside = effect(-0.0099, 0.0099)
    assert judge_contrast(barely_inside, "greater", 0.01) is Verdict.NO_DIFFERENCE
    assert judge_contrast(barely_inside, "greater", 0.01, parts=3) is Verdict.UNDECIDED
    assert judge_contrast(barely_inside, "equal", 0.01, parts=3) is Verdict.HOLDS
    barely_smaller = effect(0.02, 0.0399)
    assert judge_contrast(barely_smaller, "greater", 0.01, 0.08) is Verdict.HOLDS_SMALLER
    assert judge_contrast(barely_smaller, "greater", 0.01, 0.08, parts=3) is Verdict.HOLDS


@pytest.mark.parametrize(("slack", "verdict"), [(0.99, "undecided"), (1.01, "opposite")])
def test_the_corrected_level_is_bonferroni(slack, verdict):
    standard_error = 0.01
    mean = -slack * T_98_33 * standard_error
    half = T_95 * standard_error
    seen = Effect(
        mean, mean - half, mean + half, 10, 0.1, standard_error, 1.0, 0.95, design="re-split"
    )
    assert judge_contrast(seen, "greater", 0.001, parts=3, guarded=False) == verdict


def contrast(low, high, name="a - b", expect="greater", repeats=10, gain=None):
    return Contrast(name, effect(low, high, repeats), expect, 0.01, gain)


GOOD, BAD = contrast(0.02, 0.04, "good"), contrast(-0.06, -0.05, "bad")
FLAT, OPEN = contrast(-0.001, 0.001, "flat"), contrast(-0.02, 0.04, "open")
SMALL = contrast(0.02, 0.03, "small", gain=0.5)
# Wide enough to be undecided, and their upper ends below the published gain, or below half of it.
EXCLUDED = contrast(-0.02, 0.04, "excluded", gain=0.06)
HALF = contrast(-0.02, 0.04, "half", gain=0.2)


def judge(*contrasts, scale="laptop", data_role="own", **options):
    return judge_claim(contrasts, scale=scale, data_role=data_role, **options)


@pytest.mark.parametrize(
    ("contrasts", "verdict"),
    [
        ([GOOD], "holds"),
        ([GOOD, SMALL], "holds, smaller"),
        ([GOOD, OPEN], "undecided (1 of 2 parts hold)"),
        ([OPEN], "undecided"),
        ([GOOD, FLAT], "holds in part (1 of 2)"),
        ([GOOD, SMALL, BAD], "holds in part (2 of 3)"),
        ([FLAT, OPEN, GOOD], "holds in part (1 of 3)"),
        ([GOOD, BAD, FLAT], "holds in part (1 of 3)"),
        ([FLAT, OPEN], "no practical difference (in 1 of 2 parts)"),
        ([FLAT, BAD, OPEN], "opposite (in 1 of 3 parts)"),
        ([BAD], "opposite"),
        ([FLAT], "no practical difference"),
        ([EXCLUDED], "undecided, but the published size is excluded"),
        ([EXCLUDED, GOOD], "undecided, but the published size is excluded (in 1 of 2 parts)"),
        ([HALF, EXCLUDED], "undecided, but less than half of it (in 1 of 2 parts)"),
    ],
)
def test_the_word_of_a_claim_says_how_many_parts_it_speaks_of(contrasts, verdict):
    judgement = judge(*contrasts)
    assert judgement.word == verdict
    assert judgement.word.startswith(judgement.verdict)
    assert judge(*reversed(contrasts)).word == verdict
    assert [part.name for part in judgement.parts] == [c.name for c in contrasts]
    assert not judgement.on_stand_in


def test_the_parts_carry_what_tables_and_figures_show():
    part = judge(SMALL).parts[0]
    assert (part.margin, part.published_gain, part.expect) == (0.01, 0.5, "greater")
    assert (part.effect.low, part.effect.repeats) == (0.02, 10)
    reason = judge(SMALL).reason
    assert reason == (
        "small: +0.0250 [+0.0200, +0.0300] over 10 repeats, in the claimed direction: "
        "holds, smaller"
    )


@pytest.mark.parametrize("scale", ["smoke", "quick"])
def test_small_scales_only_illustrate_and_still_say_the_direction(scale):
    judgement = judge(GOOD, BAD, scale=scale)
    assert judgement.verdict == "illustration, no verdict"
    assert {part.verdict for part in judgement.parts} == {Verdict.ILLUSTRATION}
    assert judgement.reason == (
        "seen: good: +0.0300 [+0.0200, +0.0400] over 10 repeats, in the claimed direction; "
        "bad: -0.0550 [-0.0600, -0.0500] over 10 repeats, against the claimed direction "
        f"({scale} scale gives no verdict)"
    )


def test_fewer_than_five_repeats_in_any_part_only_illustrate():
    few = contrast(0.02, 0.04, "few", repeats=4)
    assert judge(GOOD, few).verdict is Verdict.ILLUSTRATION
    assert "a verdict needs 5 repeats" in judge(GOOD, few).reason
    assert judge(GOOD, contrast(0.02, 0.04, "enough", repeats=5)).verdict is Verdict.HOLDS
    assert judge(few, data_role="generated").verdict is Verdict.ILLUSTRATION
    single = Contrast("one", paired_effect([-0.5]), "less", 0.01)
    assert single.effect.high == inf
    assert "-0.5000 [no interval] over 1 repeat, in the claimed direction" in judge(single).reason


@pytest.mark.parametrize(
    ("expect", "low", "high", "words"),
    [
        ("greater", -0.3, -0.1, "against the claimed direction"),
        ("less", -0.3, -0.1, "in the claimed direction"),
        ("greater", -0.1, 0.1, "in no direction"),
        ("equal", -0.02, 0.03, "inside the margin"),
        ("equal", -0.03, -0.02, "outside the margin"),
        ("at_most", -0.3, -0.1, "no more than the margin"),
        ("at_most", 0.1, 0.3, "more than the margin"),
    ],
)
def test_directions_in_words(expect, low, high, words):
    assert words in judge(contrast(low, high, expect=expect), scale="quick").reason


def test_generated_data_show_mechanisms_and_never_hold():
    for contrasts, expected in [
        ([GOOD], "mechanism seen"),
        ([GOOD, SMALL], "mechanism seen"),
        ([OPEN], "mechanism undecided"),
        ([GOOD, OPEN], "mechanism undecided (1 of 2 parts seen)"),
        ([EXCLUDED], "mechanism undecided"),
        ([BAD], "opposite mechanism"),
        ([FLAT], "mechanism not seen"),
        ([GOOD, FLAT], "mechanism seen in part (1 of 2)"),
    ]:
        judgement = judge(*contrasts, data_role="generated")
        assert judgement.word == expected
        assert {part.verdict for part in judgement.parts} <= set(MECHANISM.values())
    assert "would be called opposite" in judge(BAD, data_role="generated").reason


def test_a_stand_in_gets_a_verdict_and_says_what_it_is():
    judgement = judge(GOOD, data_role="real stand-in")
    assert judgement.verdict is Verdict.HOLDS
    assert judgement.on_stand_in and judgement.data_role == "real stand-in"


@pytest.mark.parametrize(
    ("default", "printed", "verdict"),
    [
        (GOOD, GOOD, "holds"),
        (GOOD, SMALL, "holds, smaller"),
        (GOOD, BAD, "depends on reading"),
        (GOOD, OPEN, "depends on reading"),
        (OPEN, BAD, "depends on reading"),
        (OPEN, OPEN, "undecided"),
        (BAD, BAD, "opposite"),
        (BAD, FLAT, "no practical difference"),
        (EXCLUDED, HALF, "undecided, but the published size is excluded"),
        (OPEN, HALF, "undecided"),
        (EXCLUDED, FLAT, "depends on reading"),
    ],
)
def test_a_claim_fails_only_if_it_fails_under_every_reading(default, printed, verdict):
    judgement = judge(default, readings={"printed": [printed]})
    assert judgement.verdict == verdict
    assert judge(printed, readings={"intended": [default]}).verdict == verdict
    assert set(judgement.by_reading) == {"default", "printed"}
    assert judgement.by_reading["printed"] is judge(printed).verdict
    assert [part.name for part in judgement.parts] == [
        default.name,
        f"{printed.name} (reading: printed)",
    ]
    assert "reading 'printed': " in judgement.reason


def test_readings_at_a_small_scale_or_on_generated_data():
    readings = {"printed": [BAD]}
    assert judge(GOOD, scale="quick", readings=readings).verdict is Verdict.ILLUSTRATION
    assert judge(GOOD, data_role="generated", readings=readings).verdict is Verdict.DEPENDS
    both = judge(OPEN, data_role="generated", readings=readings)
    assert both.verdict is Verdict.DEPENDS


def test_not_attempted_keeps_its_reason():
    judgement = not_attempted("imagenet_auc", "Oversampling wins.", "ImageNet is not available")
    assert judgement.verdict == "not attempted"
    assert (judgement.claim_id, judgement.parts) == ("imagenet_auc", ())
    assert judgement.reason == "ImageNet is not available"


BAD_CALLS = {
    "size": (
        lambda: judge(Contrast("a", effect(0, 1), "size", 0.1)),
        "further from 0 than its margin",
    ),
    "no size": (lambda: judge(Contrast("a", effect(0, 1), "less", 0.1, size=2)), "of size, and no"),
    "identity": (lambda: true_by_construction("a", "b", ""), "needs a reason"),
    "expect": (lambda: judge_contrast(effect(0, 1), "more", 0.1), "unknown expectation 'more'"),
    "margin": (lambda: judge_contrast(effect(0, 1), "less", -0.1), "at least 0"),
    "no margin": (lambda: judge_contrast(effect(0, 1), "equal", 0), "above 0 to judge 'equal'"),
    "no room": (lambda: judge_contrast(effect(0, 1), "at_most", 0), "above 0 to judge 'at_most'"),
    "gain": (lambda: judge_contrast(effect(0, 1), "less", 0.1, -0.2), "received -0.2"),
    "nan": (lambda: judge_contrast(effect(float("nan"), 1), "less", 0.1), "received nan"),
    "parts": (lambda: judge_contrast(effect(0, 1), "less", 0.1, parts=0), "at least 1 part"),
    "scale": (lambda: judge(GOOD, scale="big"), "unknown scale 'big'"),
    "data": (lambda: judge(GOOD, data_role="stand-in"), "did you mean 'real stand-in'"),
    "empty": (lambda: judge(), "at least one contrast"),
    "names": (lambda: judge(GOOD, GOOD), "different names"),
    "reading": (lambda: judge(GOOD, readings={"default": [BAD]}), "called 'default'"),
    "reason": (lambda: not_attempted("a", "b", " "), "needs a reason"),
    "quick finds it too": (
        lambda: judge(Contrast("a", effect(0, 1), "equal", 0.0), scale="quick"),
        "above 0 to judge 'equal'",
    ),
}


@pytest.mark.parametrize("name", BAD_CALLS)
def test_bad_input_is_refused_in_one_line(name):
    call, expected = BAD_CALLS[name]
    with pytest.raises(UserError) as caught:
        call()
    assert expected in str(caught.value) and "\n" not in str(caught.value)
