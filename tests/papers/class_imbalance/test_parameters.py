"""The protocol of Buda, Maki and Mazurowski: its grid, its recipe, and what departs from it."""

from collections import defaultdict

import pytest

from reproduce.data import catalog
from reproduce.data.records import Record
from reproduce.errors import UserError
from reproduce.papers.class_imbalance.protocol import PROTOCOL as class_imbalance
from reproduce.study.cell import in_words
from reproduce.study.study import Study
from reproduce.trials.store import Store

TRAINED = (
    "baseline", "oversampling", "undersampling", "two_phase_oversampling",
    "two_phase_undersampling",
)  # fmt: skip
SHARES_WITH = {
    "thresholding": "baseline",
    "oversampling_thresholding": "oversampling",
    "undersampling_thresholding": "undersampling",
}
# MNIST's training images by class, from its authors' file.
MNIST = (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)


def record(name="mnist", counts=MNIST, shape=(28, 28), **splits) -> Record:
    """Return what is known of a data set without having it."""
    splits = splits or {"train": counts, "test": (100,) * len(counts)}
    return Record(
        name=name, fingerprint="f" * 64, task="classification", counts=splits, shape=shape,
        class_names=tuple(str(c) for c in range(len(counts))), title=name, licence="none",
        source="nowhere", images_publishable=False,
    )  # fmt: skip


def grid(data=None, **values):
    """Return the cells of the grid; what stands beside it has tests of its own."""
    values = {"experiments": "none", **values}
    return class_imbalance.cells(class_imbalance.parameters.read(values), data or record())


def departures(data=None, **values) -> list[str]:
    parameters = class_imbalance.parameters.read(values)
    return class_imbalance.departures(parameters, data or record())


@pytest.fixture(scope="module")
def paper_grid():
    return grid(profile="paper")


# -- the grid of the paper -----------------------------------------------------------------------


def test_the_papers_grid_has_its_number_of_networks(paper_grid):
    """4,050 imbalanced sets of the step kind, five networks on each."""
    keys = {cell.trial.key for cell in paper_grid}
    assert len(paper_grid) == 9 * 9 * 50 * 8
    assert len(keys) == 9 * 9 * 50 * 5 == 4050 * 5


def test_the_papers_grid_is_where_the_paper_put_it(paper_grid):
    rhos = sorted({cell.factors["rho"] for cell in paper_grid})
    mus = sorted({cell.factors["mu"] for cell in paper_grid})
    assert rhos == [10, 25, 50, 100, 250, 500, 1000, 2500, 5000]
    assert mus == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert {cell.seed for cell in paper_grid} == set(range(50))
    assert {cell.trial.imbalance["n_max"] for cell in paper_grid} == {5000}
    assert {cell.trial.imbalance["minority"] for cell in paper_grid} == {"drawn"}


def test_the_linear_experiment_adds_450_sets():
    keys = {cell.trial.key for cell in grid(profile="paper", imbalance="linear")}
    assert len(keys) == 450 * 5


def test_methods_of_one_seed_differ_in_nothing_but_their_phases(paper_grid):
    by_point = defaultdict(list)
    for cell in paper_grid[:648]:
        by_point[cell.seed, cell.factors["rho"], cell.factors["mu"]].append(cell)
    assert len(by_point) == 81
    for (seed, _, _), cells in by_point.items():
        assert len(cells) == 8
        rest = [cell.trial.model_dump(exclude={"phases"}) for cell in cells]
        assert all(description == rest[0] for description in rest)
        assert (rest[0]["data_seed"], rest[0]["seed"]) == (seed, seed)


@pytest.mark.parametrize("method", SHARES_WITH)
def test_thresholding_shares_the_trial_of_what_it_is_applied_to(method):
    cells = {cell.method: cell for cell in grid(profile="smoke", methods=[method, *TRAINED])}
    assert cells[method].trial.key == cells[SHARES_WITH[method]].trial.key
    assert cells[method].definition.posthoc == ("divide_by_prior",)
    assert cells[SHARES_WITH[method]].definition.posthoc == ()
    assert len({cell.trial.key for cell in cells.values()}) == 5


def test_whole_comparisons_come_first():
    """A killed run has all methods of the first seed rather than one method of all seeds."""
    cells = grid(seeds=[3, 1], rho=[5, 10], mu=0.5, methods=["baseline", "oversampling"])
    order = [(cell.seed, cell.factors["rho"], cell.method) for cell in cells]
    assert order[:4] == [
        (3, 5, "baseline"), (3, 5, "oversampling"), (3, 10, "baseline"), (3, 10, "oversampling"),
    ]  # fmt: skip
    assert [seed for seed, _, _ in order] == [3] * 4 + [1] * 4


# -- the recipe ----------------------------------------------------------------------------------


def test_the_recipe_is_the_papers(paper_grid):
    baseline = next(cell.trial for cell in paper_grid if cell.method == "baseline")
    (phase,) = baseline.phases
    assert (phase.objective, phase.sampler, phase.train) == ("cross_entropy", "instance", "all")
    assert (phase.batch_size, phase.iterations, phase.epochs) == (64, 10_000, 0)
    sgd = phase.optimizer
    assert (sgd.name, sgd.learning_rate, sgd.momentum) == ("sgd", 0.01, 0.9)
    assert (sgd.weight_decay, sgd.bias_multiplier) == (5e-4, 2)
    assert baseline.transforms == {"size": 28, "divisor": 256}
    assert (baseline.backbone, baseline.split) == ("lenet5", {"kind": "official"})
    assert (baseline.evaluate_on, baseline.initialisation) == (("test",), "random")


@pytest.mark.parametrize("step", [0, 1, 5_000, 10_000])
def test_the_learning_rate_falls_as_the_paper_says(step):
    schedule = grid(profile="paper", rho=10, mu=0.5, seeds=0)[0].trial.phases[0].schedule
    assert 0.01 * schedule.factor(step) == pytest.approx(0.01 * (1 + 1e-4 * step) ** -0.75)


def test_samplers_change_the_order_of_images_only():
    cells = {cell.method: cell.trial.phases for cell in grid(methods=TRAINED, seeds=0, rho=5)}
    (baseline,) = cells["baseline"]
    assert cells["oversampling"] == (baseline.but(sampler="oversampling"),)
    assert cells["undersampling"] == (baseline.but(sampler="undersampling"),)


@pytest.mark.parametrize("sampler", ["oversampling", "undersampling"])
def test_two_phases_end_with_the_last_layer_on_the_original_data(sampler):
    """At a tenth of the rate; all else, the number of steps too, as in the first phase."""
    cells = {cell.method: cell.trial.phases for cell in grid(methods=TRAINED, seeds=0, rho=5)}
    first, second = cells[f"two_phase_{sampler}"]
    assert (first,) == cells[sampler]
    assert (second.sampler, second.train) == ("instance", "classifier")
    assert second.optimizer.learning_rate == pytest.approx(0.001)
    same = {"sampler", "train", "optimizer"}
    assert second.model_dump(exclude=same) == first.model_dump(exclude=same)
    assert second.optimizer.but(learning_rate=0.01) == first.optimizer


def test_the_reference_is_the_network_before_any_training():
    parameters = class_imbalance.parameters.read({"profile": "laptop", "experiments": "none"})
    (reference,) = class_imbalance.references(parameters, record())
    baseline = next(
        cell for cell in class_imbalance.cells(parameters, record())
        if cell.matches(seed=0, rho=100, mu=0.5, method="baseline")
    )  # fmt: skip
    assert reference.trial.phases == ()
    assert reference.factors == baseline.factors
    assert reference.trial.but(phases=baseline.trial.phases).key == baseline.trial.key
    assert reference.keep == ("logits", "embeddings"), "a curve would be waited for forever"


# -- linear imbalance, other data ----------------------------------------------------------------


def test_linear_imbalance_has_no_mu():
    cells = grid(imbalance="linear", rho=[5, 10], seeds=0)
    assert all("mu" not in cell.factors and "mu" not in cell.trial.imbalance for cell in cells)
    assert len({cell.trial.key for cell in cells}) == 2 * 3
    assert in_words(cells[0].factors, class_imbalance.paper) == "linear rho 5"
    parameters = class_imbalance.parameters.read({"imbalance": "linear", "rho": [5, 10, 20]})
    assert class_imbalance.shown_point(parameters) == {"rho": 10}


def test_the_middle_of_each_list_is_drawn_in_detail():
    parameters = class_imbalance.parameters.read({"profile": "laptop"})
    assert class_imbalance.shown_point(parameters) == {"rho": 100, "mu": 0.5}


def test_a_file_of_ones_own_works(image_file, tmp_path):
    """By its path or, in the data folder, by its name; the key speaks of the content alone."""
    path = image_file("mine")
    values = {"profile": "smoke", "rho": 5}
    studies = [
        Study(class_imbalance, class_imbalance.parameters.read({**values, "dataset": name}))
        for name in (f"npz:{path}", "mine")
    ]
    trial = studies[0].cells[0].trial
    assert trial.imbalance == {
        "kind": "step", "rho": 5.0, "mu": 0.5, "n_max": 40, "minority": "drawn",
    }  # fmt: skip
    assert studies[0].training_counts(method="baseline") == {
        "rho 5, mu 0.5": studies[1].training_counts(method="baseline")["rho 5, mu 0.5"]
    }
    moved = path.rename(tmp_path / "data" / "moved.npz")
    parameters = class_imbalance.parameters.read({**values, "dataset": f"npz:{moved}"})
    assert Study(class_imbalance, parameters).cells[0].trial.key == trial.key


def test_data_without_a_test_part_is_split_by_class():
    trial = grid(catalog.load("digits").record(), profile="smoke")[0].trial
    assert trial.split == {"kind": "stratified", "test_share": 0.2, "seed": 0}


# -- what is refused, before anything trains -----------------------------------------------------


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"rho": 6000}, "rho 6000 with at most 5000 images a class leaves the minority classes"),
        ({"mu": 0.25}, "mu is 0.25, but 10 classes allow only whole shares of them: 0.1, 0.2"),
        ({"images_per_class": 5422}, "smallest class of 'mnist' has 5421 training images"),
        ({"imbalance": "linear", "rho": 5001}, "leaves the minority classes without a single"),
    ],
)
def test_an_infeasible_grid_is_refused(values, said):
    with pytest.raises(UserError, match=said):
        grid(**{"dataset": "mnist", **values})


@pytest.mark.parametrize("values", [{"rho": [5, 200]}, {"mu": [0.5, 0.55]}])
def test_one_infeasible_point_refuses_the_whole_study_before_it_trains(values):
    with pytest.raises(UserError):
        Study(class_imbalance, class_imbalance.parameters.read(values))
    assert Store().trial_keys() == []


@pytest.mark.parametrize(
    ("name", "said"),
    [("mnist", "data set 'mnist' is not here: expected"), ("mnits", "did you mean 'mnist'")],
)
def test_data_that_is_not_here_is_named(name, said):
    with pytest.raises(UserError, match=said):
        Study(class_imbalance, class_imbalance.parameters.read({"dataset": name}))


# -- departures ----------------------------------------------------------------------------------


def test_the_papers_own_protocol_departs_in_the_framework_alone():
    assert departures(profile="paper") == ["PyTorch instead of Caffe"]
    assert departures(profile="paper", imbalance="linear") == ["PyTorch instead of Caffe"]


def test_mnist_at_the_laptop_scale_departs_in_scale_but_not_in_data():
    assert departures(profile="laptop") == [
        "2,000 training steps instead of 10,000",
        "5 repeats instead of 50",
        "rho 10, 100, 1000 instead of the paper's 9 values",
        "mu 0.2, 0.5, 0.8 instead of the paper's 9 values",
        "PyTorch instead of Caffe",
    ]


def test_digits_are_named_as_a_stand_in():
    found = departures(catalog.load("digits").record(), profile="quick")
    assert found[0] == "data: digits stands in for MNIST; it is not the paper's data"
    assert found[1] == "images of 8 x 8 pixels brought to 28 x 28"
    assert "at most 125 images a class instead of 5,000" in found
    assert "rho 5, 25 instead of the paper's 9 values" in found


def test_generated_images_are_named_as_such():
    found = departures(record("lesions", (400,) * 4, (64, 64, 3)), dataset="lesions")
    assert found[0].startswith("data: lesions (generated images) stands in for MNIST")


def test_a_file_of_28_pixels_is_a_stand_in_that_was_not_resized():
    found = departures(record("mine", (40,) * 4), dataset="mine")
    assert found[0].startswith("data: mine stands in")
    assert not any("pixels" in line for line in found)
    assert "at most 40 images a class instead of 5,000" in found


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("batch_size", 32, "batch_size 32 instead of 64"),
        ("learning_rate", 0.1, "learning_rate 0.1 instead of 0.01"),
        ("momentum", 0.5, "momentum 0.5 instead of 0.9"),
        ("weight_decay", 0, "weight_decay 0.0 instead of 0.0005"),
        ("minority", "lowest", "minority classes lowest instead of drawn"),
        ("precision", "bfloat16", "precision bfloat16 instead of float32"),
        ("images_per_class", 500, "at most 500 images a class instead of 5,000"),
        ("iterations", 9999, "9,999 training steps instead of 10,000"),
        ("seeds", 7, "1 repeat instead of 50"),
        ("mu", [0.5], "mu 0.5 instead of the paper's 9 values"),
        ("backbone", "small_cnn", "network: small_cnn instead of lenet5"),
    ],
)
def test_whatever_is_changed_is_a_departure(name, value, said):
    grid_given = {"rho": 10} if name == "images_per_class" else {}
    assert said in departures(profile="paper", **{name: value}, **grid_given)
