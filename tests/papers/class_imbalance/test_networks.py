"""The networks of Buda, Maki and Mazurowski: what each data set gets, and what departs from it."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.data import catalog
from reproduce.errors import UserError
from reproduce.papers.class_imbalance.cells import TRENDS
from reproduce.papers.class_imbalance.networks import NETWORKS
from reproduce.papers.class_imbalance.parameters import EXPERIMENTS
from reproduce.papers.class_imbalance.protocol import PROTOCOL as class_imbalance
from reproduce.study.study import Study
from reproduce.trials import engine
from reproduce.trials.trial import Trial
from tests.study.conftest import mnist_record

CIFAR10 = replace(
    mnist_record("cifar10"), shape=(32, 32, 3), counts={"train": (5000,) * 10, "test": (9,) * 10}
)
IMAGENET = replace(
    mnist_record("imagenet"), shape=(300, 400, 3), counts={"train": (1000,) * 10, "test": (9,) * 10}
)


def read(**values):
    return class_imbalance.parameters.read(values)


def baseline(record, **values) -> Trial:
    values = {"experiments": "none", "dataset": record.name, "seeds": 0, **values}
    return class_imbalance.cells(read(**values), record)[0].trial


def departures(record, **values) -> list[str]:
    return class_imbalance.departures(read(dataset=record.name, **values), record)


# -- what is left open is filled in ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ("digits", "lenet5", "drawn", 400, 64, 0.01, 0.0005)),
        ({"profile": "laptop"}, ("mnist", "lenet5", "drawn", 2000, 64, 0.01, 0.0005)),
        ({"profile": "paper"}, ("mnist", "lenet5", "drawn", 10_000, 64, 0.01, 0.0005)),
        ({"backbone": "small_cnn"}, ("digits", "small_cnn", "drawn", 400, 64, 0.05, 0.0005)),
        ({"dataset": "cifar10"}, ("cifar10", "all_cnn", "lowest", 2000, 256, 0.005, 0.001)),
        (
            {"dataset": "cifar10", "profile": "paper"},
            ("cifar10", "all_cnn", "lowest", 70_000, 256, 0.005, 0.001),
        ),
        (
            {"dataset": "cifar10", "backbone": "lenet5", "minority": "drawn"},
            ("cifar10", "lenet5", "drawn", 2000, 64, 0.01, 0.0005),
        ),
        (
            {"dataset": "imagenet", "profile": "paper"},
            ("imagenet", "resnet10", "drawn", 320_000, 256, 0.1, 0.0001),
        ),
        ({"dataset": "mine"}, ("mine", "lenet5", "drawn", 2000, 64, 0.01, 0.0005)),
        ({"dataset": "mine", "profile": "smoke"}, ("mine", "lenet5", "drawn", 20, 64, 0.01, 5e-4)),
        (
            {"batch_size": 8, "learning_rate": 0.2, "weight_decay": 0, "iterations": 3},
            ("digits", "lenet5", "drawn", 3, 8, 0.2, 0.0),
        ),
    ],
)
def test_profile_then_data_set_then_network_fill_in_what_was_not_given(given, expected):
    found = read(**given)
    names = (
        "dataset", "backbone", "minority", "iterations", "batch_size", "learning_rate",
        "weight_decay",
    )  # fmt: skip
    assert tuple(getattr(found, name) for name in names) == expected
    assert found.momentum == 0.9


def test_the_paper_has_another_grid_on_each_of_its_data_sets():
    cifar, imagenet = (read(dataset=name, profile="paper") for name in ("cifar10", "imagenet"))
    assert (cifar.rho, cifar.mu) == ([2, 10, 20, 50], [0.2, 0.5, 0.8])
    assert (imagenet.rho, imagenet.mu) == ([10, 50, 100], [0.1, 0.8, 0.9])
    assert (len(cifar.seeds), len(imagenet.seeds)) == (2, 1)
    assert read(dataset="cifar10").rho == [10, 50]
    assert read(dataset="cifar10", profile="paper", rho=10, mu=0.5).rho == [10]


def test_smoke_runs_the_grid_alone_and_paper_every_experiment_beside_it():
    assert read(profile="smoke").experiments == []
    for_one_asked = ["longer", "undersampling_levels", "tuned", "cifar10", "long_tail"]
    assert [*read(profile="paper").experiments, *for_one_asked] == list(EXPERIMENTS)
    every = [name for name in EXPERIMENTS if name != "trends"]
    assert read(profile="smoke", experiments=every).experiments == every


def test_an_unknown_network_is_one_line():
    with pytest.raises(
        UserError, match="'lenet5', 'all_cnn', 'resnet10', 'small_cnn', 'resnet32' or 'resnet8'"
    ) as refused:
        read(backbone="vgg")
    assert "\n" not in str(refused.value)


# -- what a trial says ----------------------------------------------------------------------------


def test_cifar10_is_whitened_for_the_all_cnn():
    trial = baseline(CIFAR10, profile="paper")
    (phase,) = trial.phases
    assert trial.backbone == "all_cnn"
    assert trial.transforms == {"size": 32, "divisor": 1, "whitening": "gcn_zca"}
    assert (trial.imbalance["minority"], trial.imbalance["n_max"]) == ("lowest", 5000)
    assert (phase.transforms, phase.optimizer.bias_multiplier) == ("none", 1)
    assert phase.schedule.name == "step"
    at = (39_999, 40_000, 49_999, 50_000, 59_999, 60_000, 69_999)
    rates = [phase.schedule.factor(step, 70_000) for step in at]
    assert rates == pytest.approx([1, 0.1, 0.1, 0.01, 0.01, 0.001, 0.001])


def test_imagenet_is_stored_larger_than_it_is_seen():
    trial = baseline(IMAGENET, profile="paper")
    (phase,) = trial.phases
    assert trial.backbone == "resnet10"
    assert trial.transforms == {"size": 224, "stored": 256, "divisor": 255}
    assert phase.transforms == "imagenet_crop"
    rates = [phase.schedule.factor(step, 320_000) for step in (0, 160_000, 320_000)]
    assert rates == pytest.approx([1, 0.5, 0])


def test_the_small_network_takes_images_as_large_as_they_are():
    trial = baseline(CIFAR10, backbone="small_cnn")
    assert trial.transforms == {"size": 32, "divisor": 255}
    assert trial.phases[0].schedule.name == "cosine"


# -- departures -----------------------------------------------------------------------------------


def test_mnist_at_the_papers_scale_departs_in_the_framework_alone():
    record = replace(mnist_record(), counts={"train": (5421,) * 10, "test": (9,) * 10})
    assert departures(record, profile="paper") == ["PyTorch instead of Caffe"]


def test_cifar10_is_trained_as_in_the_paper_but_for_the_search_on_the_test_set():
    assert departures(CIFAR10, profile="paper") == [
        "one learning rate, where the paper reports the best of four on the test set",
        "PyTorch instead of Caffe",
    ]
    assert departures(CIFAR10, seeds=0)[:4] == [
        "2,000 training steps instead of 70,000",
        "one learning rate, where the paper reports the best of four on the test set",
        "1 repeat instead of 2",
        "rho 10, 50 instead of the paper's 4 values",
    ]


def test_another_network_on_the_papers_data_is_named_with_its_recipe():
    found = departures(CIFAR10, profile="paper", backbone="lenet5", minority="drawn")
    assert found == [
        "network: lenet5 instead of all_cnn",
        "images of 32 x 32 pixels brought to 28 x 28",
        "batch_size 64 instead of 256",
        "learning_rate 0.01 instead of 0.005",
        "weight_decay 0.0005 instead of 0.001",
        "minority classes drawn instead of lowest",
        "PyTorch instead of Caffe",
    ]


def test_the_small_network_on_digits_departs_from_lenet5():
    digits = catalog.load("digits").record()
    plain, small = departures(digits), departures(digits, backbone="small_cnn")
    assert not any("network" in line or "learning_rate" in line for line in plain)
    assert "images of 8 x 8 pixels brought to 28 x 28" in plain
    assert "network: small_cnn instead of lenet5" in small
    assert "learning_rate 0.05 instead of 0.01" in small
    assert not any("pixels" in line for line in small)
    for found in (plain, small):
        assert "400 training steps instead of 10,000" in found


# -- the All-CNN on whitened images ---------------------------------------------------------------


def test_the_all_cnn_is_whitened_trained_and_judged_on_small_colour_images(
    image_file, tmp_path, monkeypatch
):
    """Every kind of trial: plain, sampled, mixed and untrained, on images of 16 x 16 pixels."""
    smaller = replace(NETWORKS["all_cnn"], size=16)
    monkeypatch.setitem(NETWORKS, "all_cnn", smaller)
    colours = np.random.default_rng(0).integers(0, 256, (48, 16, 16, 3), dtype=np.uint8)
    file = image_file(
        per_class=9, test_per_class=3, size=16, train_images=colours[:36], test_images=colours[36:]
    )
    study = Study(class_imbalance, read(
        dataset=f"npz:{file}", backbone="all_cnn", methods=["baseline", "oversampling", "cutmix"],
        rho=3, mu=0.5, seeds=0, images_per_class=9, iterations=2, batch_size=4, experiments="none",
    ))  # fmt: skip
    assert study.cells[0].trial.transforms == {"size": 16, "divisor": 1, "whitening": "gcn_zca"}
    summary = study.run(engine.Options(workers=1))
    assert (summary.trained, summary.failures) == (4, {})
    rows = study.observations()
    assert {row["method"] for row in rows} == {"baseline", "oversampling", "cutmix"}
    assert all(0 <= row["auc"] <= 1 for row in rows)
    assert sum(study.result(study.cells[0]).counts) == 2 * 9 + 2 * 3


def test_a_method_that_changes_colours_is_left_out_where_images_are_whitened():
    """TSC is refused by name, before anything is trained, and no part of the later methods."""
    cells = class_imbalance.cells(read(dataset="cifar10", experiments="trends"), CIFAR10)
    later = {cell.method for cell in cells if cell.experiment == "trends"}
    assert later == set(TRENDS) - {"tsc"}
    seen = class_imbalance.cells(
        read(dataset="cifar10", backbone="small_cnn", experiments="trends"), CIFAR10
    )
    assert {cell.method for cell in seen if cell.experiment == "trends"} == set(TRENDS)
    with pytest.raises(UserError, match=r"method 'tsc'.*whitened.*another backbone") as refused:
        class_imbalance.cells(read(dataset="cifar10", methods=["baseline", "tsc"]), CIFAR10)
    assert "\n" not in str(refused.value)


# -- smoke ----------------------------------------------------------------------------------------


@pytest.mark.thorough
def test_every_trial_of_the_smoke_profile_can_be_described_and_trained(tmp_path):
    """Sampling, both phases of everything, SMOTE, mixing and TSC: two steps each on the digits."""
    # Those at chosen rates wait for the search of their rates: they are the next test.
    # With one imbalance ratio there is none between for levels of undersampling.
    together = [name for name in EXPERIMENTS if name not in ("tuned", "undersampling_levels")]
    study = Study(class_imbalance, read(profile="smoke", iterations=2, experiments=together))
    planned = study.planned()
    experiments = {label["experiment"] for item in planned for label in item.labels}
    assert experiments == {"grid", "untrained", *together}
    for item in planned:
        assert Trial(**item.trial.to_json()).key == item.trial.key
    summary = study.run(engine.Options(workers=1))
    assert (summary.trained, summary.failures) == (len(planned), {})
    assert study.pending() == []
    assert len(study.observations()) == 6
    later = {row["method"]: row for row in study.rows(study.of_experiment("trends"))}
    assert {"smote_embeddings", "tsc", "mixup", "focal"} <= set(later)
    assert all(0 <= row["auc"] <= 1 for row in later.values())


@pytest.mark.thorough
def test_rates_are_searched_chosen_and_trained_at():
    """Two steps each on the digits: what waits for the rates is planned once they are there."""
    asked = read(profile="smoke", iterations=2, experiments=["tuned"])
    study = Study(class_imbalance, asked)
    first = study.run(engine.Options(workers=1))
    assert not first.failures and study.of_experiment("rates")
    again = Study(class_imbalance, asked)
    assert not again.run(engine.Options(workers=1)).failures
    assert not again.pending() and not again.waiting
    tuned = {row["method"] for row in again.rows(again.of_experiment("tuned"))}
    assert {"focal", "dual_focal_released", "cutout", "tsc", "baseline_chosen_rate"} <= tuned
