"""Which trials the difficulty-aware study is made of: what is paired, shared, and drawn anew."""

from collections import defaultdict

import pytest

from reproduce.papers.difficulty_aware import data
from reproduce.papers.difficulty_aware.cells import EXPERIMENTS, FEWER, FREE
from reproduce.papers.difficulty_aware.methods import METHODS, PRINTED
from reproduce.papers.difficulty_aware.readings import READINGS
from reproduce.registry import ambiguities
from tests.papers.difficulty_aware.made_up import of


@pytest.fixture(scope="module")
def every():
    cells, references = of(list(EXPERIMENTS))
    return [*cells, *references]


def experiment(every, name, **wanted):
    return [cell for cell in every if cell.matches(experiment=name, **wanted)]


def test_the_grid_is_every_loss_at_every_seed_on_people_never_seen():
    grid, references = of()
    assert [cell.method for cell in grid] == list(METHODS) * 10
    assert {cell.measured_on for cell in grid} == {"test"}
    assert {cell.factors["identities"] for cell in grid} == {"unseen"}
    assert {cell.method for cell in references} == {"untrained"}
    assert all(cell.trial.phases == () for cell in references)


def test_every_repeat_draws_its_own_people(every):
    splits = {cell.seed: cell.trial.split for cell in experiment(every, "grid")}
    assert {split["seed"] for split in splits.values()} == set(range(10))
    assert all((split["test"], split["val"]) == (200, 100) for split in splits.values())


def test_arms_of_one_seed_differ_in_their_phases_alone(every):
    by_place = defaultdict(list)
    for cell in experiment(every, ["grid", "devices", "characters"]):
        place = (cell.seed, cell.trial.dataset)
        by_place[place].append(cell.trial.model_dump(exclude={"phases"}))
    for found in by_place.values():
        assert all(description == found[0] for description in found)


def test_every_loss_gets_the_same_batches_steps_and_temperature(every):
    for cell in experiment(every, "grid"):
        (phase,) = cell.trial.phases
        assert (phase.sampler, phase.batch_size, phase.iterations) == ("class_batches", 128, 400)
        assert phase.heads.embedding == 64
        assert phase.objective_parameters.get("temperature", 0.07) == 0.07


def test_what_is_measured_otherwise_needs_no_training(every):
    trained = {cell.trial.key for cell in experiment(every, "grid")}
    for name in FREE:
        found = experiment(every, name)
        assert found and {cell.trial.key for cell in found} <= trained
        assert {cell.measured_on for cell in found} & {"seen", "test:any", "test:template5"}


def test_pairs_within_and_across_devices_are_of_one_trial(every):
    found = experiment(every, "devices", method="sup_con", seed=0)
    assert len({cell.trial.key for cell in found}) == 1
    assert {cell.factors["domain"]: cell.measured_on for cell in found} == {
        "pooled": "test", "within": "test:within", "across": "test:across",
    }  # fmt: skip
    assert {cell.trial.dataset for cell in found} == {data.DEVICES}


def test_the_printed_loss_is_printed_in_every_place(every):
    (phase,) = experiment(every, "grid", method=PRINTED, seed=0)[0].trial.phases
    printed = {name for name, value in phase.objective_parameters.items() if value == "printed"}
    assert printed == {"reading", "gate_of_positive_weight", "gate_of_negative_weight",
                       "normalisation"}  # fmt: skip


def test_readings_are_those_of_the_ambiguities_and_move_one_arm(every):
    known = {f"{one.id}: {reading.name}" for one in ambiguities.load("difficulty_aware")
             for reading in one.readings}  # fmt: skip
    assert set(READINGS) <= known
    grid = {cell.trial.key for cell in experiment(every, "grid")}
    for name, change in READINGS.items():
        found = experiment(every, "readings", reading=name)
        assert len(found) == 2 * FEWER
        moved = {cell.method for cell in found if cell.trial.key not in grid}
        assert moved == set(change.methods), name


def test_one_population_trains_and_both_are_verified(every):
    found = experiment(every, "population", trained_on="students", seed=0, method="sup_con")
    assert {cell.factors["verified"]: cell.measured_on for cell in found} == {
        "students": "test", "employees": "shifted",
    }  # fmt: skip
    sizes = {cell.trial.split["train"] for cell in experiment(every, "population")}
    assert sizes == {200}, "as many of either population train"


def test_a_sweep_moves_one_number(every):
    values = {cell.factors["beta"] for cell in experiment(every, "beta")}
    assert values == {0.0, 0.5, 2.0, 4.0}
    for cell in experiment(every, "beta"):
        given = cell.trial.phases[0].objective_parameters
        assert given["beta"] == cell.factors["beta"] and given["alpha"] == 1.0
