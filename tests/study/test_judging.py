"""From registered claims and stored results to verdicts, on made-up results with known effects."""

from dataclasses import replace
from statistics import mean, stdev

import numpy as np
import pytest

from reproduce.evaluation.verdicts import Verdict
from reproduce.registry import claims as registry
from reproduce.registry.claims import Claim
from reproduce.study.contrasts import Comparison
from reproduce.study.judging import judge, judge_one

TWO_METHODS = ["baseline", "oversampling"]
ONE_POINT = {"rho": 10, "mu": 0.5, "seeds": [0, 1, 2, 3, 4], "methods": TWO_METHODS}
GRID = {**ONE_POINT, "rho": [10, 100], "mu": [0.2, 0.5]}
# Two-sided 95 % quantile of Student's t with four degrees of freedom.
T_4 = 2.7764451052


def term(weight, method, **where):
    return {"weight": weight, "method": method, "where": where}


BETTER = [term(1, "oversampling"), term(-1, "baseline")]


def claim(*terms, expect="greater", where=None, metric="auc", margin=0.001, **changed) -> Claim:
    """Return a claim with one contrast of these terms."""
    contrast = {"name": "a minus b", "expect": expect, "terms": list(terms), "where": where or {}}
    return Claim.model_validate({
        "paper": "class_imbalance", "id": "planted", "quote": "q", "english": "One is better.",
        "place": "Section 1", "says": "paper", "type": "superiority", "estimand": "e",
        "metric": metric, "data": {"own": ["mnist"], "here": ["mnist"]}, "margin": margin,
        "margin_reason": "r", "repeats": 5, "controls": [], "status": "confirmatory",
        "contrasts": [contrast], **changed,
    })  # fmt: skip


def noisy(cell) -> dict[str, float]:
    """Plant an AUC with an effect of the method, of the point, and of nothing but chance."""
    factors, random = cell.factors, np.random.default_rng(int(cell.trial.key, 16))
    level = {"baseline": 0.80, "oversampling": 0.83, "undersampling": 0.81}.get(cell.method, 0.5)
    return {"auc": level - factors["rho"] / 2000 - factors["mu"] / 50 + random.normal(0, 0.002)}


def planted_difference(size):
    """Plant the same difference between oversampling and the rest, with a little noise by seed."""
    return lambda cell: {"auc": 0.8 + (cell.method == "oversampling") * (size + cell.seed / 1e5)}


def auc(study, method, seed, **point) -> float:
    (cell,) = study.select(method=method, seed=seed, **point)
    return study.store.get(cell.trial.key).metrics["test/auc"]


def only_part(judgement):
    (part,) = judgement.parts
    return part


# -- the effect -----------------------------------------------------------------------------------


def test_the_effect_is_the_paired_difference_averaged_over_points(study_of, same_scores):
    study = study_of(noisy, same_scores, **GRID)
    effect = only_part(judge_one(study, claim(*BETTER))).effect
    by_seed = [
        mean(
            auc(study, "oversampling", seed, rho=rho, mu=mu)
            - auc(study, "baseline", seed, rho=rho, mu=mu)
            for rho in (10, 100)
            for mu in (0.2, 0.5)
        )
        for seed in range(5)
    ]
    assert effect.repeats == 5
    assert effect.mean == pytest.approx(mean(by_seed), abs=1e-12)
    half = T_4 * stdev(by_seed) / 5**0.5
    assert (effect.low, effect.high) == pytest.approx(
        (mean(by_seed) - half, mean(by_seed) + half), abs=1e-9
    )


def test_a_contrast_between_two_rhos_is_averaged_over_mu(study_of, same_scores):
    study = study_of(noisy, same_scores, **GRID)
    harm = claim(term(1, "baseline", rho=100), term(-1, "baseline", rho=10), expect="less")
    effect = only_part(judge_one(study, harm)).effect
    by_seed = [
        mean(
            auc(study, "baseline", seed, rho=100, mu=mu)
            - auc(study, "baseline", seed, rho=10, mu=mu)
            for mu in (0.2, 0.5)
        )
        for seed in range(5)
    ]
    assert effect.mean == pytest.approx(mean(by_seed), abs=1e-12)
    assert effect.mean == pytest.approx(-0.045, abs=0.005)
    assert effect.sd == pytest.approx(stdev(by_seed), abs=1e-12)


def test_where_restricts_every_term_and_a_list_is_averaged(study_of, same_scores):
    study = study_of(noisy, same_scores, **{**ONE_POINT, "rho": [10, 50, 100]})
    restricted = claim(*BETTER, where={"rho": [50, 100], "imbalance": "step"})
    by_hand = mean(
        auc(study, "oversampling", s, rho=r) - auc(study, "baseline", s, rho=r)
        for s in range(5)
        for r in (50, 100)
    )
    effect = only_part(judge_one(study, restricted)).effect
    assert effect.mean == pytest.approx(by_hand, abs=1e-12)


def test_weights_count(study_of, same_scores):
    """Half of two methods against a third; the effect is no plain difference of two."""
    study = study_of(
        noisy, same_scores, **{**ONE_POINT, "methods": [*TWO_METHODS, "undersampling"]}
    )
    terms = [term(0.5, "oversampling"), term(0.5, "undersampling"), term(-1, "baseline")]
    by_hand = mean(
        auc(study, "oversampling", s) / 2
        + auc(study, "undersampling", s) / 2
        - auc(study, "baseline", s)
        for s in range(5)
    )
    effect = only_part(judge_one(study, claim(*terms))).effect
    assert effect.mean == pytest.approx(by_hand, abs=1e-12)


def test_only_points_that_all_terms_share_are_averaged(study_of, same_scores):
    study = study_of(noisy, same_scores, **GRID)
    study.cells = [c for c in study.cells if not c.matches(method="baseline", rho=100, mu=0.2)]
    by_hand = mean(
        auc(study, "oversampling", s, rho=r, mu=m) - auc(study, "baseline", s, rho=r, mu=m)
        for s in range(5)
        for r, m in ((10, 0.2), (10, 0.5), (100, 0.5))
    )
    effect = only_part(judge_one(study, claim(*BETTER))).effect
    assert effect.mean == pytest.approx(by_hand, abs=1e-12)


def test_only_seeds_that_all_arms_share_are_paired(study_of, same_scores):
    study = study_of(noisy, same_scores, **{**ONE_POINT, "seeds": list(range(6))})
    study.cells = [c for c in study.cells if not c.matches(method="baseline", seed=3)]
    by_seed = [auc(study, "oversampling", s) - auc(study, "baseline", s) for s in (0, 1, 2, 4, 5)]
    effect = only_part(judge_one(study, claim(*BETTER))).effect
    assert (effect.repeats, effect.mean) == (5, pytest.approx(mean(by_seed), abs=1e-12))


def test_the_choice_of_test_images_widens_the_interval(study_of):
    """SE^2 = s_d^2 / k + v, v from resamples in which the same images serve both arms."""
    study = study_of(noisy, **ONE_POINT)
    effect = only_part(judge_one(study, claim(*BETTER))).effect
    draws = np.zeros(200)
    for seed in range(5):
        (one,) = study.select(method="oversampling", seed=seed)
        (other,) = study.select(method="baseline", seed=seed)
        draws += (study.measures.resampled(one, "auc") - study.measures.resampled(other, "auc")) / 5
    squared = effect.sd**2 / 5 + stdev(draws.tolist()) ** 2
    assert effect.standard_error == pytest.approx(squared**0.5, rel=1e-9)
    assert 0.05 < effect.share_of_images < 1


def test_a_metric_after_thresholding_is_recomputed_for_its_arm(study_of):
    methods = ["baseline", "thresholding"]
    study = study_of(lambda cell: {"accuracy": 0.25}, **{**ONE_POINT, "methods": methods})
    gain = claim(term(1, "thresholding"), term(-1, "baseline"), metric="accuracy")
    measured = [
        study.measures.measured(cell)["accuracy"] for cell in study.select(method="thresholding")
    ]
    assert only_part(judge_one(study, gain)).effect.mean == pytest.approx(mean(measured) - 0.25)


# -- the verdict ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "expect", "verdict"),
    [
        (0.03, "greater", Verdict.HOLDS),
        (-0.03, "greater", Verdict.OPPOSITE),
        (-0.03, "less", Verdict.HOLDS),
        (0.03, "less", Verdict.OPPOSITE),
        (0.0001, "greater", Verdict.NO_DIFFERENCE),
        (0.0001, "equal", Verdict.HOLDS),
        (0.03, "equal", Verdict.OPPOSITE),
    ],
)
def test_five_seeds_on_the_papers_own_data_give_a_verdict(
    study_of, same_scores, size, expect, verdict
):
    study = study_of(planted_difference(size), same_scores, **ONE_POINT)
    judgement = judge_one(study, claim(*BETTER, expect=expect))
    assert judgement.verdict == verdict
    assert (judgement.data_role, judgement.on_stand_in) == ("own", False)
    assert (judgement.claim_id, judgement.english) == ("planted", "One is better.")


def test_a_gain_far_below_the_published_one_is_smaller(study_of, same_scores):
    study = study_of(planted_difference(0.03), same_scores, **ONE_POINT)
    published = {"published_gain": 0.2, "published_from": "Table 1"}
    assert judge_one(study, claim(*BETTER, **published)).verdict == Verdict.HOLDS_SMALLER
    against = {"published_gain": -0.2, "published_from": "Table 1"}
    assert judge_one(study, claim(*BETTER, **against)).verdict == Verdict.HOLDS


def test_the_claims_margin_is_the_one_that_judges(study_of, same_scores):
    study = study_of(planted_difference(0.03), same_scores, **ONE_POINT)
    assert judge_one(study, claim(*BETTER, margin=0.05)).verdict == Verdict.NO_DIFFERENCE


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"seeds": [0, 1, 2, 3]}, "a verdict needs 5 repeats"),
        ({"profile": "quick"}, "quick scale gives no verdict"),
        ({"profile": "smoke"}, "smoke scale gives no verdict"),
        ({"profile": "quick", "iterations": 9000}, "quick scale gives no verdict"),
    ],
)
def test_few_repeats_and_small_scales_only_illustrate(study_of, same_scores, values, why):
    study = study_of(planted_difference(0.03), same_scores, **{**ONE_POINT, **values})
    judgement = judge_one(study, claim(*BETTER))
    assert judgement.verdict == Verdict.ILLUSTRATION
    assert why in judgement.reason
    assert "in the claimed direction" in judgement.reason


def test_on_other_data_the_verdict_is_flagged_as_one_on_a_stand_in(study_of, same_scores):
    study = study_of(planted_difference(0.03), same_scores, data="stand_in", **ONE_POINT)
    judgement = judge_one(study, claim(*BETTER))
    assert (judgement.verdict, judgement.data_role) == (Verdict.HOLDS, "real stand-in")
    assert judgement.on_stand_in


@pytest.mark.parametrize(
    ("size", "verdict"), [(0.03, Verdict.MECHANISM_SEEN), (-0.03, Verdict.MECHANISM_OPPOSITE)]
)
def test_on_generated_data_no_claim_holds_or_fails(study_of, same_scores, size, verdict):
    study = study_of(planted_difference(size), same_scores, data="stand_in", **ONE_POINT)
    study.cells = [replace(c, factors={**c.factors, "dataset": "lesions"}) for c in study.cells]
    judgement = judge_one(study, claim(*BETTER))
    assert (judgement.verdict, judgement.data_role) == (verdict, "generated")


# -- what was not put to the test -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "changed", "lacking"),
    [
        ([term(1, "smote_embeddings"), term(-1, "baseline")], {}, "smote_embeddings"),
        (BETTER, {"where": {"rho": 1000}}, "oversampling at rho 1000"),
        (BETTER, {"where": {"rho": [50, 1000]}}, "oversampling at rho 50 or 1000"),
        (BETTER, {"where": {"dataset": "cifar10"}}, "oversampling at dataset cifar10"),
        ([term(1, "baseline", rho=10), term(-1, "baseline", rho=5000)], {}, "baseline at rho 5000"),
        (BETTER, {"metric": "eer"}, "oversampling, in verification"),
    ],
)
def test_what_was_not_run_is_not_attempted_with_the_reason(
    study_of, same_scores, terms, changed, lacking
):
    study = study_of(noisy, same_scores, **ONE_POINT)
    judgement = judge_one(study, claim(*terms, **changed))
    assert (judgement.verdict, judgement.parts) == (Verdict.NOT_ATTEMPTED, ())
    assert judgement.reason == f"not run at this scale: {lacking}"


def test_terms_without_a_common_point_are_not_attempted(study_of, same_scores):
    study = study_of(noisy, same_scores, **{**ONE_POINT, "rho": [10, 100]})
    study.cells = [
        c for c in study.cells
        if c.matches(method="baseline", rho=10) or c.matches(method="oversampling", rho=100)
    ]  # fmt: skip
    planted = claim(*BETTER)
    lacking = Comparison(study, planted.contrasts[0], planted.metric).missing()
    assert lacking.startswith("points of the grid")
    assert judge_one(study, planted).verdict == Verdict.NOT_ATTEMPTED


def test_one_contrast_that_was_not_run_leaves_the_whole_claim_untested(study_of, same_scores):
    study = study_of(planted_difference(0.03), same_scores, **ONE_POINT)
    base = claim(*BETTER).contrasts[0].model_dump(exclude_none=True)
    both = [base, {**base, "name": "further off", "where": {"rho": 1000}}]
    assert judge_one(study, claim(contrasts=both)).verdict == Verdict.NOT_ATTEMPTED


def test_every_registered_claim_is_judged_in_the_registrys_order(study_of, same_scores):
    study = study_of(planted_difference(0.03), same_scores, **{**ONE_POINT, "rho": [10, 100]})
    judgements = judge(study)
    assert [j.claim_id for j in judgements] == [c.id for c in registry.load("class_imbalance")]
    by_id = {judgement.claim_id: judgement for judgement in judgements}
    assert by_id["oversampling_is_best"].verdict == Verdict.NOT_ATTEMPTED, "two-phase was not run"
    assert by_id["imbalance_is_harmful"].verdict == Verdict.NO_DIFFERENCE, "none was planted"
