"""Buda, Maki and Mazurowski (2018): parameters, profiles and protocol.

Everything that the paper's authors fixed is here, and everything a reader may change.
"""

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from reproduce.data import splits
from reproduce.data.records import Record
from reproduce.methods.registry import Available
from reproduce.papers.class_imbalance import tuned
from reproduce.papers.class_imbalance.building import split
from reproduce.papers.class_imbalance.cells import SEVEN
from reproduce.papers.class_imbalance.networks import MOMENTUM, NETWORKS
from reproduce.registry import records
from reproduce.study import departing
from reproduce.study.parameters import (
    NONE,
    NamesOrProfile,
    NumbersOrProfile,
    Parameters,
    SeedsOrProfile,
)

# Three of these are trained; thresholding works on their scores and costs nothing.
METHODS_BY_DEFAULT = [
    "baseline",
    "oversampling",
    "undersampling",
    "thresholding",
    "oversampling_thresholding",
    "undersampling_thresholding",
]

OWN_DATA = tuple(records.paper("class_imbalance").own_data)

# What a data set asks for where neither the profile's own data set nor the user says otherwise.
# On digits 125 images a class and rho up to 25 leave at least 5 images in every class.
BY_DATASET: dict[str, dict[str, Any]] = {
    "digits": {"images_per_class": 125, "rho": [5.0, 25.0], "iterations": 400},
    "mnist": {"images_per_class": 5000, "rho": [100.0], "iterations": 2000},
    "cifar10": {
        "images_per_class": 5000, "rho": [10.0, 50.0], "iterations": 2000,
        "backbone": "all_cnn", "minority": "lowest",
    },
    "imagenet": {"rho": [10.0], "mu": [0.1], "backbone": "resnet10"},
}  # fmt: skip

# The paper's own numbers on its other data; those on MNIST are the profile `paper`. CIFAR-10: two
# runs of every network. ImageNet: (mu, rho) is (0.1, 10), (0.8, 50) and (0.9, 100), no grid.
IN_THE_PAPER: dict[str, dict[str, Any]] = {
    "cifar10": {
        "rho": [2.0, 10.0, 20.0, 50.0], "mu": [0.2, 0.5, 0.8], "seeds": [0, 1],
        "iterations": 70_000,
    },
    "imagenet": {
        "rho": [10.0, 50.0, 100.0], "mu": [0.1, 0.8, 0.9], "seeds": [0], "iterations": 320_000,
    },
}  # fmt: skip

# What stands beside the grid; `cells` says what each is.
OF_THE_GRID = ("two_phase", "linear", "control", "levels", "equal_epochs", "trends")
# No profile runs these by itself: they take longer, choose by results or have data of their own.
EXPERIMENTS = (*OF_THE_GRID, "longer", "undersampling_levels", "tuned", "cifar10", "long_tail")
# By the parameter that says how much of an experiment with data of its own is run, the experiment.
SCALED = {"long_tail_scale": "long_tail", "cifar10_scale": "cifar10"}

# What the paper fixed for every network; another value is a departure from it.
_RECIPE = ("batch_size", "learning_rate", "momentum", "weight_decay", "precision")


class ClassImbalance(Parameters):
    """Parameters of the notebook `class_imbalance`."""

    paper: ClassVar[str] = "class_imbalance"
    known: ClassVar[dict[str, Iterable[str]]] = {
        "methods": Available(), "experiments": (*EXPERIMENTS, NONE),
    }  # fmt: skip
    fallback: ClassVar[dict[str, Any]] = {
        "rho": [10.0], "iterations": 2000, "methods": METHODS_BY_DEFAULT, "backbone": "lenet5",
        "minority": "drawn",
    }  # fmt: skip
    by_dataset: ClassVar[dict[str, dict[str, Any]]] = BY_DATASET
    # 1,000 digits a class do not exist.
    of_its_data: ClassVar[tuple[str, ...]] = ("rho",)
    in_the_paper: ClassVar[dict[str, dict[str, Any]]] = IN_THE_PAPER
    length: ClassVar[tuple[str, ...]] = ("iterations",)
    scale_bearing: ClassVar[tuple[str, ...]] = (
        "dataset", "imbalance", "rho", "mu", "methods", "seeds", "images_per_class", "iterations",
        "batch_size", "learning_rate", "momentum", "weight_decay", "minority", "backbone",
    )  # fmt: skip
    by_profile: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": {
            "dataset": "digits", "rho": [5.0], "mu": [0.5], "seeds": [0], "iterations": 20,
            "experiments": [], "long_tail_scale": "digits", "cifar10_scale": "digits",
        },
        "quick": {
            "dataset": "digits", "mu": [0.5], "seeds": [0, 1, 2],
            "experiments": ["control", "equal_epochs"], "long_tail_scale": "digits",
            "cifar10_scale": "digits",
        },
        "laptop": {
            "dataset": "mnist",
            "rho": [10.0, 100.0, 1000.0],
            "mu": [0.2, 0.5, 0.8],
            "seeds": list(range(5)),
            "experiments": ["linear", "control", "equal_epochs"],
            "long_tail_scale": "reduced", "cifar10_scale": "reduced",
        },
        "paper": {
            "dataset": "mnist",
            "rho": [10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2500.0, 5000.0],
            "mu": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
            "seeds": list(range(50)),
            "iterations": 10_000,
            "methods": list(SEVEN),
            "experiments": list(OF_THE_GRID), "long_tail_scale": "paper",
            "cifar10_scale": "paper",
        },
    }  # fmt: skip

    dataset: str | None = Field(None, description="digits, mnist, cifar10, a .npz or npz:PATH")
    imbalance: Literal["step", "linear"] = Field("step", description="shape of the imbalance")
    rho: NumbersOrProfile = Field(None, description="largest class over smallest class")
    mu: NumbersOrProfile = Field(
        None, description="share of minority classes (step imbalance only)"
    )
    methods: NamesOrProfile = Field(None, description="methods to compare")
    experiments: NamesOrProfile = Field(None, description="what to run beside the grid, or none")
    seeds: SeedsOrProfile = Field(
        None, description="a repeat each: own weights and minority classes"
    )
    images_per_class: int | None = Field(
        None, ge=2, description="images of a majority class in training"
    )
    iterations: int | None = Field(None, ge=1, description="training steps of every network")
    batch_size: int | None = Field(
        None, ge=1, description="images a step; 64 in the paper for LeNet-5"
    )
    learning_rate: float | None = Field(None, gt=0, description="0.01 in the paper for LeNet-5")
    momentum: float = Field(MOMENTUM, ge=0, lt=1, description="0.9 in the paper")
    weight_decay: float | None = Field(None, ge=0, description="0.0005 in the paper for LeNet-5")
    minority: Literal["drawn", "lowest"] | None = Field(
        None, description="rare classes: drawn per seed or the lowest labels"
    )
    backbone: (
        Literal["lenet5", "all_cnn", "resnet10", "small_cnn", "resnet32", "resnet8"] | None
    ) = Field(None, description="network")
    precision: Literal["float32", "bfloat16"] = Field(
        "float32", description="bfloat16 autocast pays on a GPU only"
    )
    long_tail_scale: Literal["digits", "reduced", "paper"] | None = Field(
        None, description="of long_tail: digits, reduced or paper"
    )
    cifar10_scale: Literal["digits", "reduced", "paper"] | None = Field(
        None, description="of cifar10: digits, reduced or paper"
    )
    map_images: int = Field(400, ge=20, le=2000, description="test images in the t-SNE map")

    @field_validator("rho", "mu")
    @classmethod
    def _in_range(cls, values: list[float] | None, info: ValidationInfo) -> list[float] | None:
        if info.field_name == "rho" and min(values or [1]) < 1:
            raise ValueError("rho is largest class over smallest class, so 1 or more")
        if info.field_name == "mu" and not all(0 < value < 1 for value in values or []):
            raise ValueError("mu is a share of the classes, between 0 and 1")
        return values

    def resolved(self) -> "ClassImbalance":
        """Fill in what was left to the profile, to the data set, and then to the network."""
        found = super().resolved()
        network = NETWORKS[found.backbone]
        names = ("batch_size", "learning_rate", "weight_decay")
        left = [name for name in names if getattr(found, name) is None]
        return found.model_copy(update={name: getattr(network, name) for name in left})

    def contradictions(self, given: set[str]) -> Iterable[str]:
        """Name what linear imbalance has no use for, and a scale of what is not run."""
        for name, experiment in SCALED.items():
            as_usual = self.by_profile[self.profile][name]
            if getattr(self, name) != as_usual and experiment not in self.experiments:
                yield (
                    f"{name} is used by the experiment '{experiment}' alone, which is not run: "
                    f"name it in experiments, or leave {name} out"
                )
        yield from self._not_together()
        if self.imbalance != "linear":
            return
        if "mu" in given:
            yield (
                "mu is the share of minority classes in step imbalance, and imbalance is linear: "
                "leave mu out, or take imbalance step"
            )
        if "experiments" in given and self.experiments:
            yield (
                f"experiment '{self.experiments[0]}' stands beside a grid of step imbalance, and "
                "imbalance is linear: leave experiments out, or take imbalance step"
            )

    def _not_together(self) -> Iterable[str]:
        """Name experiments that would count one thing twice, or judge by what chose."""
        wanted: list[str] = self.experiments or []
        if "tuned" in wanted and "trends" in wanted:
            yield (
                "experiments 'tuned' and 'trends' train the same methods at the point that is "
                "drawn in detail, and a claim would count both: name one of them"
            )
        if "tuned" in wanted and tuned.PILOT in (self.seeds or []):
            yield (
                f"seed {tuned.PILOT} chooses the rates of the experiment 'tuned', and what chooses "
                "may not judge: take other seeds"
            )
        if "cifar10" in wanted and self.dataset == "cifar10":
            yield (
                "dataset is cifar10, as in the experiment 'cifar10': take another data set, or "
                "leave the experiment out"
            )


def departures(parameters: ClassImbalance, record: Record) -> list[str]:
    """Return in what this run departs from the paper, in words for the page."""
    stands_for = record.name if record.name in OWN_DATA else "mnist"
    paper = ClassImbalance(profile="paper", dataset=stands_for).resolved()
    found = []
    if record.name not in OWN_DATA:
        found.append(departing.of_data(record.name, "MNIST"))
    if parameters.backbone != paper.backbone:
        found.append(f"network: {parameters.backbone} instead of {paper.backbone}")
    size = NETWORKS[parameters.backbone].transforms(record)["size"]
    if record.shape[:2] != (size, size):
        height, width = record.shape[:2]
        found.append(f"images of {height} x {width} pixels brought to {size} x {size}")
    if parameters.iterations != paper.iterations:
        found.append(f"{parameters.iterations:,} training steps instead of {paper.iterations:,}")
    if parameters.backbone == paper.backbone == "all_cnn":
        found.append("one learning rate, where the paper reports the best of four on the test set")
    found += departing.of_repeats(parameters.seeds, paper.seeds)
    for name in ("rho", "mu") if parameters.imbalance == "step" else ("rho",):
        ours, theirs = getattr(parameters, name), getattr(paper, name)
        if set(ours) != set(theirs):
            values = ", ".join(f"{value:g}" for value in ours)
            found.append(f"{name} {values} instead of the paper's {len(theirs)} values")
    largest = parameters.images_per_class or min(splits.training_counts(record, **split(record)))
    if record.name != "imagenet" and largest != paper.images_per_class:
        found.append(f"at most {largest:,} images a class instead of {paper.images_per_class:,}")
    found += departing.of_values(parameters, paper, _RECIPE)
    if parameters.minority != paper.minority:
        found.append(f"minority classes {parameters.minority} instead of {paper.minority}")
    return [*found, "PyTorch instead of Caffe"]
