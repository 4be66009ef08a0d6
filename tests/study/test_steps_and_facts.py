"""What stands beside a verdict: how long each arm trained, and what was subtracted from what."""

import pytest

from reproduce.registry import claims as registry
from reproduce.study import steps
from reproduce.study.conditions import ALWAYS_SAID, BY_CONSTRUCTION, CHECKS, conditions
from reproduce.study.effect_facts import facts_of
from reproduce.study.judging import judge_one
from tests.study.test_judging import BETTER, ONE_POINT, claim, noisy, term

TWO_PHASE = ["baseline", "oversampling", "two_phase_oversampling"]
SAME_STEPS = "same number of iterations for all arms"
BALANCED = "balanced test set, never changed"
RUNNABLE = ("class_imbalance", "dual_head")


@pytest.fixture
def study(study_of, same_scores):
    return study_of(noisy, same_scores, **{**ONE_POINT, "methods": TWO_PHASE, "iterations": 200})


def test_steps_are_summed_over_phases(study):
    taken = study.steps()
    assert taken["baseline"] == {(200,)}
    assert taken["two_phase_oversampling"] == {(200, 200)}
    assert steps.said(taken) == (
        "steps that differ: Baseline 200; Oversampling 200; "
        "Two-phase (oversampling) 400 (200 + 200)"
    )


def test_one_number_where_every_method_took_as_many(study):
    cells = study.select(method=["baseline", "oversampling"])
    assert steps.said(study.steps(cells)) == "200 steps for every method"


def test_the_papers_length_stands_beside_ours(study):
    (said,) = facts_of(study, claim(*BETTER)).values()
    assert said.length == "200 steps for every method, of 10,000 in the profile “paper”"
    assert (said.contrast, said.data) == ("Oversampling minus Baseline", "MNIST (its own data)")
    assert said.points == "mu 0.5; rho 10"
    assert (said.metric.name, said.published) == ("auc", None)


def test_phases_are_told_apart_where_arms_differ(study):
    two = claim(term(1, "two_phase_oversampling"), term(-1, "oversampling"))
    (said,) = facts_of(study, two).values()
    assert "Two-phase (oversampling) 400 (200 + 200) of 20,000 (10,000 + 10,000)" in said.length
    assert "Oversampling 200 of 10,000" in said.length


def test_epochs_are_counted_as_they_were_taken(study):
    """A phase of 3 epochs that noted 27 steps takes 450 at 50 epochs."""
    trial = study.cells[0].trial
    ours = trial.but(phases=(trial.phases[0].but(iterations=0, epochs=3),))
    theirs = trial.but(phases=(trial.phases[0].but(iterations=0, epochs=50),))
    assert steps.at_length_of(ours, (27,), theirs) == (450,)


def test_a_published_loss_has_the_sign_of_our_effect(study):
    lost = claim(*BETTER, expect="less", published_gain=0.05, published_from="Table 1")
    (said,) = facts_of(study, lost).values()
    assert said.published == -0.05


def test_the_order_of_subtraction_is_said(study):
    turned = claim(term(-1, "oversampling"), term(1, "baseline"))
    (said,) = facts_of(study, turned).values()
    assert said.contrast == "Baseline minus Oversampling"


def test_every_part_of_a_judgement_has_what_stands_beside_it(study):
    other = {"name": "other", "what": "o", "where": {"rho": 10}}
    both = claim(*BETTER, reading="all", readings=[other])
    assert {part.name for part in judge_one(study, both).parts} == set(facts_of(study, both))


# -- registered controls ------------------------------------------------------------------------


def said_of(study, asked) -> tuple[str, ...]:
    return judge_one(study, asked).conditions


def test_arms_that_took_more_steps_are_named(study):
    asked = claim(term(1, "two_phase_oversampling"), term(-1, "oversampling"),
                  controls=[SAME_STEPS])  # fmt: skip
    (condition,) = said_of(study, asked)
    assert condition.startswith(f"not met: {SAME_STEPS}")
    assert "400 (200 + 200)" in condition
    assert said_of(study, claim(*BETTER, controls=[SAME_STEPS])) == ()


def test_a_control_that_nobody_checks_is_not_passed_over(study):
    assert said_of(study, claim(*BETTER, controls=["the moon was full"])) == (
        "not checked: the moon was full",
    )


def test_an_unbalanced_test_set_is_said_of_measures_that_feel_it(study):
    for result in study.results():
        table = [list(row) for row in result.confusion["test"]]
        table[0][0] += 5
        study.store.put(
            type(result)(**{
                **{name: getattr(result, name) for name in result.__dataclass_fields__},
                "confusion": {"test": table},
            })
        )  # fmt: skip
    (condition,) = said_of(study, claim(*BETTER, metric="accuracy", controls=[BALANCED]))
    assert "12 to 17 test images a class" in condition
    assert said_of(study, claim(*BETTER, controls=[BALANCED])) == ()


@pytest.mark.parametrize("paper", RUNNABLE)
def test_every_registered_control_is_checked_or_has_its_reason(paper):
    """Else a sentence of a claim would be a promise that nobody keeps."""
    known = {*CHECKS, *BY_CONSTRUCTION, *ALWAYS_SAID}
    for one in registry.load(paper):
        assert set(one.controls) <= known, (one.id, set(one.controls) - known)


def test_conditions_need_no_results_where_nothing_is_asked(study):
    assert conditions(study, claim(*BETTER), {}) == []
