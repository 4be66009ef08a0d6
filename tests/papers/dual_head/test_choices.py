"""Readings combined at random, parameters on their way to the phases, and the data's division."""

from collections import Counter

import numpy as np
import pytest

from reproduce.data import catalog
from reproduce.data.preparation import prepare
from reproduce.papers.dual_head.bed import split
from reproduce.papers.dual_head.protocol import PROTOCOL as dual_head
from reproduce.papers.dual_head.references import CHOICES, combinations
from reproduce.trials.execute import prepared_for
from tests.papers.dual_head.made_up import ACNE04, METHODS, arms, by_method, of


@pytest.fixture(scope="module")
def grid():
    return of()[0]


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


def test_rivals_are_run_once_under_every_reading_that_concerns_them():
    cells = [cell for cell in arms("choices") if cell.method != "dual_head"]
    of_simclr = Counter((c.factors["solarize"], c.factors["similarity"], c.seed) for c in cells
                        if c.method == "simclr")  # fmt: skip
    assert of_simclr == {(s, loss, seed): 1 for s in ("no", "yes") for loss in
                         ("printed", "nt_xent") for seed in (0, 1)}  # fmt: skip
    of_auc_cl = Counter((c.factors["solarize"], c.seed) for c in cells if c.method == "auc_cl")
    assert of_auc_cl == {(s, seed): 1 for s in ("no", "yes") for seed in (0, 1)}
    for cell in cells:
        if cell.method == "simclr":
            loss = {"printed": "info_nce", "nt_xent": "nt_xent"}[cell.factors["similarity"]]
            assert cell.trial.phases[0].objective == loss
    for cell in arms("choices"):
        given = cell.trial.phases[0].transform_parameters
        assert given == ({"solarize": 0.5} if cell.factors["solarize"] == "yes" else {})
        assert sum(phase.epochs for phase in cell.trial.phases) == 8 + 6


def test_a_rival_is_not_trained_under_what_no_combination_has():
    (first,) = [c.factors["similarity"] for c in arms("choices", combinations=1)
                if c.method == "simclr" and c.seed == 0]  # fmt: skip
    assert first == "printed"


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


def test_a_fixed_k_leaves_the_ratio_out():
    one, other = (by_method(of(top_k=k)[0])["dual_head"] for k in (10, 5))
    assert one.trial.key != other.trial.key
    ranking = next(str(phase) for phase in one.trial.phases if "'top_k': 10" in str(phase))
    assert "'ratio'" not in ranking


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
    parameters = dual_head.parameters.read({"dataset": faces})
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
        parameters = dual_head.parameters.read({"dataset": faces, **values})
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
    parameters = dual_head.parameters.read({"profile": "laptop"})
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
    from reproduce.trials.trial import Planned

    path = image_file("tiny", per_class=10, test_per_class=5)
    with np.load(path) as file:
        arrays = dict(file)
    # Test images are of a gray that no training image has.
    arrays["test_images"] = np.full_like(arrays["test_images"], 255)
    np.savez(path, **arrays)
    values = {"profile": "smoke", "dataset": f"npz:{path}", "batch_size": 8}
    parameters = dual_head.parameters.read(values)
    cells = dual_head.cells(parameters, catalog.load(f"npz:{path}").record())
    seen = []
    true = Inputs.__init__

    def watched(self, phase, images, *others, **named):
        rows = np.arange(len(images.labels))
        seen.append((phase.objective, images.stored(rows)))
        true(self, phase, images, *others, **named)

    monkeypatch.setattr(Inputs, "__init__", watched)
    trial = by_method(cells)["dual_head"].trial
    execute.execute(Planned(trial), path.parent, execute.Surroundings())
    assert [objective for objective, _ in seen] == ["dual_head", "dual_head", "cross_entropy"]
    for _, pixels in seen:
        assert len(pixels) == 40 and pixels.max() < 255
