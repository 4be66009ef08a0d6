"""Buda, Maki and Mazurowski (2018): which trials the study is made of.

The *grid* is every method at every rho and mu. Beside it stand smaller experiments, each at the
middle share of minority classes unless it says otherwise:

- `two_phase`: both two-phase methods, where the grid does not have them;
- `linear`: linear imbalance, which at equal rho leaves as many images as step imbalance at mu 0.5;
- `control`: balanced training sets of the same total size, so that having fewer images can be told
  from having them unequally;
- `levels`: sampling only part of the way to balance, at the largest rho;
- `equal_epochs`: undersampling that passes as often through its few images as the baseline does
  through all, instead of taking as many steps;
- `trends`: methods that the review says came later (`TRENDS`), at every point of the grid, where
  the grid itself does not have them: with all seeds at the point that is drawn in detail, with
  the first `TREND_REPEATS` of them elsewhere.

`long_tail`, methods whose accuracies on long-tailed CIFAR-10 are known, is a file of its own.
"""

from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

import numpy as np

from reproduce.data import splits
from reproduce.data.balancing import undersampled_counts
from reproduce.data.imbalance import counts_by_class
from reproduce.data.records import Record
from reproduce.errors import UserError
from reproduce.methods import registry
from reproduce.methods.method import Method
from reproduce.methods.sampling import UNTRAINED
from reproduce.papers.class_imbalance.networks import NETWORKS, recipe
from reproduce.study.cell import Cell
from reproduce.trials.trial import RECIPE, Trial

# The paper's seven methods, and doing nothing; the last two are an experiment where the grid does
# not have them.
TWO_PHASE = ("two_phase_oversampling", "two_phase_undersampling")
SEVEN = (
    "baseline", "oversampling", "undersampling", "thresholding", "oversampling_thresholding",
    "undersampling_thresholding", *TWO_PHASE,
)  # fmt: skip
# What the review says came later.
TRENDS = (
    "focal", "dual_focal", "mixup", "cutmix", "intra_class_cutmix", "smote_embeddings", "tsc",
)  # fmt: skip
# Sampling part of the way, by the name of sampling all of it.
PARTIAL = {"oversampling": "partial_oversampling", "undersampling": "partial_undersampling"}
# How far sampling goes, on the logarithmic way from the imbalance as it is (0) to balance (1); the
# two ends are the baseline and full sampling, which the grid has.
LEVELS = (0.33, 0.67)
# From which rho learning curves are kept: where the paper looks for overfitting.
SEVERE = 50.0
LINEAR_METHODS = ("baseline", "oversampling")
# With how many of the seeds, the first ones, later methods are run off the point drawn in detail.
TREND_REPEATS = 1
_SMALLEST: dict[str, int] = {}


def cells(parameters, record: Record, *others: Record) -> list[Cell]:
    """Return what claims are judged on: the grid, and the experiments with other methods.

    Methods that differ by a post-hoc step alone share their trials. The order puts whole
    comparisons first: all methods of one seed before the next seed.
    """
    wanted, middle = parameters.experiments, shown_point(parameters)
    _check_levels(parameters)
    by_seed = []
    for seed in parameters.seeds:
        by_seed += _grid(parameters, record, seed, parameters.methods, parameters.mu)
        if parameters.imbalance == "linear":
            continue
        if "two_phase" in wanted:
            names = [n for n in TWO_PHASE if n not in parameters.methods]
            by_seed += _grid(parameters, record, seed, names, [middle["mu"]], "two_phase")
        if "linear" in wanted:
            names = [n for n in LINEAR_METHODS if n in parameters.methods]
            by_seed += _grid(parameters, record, seed, names, [None], "linear")
        if "trends" in wanted:
            by_seed += _trends(parameters, record, seed, middle)
        if "levels" in wanted:
            by_seed += _levels(parameters, record, seed, middle["mu"])
    return by_seed


def references(parameters, record: Record) -> list[Cell]:
    """Return what the grid is compared with: an untrained network, and the experiments beside it.

    They are no arms of a claim: a balanced training set is no remedy for an imbalanced one.
    """
    middle, first = shown_point(parameters), parameters.seeds[0]
    point = parameters.model_copy(update={"rho": [middle["rho"]]})
    names, shares = parameters.methods[:1], [middle.get("mu")]
    found = [
        replace(
            cell, method="untrained", definition=UNTRAINED, experiment="untrained",
            trial=cell.trial.but(phases=UNTRAINED.phases),
            # What learns nothing leaves no learning curve, and would be asked for it again.
            keep=("logits", "embeddings"),
        )
        for cell in _grid(point, record, first, names, shares)
    ]  # fmt: skip
    if parameters.imbalance == "linear":
        return found
    for seed in parameters.seeds:
        if "control" in parameters.experiments:
            found += _controls(parameters, record, seed, middle["mu"])
        if "equal_epochs" in parameters.experiments:
            found += _equal_epochs(parameters, record, seed, middle["mu"])
    return found


def shown_point(parameters) -> dict[str, Any]:
    """Return the point of the grid that is drawn in detail: the middle of each list."""
    point = {"rho": parameters.rho[len(parameters.rho) // 2]}
    if parameters.imbalance == "step":
        point["mu"] = parameters.mu[len(parameters.mu) // 2]
    return point


def _grid(parameters, record, seed: int, names, shares, experiment: str = "grid") -> list[Cell]:
    kind = "linear" if experiment == "linear" else parameters.imbalance
    if kind == "linear":
        shares = [None]
    made = {name: _method(parameters, name) for name in names}
    return [
        _cell(parameters, record, name, made[name], kind, rho, mu, seed, experiment)
        for rho, mu, name in product(parameters.rho, shares, names)
    ]


def _kept(parameters, kind: str, rho, mu, seed: int, experiment: str, name: str) -> tuple:
    """Return what a trial keeps beside its metrics: scores always, more where a figure needs it.

    Embeddings for the maps of the first seed and for how evenly classes spread; a learning curve of
    the plain methods at the middle share of minority classes and a severe imbalance.
    """
    middle, kept = shown_point(parameters), ["logits"]
    here = {"rho": rho, "mu": mu} if mu is not None else {"rho": rho}
    if here == middle and (seed == parameters.seeds[0] or name in ("baseline", "tsc")):
        kept.append("embeddings")
    plain = experiment == "grid" and kind == "step" and mu == middle["mu"]
    if (
        plain
        and rho >= min(SEVERE, middle["rho"])
        and name in ("baseline", "oversampling", "undersampling")
    ):
        kept.append("curve")
    return tuple(kept)


def _method(parameters, name: str, **options: Any) -> Method:
    return registry.build(name, recipe(parameters), **options)


def _needs_levels(parameters, name: str) -> bool:
    """Say whether a method transforms images that whitening leaves no levels to transform."""
    phases = _method(parameters, name).phases
    whitened = NETWORKS[parameters.backbone].whitening
    return bool(whitened) and any(phase.transforms != "none" for phase in phases)


def _check_levels(parameters) -> None:
    """Refuse a method that could not be trained, before the others are."""
    for name in parameters.methods:
        if _needs_levels(parameters, name):
            raise UserError(
                f"method '{name}' changes the colours of images, and {parameters.backbone} is "
                "shown whitened ones that have none to change; leave it out of methods or choose "
                "another backbone"
            )


def _cell(parameters, record, name, definition, kind, rho, mu, seed, experiment="grid") -> Cell:
    factors = {"imbalance": kind, "rho": rho, "dataset": parameters.dataset}
    if mu is not None:
        factors["mu"] = mu
    imbalance = _imbalance(parameters, record, kind, rho, mu)
    trial = _trial(parameters, record, definition, imbalance, seed)
    kept = _kept(parameters, kind, rho, mu, seed, experiment, name)
    return Cell(name, definition, factors, seed, trial, experiment, kept)


def _controls(parameters, record, seed: int, mu: float) -> list[Cell]:
    """Return baselines on balanced sets that have as many images as step imbalance leaves."""
    baseline, found = _method(parameters, "baseline"), []
    for rho in parameters.rho:
        counts = _counts(record, _imbalance(parameters, record, "step", rho, mu))
        imbalance = {"kind": "step", "rho": 1.0, "mu": mu, "n_max": round(counts.mean())}
        imbalance["minority"] = parameters.minority
        trial = _trial(parameters, record, baseline, imbalance, seed)
        factors = {"imbalance": "balanced", "rho": rho, "mu": mu, "dataset": parameters.dataset}
        found.append(Cell("balanced", baseline, factors, seed, trial, "control"))
    return found


def _equal_epochs(parameters, record, seed: int, mu: float) -> list[Cell]:
    """Return undersampling with as many steps as pass through its images equally often."""
    found = []
    for rho in parameters.rho:
        counts = _counts(record, _imbalance(parameters, record, "step", rho, mu))
        share = undersampled_counts(counts).sum() / counts.sum()
        # By the recipe, so that a schedule with milestones is as much shorter as the training.
        steps = max(1, round(parameters.iterations * share))
        shorter = parameters.model_copy(update={"iterations": steps})
        name, definition = "undersampling_equal_epochs", _method(shorter, "undersampling")
        found.append(
            _cell(parameters, record, name, definition, "step", rho, mu, seed, "equal_epochs")
        )
    return found


def _levels(parameters, record, seed: int, mu: float) -> list[Cell]:
    rho, found = max(parameters.rho), []
    for name, level in product(PARTIAL.values(), LEVELS):
        definition = _method(parameters, name, ratio=rho ** (1 - level))
        cell = _cell(parameters, record, name, definition, "step", rho, mu, seed, "levels")
        found.append(replace(cell, factors={**cell.factors, "level": level}))
    return found


def _trends(parameters, record, seed: int, middle: dict[str, Any]) -> list[Cell]:
    """Return later methods on the whole grid for the first seeds, at its middle for the others.

    A method whose views change colours is left out where images are whitened.
    """
    names = [name for name in TRENDS if name not in parameters.methods]
    names = [name for name in names if not _needs_levels(parameters, name)]
    if seed in parameters.seeds[:TREND_REPEATS]:
        return _grid(parameters, record, seed, names, parameters.mu, "trends")
    point = parameters.model_copy(update={"rho": [middle["rho"]]})
    return _grid(point, record, seed, names, [middle["mu"]], "trends")


def _imbalance(parameters, record: Record, kind: str, rho: float, mu: float | None) -> dict:
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


def _trial(parameters, record: Record, definition: Method, imbalance: dict, seed: int) -> Trial:
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


def _counts(record: Record, imbalance: dict) -> np.ndarray:
    return counts_by_class(len(record.class_names), 0, **imbalance)


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
