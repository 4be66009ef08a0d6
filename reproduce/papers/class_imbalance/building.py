"""How a cell of Buda, Maki and Mazurowski (2018) is made: from a method and a point to a trial."""

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import numpy as np

from reproduce.data import splits
from reproduce.data.imbalance import counts_by_class
from reproduce.data.records import Record
from reproduce.errors import UserError
from reproduce.methods import registry
from reproduce.methods.method import Method
from reproduce.papers.class_imbalance.networks import NETWORKS, recipe
from reproduce.study.cell import Cell
from reproduce.trials.trial import RECIPE, Trial

# From which rho learning curves are kept: where the paper looks for overfitting, and of what.
SEVERE = 50.0
PLAIN = ("baseline", "oversampling", "undersampling")
# Of which methods a claim asks how evenly classes spread, in every seed.
SPREAD = ("baseline", "baseline_chosen_rate", "tsc")
_SMALLEST: dict[str, int] = {}


@dataclass(frozen=True)
class Scale:
    """How much is run of an experiment with data of its own, and on what."""

    dataset: str
    backbone: str
    images_per_class: int
    rho: tuple[float, ...]


def shown_point(parameters) -> dict[str, Any]:
    """Return the point of the grid that is drawn in detail: the middle of each list."""
    point = {"rho": parameters.rho[len(parameters.rho) // 2]}
    if parameters.imbalance == "step":
        point["mu"] = parameters.mu[len(parameters.mu) // 2]
    return point


def grid(parameters, record, seed: int, names, shares, experiment: str = "grid") -> list[Cell]:
    """Return the cells of these methods at every rho and at these shares of rare classes."""
    kind = "linear" if experiment == "linear" else parameters.imbalance
    if kind == "linear":
        shares = [None]
    made = {name: method(parameters, name) for name in names}
    return [
        cell(parameters, record, name, made[name], kind, rho, mu, seed, experiment)
        for rho, mu, name in product(parameters.rho, shares, names)
    ]


def cell(parameters, record, name, definition, kind, rho, mu, seed, experiment="grid") -> Cell:
    """Return the cell of a method, under this name, at a point."""
    factors = {"imbalance": kind, "rho": rho, "dataset": parameters.dataset}
    if mu is not None:
        factors["mu"] = mu
    imbalance = imbalance_of(parameters, record, kind, rho, mu)
    trial = trial_of(parameters, record, definition, imbalance, seed)
    kept = _kept(parameters, kind, rho, mu, seed, experiment, name)
    return Cell(name, definition, factors, seed, trial, experiment, kept)


def _kept(parameters, kind: str, rho, mu, seed: int, experiment: str, name: str) -> tuple:
    """Return what a trial keeps beside its metrics: scores always, more where a figure needs it.

    Embeddings for the maps of the first seed and for how evenly classes spread; a learning curve of
    the plain methods at the middle share of minority classes and a severe imbalance.
    """
    middle, kept = shown_point(parameters), ["logits"]
    here = {"rho": rho, "mu": mu} if mu is not None else {"rho": rho}
    if here == middle and (seed == parameters.seeds[0] or name in SPREAD):
        kept.append("embeddings")
    plain = experiment == "grid" and kind == "step" and mu == middle["mu"]
    if plain and rho >= min(SEVERE, middle["rho"]) and name in PLAIN:
        kept.append("curve")
    return tuple(kept)


def method(parameters, name: str, **options: Any) -> Method:
    """Return a method on the recipe of the run's network."""
    return registry.build(name, recipe(parameters), **options)


def needs_levels(parameters, name: str) -> bool:
    """Say whether a method transforms images that whitening leaves no levels to transform."""
    phases = method(parameters, name).phases
    whitened = NETWORKS[parameters.backbone].whitening
    return bool(whitened) and any(phase.transforms != "none" for phase in phases)


def imbalance_of(parameters, record: Record, kind: str, rho: float, mu: float | None) -> dict:
    """Return which training images are drawn, in the words of a trial."""
    smallest = _smallest(record)
    imbalance = {
        "kind": kind,
        "rho": rho,
        "n_max": parameters.images_per_class or smallest,
        "minority": parameters.minority,
    }
    if mu is not None:
        imbalance["mu"] = mu
    _check_feasible(record.name, len(record.class_names), smallest, tuple(imbalance.items()))
    return imbalance


def trial_of(parameters, record: Record, definition: Method, imbalance: dict, seed: int) -> Trial:
    """Return the trial of a method on the images that an imbalance draws."""
    return Trial(
        dataset=record.name,
        fingerprint=record.fingerprint,
        backbone=parameters.backbone,
        phases=definition.phases,
        transforms=NETWORKS[parameters.backbone].transforms(record),
        data_seed=seed,
        seed=seed,
        split=split(record),
        imbalance=imbalance,
        evaluate_on=("test",),
        precision=parameters.precision,
        recipe=RECIPE,
    )


def split(record: Record) -> dict[str, Any]:
    """Return the official split, or a stratified one where there is none."""
    if "test" in record.counts:
        return {"kind": "official"}
    return {"kind": "stratified", "test_share": 0.2, "seed": 0}


def step_counts(parameters, record: Record, rho: float, mu: float) -> np.ndarray:
    """Return the training images of each class that step imbalance leaves."""
    imbalance = imbalance_of(parameters, record, "step", rho, mu)
    return np.asarray(counts_by_class(len(record.class_names), 0, **imbalance))


def _smallest(record: Record) -> int:
    """Return the training images of the smallest class, counted once for all cells of a grid."""
    kind = split(record)
    asked = repr((record.counts, kind))
    if asked not in _SMALLEST:
        _SMALLEST[asked] = min(splits.training_counts(record, **kind))
    return _SMALLEST[asked]


@cache
def _check_feasible(dataset: str, classes: int, smallest: int, imbalance: tuple) -> None:
    """Refuse an imbalance that the data cannot give, before anything is trained."""
    asked = dict(imbalance)
    if asked["n_max"] > smallest:
        raise UserError(
            f"images_per_class is {asked['n_max']}, but the smallest class of '{dataset}' "
            f"has {smallest} training images; expected at most {smallest}"
        )
    counts_by_class(classes, 0, **asked)
