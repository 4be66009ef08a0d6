"""The test bed with signal: who stands for a grade at a seed, what trials start from and keep."""

import numpy as np
import pytest

from reproduce.data.sources.skin_grades import ROTATIONS, TESTED, TRAINED
from reproduce.errors import UserError
from reproduce.papers.dual_head.bed import ROTATING, rotations
from reproduce.papers.dual_head.cells import other_data
from reproduce.papers.dual_head.protocol import PROTOCOL as dual_head
from tests.papers.dual_head import made_up

SEEDS = [10, 11, 12, 13, 14]
PARTS = {"train": (440, 2682, 445, 205), "val": (132, 150, 134, 62), "test": TESTED,
         "large": (347, 2591, 294, 154)}  # fmt: skip


def skin(name=ROTATING):
    return made_up.record(name, shape=(64, 64, 3), **PARTS)


KNOWN = {name: skin(name) for name in (ROTATING, *rotations(ROTATING))} | {
    "retinamnist?split=all": made_up.record("retinamnist?split=all", all=(714, 186, 326, 282, 92)),
    "pneumoniamnist": made_up.record("pneumoniamnist", shape=(28, 28), train=(1214, 3494),
                                     val=(135, 389), test=(234, 390)),
}  # fmt: skip


def cells(experiments="none", **values):
    given = {"profile": "laptop", "dataset": ROTATING, "seeds": SEEDS, "experiments": experiments}
    parameters = dual_head.parameters.read({**given, **values})
    others = [KNOWN[name] for name in other_data(parameters)]
    both = (dual_head.cells, dual_head.references)
    return [cell for made in both for cell in made(parameters, KNOWN[parameters.dataset], *others)]


def of(experiment, **values):
    return [cell for cell in cells(experiment, **values) if cell.experiment == experiment]


def test_kinds_take_turns_by_the_seed_and_arms_of_a_seed_stand_on_the_same():
    grid = cells()
    assert len(grid) == len(SEEDS) * 4
    for cell in grid:
        grades = ROTATIONS[cell.seed % 4]
        assert cell.trial.dataset == f"skin_grades?grades={grades}"
        assert cell.trial.fingerprint == KNOWN[cell.trial.dataset].fingerprint
        assert cell.factors["dataset"] == ROTATING, "a point of the page, whatever the seed"
        assert cell.trial.imbalance == {"kind": "counts", "counts": list(TRAINED)}
        assert cell.trial.split == {"kind": "official"}
        assert cell.trial.evaluate_on == ("test", "val", "large")
    assert other_data(dual_head.parameters.read({"dataset": ROTATING}))[:4] == rotations(ROTATING)


def test_one_rotation_can_be_asked_for_by_its_name():
    name = rotations(ROTATING)[2]
    grid = cells(dataset=name)
    assert {cell.trial.dataset for cell in grid} == {name}
    assert {tuple(cell.trial.imbalance["counts"]) for cell in grid} == {TRAINED}


def test_all_four_start_from_imagenet_with_its_normalisation_and_mild_views():
    for cell in cells():
        trial = cell.trial
        assert (trial.backbone, trial.initialisation) == ("mobilenet_v1", "imagenet:tf_slim_in1k")
        assert trial.transforms == {"size": 64, "divisor": 255, "mean": [0.5] * 3,
                                    "deviation": [0.5] * 3}  # fmt: skip
        assert {phase.transforms for phase in trial.phases} == {"dual_head_mild"}
        assert {"logits", "encoders"} <= set(cell.keep)


def test_random_weights_are_the_second_arm():
    found = of("initialisation", seeds=[*SEEDS, 15, 16])
    assert {(cell.method, cell.seed) for cell in found} == {
        (method, seed) for method in made_up.METHODS for seed in SEEDS
    }
    assert {cell.trial.initialisation for cell in found} == {"random"}
    assert {cell.varied for cell in found} == {frozenset({"initialisation"})}
    assert all("encoders" in cell.keep for cell in found), "its own control is read there"
    usual = {(cell.method, cell.seed): cell.trial.phases for cell in cells()}
    assert all(cell.trial.phases == usual[cell.method, cell.seed] for cell in found)


def test_the_pilot_is_simclr_at_three_lengths_and_where_it_started():
    found = of("length", seeds=[10], methods=["dual_head"])
    points = {(cell.method, cell.factors["pretraining_epochs"], cell.seed) for cell in found}
    assert points == {
        ("supervised" if length == 0 else "simclr", length, seed)
        for length in (0, 15, 50, 100) for seed in (100, 101, 102)
    }  # fmt: skip
    for cell in found:
        lengths = [phase.epochs for phase in cell.trial.phases]
        length = cell.factors["pretraining_epochs"]
        assert lengths == ([length, 1] if length else [1])
        assert "encoders" in cell.keep and "val" in cell.trial.evaluate_on
    again = of("length", seeds=[3], fine_tuning_epochs=7, epochs=9)
    assert {cell.trial.key for cell in again} == {cell.trial.key for cell in found}


def test_a_start_from_a_pilots_or_an_editions_seed_is_no_fresh_seed():
    from reproduce.registry import claims

    refused = frozenset.union(*(c.seeds_refused() for c in claims.load("dual_head") if c.amended))
    assert {0, 1, 2, 3, 4, 100, 101, 102} <= refused and refused.isdisjoint(SEEDS)


def test_other_data_keep_their_trials():
    """The trials of the published edition: the test part alone, all images, ImageNet's colours."""
    (grid, _) = made_up.of()
    for cell in grid:
        assert cell.trial.evaluate_on == ("test",)
        assert cell.trial.imbalance == {"kind": "none"}
    assert np.allclose(grid[0].trial.transforms["mean"], (0.485, 0.456, 0.406))


def test_an_unknown_rotation_is_refused():
    with pytest.raises(UserError, match="expected one of: rotating"):
        dual_head.parameters.read({"dataset": "skin_grades?grades=bcc-nv-mel-bkl"})


def test_controls_of_data_beside_are_read_on_their_own_validation_part():
    for cell in of("binary") + of("second"):
        assert cell.trial.evaluate_on == ("test", "val")
        assert "encoders" in cell.keep


def test_batches_are_matched_in_passes_and_in_steps():
    found = of("batch_size", epochs=16)
    simclr = {}
    for cell in [cell for cell in found if cell.method == "simclr"]:
        at = cell.factors["batch_size"], cell.factors.get("matched", "passes")
        simclr[at] = cell.trial.phases[0].epochs
    assert simclr == {(32, "passes"): 16, (256, "passes"): 16, (32, "steps"): 2}
    assert {cell.method for cell in found} == {"simclr", "auc_cl"}, "what claims speak of"
    for cell in found:
        assert cell.varied == set(cell.factors) - {"dataset"}


def test_of_table_6_the_printed_points_are_run_where_a_trial_takes_minutes():
    found = of("table_6", seeds=list(range(10, 20)))
    points = {(cell.factors["sim_weight"], cell.factors["hard_negatives"]) for cell in found}
    assert points == {(0.1, 5), (0.2, 5), (0.5, 5), (0.2, 10)}
    assert {cell.seed for cell in found} == set(SEEDS)


def test_other_strengths_of_views_stand_beside_the_mild_ones():
    found = of("views")
    assert {cell.factors["views"] for cell in found} == {
        "dual_head_section_4_1", "dual_head_section_4_1_blur_by_side",
    }  # fmt: skip
    for cell in found:
        assert {phase.transforms for phase in cell.trial.phases} == {cell.factors["views"]}
        assert cell.seed in SEEDS[:3] and cell.varied == {"views"}


def test_the_ordered_set_is_divided_anew_for_every_seed():
    found = of("second")
    for cell in found:
        assert cell.trial.split == {
            "kind": "stratified", "test_share": 0.2, "seed": cell.seed,
            "validation_share": 0.1, "validation_seed": cell.seed,
        }  # fmt: skip


def test_images_beside_the_main_ones_are_not_enlarged_beyond_what_the_network_needs():
    assert {cell.trial.transforms["size"] for cell in of("second") + of("binary")} == {32}
    assert {cell.trial.transforms["size"] for cell in cells()} == {64}
    assert {cell.trial.transforms["size"] for cell in made_up.of()[0]} == {28}
