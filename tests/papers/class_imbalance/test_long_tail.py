"""Methods whose accuracies on long-tailed CIFAR-10 are known: what is trained, at which scale."""

from dataclasses import replace

import pytest

from reproduce.data.imbalance import counts_by_class
from reproduce.errors import UserError
from reproduce.methods import known_answers
from reproduce.papers.class_imbalance.protocol import PROTOCOL as class_imbalance
from reproduce.study.parameters import PROFILES
from tests.study.conftest import mnist_record

CIFAR10 = replace(
    mnist_record("cifar10"), shape=(32, 32, 3), counts={"train": (5000,) * 10, "test": (9,) * 10}
)
DIGITS = replace(mnist_record("digits"), shape=(8, 8), counts={"all": (174,) * 10})
FEW = [
    "cross_entropy", "balanced_softmax", "logit_adjustment", "logit_adjustment_posthoc", "ldam_drw",
]  # fmt: skip


def read(**values):
    return class_imbalance.parameters.read({"experiments": "long_tail", **values})


def cells(**values):
    parameters = read(**values)
    (name,) = class_imbalance.other_data(parameters)
    other = {"cifar10": CIFAR10, "digits": DIGITS}[name]
    every = class_imbalance.references(parameters, mnist_record(), other)
    return [cell for cell in every if cell.experiment == "long_tail"]


def trained(found):
    return {cell.trial.key for cell in found}


def test_on_a_gpu_it_is_the_published_recipe():
    found = cells(long_tail_scale="paper")
    assert len(found) == 3 * 3 * 15 and len(trained(found)) == 3 * 3 * 14
    for cell in found:
        assert cell.trial.phases == known_answers.method(cell.method).phases
        assert (cell.trial.backbone, cell.trial.dataset) == ("resnet32", "cifar10")
        assert cell.trial.split == {"kind": "official"} and cell.trial.evaluate_on == ("test",)
        assert cell.trial.transforms["size"] == 32 and len(cell.trial.transforms["mean"]) == 3
    assert {cell.factors["rho"] for cell in found} == {100, 50, 10}
    assert [cell.seed for cell in found] == sorted(cell.seed for cell in found)


@pytest.mark.parametrize(
    ("rho", "total", "rarest"), [(100, 12_406, 50), (50, 13_996, 100), (10, 20_431, 500)]
)
def test_the_training_sets_are_as_large_as_those_the_accuracies_are_of(rho, total, rarest):
    cell = next(c for c in cells(long_tail_scale="paper") if c.factors["rho"] == rho)
    counts = counts_by_class(10, cell.trial.data_seed, **cell.trial.imbalance)
    assert (counts.sum(), counts[0], counts[-1]) == (total, 5000, rarest)


def test_for_two_cores_it_is_a_tenth_of_it():
    found = cells(profile="laptop", seeds=[7, 3, 5])
    assert [(c.seed, c.method) for c in found] == [(s, m) for s in (7, 3) for m in FEW]
    assert {cell.factors["rho"] for cell in found} == {100}
    assert {sum(phase.epochs for phase in cell.trial.phases) for cell in found} == {20}
    assert {phase.transforms for cell in found for phase in cell.trial.phases} == {"crop_flip"}
    whole = cells(long_tail_scale="paper", seeds=7)[0].trial
    assert found[0].trial.but(phases=whole.phases) == whole


def test_on_digits_no_image_is_mirrored():
    found = cells()
    assert [cell.method for cell in found] == FEW and {cell.seed for cell in found} == {0}
    assert {phase.transforms for cell in found for phase in cell.trial.phases} == {"none"}
    assert found[0].trial.transforms == {"size": 8, "divisor": 255}


def test_what_works_on_scores_shares_their_network_and_has_them_kept():
    by_method = {cell.method: cell for cell in cells(profile="laptop", seeds=0)}
    plain, after = by_method["cross_entropy"], by_method["logit_adjustment_posthoc"]
    assert plain.trial == after.trial and len(trained(by_method.values())) == 4
    assert after.keep == ("logits",) and by_method["ldam_drw"].keep == ()


@pytest.mark.parametrize("profile", PROFILES)
def test_no_profile_runs_it_by_itself(profile):
    parameters = class_imbalance.parameters.read({"profile": profile})
    assert "long_tail" not in parameters.experiments
    assert class_imbalance.other_data(parameters) == []


def test_its_trials_do_not_depend_on_the_grid_they_stand_beside():
    one = cells(profile="laptop", seeds=[0, 1], iterations=7, rho=10)
    other = cells(profile="quick", long_tail_scale="reduced", dataset="cifar10")
    assert trained(one) == trained(other)


def test_no_claim_is_judged_on_it():
    parameters = read(profile="laptop")
    arms = class_imbalance.cells(parameters, mnist_record(), CIFAR10)
    assert {cell.experiment for cell in arms} == {"grid"}


def test_a_scale_without_the_experiment_is_refused():
    with pytest.raises(UserError, match="long_tail_scale is used by the experiment 'long_tail'"):
        class_imbalance.parameters.read({"long_tail_scale": "paper"})
    # As the profile says, it changes nothing: a run's own parameters can be read again.
    assert class_imbalance.parameters.read({"long_tail_scale": "digits"}).experiments
    with pytest.raises(UserError, match=r"is 'large'.*expected digits or reduced or paper"):
        read(long_tail_scale="large")
