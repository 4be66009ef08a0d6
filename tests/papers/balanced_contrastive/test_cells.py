"""Which trials the study of BDCL is made of: what is paired, shared, and shown equally often."""

from collections import Counter, defaultdict

import pytest

from reproduce.papers.balanced_contrastive.cells import (
    AT_LENGTH,
    BEST_RIVALS,
    EXPERIMENTS,
    FEWER,
    ON_THINNED,
)
from reproduce.papers.balanced_contrastive.data import RATIO, THINNED, THIRD
from reproduce.papers.balanced_contrastive.methods import ABLATED, COMPARED, FROZEN, MEAN, RIVALS
from reproduce.papers.balanced_contrastive.readings import READINGS
from reproduce.registry import ambiguities
from tests.papers.balanced_contrastive.made_up import COUNTS, of

OF_IMAGES = [name for name in EXPERIMENTS if not name.startswith("seg") and name != "second"]
EVERY = [*COMPARED, *ABLATED, *RIVALS]


@pytest.fixture(scope="module")
def every():
    cells, references = of(OF_IMAGES)
    return [*cells, *references]


def experiment(every, name, **wanted):
    return [cell for cell in every if cell.matches(experiment=name, **wanted)]


def passes(trial) -> int:
    """Count how often each training image passes the network, from the phases alone."""
    return sum(1 if phase.embedded else phase.epochs * phase.views for phase in trial.phases)


def test_the_grid_is_bdcl_and_the_contrastive_rivals_at_every_seed():
    grid, references = of()
    assert [cell.method for cell in grid] == [*COMPARED] * 5 and references == []
    assert [cell.seed for cell in grid] == [seed for seed in range(5) for _ in COMPARED]
    assert {cell.trial.initialisation for cell in grid} == {"imagenet:tf_slim_in1k"}


def test_in_the_common_recipe_every_image_passes_as_often_and_is_shown_alike(every):
    common = [c for name in ("grid", "ablation", "rivals", "prototypes", "thinned", "readings")
              for c in experiment(every, name)]  # fmt: skip
    assert {cell.method for cell in common} == {*EVERY, MEAN}
    for cell in common:
        assert passes(cell.trial) == 9, cell.method
        learning = [phase for phase in cell.trial.phases if not phase.embedded]
        assert {phase.transforms for phase in learning} == {"dual_head_mild"}
        assert {phase.optimizer.learning_rate for phase in learning} == {0.01}


def test_two_stages_end_in_a_classifier_on_balanced_batches_of_one_embedding(every):
    for name in (*COMPARED, "crt", "gcl"):
        where = "rivals" if name in RIVALS else "grid"
        last = experiment(every, where, method=name)[0].trial.phases[-1]
        assert (last.train, last.sampler, last.embedded) == ("classifier", "class_balanced", True)
        assert (last.batch_norm, last.epochs) == ("frozen", 20)
    ends = {str(experiment(every, "grid", method=name)[0].trial.phases[-1]) for name in COMPARED}
    assert len(ends) == 1


def test_the_own_recipe_has_as_many_epochs_and_twice_the_passes_of_two_views(every):
    own = {cell.method: cell.trial.phases for cell in experiment(every, "own_recipe", seed=0)}
    assert set(own) == {*COMPARED, *RIVALS}
    for name, phases in own.items():
        encoder = [phase for phase in phases if phase.train == "all"]
        assert sum(phase.epochs for phase in encoder) == 9
        two = name in COMPARED
        assert {phase.views for phase in encoder} == ({2} if two else {1})
        wanted = "simclr_two_views" if two else "crop_flip"
        assert {phase.transforms for phase in encoder} == {wanted}
    assert own["tsc"][-1].objective == "ldam" and own["gcl"][-1].objective == "gcl"
    assert [phase.objective_parameters.get("class_weights") for phase in own["ldam"]] == [
        None, "effective_number",
    ]  # fmt: skip


def test_the_ablation_takes_out_one_part_each(every):
    made = {c.method: c.trial.phases[0] for c in experiment(every, "ablation", seed=0)}
    whole = experiment(every, "grid", method="bdcl", seed=0)[0].trial.phases[0]
    for name, parameter in (("bdcl_without_tdl", "temperature_learning"),
                            ("bdcl_without_hep", "hard_prototypes")):  # fmt: skip
        given = {**whole.objective_parameters, parameter: False}
        assert made[name].objective_parameters == given


def test_mean_prototypes_differ_from_hard_ones_in_nothing_else(every):
    mean = experiment(every, "prototypes", seed=0)[0].trial.phases
    hard = experiment(every, "grid", method="bdcl", seed=0)[0].trial.phases
    assert mean[1] == hard[1]
    given = {**hard[0].objective_parameters, "hard_examples": "every"}
    assert mean[0] == hard[0].but(objective_parameters=given)


def test_arms_of_one_seed_differ_in_their_phases_alone(every):
    by_place = defaultdict(list)
    for cell in every:
        if cell.experiment != "thinned":
            place = (cell.seed, cell.factors["start"])
            by_place[place].append(cell.trial.model_dump(exclude={"phases"}))
    assert len(by_place) == 10
    for (seed, _), found in by_place.items():
        assert all(description == found[0] for description in found)
        assert found[0]["imbalance"]["counts"] == list(THIRD)
        split = found[0]["split"]
        assert (split["kind"], split["seed"], split["test_share"]) == ("grouped", seed, 0.2)


def test_a_third_keeps_the_ratio_and_thinning_makes_that_of_hyper_kvasir(every):
    ratio = max(COUNTS) / min(COUNTS)
    assert max(THIRD) / min(THIRD) == pytest.approx(ratio, rel=0.01)
    assert max(THINNED) / min(THINNED) == RATIO and min(THINNED) == 10
    # What a split leaves of each class for training, a tenth being held out.
    assert all(wanted < 0.68 * there for wanted, there in zip(THINNED, COUNTS, strict=True))
    cells = experiment(every, "thinned")
    assert {cell.method for cell in cells} == {*ON_THINNED}
    assert {cell.factors["ratio"] for cell in cells} == {RATIO}
    assert {tuple(cell.trial.imbalance["counts"]) for cell in cells} == {THINNED}


def test_every_trial_is_looked_at_on_the_shift_and_on_held_out_images(every):
    assert {cell.trial.evaluate_on for cell in every} == {("test", "val", "challenge")}


def test_the_control_trains_no_encoder(every):
    (cell,) = experiment(every, "controls", seed=0)
    assert cell.method == FROZEN and [p.train for p in cell.trial.phases] == ["classifier"]


def test_a_reading_moves_the_methods_it_touches_and_trains_no_other_again(every):
    there = experiment(every, "grid") + experiment(every, "rivals")
    known = {(cell.method, cell.seed): cell.trial.key for cell in there}
    for name, change in READINGS.items():
        cells = experiment(every, "readings", reading=name)
        assert [cell.method for cell in cells] == [*COMPARED, *BEST_RIVALS] * 5
        moved = {c.method for c in cells if c.trial.key != known[c.method, c.seed]}
        assert moved == set(change.methods), name


def test_readings_are_those_of_the_ambiguities():
    known = {one.id: one for one in ambiguities.load("balanced_contrastive")}
    for name in READINGS:
        place, _, reading = name.partition(": ")
        assert reading in {one.name for one in known[place].readings} - {known[place].default}


def test_longer_is_three_times_as_long(every):
    cells = experiment(every, "longer")
    assert len(cells) == FEWER * len(AT_LENGTH) and {passes(c.trial) for c in cells} == {27}


def test_no_two_cells_of_one_point_are_alike(every):
    places = Counter(
        (c.experiment, c.method, c.seed, str(sorted(c.factors.items()))) for c in every
    )
    assert set(places.values()) == {1}


def test_hyper_kvasir_itself_has_its_own_ratio():
    cells, _ = of(["second"], seeds=[0])
    (name,) = {c.factors["dataset"] for c in experiment(cells, "second")}
    assert name == "hyper_kvasir"
    assert {c.factors["ratio"] for c in experiment(cells, "second")} == {RATIO}
    assert {c.trial.imbalance["kind"] for c in experiment(cells, "second")} == {"none"}


def test_any_other_method_can_be_asked_for():
    cells, _ = of(methods='["ldam_drw", "kcl", "simclr"]', seeds=[0])
    assert [cell.method for cell in cells] == ["ldam_drw", "kcl", "simclr"]
    assert passes(cells[1].trial) == 9
