"""A study that follows a registered plan: order, shares, and nothing averaged that is half done."""

from dataclasses import replace

import pytest

from reproduce.data.imbalance import counts_by_class
from reproduce.errors import UserError
from reproduce.evaluation.verdicts import Verdict
from reproduce.pages.report import every_result, registered_steps
from reproduce.pages.showing import not_run
from reproduce.papers.class_imbalance.protocol import PROTOCOL
from reproduce.registry import claims as registry
from reproduce.registry import plans
from reproduce.registry.plans import RegisteredPlan
from reproduce.study.judging import judge_one
from reproduce.study.registered import parameters_of
from reproduce.study.study import Study
from reproduce.trials.store import Store
from tests.study.conftest import CLASSES, mnist_record, put

WANTED = {
    "dataset": "mnist", "rho": [10, 100], "mu": [0.5], "seeds": [5, 6, 7, 8, 9],
    "methods": ["baseline", "oversampling", "undersampling", "thresholding"],
    "experiments": ["linear", "control"],
}  # fmt: skip
SEVERE = {"name": "rho 100", "hours": 1.0, "cells": {"experiment": "grid", "rho": 100}}
MILD = {"name": "rho 10", "hours": 0.5, "cells": {"experiment": "grid", "rho": [10]}}
LINEAR = {"name": "linear", "hours": 0.2, "cells": {"experiment": "linear", "method": "baseline"}}


@pytest.fixture
def registered(tmp_path, monkeypatch):
    """Return a function that opens the study of a plan with these steps."""
    store = Store(tmp_path / "store")
    store.put_record(mnist_record())
    store.put_record(replace(
        mnist_record("cifar10"), shape=(32, 32, 3),
        counts={"train": (5000,) * 10, "test": (1000,) * 10},
    ))  # fmt: skip

    def make(*steps, **wanted) -> Study:
        plan = RegisteredPlan(
            paper="class_imbalance", registered="2026-11-28", after="edition_1", profile="laptop",
            parameters={**WANTED, **wanted}, steps=list(steps),
        )  # fmt: skip
        monkeypatch.setattr(plans, "load", lambda paper: plan)
        return Study(PROTOCOL, parameters_of(plan, PROTOCOL.parameters), store)

    return make


def train(study: Study, *places: int, but: int = 0) -> None:
    """Put results of these steps into the store; `but` leaves out so many of the last."""
    items = [one for one in study.planned() if study.registered.place(one.trial.key) in places]
    for item in items[: len(items) - but]:
        counts = counts_by_class(CLASSES, item.trial.data_seed, **item.trial.imbalance)
        put(study.store, item.trial, counts, curve=True)


@pytest.fixture(autouse=True)
def no_embeddings(monkeypatch):
    """Results are made up, and have none."""
    monkeypatch.setattr("reproduce.trials.store.Result.has", lambda self, wanted: True)


def claim(name):
    return next(one for one in registry.load("class_imbalance") if one.id == name)


def test_trials_stand_once_and_in_the_order_of_the_steps(registered):
    study = registered(SEVERE, MILD, LINEAR)
    places = [study.registered.place(item.trial.key) for item in study.planned()]
    assert places == sorted(places) and set(places) == {0, 1, 2}
    keys = [item.trial.key for item in study.planned()]
    assert len(keys) == len(set(keys)) == 15 + 15 + 10


def test_labels_and_arrays_are_those_of_the_edition_as_a_whole(registered, monkeypatch):
    study = registered(SEVERE, MILD, LINEAR)
    monkeypatch.setattr(plans, "load", lambda paper: None)
    plain = Study(PROTOCOL, study.parameters, study.store)
    theirs = {item.trial.key: item for item in plain.planned()}
    assert all(theirs[item.trial.key] == item for item in study.planned())
    assert study.keys() < plain.keys(), "what no step selects is not in the edition"


def test_a_step_without_cells_takes_the_rest(registered, monkeypatch):
    study = registered(SEVERE, {"name": "rest", "hours": 1})
    monkeypatch.setattr(plans, "load", lambda paper: None)
    assert study.keys() == Study(PROTOCOL, study.parameters, study.store).keys()


def test_other_parameters_follow_no_plan(registered):
    study = registered(SEVERE)
    other = study.parameters.model_copy(update={"seeds": [5, 6]})
    found = Study(PROTOCOL, other, study.store)
    assert found.registered is None and found.progress() == []
    assert found.as_far_as_done() is found and registered_steps(found) == []


@pytest.mark.parametrize(
    ("steps", "wanted", "said"),
    [
        ([SEVERE, {**MILD, "cells": {"rho": 50}}], {}, "'rho 10' selects rho 50, which no trial"),
        ([SEVERE, {**SEVERE, "name": "again"}], {}, "'again' selects no trial that no earlier"),
        ([MILD, SEVERE], {}, "'rho 10', leaves out baseline at rho 100.0, mu 0.5"),
        ([SEVERE], {"seeds": [4, 5]}, "results of seed 4 were seen before"),
        ([SEVERE], {"rho": [0.5]}, "plan.yaml: parameter 'rho' is"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused(registered, steps, wanted, said):
    with pytest.raises(UserError, match=r"^class_imbalance/plan\.yaml: ") as wrong:
        registered(*steps, **wanted)
    assert said in str(wrong.value) and "\n" not in str(wrong.value)


def test_there_is_no_page_before_the_first_step_is_done(registered):
    study = registered(SEVERE, MILD)
    train(study, 0, but=1)
    with pytest.raises(UserError, match="'rho 100', has 14 of 15 networks"):
        study.as_far_as_done()


def test_a_step_is_shown_when_all_of_it_is_done(registered):
    study = registered(SEVERE, MILD, LINEAR)
    train(study, 0)
    train(study, 1, but=4)
    part = study.as_far_as_done()
    assert {cell.factors["rho"] for cell in part.cells} == {100.0}
    assert part.whole is study and not part.pending() and part.as_far_as_done() is part
    assert len(part.keys()) == 15 + 11, "what is trained and not shown yet is part of the edition"
    assert len(every_result(part)) == 15 + 11
    assert [(one.planned, one.done) for one in part.progress()] == [(15, 15), (15, 11), (10, 0)]
    train(study, 1, 2)
    assert study.as_far_as_done() is study


def test_the_table_says_shares_and_hours(registered):
    study = registered(SEVERE, MILD, LINEAR)
    train(study, 0)
    (table,) = registered_steps(study.as_far_as_done())
    assert table.rows[0] == ["rho 100", "15", "15", "1.0", "0.0"]
    assert table.rows[2] == ["linear", "10", "0", "0.2", "0.0"]
    assert table.rows[3] == ["All", "40", "15", "1.7", "0.0"]
    assert "15 of 40 planned networks are trained (38 %)" in table.note
    assert "1 step of 3 that are complete" in table.note
    assert study.progress()[0].hours_spent == round(15 * 1.5 / 3600, 2)


def test_a_mean_over_points_that_are_half_done_is_not_judged(registered):
    """Over the whole grid it waits; at the points that are done, it is judged."""
    study = registered(SEVERE, MILD)
    everywhere = claim("undersampling_is_worse_than_baseline")
    everywhere = everywhere.model_copy(update={"readings": [], "amendments": []})
    train(study, 0)
    waiting = judge_one(study.as_far_as_done(), everywhere)
    assert waiting.verdict is Verdict.NOT_ATTEMPTED and waiting.parts == ()
    assert waiting.reason.startswith("not attempted yet (planned): ")
    assert "undersampling at rho 10, mu 0.5" in waiting.reason
    here = everywhere.contrasts[0].model_copy(update={"where": {"imbalance": "step", "rho": 100}})
    done = judge_one(study.as_far_as_done(), everywhere.model_copy(update={"contrasts": [here]}))
    assert done.parts
    train(study, 1)
    assert judge_one(study.as_far_as_done(), everywhere).parts


def test_only_what_is_not_trained_is_said_to_be_missing(registered):
    """Where an arm is whole and the one that it is set beside is not, the second is named alone."""
    alone = {"name": "alone", "hours": 1, "cells": {"rho": 10, "method": "baseline"}}
    study = registered(SEVERE, alone, {"name": "the rest", "hours": 1})
    train(study, 0, 1)
    asked = claim("undersampling_is_worse_than_baseline").model_copy(update={"readings": []})
    there = asked.contrasts[0].model_copy(update={"where": {"imbalance": "step", "rho": 10}})
    judgement = judge_one(study.as_far_as_done(), asked.model_copy(update={"contrasts": [there]}))
    assert judgement.reason == "not attempted yet (planned): undersampling at rho 10, mu 0.5"


def test_what_is_missing_on_other_data_is_told_from_the_same_point_here(registered):
    """Rho 10 on MNIST is trained; what CIFAR-10 lacks is said to be CIFAR-10's."""
    grid = {"name": "grid", "hours": 1, "cells": {"experiment": "grid"}}
    study = registered(grid, {"name": "rest", "hours": 1}, experiments=["cifar10"])
    train(study, 0)
    reason = judge_one(study.as_far_as_done(), claim("cifar10_loses_as_much_at_far_smaller_rho"))
    assert reason.reason == (
        "not attempted yet (planned): baseline at rho 50, mu 0.5 on cifar10; baseline at rho 2, mu "
        "0.5 on cifar10"
    )


def test_what_is_not_begun_departs_from_nothing(registered):
    grid = {"name": "grid", "hours": 1, "cells": {"experiment": "grid"}}
    study = registered(grid, {"name": "rest", "hours": 1}, experiments=["cifar10"])
    train(study, 0)
    assert any("CIFAR-10" in one for one in study.departures)
    assert not any("CIFAR-10" in one for one in study.as_far_as_done().departures)


def test_fewer_repeats_than_registered_are_an_illustration(registered):
    three = {"name": "three repeats", "hours": 1, "cells": {"seed": [5, 6, 7]}}
    study = registered(three, {"name": "the rest", "hours": 1})
    train(study, 0)
    asked = claim("undersampling_is_worse_than_baseline").model_copy(update={"readings": []})
    judgement = judge_one(study.as_far_as_done(), asked)
    assert judgement.verdict is Verdict.ILLUSTRATION and judgement.repeats == (3, 5)


def test_a_mean_over_levels_that_are_half_done_is_not_judged(registered):
    """Several cells of one term at one point share its weight: half of them are another mean."""
    first = {"name": "grid", "hours": 1, "cells": {"experiment": "grid"}}
    level = {"name": "a level", "hours": 1, "cells": {"experiment": "levels", "level": 0.33}}
    rest = {"name": "rest", "hours": 1, "cells": {"experiment": "levels"}}
    study = registered(first, level, rest, experiments=["levels"], rho=[1000])
    asked = claim("full_oversampling_beats_partial")
    train(study, 0, 1)
    judgement = judge_one(study.as_far_as_done(), asked)
    assert judgement.reason.startswith("not attempted yet (planned): partial_oversampling")
    train(study, 2)
    assert judge_one(study.as_far_as_done(), asked).parts


def test_an_experiment_of_a_later_step_is_planned_and_not_out_of_scale(registered):
    study = registered(SEVERE, LINEAR)
    train(study, 0)
    part = study.as_far_as_done()
    assert not_run(part, "linear").startswith("Not attempted yet: linear imbalance.")
    assert "nothing to run" in not_run(part, "control"), "which no step selects"
