"""Buda, Maki and Mazurowski (2018): parameters, profiles and protocol.

Everything that the paper's authors fixed is here, and everything a reader may change.
"""

from dataclasses import replace
from itertools import product
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from reproduce.data import catalog, splits
from reproduce.data.imbalance import counts_by_class
from reproduce.data.records import Record
from reproduce.errors import UserError, unknown_name
from reproduce.methods.class_imbalance import METHODS, UNTRAINED
from reproduce.papers.parameters import (
    NamesOrProfile,
    NumbersOrProfile,
    Parameters,
    SeedsOrProfile,
)
from reproduce.papers.study import Cell
from reproduce.training.phases import Optimizer, Phase, Schedule
from reproduce.trials.trial import RECIPE, Trial

# Three of these are trained; thresholding works on their scores and costs nothing. The two-phase
# methods are asked for by name (-p methods): each trains a network of its own, twice as long.
METHODS_BY_DEFAULT = [
    "baseline",
    "oversampling",
    "undersampling",
    "thresholding",
    "oversampling_thresholding",
    "undersampling_thresholding",
]

# The paper's own data sets; on others its claims are judged as on a stand-in.
OWN_DATA = ("mnist", "cifar10", "imagenet")

# What a data set asks for where neither the profile's own data set nor the user says otherwise.
# On digits 125 images a class and rho up to 25 leave at least 5 images in every class.
BY_DATASET: dict[str, dict[str, Any]] = {
    "digits": {"images_per_class": 125, "rho": [5.0, 25.0], "iterations": 400},
    "mnist": {"images_per_class": 5000, "rho": [100.0], "iterations": 2000},
}

# Pixels a side that LeNet-5 takes.
SIZE = 28

# What the paper fixed for every network; another value is a departure from it.
_RECIPE = ("batch_size", "learning_rate", "momentum", "weight_decay", "minority", "precision")


class ClassImbalance(Parameters):
    """Parameters of the notebook `class_imbalance`."""

    paper: ClassVar[str] = "class_imbalance"
    scale_bearing: ClassVar[tuple[str, ...]] = (
        "dataset", "imbalance", "rho", "mu", "methods", "seeds", "images_per_class", "iterations",
        "batch_size", "learning_rate", "momentum", "weight_decay", "minority", "backbone",
    )  # fmt: skip
    by_profile: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": {"dataset": "digits", "rho": [5.0], "mu": [0.5], "seeds": [0], "iterations": 20},
        "quick": {"dataset": "digits", "mu": [0.5], "seeds": [0, 1, 2]},
        "laptop": {
            "dataset": "mnist",
            "rho": [10.0, 100.0, 1000.0],
            "mu": [0.2, 0.5, 0.8],
            "seeds": list(range(5)),
        },
        "paper": {
            "dataset": "mnist",
            "rho": [10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2500.0, 5000.0],
            "mu": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
            "seeds": list(range(50)),
            "iterations": 10_000,
            "methods": list(METHODS),
        },
    }

    dataset: str | None = Field(
        None, description="digits, mnist, a .npz of the data folder, npz:PATH"
    )
    imbalance: Literal["step", "linear"] = Field("step", description="shape of the imbalance")
    rho: NumbersOrProfile = Field(None, description="largest class over smallest class")
    mu: NumbersOrProfile = Field(
        None, description="share of minority classes (step imbalance only)"
    )
    methods: NamesOrProfile = Field(None, description="methods to compare")
    seeds: SeedsOrProfile = Field(
        None, description="a repeat each: own weights and minority classes"
    )
    images_per_class: int | None = Field(
        None, ge=2, description="images of a majority class in training"
    )
    iterations: int | None = Field(None, ge=1, description="training steps of every network")
    batch_size: int = Field(64, ge=1, description="images a step; 64 in the paper")
    learning_rate: float = Field(0.01, gt=0, description="0.01 in the paper, falling slowly")
    momentum: float = Field(0.9, ge=0, lt=1, description="0.9 in the paper")
    weight_decay: float = Field(0.0005, ge=0, description="0.0005 in the paper")
    minority: Literal["drawn", "lowest"] = Field(
        "drawn", description="minority classes drawn per seed or the lowest labels"
    )
    backbone: Literal["lenet5"] = Field("lenet5", description="network")
    precision: Literal["float32", "bfloat16"] = Field(
        "float32", description="bfloat16 autocast pays on a GPU only"
    )
    map_images: int = Field(400, ge=20, le=2000, description="test images in the t-SNE map")

    @field_validator("methods")
    @classmethod
    def _known_methods(cls, names: list[str] | None) -> list[str] | None:
        for name in names or []:
            if name not in METHODS:
                raise ValueError(str(unknown_name("method", name, METHODS)))
        return names if names is None else list(dict.fromkeys(names))

    @field_validator("rho", "mu", "seeds", "methods")
    @classmethod
    def _in_range(cls, values, info):
        if values is not None:
            if not values:
                raise ValueError("an empty list leaves nothing to run")
            if info.field_name == "rho" and min(values) < 1:
                raise ValueError("rho is largest class over smallest class, so 1 or more")
            if info.field_name == "mu" and not all(0 < value < 1 for value in values):
                raise ValueError("mu is a share of the classes, between 0 and 1")
        return values if values is None else list(dict.fromkeys(values))

    def resolved(self) -> "ClassImbalance":
        """Fill in what was left to the profile, then to the data set."""
        profile = self.by_profile[self.profile]
        dataset = self.dataset or profile["dataset"]
        # A profile's lists belong to its own data set: 1,000 digits a class do not exist.
        own = profile if dataset == profile["dataset"] else {**profile, "rho": None}
        fallback = {"rho": [10.0], "iterations": 2000, "methods": METHODS_BY_DEFAULT}
        fallback |= BY_DATASET.get(dataset, {})
        filled = {"dataset": dataset}
        for name in ("rho", "mu", "methods", "seeds", "images_per_class", "iterations"):
            filled[name] = getattr(self, name) or own.get(name) or fallback.get(name)
        return self.model_copy(update=filled)


def recipe(parameters: ClassImbalance) -> Phase:
    """Return the paper's training recipe for MNIST: SGD, a slowly falling rate, no augmentation."""
    return Phase(
        batch_size=parameters.batch_size,
        iterations=parameters.iterations,
        optimizer=Optimizer(
            name="sgd",
            learning_rate=parameters.learning_rate,
            momentum=parameters.momentum,
            weight_decay=parameters.weight_decay,
            bias_multiplier=2,
        ),
        schedule=Schedule(name="inverse", gamma=1e-4, power=0.75),
    )


def cells(parameters: ClassImbalance, record: Record) -> list[Cell]:
    """Return every method at every point of the grid for every seed, as trials.

    Methods that differ by a post-hoc step alone share their trials. The order puts whole
    comparisons first: all methods of one seed before the next seed.
    """
    shares = parameters.mu if parameters.imbalance == "step" else [None]
    return [
        Cell(
            method=name,
            definition=METHODS[name](recipe(parameters)),
            factors=_factors(parameters, rho, mu),
            seed=seed,
            trial=_trial(parameters, record, name, rho, mu, seed),
        )
        for seed, rho, mu, name in product(
            parameters.seeds, parameters.rho, shares, parameters.methods
        )
    ]


def references(parameters: ClassImbalance, record: Record) -> list[Cell]:
    """Return the untrained network at the point that is drawn in detail, for the first seed."""
    point = {name: [value] for name, value in shown_point(parameters).items()}
    first = {"seeds": parameters.seeds[:1], "methods": parameters.methods[:1]}
    cell = cells(parameters.model_copy(update={**point, **first}), record)[0]
    untrained = cell.trial.but(phases=UNTRAINED.phases)
    return [replace(cell, method="untrained", definition=UNTRAINED, trial=untrained)]


def _factors(parameters: ClassImbalance, rho: float, mu: float | None) -> dict[str, Any]:
    factors = {"imbalance": parameters.imbalance, "rho": rho, "dataset": parameters.dataset}
    return factors if mu is None else {**factors, "mu": mu}


def _trial(parameters, record: Record, method: str, rho: float, mu, seed: int) -> Trial:
    split = _split(record)
    imbalance = {
        "kind": parameters.imbalance,
        "rho": rho,
        "n_max": parameters.images_per_class or min(splits.training_counts(record, **split)),
        "minority": parameters.minority,
    }
    if mu is not None:
        imbalance["mu"] = mu
    _check_feasible(record, split, imbalance)
    return Trial(
        dataset=record.name,
        fingerprint=record.fingerprint,
        backbone=parameters.backbone,
        phases=METHODS[method](recipe(parameters)).phases,
        transforms={"size": SIZE, "divisor": 256},
        data_seed=seed,
        seed=seed,
        split=split,
        imbalance=imbalance,
        evaluate_on=("test",),
        precision=parameters.precision,
        recipe=RECIPE,
    )


def _split(record: Record) -> dict[str, Any]:
    """Return the official split, or a stratified one where there is none."""
    if "test" in record.counts:
        return {"kind": "official"}
    return {"kind": "stratified", "test_share": 0.2, "seed": 0}


def _check_feasible(record: Record, split: dict, imbalance: dict) -> None:
    """Refuse an imbalance that the data cannot give, before anything is trained."""
    smallest = min(splits.training_counts(record, **split))
    if imbalance["n_max"] > smallest:
        raise UserError(
            f"images_per_class is {imbalance['n_max']}, but the smallest class of '{record.name}' "
            f"has {smallest} training images; expected at most {smallest}"
        )
    counts_by_class(len(record.class_names), 0, **imbalance)


def departures(parameters: ClassImbalance, record: Record) -> list[str]:
    """Return in what this run departs from the paper, in words for the page."""
    paper = ClassImbalance(profile="paper").resolved()
    found = []
    if record.name not in OWN_DATA:
        generated = catalog.entry_of(record.name).kind == "generated"
        what = f"{record.name} (generated images)" if generated else record.name
        found.append(f"data: {what} stands in for MNIST; it is not the paper's data")
    elif record.name != "mnist":
        found.append(
            f"LeNet-5 with MNIST's recipe, not the network the paper has for {record.name}"
        )
    if record.shape[:2] != (SIZE, SIZE):
        height, width = record.shape[:2]
        found.append(f"images of {height} x {width} pixels brought to {SIZE} x {SIZE}")
    if parameters.iterations != paper.iterations:
        found.append(f"{parameters.iterations:,} training steps instead of {paper.iterations:,}")
    if len(parameters.seeds) < len(paper.seeds):
        repeats = "1 repeat" if len(parameters.seeds) == 1 else f"{len(parameters.seeds)} repeats"
        found.append(f"{repeats} instead of {len(paper.seeds)}")
    for name in ("rho", "mu") if parameters.imbalance == "step" else ("rho",):
        ours, theirs = getattr(parameters, name), getattr(paper, name)
        if set(ours) != set(theirs):
            values = ", ".join(f"{value:g}" for value in ours)
            found.append(f"{name} {values} instead of the paper's {len(theirs)} values")
    largest = parameters.images_per_class or min(splits.training_counts(record, **_split(record)))
    if largest != paper.images_per_class:
        found.append(f"at most {largest:,} images a class instead of {paper.images_per_class:,}")
    for name in _RECIPE:
        ours, theirs = getattr(parameters, name), getattr(paper, name)
        if ours != theirs:
            found.append(f"{name} {ours} instead of {theirs}")
    return [*found, "PyTorch instead of Caffe"]


def shown_point(parameters: ClassImbalance) -> dict[str, Any]:
    """Return the point of the grid that is drawn in detail: the middle of each list."""
    point = {"rho": parameters.rho[len(parameters.rho) // 2]}
    if parameters.imbalance == "step":
        point["mu"] = parameters.mu[len(parameters.mu) // 2]
    return point


PARAMETERS = ClassImbalance
