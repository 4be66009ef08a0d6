"""The table of verdicts says what was compared, and what stands beside a word."""

import pytest

from reproduce.errors import UserError
from reproduce.evaluation.registry import metric
from reproduce.evaluation.significance import RESPLIT
from reproduce.evaluation.vocabulary import Contrast, Control, Verdict
from reproduce.pages.answer_words import outcome_of_control
from reproduce.pages.verdicts import verdict_table
from reproduce.study.effect_facts import EffectFacts

WHERE = "digits (real stand-in), quick scale"


def test_verdicts_of_claims_and_of_their_parts(part, judgement):
    second = part(name="over_undersampling", verdict="undecided", published_gain=None)
    table = verdict_table(
        [judgement(part()), judgement(part(), second, verdict="undecided")], provenance=WHERE
    )
    assert table.rows[0] == [
        "Oversampling is better.", "✓ holds",
        "+2.0 points\n[+1.0,\xa0+3.0]\nmargin ± 0.5, n\xa0=\xa05", "+3.0",
    ]  # fmt: skip
    assert [row[1] for row in table.rows] == ["✓ holds", "? undecided", "✓ holds", "? undecided"]
    assert table.rows[3][3] == "–"


def test_a_verdict_table_says_who_states_a_claim(part, judgement):
    """A sentence of a summary is never charged to the paper."""
    one, two = judgement(part()), judgement(part(), claim_id="another")
    table = verdict_table([one], says={one.claim_id: "summary"}, provenance=WHERE)
    assert table.note.startswith("Each is stated by the summary.")
    both = {one.claim_id: "summary", "another": "paper"}
    table = verdict_table([one, two], says=both, provenance=WHERE)
    assert [row[0].split("\n")[1] for row in table.rows] == [
        "stated by the summary", "stated by the paper",
    ]  # fmt: skip


def test_a_stand_in_is_named_and_a_lesser_gain_keeps_its_sign(part, judgement):
    less = judgement(part(mean=-0.02, expect="less"), on_stand_in=True)
    table = verdict_table([less], provenance=WHERE)
    assert "stand-in, not on the paper's own data" in table._repr_html_().replace("&#x27;", "'")
    assert table.rows[0][2:] == [
        "−2.0 points\n[−3.0,\xa0−1.0]\nmargin ± 0.5, n\xa0=\xa05",
        "−3.0",
    ]
    with pytest.raises(UserError):
        verdict_table([], provenance=WHERE)


def test_a_verdict_table_says_where_a_claim_of_one_part_was_judged(part, judgement):
    there = part(restricted="judged at rho 100, mu 0.5")
    table = verdict_table([judgement(there), judgement(there, part())], provenance=WHERE)
    claims = [row[0] for row in table.rows]
    assert claims[0] == "Oversampling is better (judged at rho 100, mu 0.5)"
    assert claims[1] == "Oversampling is better."


def beside(**changes):
    given = {
        "metric": metric("auc"), "contrast": "Oversampling minus Baseline",
        "data": "mnist (its own data)", "points": "mean over mu 0.2, 0.8",
        "length": "2,000 steps for every method, of 10,000 in the profile “paper”",
        "published": None,
    }  # fmt: skip
    return EffectFacts(**given | changes)


def test_a_verdict_says_metric_contrast_data_points_and_length(part, judgement):
    one, two = part(name="first"), part(name="second", restricted="run at rho 10, not 25")
    found = judgement(one, two)
    told = {
        (found.claim_id, "first"): beside(),
        (found.claim_id, "second"): beside(length="steps that differ: Two-phase 4,000"),
    }
    table = verdict_table([found], beside=told, provenance=WHERE)
    assert table.rows[1][0] == (
        "– ROC AUC: Oversampling minus Baseline\nmnist (its own data); mean over mu 0.2, 0.8"
    )
    # What most were trained for is said once, another length where it is.
    assert (
        "Trained for 2,000 steps for every method, of 10,000 in the profile “paper”" in table.note
    )
    assert table.rows[2][0].endswith("run at rho 10, not 25\nsteps that differ: Two-phase 4,000")


def test_an_effect_that_is_no_percentage_has_its_own_unit(part, judgement):
    cosine = part(mean=-0.071, half=0.004, metric="class_centre_cosine", margin=0.02)
    counted = part(mean=0.5, metric="auc", over="majority", margin=0.1)
    table = verdict_table([judgement(cosine), judgement(counted)], provenance=WHERE)
    assert table.rows[0][2] == "−0.071\n[−0.075,\xa0−0.067]\nmargin ± 0.02, n\xa0=\xa05"
    assert "Effects on Class centre cosine are in the metric's own unit" in table.note
    assert table.rows[1][2].startswith("+50.0 % of the points of the grid")


def test_under_a_claim_stand_its_readings_its_conditions_and_what_was_said_before(part, judgement):
    found = judgement(
        part(), by_reading={"mean_over_grid": "opposite", "majority": "holds"},
        conditions=("not met: same number of iterations",), first_registered={"one": "opposite"},
        word="depends on reading",
    )  # fmt: skip
    claim, verdict = verdict_table([found], provenance=WHERE).rows[0][:2]
    assert claim.split("\n")[1:] == [
        "read as mean over grid: opposite", "read as majority: holds",
        "not met: same number of iterations", "One said: opposite",
    ]  # fmt: skip
    assert verdict == "✓ depends on reading"


def test_the_word_of_a_claim_has_its_numbers(part, judgement):
    found = judgement(part(), part(), verdict="holds in part", word="holds in part (2 of 3)")
    assert verdict_table([found], provenance=WHERE).rows[0][1] == "◐ holds in part (2 of 3)"


def test_what_several_claims_do_not_meet_is_said_once_under_a_letter(part, judgement):
    control = "positive control not met: A probe beats the start (its control was not run (why))"
    both = [judgement(part(), conditions=(control, "not met: same steps (1 and 2)")),
            judgement(part(), conditions=(control,))]  # fmt: skip
    table = verdict_table(both, provenance=WHERE)
    assert "a: positive control not met: A probe beats the start (it was not run)." in table.note
    assert table.rows[0][0].split("\n")[1:] == ["not met: same steps (1 and 2)", "see a above"]
    assert table.rows[1][0].split("\n")[1:] == ["see a above"]


def test_where_the_test_bed_cannot_tell_each_control_is_named_with_its_numbers(part, judgement):
    seen = Contrast("", part(half=0.1).effect, "greater", 0.0, metric="auc")
    failed = Control("A probe beats the start.", False, "numbers", (seen,))
    unrun = Control("The images are real.", False, "its control was not run (none is here)")
    found = judgement(part(), verdict=Verdict.TEST_BED, unmet=(failed, unrun))
    told = verdict_table([found], provenance=WHERE).rows[0][0].split("\n")
    numbers = f"not passed ({outcome_of_control(failed).partition('(')[2]}"
    assert f"positive control not met: A probe beats the start: {numbers}" in told
    assert "points of ROC AUC" in numbers and "over 5 repeats" in numbers
    assert "positive control not met: The images are real: not run on images held out for it" in (
        told
    )


def test_what_has_a_bound_has_an_interval_that_ends_there(part, judgement):
    share = part(half=0.5)
    share.over, share.effect.mean, share.effect.low, share.effect.high = (
        "majority", -0.911, -1.062, -0.760,
    )  # fmt: skip
    assert "[−100.0,\xa0−76.0]" in verdict_table([judgement(share)], provenance=WHERE).rows[0][2]
    # A mean of differences may be as wide as it is.
    share.over = "mean"
    assert "[−106.2,\xa0−76.0]" in verdict_table([judgement(share)], provenance=WHERE).rows[0][2]


def test_an_effect_of_one_repeat_has_no_interval(part, judgement):
    alone = part(half=float("inf"))
    assert verdict_table([judgement(alone)], provenance=WHERE).rows[0][2] == (
        "+2.0 points\nno interval\nmargin ± 0.5, n\xa0=\xa05"
    )


def test_repeats_with_splits_of_their_own_are_counted_as_splits(part, judgement):
    found = part()
    found.effect.design = RESPLIT
    cell = verdict_table([judgement(found)], provenance=WHERE).rows[0][2]
    assert cell.endswith("n\xa0=\xa05\xa0splits")
