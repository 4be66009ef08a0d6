"""Which trials Yun and Kim's study is made of: what is varied, what is paired, what is shared."""

from collections import Counter, defaultdict

import pytest

from reproduce.data import catalog
from reproduce.papers.dual_head.cells import (
    other_data,
)
from reproduce.papers.dual_head.protocol import PROTOCOL as dual_head
from tests.papers.dual_head.made_up import (
    BINARY,
    LARGE,
    METHODS,
    PRE_TRAINED,
    arms,
    by_method,
    of,
    record,
)


@pytest.fixture(scope="module")
def grid():
    return of()[0]


# -- pairing -------------------------------------------------------------------------------------


def test_the_grid_is_the_four_methods_at_every_seed(grid):
    assert [cell.method for cell in grid] == METHODS * 5
    assert [cell.seed for cell in grid] == [seed for seed in range(5) for _ in METHODS]
    assert {cell.experiment for cell in grid} == {"grid"}
    assert not any(cell.varied for cell in grid)
    assert {cell.factors["dataset"] for cell in grid} == {"retinamnist"}


def test_arms_of_one_seed_differ_in_their_phases_alone():
    """The same images, the same initial weights, whatever the experiment changes."""
    every = of(["warm_up", "batch_size", "table_6", "ablation", "choices"])
    cells = [cell for found in every for cell in found]
    by_seed = defaultdict(list)
    for cell in cells:
        by_seed[cell.seed].append(cell.trial.model_dump(exclude={"phases"}))
    assert sorted(by_seed) == list(range(5))
    for seed, found in by_seed.items():
        assert all(description == found[0] for description in found)
        assert (found[0]["seed"], found[0]["data_seed"]) == (seed, seed)


def test_all_are_fine_tuned_alike(grid):
    last = {cell.method: cell.trial.phases[-1] for cell in grid[:4]}
    same = last["simclr"]
    assert last["auc_cl"] == last["dual_head"] == same
    assert last["supervised"] == same.but(reinitialise=())
    assert (same.objective, same.optimizer.name, same.schedule.name) == (
        "cross_entropy", "adamw", "cosine",
    )  # fmt: skip
    assert (same.epochs, same.views, same.heads.projections) == (12, 1, {})


def test_pre_training_shows_all_methods_the_same_images(grid):
    """As many epochs, views and images a batch, by the same transforms."""
    for cell in grid[1:4]:
        before = cell.trial.phases[:-1]
        assert sum(phase.epochs for phase in before) == 16
        assert {phase.views for phase in before} == {2}
        assert {phase.batch_size for phase in before} == {128}
        assert {phase.transforms for phase in before} == {"dual_head_section_4_1"}
        assert {phase.optimizer.name for phase in before} == {"adamw"}
        assert {phase.schedule.name for phase in before} == {"constant"}


def test_no_trial_shares_its_key_with_another_description():
    for experiments in (["table_6", "warm_up", "batch_size"], ["ablation", "choices"]):
        cells = [cell for found in of(experiments) for cell in found]
        by_key = defaultdict(set)
        for cell in cells:
            by_key[cell.trial.key].add(cell.trial.model_dump_json())
        assert all(len(descriptions) == 1 for descriptions in by_key.values())
        assert len({c.trial.model_dump_json() for c in cells}) == len(by_key)


# -- experiments ---------------------------------------------------------------------------------


def test_the_papers_warm_up_is_the_grids(grid):
    cells = arms("warm_up")
    assert Counter(cell.factors["warm_up_epochs"] for cell in cells) == {20: 5, 0: 5}
    for cell in cells:
        usual = by_method(grid, cell.seed)["dual_head"]
        same = cell.trial.key == usual.trial.key
        assert same == (cell.factors["warm_up_epochs"] == 20)
        assert len(cell.trial.phases) == (3 if same else 2)
        assert cell.varied == {"warm_up_epochs"}
    changed = arms("warm_up", warm_up=0.5)
    both = {cell.trial.key for cell in changed if cell.seed == 0}
    assert both == {cell.trial.key for cell in cells if cell.seed == 0}


def test_twenty_epochs_of_warm_up_at_the_papers_length():
    (cell, *_) = arms("warm_up", profile="paper", initialisation="random", dataset="retinamnist")
    assert [phase.epochs for phase in cell.trial.phases] == [20, 180, 50]
    weights = [phase.objective_parameters for phase in cell.trial.phases[:2]]
    assert (weights[0]["ranking_weight"], weights[0]["similarity_weight"]) == (0, 1)
    assert "ranking_weight" not in weights[1] and weights[1]["similarity_weight"] == 0.2


def test_batches_of_128_are_the_grids(grid):
    cells = arms("batch_size")
    assert {cell.method for cell in cells} == set(PRE_TRAINED)
    sizes = Counter(cell.factors["batch_size"] for cell in cells if cell.method == "simclr")
    assert sizes == {32: 5, 64: 3, 128: 5, 256: 5}
    for cell in cells:
        usual = by_method(grid, cell.seed)[cell.method]
        assert (cell.trial.key == usual.trial.key) == (cell.factors["batch_size"] == 128)
        assert {phase.batch_size for phase in cell.trial.phases} == {cell.factors["batch_size"]}
        epochs = [phase.epochs for phase in cell.trial.phases]
        assert epochs == [phase.epochs for phase in usual.trial.phases]


def test_table_6_is_wider_than_the_papers_and_has_its_points_at_every_seed():
    cells = arms("table_6")
    repeats = Counter((c.factors["sim_weight"], c.factors["hard_negatives"]) for c in cells)
    printed = {(0.1, 5), (0.2, 5), (0.5, 5), (0.2, 10)}
    assert {point for point, seeds in repeats.items() if seeds == 5} == printed
    assert len(repeats) == 16 and set(repeats.values()) == {5, 2}
    for cell in cells:
        (both,) = [p for p in cell.trial.phases[:-1] if "ranking_weight" not in
                   p.objective_parameters]  # fmt: skip
        given = both.objective_parameters
        assert given["similarity_weight"] == cell.factors["sim_weight"]
        assert given["top_k"] == cell.factors["hard_negatives"] and "ratio" not in given
    assert len({cell.trial.key for cell in cells}) == len(cells)


def test_the_second_data_set_has_the_four_methods_and_a_large_test_set():
    cells = arms("second")
    assert [cell.method for cell in cells] == METHODS * 5
    assert {cell.trial.dataset for cell in cells} == {LARGE.name}
    assert {cell.trial.evaluate_on for cell in cells} == {("test", "balanced")}
    assert {cell.varied for cell in cells} == {frozenset({"dataset"})}
    assert {cell.trial.evaluate_on for cell in of()[0]} == {("test",)}


def test_two_classes_either_of_them_rare():
    cells = arms("binary")
    points = Counter((c.factors["rare"], c.factors["rare_share"], c.method) for c in cells)
    assert len(points) == 2 * 2 * 4
    for cell in cells:
        rare, share = cell.factors["rare"], cell.factors["rare_share"]
        assert points[rare, share, cell.method] == (5 if rare == "abnormal" else 3)
        wanted = {"kind": "binary_share", "share": share, "total": 1200,
                  "rare": {"normal": 0, "abnormal": 1}[rare]}  # fmt: skip
        assert cell.trial.imbalance == wanted
        assert cell.factors["dataset"] == "pneumoniamnist"
        assert ("rare" in cell.varied) == (rare == "normal") and "rare_share" in cell.varied


def test_gray_images_are_normalised_by_the_average_of_the_colours():
    """Exactly as transforms that normalise do, which else refuse the images."""
    from reproduce.data.augmentation.recipes import RECIPES

    for cell in (arms("binary")[0], arms("second")[0]):
        channels = 1 if cell.trial.dataset == "pneumoniamnist" else 3
        mean, deviation = RECIPES["dual_head_section_3_1"].normalisation(channels)
        assert tuple(cell.trial.transforms["mean"]) == mean
        assert tuple(cell.trial.transforms["deviation"]) == deviation


@pytest.mark.parametrize("name", ["chexpert", "chexpert?images=3000&where=test"])
def test_chexpert_draws_its_rare_class_itself(name):
    """A data set for each share and each reading; what else its name says is kept."""
    read = dual_head.parameters.read
    parameters = read({"profile": "laptop", "experiments": "binary", "binary_dataset": name})
    names = other_data(parameters)
    more = [option for option in name.partition("?")[2].split("&") if option]
    wanted = [sorted([*more, *said.partition("?")[2].split("&")]) for said in BINARY]
    assert sorted(names) == sorted(f"chexpert?{'&'.join(options)}" for options in wanted)
    assert all(catalog.canonical(one) for one in names), "the loader knows these options"
    others = [record(one, shape=(320, 320), train=(60, 1140), test=(15, 285)) for one in names]
    cells = arms("binary", binary_dataset=name, others=others)
    assert {cell.trial.imbalance["kind"] for cell in cells} == {"none"}
    for cell in cells:
        rare, share = cell.factors["rare"], cell.factors["rare_share"]
        options = cell.trial.dataset.partition("?")[2].split("&")
        assert {f"rare={rare}", f"share={share:g}"} <= set(options)


def test_no_data_beside_the_main_where_no_experiment_asks():
    parameters = dual_head.parameters.read({"profile": "laptop", "experiments": "none"})
    assert other_data(parameters) == []
    both = dual_head.parameters.read({"profile": "laptop"})
    assert other_data(both) == [LARGE.name, "pneumoniamnist"]


def test_components_are_changed_one_at_a_time(grid):
    cells = [c for c in arms("ablation") if c.seed == 0 and "fine_tuning" not in c.factors]
    assert {cell.method for cell in cells} == {
        "ranking_alone", "shared_head", "all_negatives", "auc_cl_warm_up", "supervised_longer",
    }  # fmt: skip
    found, usual = by_method(cells), by_method(grid)
    joint = usual["dual_head"].trial.phases
    assert found["ranking_alone"].trial.phases[0].objective_parameters["similarity_weight"] == 0
    assert [phase.epochs for phase in found["ranking_alone"].trial.phases] == [16, 12]
    one = found["shared_head"].trial.phases
    assert set(one[0].heads.projections) == {"similarity"}
    assert set(joint[0].heads.projections) == {"similarity", "ranking"}
    every = found["all_negatives"].trial.phases[1].objective_parameters
    assert every == {**joint[1].objective_parameters, "ratio": 1.0}
    assert [p.epochs for p in found["supervised_longer"].trial.phases] == [16 + 12]
    after = found["auc_cl_warm_up"].trial.phases
    assert [phase.epochs for phase in after] == [phase.epochs for phase in joint]
    assert after[1].objective_parameters["reading"] == "auc_cl"
    assert after[1].objective_parameters["similarity_weight"] == 0


@pytest.mark.parametrize(
    ("usual", "other", "seen"),
    [("none", "as_pretraining", "dual_head_section_4_1"), ("as_pretraining", "none", "none")],
)
def test_fine_tuning_on_views_or_on_the_images_as_they_are(usual, other, seen):
    main, _ = of(fine_tuning_transforms=usual)
    cells = [c for c in arms("ablation", fine_tuning_transforms=usual)
             if "fine_tuning" in c.factors]  # fmt: skip
    assert [cell.method for cell in cells if cell.seed == 0] == METHODS
    assert {cell.factors["fine_tuning"] for cell in cells} == {other}
    for cell in cells:
        same = by_method(main, cell.seed)[cell.method].trial.phases
        *before, last = cell.trial.phases
        assert last.transforms == seen != same[-1].transforms
        assert tuple(before) == same[:-1]
        assert last == same[-1].but(transforms=seen)


def test_another_start_is_another_start_for_all_four(monkeypatch):
    pinned = "surrogate:ours@0123456789ab"
    monkeypatch.setattr(
        "reproduce.models.initialisations.pinned",
        lambda backbone, start: start if start == "random" else pinned,
    )
    cells = arms("initialisation", surrogate="surrogate:ours")
    assert {(c.method, c.trial.initialisation) for c in cells} == {(m, pinned) for m in METHODS}
    assert {cell.factors["initialisation"] for cell in cells} == {"surrogate"}
    usual = {cell.trial.model_dump_json(exclude={"initialisation"}) for cell in of()[0]}
    assert {cell.trial.model_dump_json(exclude={"initialisation"}) for cell in cells} <= usual
