"""Which trials Yun and Kim's study is made of: what is varied, what is paired, what is shared."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from reproduce.data import catalog
from reproduce.data.preparation import prepare
from reproduce.data.records import Record
from reproduce.papers import dual_head
from reproduce.papers.dual_head_cells import (
    CHOICES,
    combinations,
    other_data,
    split,
)
from reproduce.trials.execute import prepared_for

METHODS = ["supervised", "simclr", "auc_cl", "dual_head"]
PRE_TRAINED = METHODS[1:]
# The grades of ACNE04 by label, from its authors' lists.
ACNE04 = (513, 633, 182, 129)
BINARY = ["chexpert?rare=normal&share=0.05", "chexpert?rare=normal&share=0.1",
          "chexpert?rare=abnormal&share=0.05", "chexpert?rare=abnormal&share=0.1"]  # fmt: skip


def record(name="retinamnist", shape=(28, 28, 3), **counts) -> Record:
    """Return what is known of a data set without having it."""
    counts = counts or {"train": (486, 128, 206, 194, 66), "test": (174, 46, 92, 68, 20)}
    classes = len(next(iter(counts.values())))
    return Record(
        name=name, fingerprint=name[:1] * 64, task="classification", counts=counts, shape=shape,
        class_names=tuple(map(str, range(classes))), title=name, licence="none",
        source="nowhere", images_publishable=False,
    )  # fmt: skip


LARGE = record(
    "lesions?balanced=20000&size=28", train=(410, 506, 146, 103), test=(103, 127, 36, 26),
    balanced=(5000,) * 4,
)  # fmt: skip
GRAY = record("pneumoniamnist", shape=(28, 28), train=(1214, 3494), test=(234, 390))


def of(experiments="none", profile="laptop", others=None, **values):
    """Return the cells and the references at these parameters, all data made up."""
    known = {found.name: found for found in (LARGE, GRAY, record())}
    given = {"dataset": "retinamnist", **values}
    parameters = dual_head.PARAMETERS.read(
        {"profile": profile, "experiments": experiments, **given}
    )
    main = known.get(parameters.dataset, record(parameters.dataset))
    beside = others or [known[name] for name in other_data(parameters)]
    return (
        dual_head.cells(parameters, main, *beside),
        dual_head.references(parameters, main, *beside),
    )


def arms(experiment, **values):
    """Return the cells of one experiment alone."""
    both = of(experiment, **values)
    return [cell for found in both for cell in found if cell.experiment == experiment]


@pytest.fixture(scope="module")
def grid():
    return of()[0]


def by_method(cells, seed=0):
    return {cell.method: cell for cell in cells if cell.seed == seed}


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
    read = dual_head.PARAMETERS.read
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
    parameters = dual_head.PARAMETERS.read({"profile": "laptop", "experiments": "none"})
    assert other_data(parameters) == []
    both = dual_head.PARAMETERS.read({"profile": "laptop"})
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


# -- combinations of readings ----------------------------------------------------------------------


def test_combinations_are_distinct_reproducible_and_the_default_is_first():
    found = combinations(64)
    assert len(found) == len({tuple(one.items()) for one in found}) == 64
    assert len({tuple(one.items()) for one in combinations(192)}) == 192
    assert found == combinations(64)
    assert found[:8] == combinations(8), "more of them only adds"
    assert found[0] == {name: values[0] for name, values in CHOICES.items()}
    assert all(set(one) == set(CHOICES) for one in found)
    for name, values in CHOICES.items():
        assert {one[name] for one in found} == set(values)


def test_no_two_combinations_are_one_training():
    """The saddle has no constant c."""
    every = combinations(192)
    without = Counter(
        tuple(v for k, v in one.items() if k != "c") for one in every if one["reading"] == "saddle"
    )
    assert set(without.values()) == {1}
    cells = [c for c in arms("choices", combinations=192) if c.method == "dual_head"]
    assert len({cell.trial.key for cell in cells if cell.seed == 0}) == 192
    assert len(combinations(1000)) == 192


def test_the_default_combination_is_the_method_itself_at_half_the_length():
    first = next(c for c in arms("choices") if c.factors.get("combination") == 0)
    same = by_method(of(epochs=8, fine_tuning_epochs=6)[0])["dual_head"]
    assert first.trial.key == same.trial.key


def test_rivals_are_run_once_with_solarize_and_once_without():
    cells = [cell for cell in arms("choices") if cell.method != "dual_head"]
    points = Counter((cell.method, cell.factors["solarize"], cell.seed) for cell in cells)
    assert points == {(m, s, seed): 1 for m in ("simclr", "auc_cl") for s in ("no", "yes")
                      for seed in (0, 1)}  # fmt: skip
    for cell in arms("choices"):
        given = cell.trial.phases[0].transform_parameters
        assert given == ({"solarize": 0.5} if cell.factors["solarize"] == "yes" else {})
        assert sum(phase.epochs for phase in cell.trial.phases) == 8 + 6


@pytest.mark.parametrize(
    ("choice", "value", "seen"),
    [
        ("reading", "saddle", {"reading": "saddle"}),
        ("c", "1", {"c": 1.0}),
        ("k", "5", {"top_k": 5}),
        ("similarity", "nt_xent", {"similarity_reading": "nt_xent"}),
        ("score", "cosine", {"score": "cosine"}),
        ("negatives", "other_view", {"negatives": "other_view"}),
    ],
)
def test_a_choice_reaches_both_phases_of_pre_training(choice, value, seen):
    for cell in arms("choices", combinations=192):
        if cell.method != "dual_head" or cell.seed:
            continue
        chosen = cell.factors[choice] == value
        for phase in cell.trial.phases[:2]:
            assert (seen.items() <= phase.objective_parameters.items()) == chosen


def test_the_weight_of_the_warm_up_is_a_choice():
    for cell in arms("choices", combinations=192):
        if cell.method == "dual_head":
            alone = cell.trial.phases[0].objective_parameters
            wanted = {"1": 1.0, "lambda": 0.2}[cell.factors["warm_up_weight"]]
            assert (alone["similarity_weight"], alone["ranking_weight"]) == (wanted, 0)


# -- parameters given with -p ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ({"lam": 0.5}, {"similarity_weight": 0.5}),
        ({"top_k": 10}, {"top_k": 10}),
        ({"ratio": 0.3}, {"ratio": 0.3}),
        ({"c": 1}, {"c": 1.0}),
        ({"reading": "saddle"}, {"reading": "saddle"}),
        ({"temperature": 0.1}, {"temperature": 0.1}),
        ({"lam": 0.5, "top_k": 10}, {"similarity_weight": 0.5, "top_k": 10}),
    ],
)
def test_a_parameter_reaches_the_phase_with_both_losses(given, seen):
    plain, changed = (by_method(of(**values)[0]) for values in ({}, given))
    before = plain["dual_head"].trial.phases[1].objective_parameters
    after = changed["dual_head"].trial.phases[1].objective_parameters
    assert after == {**before, **seen} and after != before
    others = {"simclr"} if "temperature" in given else set()
    for method in ("supervised", "auc_cl", "simclr"):
        same = changed[method].trial.key == plain[method].trial.key
        assert same == (method not in others)


def test_a_fixed_k_makes_the_ratio_meaningless():
    one, other = (by_method(of(top_k=10, ratio=r)[0])["dual_head"] for r in (0.1, 0.3))
    assert one.trial.key == other.trial.key
    assert by_method(of(top_k=5)[0])["dual_head"].trial.key != one.trial.key


@pytest.mark.parametrize(
    ("given", "phase", "seen"),
    [
        ({"learning_rate": 0.01}, 0, ("optimizer", "learning_rate", 0.01)),
        ({"weight_decay": 0.1}, -1, ("optimizer", "weight_decay", 0.1)),
        ({"batch_size": 32}, -1, ("batch_size", None, 32)),
        ({"epochs": 40}, 1, ("epochs", None, 36)),
        ({"warm_up": 0.5}, 0, ("epochs", None, 8)),
        ({"fine_tuning_epochs": 3}, -1, ("epochs", None, 3)),
        ({"transforms": "simclr_two_views"}, 0, ("transforms", None, "simclr_two_views")),
    ],
)
def test_a_parameter_reaches_its_phase(given, phase, seen):
    field, inner, value = seen
    found = getattr(by_method(of(**given)[0])["dual_head"].trial.phases[phase], field)
    assert (getattr(found, inner) if inner else found) == value


# -- data ----------------------------------------------------------------------------------------


@pytest.fixture
def faces(image_file):
    """A file like ACNE04: 1,457 images of four grades without a division of its own."""
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(4), ACNE04))
    images = np.random.default_rng(1).integers(0, 255, (1457, 28, 28, 3), dtype=np.uint8)
    path = image_file(
        "faces", train_images=images, train_labels=labels[:, None].astype(np.uint8),
        test_images=None, test_labels=None,
    )  # fmt: skip
    return f"npz:{path}"


def test_data_without_a_division_are_divided_as_in_the_paper(faces):
    """1,165 images to train on and 292 to test, by the code that trains."""
    found = catalog.load(faces).record()
    parameters = dual_head.PARAMETERS.read({"dataset": faces})
    assert split(parameters, found) == {"kind": "random", "test_share": 0.2, "seed": 3407}
    trial = dual_head.cells(parameters, found)[0].trial
    prepared = prepared_for(trial)
    assert len(prepared.train.labels) == sum(prepared.counts) == 1165
    assert len(prepared.evaluate["test"].labels) == 292
    train, test = prepared.train.rows, prepared.evaluate["test"].rows
    assert sorted([*train, *test]) == list(range(1457))


def test_the_division_follows_the_split_seed_and_no_other(faces):
    dataset = catalog.load(faces)

    def in_test(**values):
        parameters = dual_head.PARAMETERS.read({"dataset": faces, **values})
        trial = dual_head.cells(parameters, dataset.record())[-1].trial
        found = prepare(
            dataset, split=trial.split, imbalance=trial.imbalance, transforms=trial.transforms,
            data_seed=trial.data_seed, evaluate_on=["test"],
        )  # fmt: skip
        return found.evaluate["test"].rows.tolist()

    assert in_test() == in_test(seeds=[7])
    assert in_test() != in_test(split_seed=1)


def test_an_official_division_is_kept():
    assert all(cell.trial.split == {"kind": "official"} for cell in of("binary")[0])


def test_the_point_drawn_in_detail_is_the_main_data(grid):
    parameters = dual_head.PARAMETERS.read({"profile": "laptop"})
    shown = dual_head.shown_point(parameters)
    assert [cell for cell in grid if cell.matches(**shown)] == grid
    assert not any(cell.matches(**shown) for cell in arms("second"))


def test_what_is_kept_of_a_trial():
    """Encoders where they are compared, embeddings where a map is drawn, scores everywhere."""
    cells, beside = of(["second", "warm_up", "ablation"])
    assert all("logits" in cell.keep for cell in [*cells, *beside])
    assert all(("encoders" in c.keep) == (c.experiment in ("grid", "second")) for c in cells)
    mapped = [cell for cell in [*cells, *beside] if "embeddings" in cell.keep]
    assert [(c.experiment, c.method, c.seed) for c in mapped] == [("grid", m, 0) for m in METHODS]


def test_no_test_image_is_seen_in_pre_training(image_file, monkeypatch):
    """What every phase reads holds the training images and no other."""
    from reproduce.training.inputs import Inputs
    from reproduce.trials import execute
    from reproduce.trials.store import Store
    from reproduce.trials.trial import Planned

    path = image_file("tiny", per_class=10, test_per_class=5)
    with np.load(path) as file:
        arrays = dict(file)
    # Test images are of a gray that no training image has.
    arrays["test_images"] = np.full_like(arrays["test_images"], 255)
    np.savez(path, **arrays)
    values = {"profile": "smoke", "dataset": f"npz:{path}", "batch_size": 8}
    parameters = dual_head.PARAMETERS.read(values)
    cells = dual_head.cells(parameters, catalog.load(f"npz:{path}").record())
    seen = []
    true = Inputs.__init__

    def watched(self, phase, images, *others, **named):
        rows = np.arange(len(images.labels))
        seen.append((phase.objective, images.stored(rows)))
        true(self, phase, images, *others, **named)

    monkeypatch.setattr(Inputs, "__init__", watched)
    trial = by_method(cells)["dual_head"].trial
    execute.execute(Planned(trial), Store(path.parent / "store"), execute.Surroundings())
    assert [objective for objective, _ in seen] == ["dual_head", "dual_head", "cross_entropy"]
    for _, pixels in seen:
        assert len(pixels) == 40 and pixels.max() < 255
