"""The head count, and the verdicts of an edition before and after."""

from dataclasses import replace

import pytest

from reproduce.evaluation.significance import paired_effect
from reproduce.evaluation.simulated import LOPSIDED
from reproduce.evaluation.verdicts import Contrast, Verdict, judge_claim, not_attempted
from reproduce.registry import claims as registry
from reproduce.registry import editions
from reproduce.study.before_after import before_after
from reproduce.study.counting import by_chance, head_count
from reproduce.study.judging import judge
from tests.study.test_judging import ONE_POINT, planted_difference

THREE = ["baseline", "oversampling", "undersampling"]


@pytest.fixture
def study(study_of, same_scores):
    return study_of(planted_difference(0.03), same_scores,
                    **{**ONE_POINT, "methods": THREE, "rho": [10, 100, 1000]})  # fmt: skip


def judged(expect="greater", size=0.03, repeats=10, margin=0.0001):
    values = [size + (n % 5 - 2) / 500 for n in range(repeats)]
    contrast = Contrast("a", paired_effect(values, 1e-9), expect, margin)
    return judge_claim([contrast], scale="laptop", data_role="own", claim_id="one")


def test_chance_is_what_the_rule_gives_at_nothing():
    """Ten even repeats: about as often as the guard lets through, never more than 5 %."""
    assert 0 <= by_chance(judged()) <= 0.055
    lopsided = {name: by_chance(judged(), name) for name in LOPSIDED}
    assert 0 < max(lopsided.values()) <= 0.1


def test_a_margin_wider_than_the_spread_leaves_chance_no_room():
    assert by_chance(judged(margin=0.02)) == 0


def test_a_claim_of_no_difference_is_wrong_at_its_margin():
    assert 0 <= by_chance(judged("equal", 0.0, margin=0.01)) <= 0.06


def test_what_was_not_tested_counts_for_nothing():
    assert by_chance(not_attempted("one", "One.", "no data")) == 0


def test_a_head_count(study):
    judgements = judge(study)
    count = head_count(study, judgements)
    assert count.registered == len(registry.load("class_imbalance"))
    tested = [one for one in judgements
              if one.parts and one.verdict not in
              (Verdict.ILLUSTRATION, Verdict.BY_CONSTRUCTION)]  # fmt: skip
    assert count.tested == len(tested) > 0
    assert count.firm <= count.tested
    assert count.wrongly <= count.at_worst <= 0.08 * count.tested * 1.2
    assert count.shared in ("Baseline", "Undersampling", "Oversampling")
    assert count.sharing <= count.tested
    assert sum(count.by_word.values()) == count.tested
    assert f"{count.firm} verdicts are firm" in count.words
    assert "2,000 steps for every method" in count.words


def test_illustrations_are_not_tested_claims(study):
    quick = [replace(one, verdict=Verdict.ILLUSTRATION) if one.parts else one
             for one in judge(study)]  # fmt: skip
    count = head_count(study, quick)
    assert (count.tested, count.firm, count.wrongly, count.shared) == (0, 0, 0, None)


def test_before_and_after_has_each_published_verdict_with_a_reason(study):
    rows = {row.claim: row for row in before_after(study)}
    frozen = editions.load("class_imbalance")[0].verdicts
    attempted = {name for name, said in frozen.items() if said.verdict != "not attempted"}
    assert attempted <= set(rows)
    assert all(rows[name].before == frozen[name].verdict for name in rows)
    assert all(row.reason for row in rows.values())
    worse = rows["undersampling_is_worse_than_baseline"]
    assert (worse.before, worse.after) == ("opposite", "illustration (0 of 5 repeats)")
    assert "amended on" in worse.reason and worse.changed
