"""A claim is judged where all its repeats are, and says where that is not all of the grid."""

from statistics import mean

import pytest

from reproduce.evaluation.registry import METRICS
from reproduce.evaluation.verdicts import Verdict
from reproduce.registry import claims as registry
from reproduce.registry.claims import Claim
from reproduce.study.judging import judge_one
from tests.study.conftest import HOPED_FOR, put

RANGE = "oversampling_best_at_moderate_imbalance"


def about_a_range() -> Claim:
    """Return a claim of one part, about rho 10, 25 and 50."""
    registered = next(c for c in registry.load("class_imbalance") if c.id == RANGE)
    only = [one for one in registered.contrasts if one.name == "oversampling minus baseline"]
    return registered.model_copy(update={"contrasts": only, "amendments": []})


def part_of(study):
    """Return the one part of a claim about rho 10, 25 and 50."""
    (part,) = judge_one(study, about_a_range()).parts
    return part


def test_a_part_of_a_range_is_named(study_of):
    """At rho 10 and 100 only the first belongs to the claim."""
    study = study_of(rho=[10, 100], mu=0.5, seeds=[0, 1], methods=["baseline", "oversampling"])
    assert part_of(study).name.endswith("(run at rho 10, not 25 or 50)")


def test_a_whole_range_needs_no_words(study_of):
    """All three values were run, so nothing is said."""
    study = study_of(rho=[10, 25, 50], mu=0.5, seeds=[0, 1], methods=["baseline", "oversampling"])
    assert "run at" not in part_of(study).name


def test_a_metric_that_nothing_measures_is_no_matter_of_scale(study_of, monkeypatch):
    monkeypatch.setitem(METRICS, "hoped_for", HOPED_FOR)
    study = study_of(rho=[10, 25, 50], mu=0.5, seeds=[0, 1], methods=["baseline", "oversampling"])
    claim = about_a_range()
    asked = claim.model_copy(update={"metric": "hoped_for"})
    judgement = judge_one(study, asked)
    assert (judgement.verdict, judgement.parts) == (Verdict.NOT_ATTEMPTED, ())
    assert judgement.reason == f"not measured yet: hoped_for, {HOPED_FOR.waits_for}"
    assert "scale" not in judgement.reason
    unkept = judge_one(study, claim.model_copy(update={"metric": "knn_after"}))
    assert unkept.reason.startswith("not run at this scale: the encoders of oversampling at ")


# -- points that were run with fewer seeds --------------------------------------------------------

GRID = {"rho": [10, 100], "mu": [0.2, 0.5], "seeds": list(range(5)),
        "methods": ["baseline", "oversampling", "undersampling"]}  # fmt: skip
POINTS = [(rho, mu) for rho in (10, 100) for mu in (0.2, 0.5)]


def auc_of(cell):
    """Plant an AUC that differs by method, point and seed, so that no two ways to average agree."""
    shift = {"baseline": 0.0, "oversampling": 0.05, "undersampling": 0.02}.get(cell.method, 0)
    rho, mu = cell.factors["rho"], cell.factors["mu"]
    return {"auc": 0.5 + shift * (1 + rho / 100 + mu) * (1 + cell.seed**2 / 50)}


def gain_by_hand(seeds, points):
    """Return the mean over seeds of the mean over points of oversampling minus baseline."""
    return mean(
        mean(0.05 * (1 + rho / 100 + mu) * (1 + seed**2 / 50) for rho, mu in points)
        for seed in seeds
    )


def part_judged(study, terms=("oversampling", "baseline"), where=None):
    """Return the one part of a claim about the difference of two methods."""
    weights = zip((1, -1), terms, strict=True)
    (part,) = judge_one(study, Claim.model_validate({
        "paper": "class_imbalance", "id": "planted", "quote": "q", "english": "One is better.",
        "place": "Section 1", "says": "paper", "type": "superiority", "estimand": "e",
        "metric": "auc", "data": {"own": ["mnist"], "here": ["mnist"]}, "margin": 0.001,
        "margin_reason": "r", "repeats": 5, "controls": [], "status": "confirmatory",
        "contrasts": [{
            "name": "a minus b", "expect": "greater", "where": where or {},
            "terms": [{"weight": w, "method": m} for w, m in weights],
        }],
    })).parts  # fmt: skip
    return part


def without(study, **removed):
    study.cells = [cell for cell in study.cells if not cell.matches(**removed)]
    return study


def test_points_with_fewer_seeds_take_no_repeats_from_a_claim(study_of, same_scores):
    """All five seeds at one point, two at the others: judged at the one, and the name says so."""
    study = study_of(auc_of, same_scores, **GRID)
    for rho, mu in POINTS[:-1]:
        without(study, method="oversampling", rho=rho, mu=mu, seed=[2, 3, 4])
    part = part_judged(study)
    assert part.effect.repeats == 5
    assert part.effect.mean == pytest.approx(gain_by_hand(range(5), [(100, 0.5)]), abs=1e-12)
    assert part.name == "a minus b (judged at rho 100, mu 0.5)"


def test_with_all_seeds_everywhere_the_whole_grid_is_judged(study_of, same_scores):
    part = part_judged(study_of(auc_of, same_scores, **GRID))
    assert part.effect.mean == pytest.approx(gain_by_hand(range(5), POINTS), abs=1e-12)
    assert part.name == "a minus b"


def test_as_many_seeds_that_are_others_do_not_count_as_the_same(study_of, same_scores):
    """Two points with four seeds each share three of them; one point keeps four."""
    study = study_of(auc_of, same_scores, **{**GRID, "mu": 0.5})
    without(study, method="oversampling", rho=10, seed=0)
    without(study, method="baseline", rho=100, seed=4)
    part = part_judged(study)
    assert part.effect.repeats == 4
    assert part.effect.mean == pytest.approx(gain_by_hand([1, 2, 3, 4], [(10, 0.5)]), abs=1e-12)
    assert part.name == "a minus b (judged at rho 10)"


def test_both_sides_must_have_the_seeds_of_a_point(study_of, same_scores):
    """A seed that the second term lacks is lacking, and a missing point is no point."""
    study = without(study_of(auc_of, same_scores, **GRID), method="baseline", mu=0.2, seed=1)
    without(study, method="baseline", rho=100, mu=0.5)
    part = part_judged(study)
    assert part.effect.mean == pytest.approx(gain_by_hand(range(5), [(10, 0.5)]), abs=1e-12)
    assert part.name == "a minus b (judged at rho 10, mu 0.5)"


def test_points_that_are_no_rectangle_are_counted(study_of, same_scores):
    study = without(study_of(auc_of, same_scores, **GRID), method="baseline", rho=10, mu=0.2)
    part = part_judged(study)
    assert part.effect.mean == pytest.approx(gain_by_hand(range(5), POINTS[1:]), abs=1e-12)
    assert part.name == "a minus b (judged at 3 of 4 points of the grid)"


def test_a_range_and_a_part_of_the_grid_are_said_together(study_of, same_scores):
    study = without(study_of(auc_of, same_scores, **GRID), method="baseline", mu=0.2, seed=4)
    part = part_judged(study, where={"rho": [10, 50]})
    assert part.name == "a minus b (run at rho 10, not 50; judged at mu 0.5)"


def test_what_a_contrast_restricts_itself_is_not_said_again(study_of, same_scores):
    part = part_judged(study_of(auc_of, same_scores, **GRID), where={"rho": 100, "mu": [0.2, 0.5]})
    assert part.name == "a minus b"


def test_an_experiment_beside_the_grid_says_where_it_was_run(study_of, same_scores):
    """Two-phase training has no more than the middle share of minority classes."""
    study = study_of(auc_of, same_scores, **{**GRID, "mu": [0.2, 0.5, 0.8]},
                     experiments="two_phase")  # fmt: skip
    for cell in study.of_experiment("two_phase"):
        put(study.store, cell.trial, [100] * 10, **auc_of(cell))
    part = part_judged(study, ("oversampling", "two_phase_oversampling"))
    assert part.effect.repeats == 5
    assert part.name == "a minus b (judged at mu 0.5)"


def test_arms_that_share_no_seed_are_not_compared(study_of, same_scores):
    study = without(study_of(auc_of, same_scores, **GRID), method="baseline", seed=[0, 1])
    without(study, method="oversampling", seed=[2, 3, 4])
    judgement = judge_one(study, about_a_range())
    assert judgement.parts == ()
    assert judgement.reason.endswith("points of the grid that all its terms share")
