"""CIFAR-10 beside the grid: what is trained at which scale, and which claims it is for."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.data.imbalance import counts_by_class
from reproduce.errors import UserError
from reproduce.papers.class_imbalance import cifar10
from reproduce.papers.class_imbalance.protocol import PROTOCOL as class_imbalance
from reproduce.study.parameters import PROFILES
from tests.study.conftest import mnist_record

CIFAR10 = replace(
    mnist_record("cifar10"), shape=(32, 32, 3), counts={"train": (5000,) * 10, "test": (9,) * 10}
)
DIGITS = replace(mnist_record("digits"), shape=(8, 8), counts={"all": (174,) * 10})
TRAINED = ("baseline", "oversampling", "undersampling")


def read(**values):
    return class_imbalance.parameters.read({"experiments": "cifar10", **values})


def cells(**values):
    parameters = read(**values)
    (name,) = class_imbalance.other_data(parameters)
    other = {"cifar10": CIFAR10, "digits": DIGITS}[name]
    main = DIGITS if parameters.dataset == "digits" else mnist_record()
    every = class_imbalance.cells(parameters, main, other)
    return [cell for cell in every if cell.experiment == "cifar10"]


def on_cifar10(**values):
    return [cell for cell in cells(**values) if cell.factors["dataset"] == "cifar10"]


def test_on_two_cores_it_is_a_small_network_for_some_minutes():
    found = on_cifar10(profile="laptop", seeds=[7, 3], iterations=10_000)
    keys = {cell.trial.key for cell in found}
    assert len(found) == 2 * 3 * 6 and len(keys) == 2 * 3 * 3, "thresholding trains nothing"
    assert [cell.seed for cell in found] == [7] * 18 + [3] * 18
    assert {cell.factors["rho"] for cell in found} == {2, 10, 50}
    for cell in found:
        trial = cell.trial
        assert (trial.backbone, trial.dataset, trial.split) == (
            "resnet32", "cifar10", {"kind": "official"},
        )  # fmt: skip
        (phase,) = trial.phases
        assert (phase.iterations, phase.batch_size, phase.transforms) == (900, 64, "none")
        counts = counts_by_class(10, cell.seed, **trial.imbalance)
        # The lowest labels are rare, as in the paper.
        assert counts.tolist() == [round(5000 / cell.factors["rho"])] * 5 + [5000] * 5


def test_one_parameter_shortens_both():
    assert {c.trial.phases[0].iterations for c in on_cifar10(profile="laptop", iterations=200)} == {
        18
    }


def test_at_the_scale_of_the_paper_it_is_its_network_and_its_steps():
    found = on_cifar10(profile="paper", seeds=0, rho=10, mu=0.5)
    assert {cell.trial.backbone for cell in found} == {"all_cnn"}
    assert {sum(phase.iterations for phase in c.trial.phases) for c in found} == {70_000}
    assert {cell.factors["rho"] for cell in found} == {2, 10, 20, 50}
    assert {cell.factors["mu"] for cell in found} == {0.2, 0.5, 0.8}
    own = class_imbalance.parameters.read(
        {"profile": "paper", "dataset": "cifar10", "seeds": 0, "experiments": "none"}
    )
    whole = {cell.trial.key for cell in class_imbalance.cells(own, CIFAR10)}
    assert {cell.trial.key for cell in found} <= whole, "those of the paper's own protocol"


def test_where_the_paper_looks_for_overfitting_two_looks_are_kept():
    for cell in on_cifar10(profile="laptop", seeds=0):
        looked = cell.method in TRAINED and cell.factors["rho"] == 50
        assert cell.keep == (("logits", "curve", "half_way") if looked else ("logits",))


def test_no_claim_is_judged_on_it_that_does_not_speak_of_it():
    assert {cell.varied for cell in on_cifar10(profile="laptop")} == {frozenset({"dataset"})}


def test_mnist_stands_beside_it_at_rho_50_where_the_grid_has_no_such_point():
    def beside(**values):
        found = cells(profile="laptop", seeds=[7, 3], **values)
        return [cell for cell in found if cell.factors["dataset"] == "mnist"]

    found = beside(iterations=10_000)
    assert [(c.seed, c.method, c.factors["rho"], c.factors["mu"]) for c in found] == [
        (7, "baseline", 50, 0.5), (3, "baseline", 50, 0.5),
    ]  # fmt: skip
    assert {c.trial.phases[0].iterations for c in found} == {10_000}
    assert {(c.trial.backbone, c.varied) for c in found} == {("lenet5", frozenset({"rho"}))}
    assert beside(rho=[10, 50]) == [] and beside(cifar10_scale="digits") == []


def test_on_digits_it_only_shows_that_it_runs():
    found = cells(profile="smoke")
    assert {cell.trial.backbone for cell in found} == {"resnet8"} and len(found) == 6
    assert {cell.trial.phases[0].iterations for cell in found} == {20}
    parameters = read(profile="smoke")
    assert "digits in the place of CIFAR-10, which only shows that it runs" in (
        class_imbalance.departures(parameters, DIGITS)
    )


def test_the_page_says_in_what_it_departs():
    said = class_imbalance.departures(read(profile="laptop", iterations=10_000), mnist_record())
    assert "on CIFAR-10 900 steps of 64 images instead of 70,000 of 256" in said
    assert any("resnet32 instead of all_cnn" in one for one in said)
    assert any("best of eight networks on the test set" in one for one in said)
    plain = class_imbalance.departures(
        class_imbalance.parameters.read({"profile": "laptop", "iterations": 10_000}), mnist_record()
    )
    assert not [one for one in plain if "CIFAR-10" in one]


@pytest.mark.parametrize("profile", PROFILES)
def test_no_profile_runs_it_by_itself(profile):
    parameters = class_imbalance.parameters.read({"profile": profile})
    assert cifar10.NAME not in parameters.experiments
    assert class_imbalance.other_data(parameters) == []


def test_what_cannot_be_meant_is_one_line():
    with pytest.raises(UserError, match="cifar10_scale is used by the experiment 'cifar10' alone"):
        class_imbalance.parameters.read({"cifar10_scale": "paper"})
    with pytest.raises(UserError, match="dataset is cifar10, as in the experiment 'cifar10'"):
        read(dataset="cifar10")


def test_two_looks_are_at_the_middle_and_at_the_end():
    """Of the steps that are taken at each scale: an odd number would end one short."""
    for iterations in (20, 400, 2_000, 10_000):
        for name in cifar10.SCALES:
            steps = cifar10.steps_of(read(iterations=iterations, cifar10_scale=name))
            looks = np.arange(1, steps + 1)
            looks = looks[looks % max(1, steps // 2) == 0]
            assert looks.tolist() == [steps // 2, steps], (iterations, name)
