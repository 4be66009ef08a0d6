"""Every cell that a claim names is in the registered plan, but what its reason says is not."""

from dataclasses import replace

import pytest

from reproduce.papers.class_imbalance.protocol import PROTOCOL as class_imbalance
from reproduce.registry import claims as registry
from reproduce.registry import plans
from reproduce.study.contrasts import Comparison
from reproduce.study.judging import under_readings
from reproduce.study.study import Study
from reproduce.trials.store import Store
from tests.study.conftest import mnist_record

# What no step trains: the largest rho of the paper, at which one claim and one reading stand.
NOT_PLANNED = {
    ("linear_imbalance_hardly_matters_on_mnist", "default"),
    ("mnist_loses_about_five_percent", "points_from_rho_50_to_5000"),
}
SEEDS = [5, 6, 7, 8, 9]
CIFAR10 = replace(
    mnist_record("cifar10"), shape=(32, 32, 3), counts={"train": (5000,) * 10, "test": (9,) * 10}
)
CLAIMS = [claim for claim in registry.load("class_imbalance") if claim.contrasts]


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> Study:
    """The registered edition, nothing of it trained; it holds the cells of its steps alone."""
    store = Store(tmp_path_factory.mktemp("planned"))
    store.put_record(mnist_record())
    store.put_record(CIFAR10)
    plan = plans.load("class_imbalance")
    study = Study(class_imbalance, class_imbalance.parameters.read(plan.values), store)
    assert study.registered is not None and study.seeds == SEEDS
    return study


def compared(study, claim):
    """Return each comparison of a claim, on the seeds that it may be judged on."""
    refused = claim.seeds_refused()
    return {
        (name, contrast.name): Comparison(study, contrast, claim.metric_of(contrast), refused)
        for name, contrasts in under_readings(study, claim).items()
        for contrast in contrasts
    }


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_every_arm_of_a_claim_is_planned_with_all_its_repeats(planned, claim):
    lacking = set()
    for (reading, _), comparison in compared(planned, claim).items():
        if comparison.missing():
            lacking.add((claim.id, reading))
            continue
        assert comparison.seeds == SEEDS and claim.repeats == len(SEEDS)
        for term in comparison.contrast.terms:
            assert [
                c for c in comparison.cells(term) if comparison.point_of(c) in comparison.points
            ]
    assert lacking == {one for one in NOT_PLANNED if one[0] == claim.id}


def arms(planned, name, reading=None):
    claim = next(claim for claim in CLAIMS if claim.id == name)
    found = compared(planned, claim)
    wanted = reading or next(iter(found))[0]
    return [arm for (of, _), one in found.items() if of == wanted for arm in one.arms]


def places(found):
    return {(a.cell.factors["dataset"], a.cell.factors["rho"], a.cell.factors["mu"]) for a in found}


@pytest.mark.parametrize(
    "name",
    [
        "oversampling_does_not_overfit", "baseline_gap_exceeds_oversampling_gap",
        "undersampling_gap_lies_between",
    ],
)  # fmt: skip
def test_claims_on_overfitting_are_judged_where_the_paper_makes_them(planned, name):
    """On CIFAR-10 at rho 50 with half of the classes rare, though the grid stands on MNIST."""
    assert places(arms(planned, name)) == {("cifar10", 50.0, 0.5)}


def test_claims_that_name_cifar10_have_their_points(planned):
    gains = arms(planned, "oversampling_gains_one_to_two_percent")
    assert places(gains) == {("cifar10", 10.0, 0.5), ("cifar10", 50.0, 0.5)}
    loses = arms(planned, "cifar10_loses_as_much_at_far_smaller_rho")
    assert places(loses) == {("cifar10", 2.0, 0.5), ("cifar10", 50.0, 0.5)}
    grows = arms(planned, "effect_grows_with_task_complexity")
    assert places(grows) == {(d, rho, 0.5) for d in ("cifar10", "mnist") for rho in (10.0, 50.0)}


def test_claims_that_do_not_speak_of_it_stay_on_mnist(planned):
    for name in ("oversampling_is_best", "thresholding_improves_accuracy", "imbalance_is_harmful"):
        assert {place[0] for place in places(arms(planned, name))} == {"mnist"}
    moderate = arms(planned, "oversampling_best_at_moderate_imbalance")
    at = {place[:2] for place in places(moderate)}
    assert at == {("mnist", 10.0)}, "a baseline alone at rho 50 changes nothing"


def test_no_arm_of_a_later_method_counts_twice(planned):
    for name in (
        "focal_loss_improves_auc", "dual_focal_improves_on_focal", "mixup_and_cutmix_beat_cutout",
        "intra_class_cutmix_moves_the_boundary", "tsc_balances_the_feature_space",
        "smote_preserves_the_distribution_better",
    ):  # fmt: skip
        claim = next(claim for claim in CLAIMS if claim.id == name)
        for comparison in compared(planned, claim).values():
            at = [(arm.cell.method, arm.cell.seed) for arm in comparison.arms]
            assert len(at) == len(set(at)) == 2 * len(SEEDS)
            assert places(comparison.arms) == {("mnist", 100.0, 0.5)}


def test_what_a_sentence_says_was_run_is_what_the_arms_are(planned):
    claim = next(claim for claim in CLAIMS if claim.id == "oversampling_gains_one_to_two_percent")
    (gain,) = compared(planned, claim).values()
    assert gain.restricted == "on cifar10; run at rho 10 or 50, not 25"
    claim = next(c for c in CLAIMS if c.id == "oversampling_best_at_moderate_imbalance")
    first = next(iter(compared(planned, claim).values()))
    assert "run at rho 10, not 25 or 50" in first.restricted


def test_later_steps_are_priced_and_come_after_those_of_the_paper(planned):
    names = [step.name for step in planned.registered.plan.steps]
    first = names.index("a baseline of as many steps as two-phase training takes")
    assert first > names.index("the grid at rho 10") and first == 9
    hours = {one.name: one.hours_planned for one in planned.progress()}
    assert all(hours.values()) and sum(list(hours.values())[first:]) == pytest.approx(12.3)
