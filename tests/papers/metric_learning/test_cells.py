"""Which trials Kim, Kim and Chun's study is made of: what is paired, shared, and drawn anew."""

from collections import Counter, defaultdict

import pytest

from reproduce.papers.metric_learning.cells import EXPERIMENTS, FEWER
from reproduce.papers.metric_learning.data import TEST, TRAIN
from reproduce.papers.metric_learning.readings import READINGS
from reproduce.registry import ambiguities
from tests.papers.metric_learning.made_up import FOUR, of


@pytest.fixture(scope="module")
def every():
    cells, references = of(list(EXPERIMENTS))
    return [*cells, *references]


def experiment(every, name, **wanted):
    return [cell for cell in every if cell.matches(experiment=name, **wanted)]


def test_the_grid_is_the_four_losses_at_every_seed():
    grid, references = of()
    assert [cell.method for cell in grid] == FOUR * 10 and references == []
    assert [cell.seed for cell in grid] == [seed for seed in range(10) for _ in FOUR]
    assert {cell.trial.backbone for cell in grid} == {"mobilenet_v1"}
    assert {cell.trial.initialisation for cell in grid} == {"imagenet:tf_slim_in1k"}


def test_a_part_of_the_grid_can_be_asked_for():
    """The losses by the page's names, and the networks by the paper's."""
    cells, _ = of(losses='["ce","lifted_structured"]', backbones='["mobilenet"]', seeds=[0])
    assert [cell.method for cell in cells] == ["cross_entropy", "lifted_structured"]


def test_arms_of_one_seed_and_network_differ_in_their_phases_alone(every):
    by_place = defaultdict(list)
    for cell in every:
        if cell.experiment not in ("second", "sizes"):
            place = (cell.seed, cell.trial.backbone, cell.factors["start"])
            by_place[place].append(cell.trial.model_dump(exclude={"phases"}))
    assert len(by_place) > 20
    for (seed, *_), found in by_place.items():
        assert all(description == found[0] for description in found)
        assert (found[0]["seed"], found[0]["split"]["seed"]) == (seed, seed)


def test_every_repeat_draws_its_own_split_with_the_printed_counts(every):
    splits = {cell.seed: cell.trial.split for cell in experiment(every, "grid")}
    assert len({str(split) for split in splits.values()}) == 10
    for split in splits.values():
        assert (split["kind"], split["train"], split["test"]) == ("counted", [*TRAIN], [*TEST])


def test_every_phase_stops_as_the_text_says(every):
    for cell in experiment(every, "grid"):
        assert {phase.stop for phase in cell.trial.phases} == {3}
        rates = [phase.optimizer.learning_rate for phase in cell.trial.phases]
        assert rates == ([6e-4] if cell.method == "cross_entropy" else [5e-4, 6e-4])
        assert {phase.optimizer.name for phase in cell.trial.phases} == {"adam"}


def test_every_anchor_of_a_batch_has_positives_and_negatives(every):
    """Twenty-one images of each of three classes: twenty positives, forty-two negatives."""
    (first, second) = experiment(every, "grid", method="triplet")[0].trial.phases
    assert first.sampler == "class_batches" and first.batch_size == 63
    assert first.sampler_parameters == {"images_per_class": 21}
    assert first.heads == second.heads and first.heads.embedding == 128
    assert second.train == "classifier" and second.embedded


def test_controls_give_cross_entropy_what_the_metric_losses_are_given(every):
    made = {
        cell.method: cell.trial.phases
        for cell in experiment(every, "controls", seed=0, start="imagenet")
    }
    (plain,) = experiment(every, "grid", method="cross_entropy")[0].trial.phases
    first, second = experiment(every, "grid", method="triplet")[0].trial.phases
    (balanced,) = made["cross_entropy_balanced"]
    batches = {name: getattr(first, name) for name in ("sampler", "sampler_parameters")}
    assert balanced == plain.but(batch_size=first.batch_size, **batches)
    again = made["cross_entropy_twice"]
    assert again[0] == first.but(objective="cross_entropy")
    assert again[1] == second.but(reinitialise=("classifier",))
    assert made["cross_entropy_longer"] == (plain.but(stop=0),)
    assert made["cross_entropy_augmented"] == (plain.but(transforms="crop_flip"),)
    assert made["cross_entropy_oversampled"] == (plain.but(sampler="oversampling"),)
    (frozen,) = made["frozen_encoder"]
    assert (frozen.train, frozen.batch_norm) == ("classifier", "frozen")
    untrained = experiment(every, "controls", method="frozen_encoder", start="random")
    assert len(untrained) == FEWER and {c.trial.initialisation for c in untrained} == {"random"}


def test_the_balanced_control_has_as_many_repeats_as_the_losses(every):
    counted = Counter(c.method for c in experiment(every, "controls", start="imagenet"))
    assert counted.pop("cross_entropy_balanced") == 10
    assert set(counted.values()) == {FEWER}


def test_networks_are_compared_from_random_numbers_alone(every):
    for name in ("random_start", "networks", "widths", "collapse"):
        cells = experiment(every, name)
        assert cells and {cell.trial.initialisation for cell in cells} == {"random"}
        assert all("start" in cell.varied for cell in cells)
    assert {c.factors["backbone"] for c in experiment(every, "networks")} == {
        "inception_small", "resnet10",
    }  # fmt: skip


def test_a_reading_moves_the_losses_it_touches_and_trains_no_other_again(every):
    grid = {(cell.method, cell.seed): cell.trial.key for cell in experiment(every, "grid")}
    for name, change in READINGS.items():
        cells = experiment(every, "readings", reading=name)
        assert [cell.method for cell in cells] == FOUR * FEWER
        moved = {c.method for c in cells if c.trial.key != grid[c.method, c.seed]}
        assert moved == set(change.losses), name


def test_readings_are_those_of_the_ambiguities():
    known = {one.id: one for one in ambiguities.load("metric_learning")}
    for name in READINGS:
        place, _, reading = name.partition(": ")
        assert reading in {one.name for one in known[place].readings} - {known[place].default}


def test_fewer_images_leave_the_test_part_as_it_is(every):
    for cell in experiment(every, "sizes"):
        share = cell.factors["share"]
        assert cell.trial.split["train"] == [round(share * count) for count in TRAIN]
        assert cell.trial.split["test"] == [*TEST]


def test_the_second_data_keep_near_twins_on_one_side(every):
    cells = experiment(every, "second")
    assert {cell.trial.split["kind"] for cell in cells} == {"grouped"}
    assert {cell.trial.transforms["mean"][0] for cell in cells} == {0.5}
    assert all(len(cell.trial.transforms["mean"]) == 1 for cell in cells), "grey images"


def test_no_two_cells_of_one_point_are_alike(every):
    places = Counter(
        (c.experiment, c.method, c.seed, str(sorted(c.factors.items()))) for c in every
    )
    assert set(places.values()) == {1}


def test_any_other_method_can_be_asked_for():
    cells, _ = of(losses='["ce", "ldam_drw", "crt"]', seeds=[0], start="random")
    assert [cell.method for cell in cells] == ["cross_entropy", "ldam_drw", "crt"]
    assert {phase.stop for cell in cells[1:] for phase in cell.trial.phases} == {0}
