"""What was registered is kept: readings, repeats, fresh seeds, whose data, whole estimands."""

from datetime import date

import pytest

from reproduce.evaluation.registry import METRICS
from reproduce.evaluation.verdicts import Verdict
from reproduce.registry import editions
from reproduce.study.judging import judge_one
from tests.study.conftest import HOPED_FOR
from tests.study.test_judging import (
    BETTER,
    GRID,
    ONE_POINT,
    claim,
    noisy,
    planted_difference,
    term,
)  # fmt: skip

NINE = {**GRID, "rho": [10, 100, 1000], "mu": [0.2, 0.5, 0.8]}
FIVE, TEN = list(range(5)), list(range(10))
AMENDED = {"date": date(2026, 11, 28), "what": "w", "why": "y", "after": "first"}


def one_corner(cell) -> dict[str, float]:
    """Plant that oversampling is a little worse at eight of nine points, and far better at one."""
    corner = cell.factors["rho"] == 1000 and cell.factors["mu"] == 0.8
    gain = 0.09 if corner else -0.002
    ours = cell.method == "oversampling"
    return {"auc": 0.8 + ours * (gain + cell.seed / 1e5) - cell.factors["rho"] / 1e4}


def majority(**changed) -> dict:
    contrast = {"name": "majority of points", "terms": BETTER, "expect": "less", "over": "majority"}
    return {"name": "majority_of_points", "what": "at most points", "contrasts": [contrast],
            **changed}  # fmt: skip


# -- readings -----------------------------------------------------------------------------------


def test_a_claim_that_holds_under_one_reading_only_depends_on_it(study_of, same_scores):
    study = study_of(one_corner, same_scores, **NINE)
    alone = claim(*BETTER, expect="less")
    assert judge_one(study, alone).verdict == Verdict.OPPOSITE
    both = claim(*BETTER, expect="less", reading="mean_over_points", readings=[majority()])
    judgement = judge_one(study, both)
    assert judgement.verdict == Verdict.DEPENDS
    assert judgement.by_reading == {
        "mean_over_points": Verdict.OPPOSITE, "majority_of_points": Verdict.HOLDS,
    }  # fmt: skip
    assert "reading 'mean_over_points': opposite" in judgement.reason
    assert "default" not in judgement.reason


def test_a_majority_is_counted_at_each_seed(study_of, same_scores):
    """Eight of nine points below zero, one above: the share is -7/9 at every seed."""
    study = study_of(one_corner, same_scores, **NINE)
    counted = {"name": "counted", "terms": BETTER, "expect": "less", "over": "majority"}
    (part,) = judge_one(study, claim(contrasts=[counted])).parts
    assert part.effect.differences == pytest.approx([-7 / 9] * 5)
    turned = judge_one(study, claim(contrasts=[{**counted, "expect": "greater"}]))
    assert turned.verdict == Verdict.OPPOSITE


def test_a_claim_does_not_fail_while_a_reading_is_not_judged(study_of, same_scores):
    study = study_of(planted_difference(-0.03), same_scores, **ONE_POINT)
    unjudged = {"name": "other", "what": "o", "unjudged": "2026-11-28: no trial; needs one"}
    judgement = judge_one(study, claim(*BETTER, reading="printed", readings=[unjudged]))
    assert judgement.verdict == Verdict.UNDECIDED
    assert judgement.by_reading == {"printed": Verdict.OPPOSITE, "other": Verdict.NOT_ATTEMPTED}
    assert "needs one" in judgement.reason and "no claim fails" in judgement.reason


def test_a_reading_whose_arms_were_not_run_keeps_a_claim_from_failing(study_of, same_scores):
    study = study_of(planted_difference(-0.03), same_scores, **ONE_POINT)
    elsewhere = {"name": "other", "what": "o", "where": {"rho": 1000}}
    judgement = judge_one(study, claim(*BETTER, reading="printed", readings=[elsewhere]))
    assert judgement.verdict == Verdict.UNDECIDED
    assert "not run at this scale: oversampling at rho 1000" in judgement.reason


def test_a_reading_in_a_metric_that_nothing_measures_is_no_crash(
    study_of, same_scores, monkeypatch
):
    monkeypatch.setitem(METRICS, "hoped_for", HOPED_FOR)
    study = study_of(planted_difference(-0.03), same_scores, **ONE_POINT)
    waits = {"name": "w", "terms": BETTER, "expect": "greater", "metric": "hoped_for"}
    other = {"name": "other", "what": "o", "contrasts": [waits]}
    judgement = judge_one(study, claim(*BETTER, reading="printed", readings=[other]))
    assert judgement.verdict == Verdict.UNDECIDED
    assert "hoped_for, 2026-11-28: needs what none keeps" in judgement.reason


def test_another_reading_alone_does_not_judge_a_claim(study_of, same_scores):
    study = study_of(planted_difference(0.03), same_scores, **ONE_POINT)
    here = {"name": "here", "what": "h", "where": {"rho": 10}}
    judgement = judge_one(
        study, claim(*BETTER, where={"rho": 1000}, reading="there", readings=[here])
    )
    assert judgement.verdict == Verdict.NOT_ATTEMPTED
    assert judgement.reason == "not run at this scale: oversampling at rho 1000"


def test_a_reading_with_too_few_repeats_is_not_judged(study_of, same_scores):
    """Three seeds of another reading: it neither fails the claim nor makes it an illustration."""
    study = study_of(planted_difference(-0.03), same_scores, **{**ONE_POINT, "rho": [10, 100]})
    study.cells = [c for c in study.cells if not (c.factors["rho"] == 100 and c.seed > 2)]
    few = {"name": "severe", "what": "s", "where": {"rho": 100}}
    at_ten = claim(*BETTER, where={"rho": 10}, reading="moderate", readings=[few])
    judgement = judge_one(study, at_ten)
    assert judgement.verdict == Verdict.UNDECIDED
    assert "reading 'severe' is not judged: run with 3 of 5 repeats" in judgement.reason


def test_a_claim_fails_where_it_fails_under_each_reading(study_of, same_scores):
    study = study_of(planted_difference(-0.03), same_scores, **{**ONE_POINT, "rho": [10, 100]})
    at_ten = {"name": "moderate", "what": "m", "where": {"rho": 10}}
    judgement = judge_one(study, claim(*BETTER, reading="all", readings=[at_ten]))
    assert judgement.verdict == Verdict.OPPOSITE
    assert len(judgement.parts) == 2


# -- repeats and seeds --------------------------------------------------------------------------


def test_fewer_repeats_than_registered_are_an_illustration(study_of, same_scores):
    study = study_of(planted_difference(0.03), same_scores, **ONE_POINT)
    judgement = judge_one(study, claim(*BETTER, repeats=10))
    assert (judgement.verdict, judgement.word) == (
        Verdict.ILLUSTRATION, "illustration (5 of 10 repeats)",
    )  # fmt: skip
    assert judge_one(study, claim(*BETTER, repeats=10), enforced=False).verdict == Verdict.HOLDS


@pytest.fixture
def used(monkeypatch):
    """Let an edition have used seeds 0 to 4."""
    monkeypatch.setattr(editions, "seeds_used", lambda paper: frozenset(FIVE))


def test_an_amended_claim_is_not_judged_on_seeds_that_were_seen(study_of, same_scores, used):
    study = study_of(planted_difference(0.03), same_scores, **ONE_POINT)
    judgement = judge_one(study, claim(*BETTER, amendments=[AMENDED]))
    assert judgement.verdict == Verdict.ILLUSTRATION
    assert judgement.word == "illustration (0 of 5 repeats)"
    assert "amended on 2026-11-28 after edition first" in judgement.reason
    assert [part.verdict for part in judgement.parts] == [Verdict.ILLUSTRATION]
    assert judge_one(study, claim(*BETTER)).verdict == Verdict.HOLDS, "an old claim may use them"
    assert judge_one(study, claim(*BETTER, amendments=[AMENDED]), enforced=False).verdict == (
        Verdict.HOLDS
    )


def test_an_amended_claim_is_judged_on_fresh_seeds_alone(study_of, same_scores, used):
    """On the seeds that were seen it would hold; on the others it is the opposite."""

    def turned(cell):
        sign = 1 if cell.seed < 5 else -1
        ours = cell.method == "oversampling"
        return {"auc": 0.8 + ours * (0.03 + cell.seed / 1e4) * sign}

    study = study_of(turned, same_scores, **{**ONE_POINT, "seeds": TEN})
    judgement = judge_one(study, claim(*BETTER, amendments=[AMENDED]))
    assert judgement.verdict == Verdict.OPPOSITE
    assert judgement.parts[0].effect.seeds == (5, 6, 7, 8, 9)
    few = study_of(turned, same_scores, **{**ONE_POINT, "seeds": list(range(8))})
    assert judge_one(few, claim(*BETTER, amendments=[AMENDED])).word == (
        "illustration (3 of 5 repeats)"
    )


# -- whose data, sizes, identities --------------------------------------------------------------


def test_own_data_are_those_the_claim_speaks_of(study_of, same_scores):
    study = study_of(planted_difference(0.03), same_scores, **ONE_POINT)
    other = claim(*BETTER, data={"own": ["cifar10"], "here": ["mnist"]})
    assert judge_one(study, other).data_role == "real stand-in"
    assert judge_one(study, claim(*BETTER)).data_role == "own"


def test_a_claim_of_size_fails_where_the_loss_is_another(study_of, same_scores):
    study = study_of(planted_difference(0.3), same_scores, **ONE_POINT)

    def of(size):
        contrast = {"name": "size", "terms": BETTER, "expect": "size", "size": size}
        return claim(contrasts=[contrast], margin=0.01)

    assert judge_one(study, of(0.3)).verdict == Verdict.HOLDS
    assert judge_one(study, of(0.05)).verdict == Verdict.ANOTHER_SIZE


def test_an_identity_is_true_by_construction(study_of, same_scores):
    study = study_of(planted_difference(0.0), same_scores, **ONE_POINT)
    judgement = judge_one(study, claim(*BETTER, identity="both arms are one"))
    assert judgement.verdict == Verdict.BY_CONSTRUCTION
    assert len(judgement.parts) == 1


def test_every_contrast_of_an_estimand_counts(study_of, same_scores):
    """The first half alone would hold; the second is decisive."""
    study = study_of(planted_difference(0.03), same_scores, **ONE_POINT)
    halves = [
        {"name": "first", "terms": BETTER, "expect": "greater"},
        {"name": "second", "terms": [term(-1, "oversampling"), term(1, "baseline")],
         "expect": "greater"},
    ]  # fmt: skip
    assert judge_one(study, claim(contrasts=halves[:1])).verdict == Verdict.HOLDS
    assert judge_one(study, claim(contrasts=halves)).word == "holds in part (1 of 2)"


def test_parts_share_what_the_maximum_statistic_needs(study_of):
    study = study_of(planted_difference(0.03), **ONE_POINT)
    twice = [{"name": name, "terms": BETTER, "expect": "greater"} for name in "ab"]
    one, two = (part.effect for part in judge_one(study, claim(contrasts=twice)).parts)
    assert one.seeds == two.seeds == tuple(FIVE)
    assert len(one.differences) == 5
    assert (one.image_draws == two.image_draws).all() and one.image_draws.shape == (200,)
    assert one.image_draws.var(ddof=1) > 0


def test_an_untestable_claim_carries_its_registered_reason(study_of):
    study = study_of(noisy, rho=10, mu=0.5, seeds=0)
    judgement = judge_one(study, claim(contrasts=[], not_attempted="no such data is public"))
    assert judgement.verdict == Verdict.NOT_ATTEMPTED
    assert judgement.reason == "no such data is public"
