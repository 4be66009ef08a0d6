"""What a verdict depends on besides its interval: repeats, controls, sizes, single repeats."""

import pytest

from reproduce.evaluation.significance import paired_effect
from reproduce.evaluation.verdicts import (
    Contrast,
    Control,
    Verdict,
    judge_contrast,
    true_by_construction,
)
from tests.evaluation.test_verdicts import FLAT, GOOD, contrast, effect, judge


@pytest.mark.parametrize(("made", "registered", "word"), [
    (5, 10, "illustration (5 of 10 repeats)"), (9, 10, "illustration (9 of 10 repeats)"),
    (10, 10, "holds"), (12, 10, "holds"), (5, None, "holds"),
    (4, None, "illustration (4 of 5 repeats)"),
    (4, 3, "illustration (4 of 5 repeats)"),
])  # fmt: skip
def test_registered_repeats_are_enforced(made, registered, word):
    few = contrast(0.02, 0.04, "few", repeats=made)
    judgement = judge(contrast(0.02, 0.04, repeats=20), few, repeats=registered)
    assert judgement.word == word
    under_a_reading = judge(GOOD, readings={"other": [few]}, repeats=registered)
    assert under_a_reading.word == word
    if made < (registered or 5):
        assert f"a verdict needs {max(registered or 5, 5)} repeats" in judgement.reason
    assert judge(few, scale="quick", repeats=registered).word in (
        word,
        "illustration (quick scale)",
    )


def test_a_failed_control_leaves_no_verdict_and_gives_its_numbers():
    failed = Control("SimCLR above its start", False, "-1.2 [-3.0, +0.6] in the linear probe")
    passed = Control("some arm sees grade 4", True, "recall 0.31")
    judgement = judge(FLAT, control=[passed, failed])
    assert judgement.word == "this test bed cannot tell"
    assert [part.verdict for part in judgement.parts] == [Verdict.TEST_BED]
    assert "SimCLR above its start: -1.2 [-3.0, +0.6]" in judgement.reason
    assert "flat: +0.0000" in judgement.reason and "grade 4" not in judgement.reason
    assert judge(FLAT, control=passed).verdict is Verdict.NO_DIFFERENCE
    assert "recall 0.31" in judge(FLAT, control=passed).reason
    quick = judge(FLAT, control=failed, scale="quick")
    assert quick.verdict is Verdict.ILLUSTRATION and "-1.2" in quick.reason
    assert judge(GOOD, control=failed, data_role="generated").verdict is Verdict.TEST_BED


def test_an_identity_is_not_counted_among_what_holds():
    judgement = true_by_construction("auc", "Kept.", "a constant keeps the order", [GOOD])
    assert judgement.word == "true by construction"
    assert judgement.parts[0].verdict is Verdict.BY_CONSTRUCTION
    assert judgement.reason.startswith("a constant keeps the order; good: +0.0300")


@pytest.mark.parametrize(("low", "high", "word"), [
    (-0.055, -0.045, "holds"), (-0.07, -0.045, "undecided"), (-0.5, -0.4, "another size"),
    (-0.035, -0.02, "another size"), (0.001, 0.03, "opposite"),
    (-0.005, 0.009, "no practical difference"), (-0.05, 0.02, "undecided"),
])  # fmt: skip
def test_a_claim_of_size_is_an_equivalence_to_that_size(low, high, word):
    def judged(low, high, size):
        sized = Contrast("loss", effect(low, high), "size", 0.01, size=size)
        return judge(sized)

    assert judged(low, high, -0.05).word == word
    assert judged(-high, -low, 0.05).word == word, "the same the other way up"
    assert "-0.05 ± 0.01" in judged(low, high, -0.05).reason


def lopsided(share, k=5, mean=1.0):
    """Return an effect of 4 standard errors, `share` of the squared error due to the images."""
    error = mean / 4
    spread = error * (k * (1 - share)) ** 0.5
    steps = [(2 * i - k + 1) for i in range(k)]
    scale = spread / (sum(s * s for s in steps) / (k - 1)) ** 0.5
    return paired_effect([mean + scale * step for step in steps], share * error**2)


def test_repeats_that_could_hide_a_lopsided_spread_give_no_firm_word():
    guarded, images = (judge(Contrast("a", lopsided(s), "greater", 0.1)) for s in (0.0, 0.97))
    assert (guarded.verdict, images.verdict) == ("undecided", "holds")
    part = guarded.parts[0]
    assert part.effect.low > 0 and part.withheld is Verdict.HOLDS
    assert "interval alone would say 'holds', but 5 repeats could hide a lopsided spread" in (
        guarded.reason
    )
    assert judge_contrast(lopsided(0.0), "greater", 0.1, guarded=False) is Verdict.HOLDS
    # Many repeats show what five can hide.
    assert judge(Contrast("a", lopsided(0.0, k=30), "greater", 0.1)).verdict is Verdict.HOLDS
    against = judge(Contrast("a", lopsided(0.0), "less", 0.1))
    assert (against.verdict, against.parts[0].withheld) == ("undecided", "opposite")
    flat = judge(Contrast("a", lopsided(0.0), "greater", 1.8))
    assert (flat.verdict, flat.parts[0].withheld) == ("undecided", "no practical difference")


def test_a_word_that_one_repeat_carries_says_which():
    steady = paired_effect([0.2, 0.19, 0.21, 0.2, 0.2, 0.19, 0.21, 0.16], 1e-6, seeds=range(10, 18))
    judged = judge(Contrast("a", steady, "greater", 0.1, 0.47)).parts[0]
    assert judged.verdict is Verdict.HOLDS and judged.carried_by == ((17, Verdict.HOLDS_SMALLER),)
    assert judged.sign_flip == pytest.approx(2 / 2**8)
    reason = judge(Contrast("a", steady, "greater", 0.1, 0.47)).reason
    assert "sign-flip value 0.0078" in reason
    assert "without repeat 17 it would be 'holds, smaller'" in reason
