"""The experiment `cifar10`: the paper's second data set beside the grid, at mu 0.5.

The paper trains All-CNN for 70,000 steps there, which is for a GPU (`SCALES["paper"]`, or the
whole protocol with `-p dataset cifar10 --profile paper`). On two cores it is ResNet-32 in a few
minutes a network, and on digits a run of seconds that only shows that everything runs. Steps are a
multiple of those of the grid's networks, so that one parameter shortens both.

Claims that speak of CIFAR-10 are judged on it, others are not: the data set is a factor that this
experiment moves. One claim compares it with MNIST at rho 50, where the grid has nothing: a baseline
there belongs to the experiment.
"""

from dataclasses import dataclass, replace
from itertools import product

from reproduce.data.records import Record
from reproduce.papers.class_imbalance import building
from reproduce.papers.class_imbalance.building import PLAIN, SEVERE, shown_point
from reproduce.papers.class_imbalance.networks import NETWORKS
from reproduce.study.cell import Cell

NAME = "cifar10"
# Three are trained; what divides by the class shares works on their scores.
METHODS = (
    "baseline", "oversampling", "undersampling", "thresholding", "oversampling_thresholding",
    "undersampling_thresholding",
)  # fmt: skip
# Two looks at training and test images, half-way and at the end: what the claims on overfitting
# compare. One of ResNet-32 takes half a minute of a core, and the grid's curves have twenty.
LOOKS = ("curve", "half_way")


@dataclass(frozen=True)
class Scale(building.Scale):
    """How much of the protocol is run, and on what; `steps` is a multiple of the grid's."""

    mu: tuple[float, ...]
    steps: float


SCALES = {
    "digits": Scale("digits", "resnet8", 125, (5.0,), (0.5,), 1.0),
    "reduced": Scale("cifar10", "resnet32", 5000, (2.0, 10.0, 50.0), (0.5,), 0.09),
    "paper": Scale("cifar10", "all_cnn", 5000, (2.0, 10.0, 20.0, 50.0), (0.2, 0.5, 0.8), 7.0),
}


def scale_of(parameters) -> Scale:
    """Return the scale that a run asks for."""
    return SCALES[parameters.cifar10_scale]


def steps_of(parameters) -> int:
    """Return how many steps its networks take."""
    return max(2, round(parameters.iterations * scale_of(parameters).steps))


def other_data(parameters) -> list[str]:
    """Return the name of its data set, where it is run."""
    return [scale_of(parameters).dataset] if _wanted(parameters) else []


def cells(parameters, record: Record, *others: Record) -> list[Cell]:
    """Return its cells, all of one seed before the next; none if not asked."""
    if not _wanted(parameters):
        return []
    scale = scale_of(parameters)
    there = next(other for other in (*others, record) if other.name == scale.dataset)
    found = []
    for seed in parameters.seeds:
        found += _on(_parameters(parameters), there, seed)
        found += _beside(parameters, record, seed)
    return found


def _wanted(parameters) -> bool:
    return NAME in parameters.experiments and parameters.imbalance == "step"


def _parameters(parameters):
    """Return the run's parameters as if this were its data set."""
    scale = scale_of(parameters)
    network = NETWORKS[scale.backbone]
    own = {
        "dataset": scale.dataset, "backbone": scale.backbone, "rho": list(scale.rho),
        "mu": list(scale.mu), "images_per_class": scale.images_per_class, "minority": "lowest",
        "iterations": steps_of(parameters), "batch_size": network.batch_size,
        "learning_rate": network.learning_rate, "weight_decay": network.weight_decay,
    }  # fmt: skip
    return parameters.model_copy(update=own)


def _on(parameters, record: Record, seed: int) -> list[Cell]:
    names = [name for name in METHODS if name in parameters.methods]
    made = {name: building.method(parameters, name) for name in names}
    found = []
    for rho, mu, name in product(parameters.rho, parameters.mu, names):
        cell = building.cell(parameters, record, name, made[name], "step", rho, mu, seed, NAME)
        looks = LOOKS if name in PLAIN and rho >= SEVERE else ()
        found.append(replace(cell, varied=frozenset({"dataset"}), keep=("logits", *looks)))
    return found


def _beside(parameters, record: Record, seed: int) -> list[Cell]:
    """Return the baseline on the paper's first data set at rho 50, unless the grid has it."""
    if record.name != "mnist" or scale_of(parameters).dataset != NAME or SEVERE in parameters.rho:
        return []
    at = ("baseline", building.method(parameters, "baseline"), "step", SEVERE)
    cell = building.cell(parameters, record, *at, shown_point(parameters)["mu"], seed, NAME)
    return [replace(cell, varied=frozenset({"rho"}), keep=("logits",))]


def departures(parameters) -> list[str]:
    """Say in what its protocol departs from the paper's, where it is run."""
    if not _wanted(parameters):
        return []
    scale, own = scale_of(parameters), SCALES["paper"]
    batch, theirs = (NETWORKS[of.backbone].batch_size for of in (scale, own))
    (ours, mu), (rhos, mus) = (
        [", ".join(f"{value:g}" for value in values) for values in (of.rho, of.mu)]
        for of in (scale, own)
    )
    found = [
        f"on CIFAR-10 {scale.backbone} instead of {own.backbone}, pixels as they are instead of "
        "whitened",
        f"on CIFAR-10 {steps_of(parameters):,} steps of {batch} images instead of "
        f"{round(NETWORKS['lenet5'].iterations * own.steps):,} of {theirs}",
        f"on CIFAR-10 rho {ours} and mu {mu} instead of {rhos} and {mus}",
    ]
    last = (
        "on CIFAR-10 one learning rate and the last step, where the paper reports the best of "
        "eight networks on the test set"
    )
    if scale.dataset != NAME:
        return [f"{scale.dataset} in the place of CIFAR-10, which only shows that it runs"]
    return [*(found if scale != own else []), last]
