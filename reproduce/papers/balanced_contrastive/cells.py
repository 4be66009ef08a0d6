"""BDCL: which trials the study is made of.

The *grid* is BDCL, the loss that it starts from and TSC, in the common recipe. Beside it stand:

- `controls`: a classifier on the encoder as it started, which no phase has taught anything;
- `ablation`: BDCL without either of its two parts, which with the grid make a 2 x 2;
- `rivals`: the other methods of the paper's table;
- `prototypes`: BDCL with the mean of a class in the place of the mean of its hard examples;
- `readings`: each other reading of what the text leaves open (`readings.READINGS`);
- `thinned`: the rarest classes thinned in training, in the place of Hyper-Kvasir's imbalance;
- `own_recipe`: every method as the work that proposed it trains it;
- `random_start`: the contrastive arms from random numbers, where the grid starts from ImageNet;
- `longer`: BDCL and the loss that it starts from at three times the length;
- `second`: the grid on another data set;
- `segmentation` and what begins so: the same question of pixels (`segmentation.EXPERIMENTS`).
"""

from typing import Any

from reproduce.data import names
from reproduce.data.records import Record
from reproduce.errors import UserError
from reproduce.models.starts import initialisation
from reproduce.papers.balanced_contrastive import data, segmentation
from reproduce.papers.balanced_contrastive.methods import (
    ABLATED,
    COMMON,
    FROZEN,
    MEAN,
    OWN,
    RIVALS,
    method,
)
from reproduce.papers.balanced_contrastive.networks import BACKBONES, transforms
from reproduce.papers.balanced_contrastive.readings import READINGS
from reproduce.study.cell import Cell
from reproduce.trials.trial import RECIPE, Trial

EXPERIMENTS = (
    "controls", "ablation", "rivals", "prototypes", "readings", "thinned", "own_recipe",
    "random_start", "longer", "second", *segmentation.EXPERIMENTS,
)  # fmt: skip
# What claims, and the paper's tables, ask for on the data with the larger imbalance.
ON_THINNED = ("tsc", "balanced_mixup", "ldam", "bdcl")
FROM_RANDOM = ("sup_con", "tsc", "bdcl")
AT_LENGTH = ("sup_con", "bdcl")
LONGER, FEWER = 3, 3
# Of the other kinds, by the paper's macro F1: claims under a reading compare with them too.
BEST_RIVALS = ("balanced_mixup", "gcl")
# Whose encoders are probed at the end.
PROBED = ("cross_entropy", "sup_con", "bdcl")


def cells(parameters, record: Record, *others: Record) -> list[Cell]:
    """Return what claims are judged on: the grid, and the experiments that they name.

    The order puts whole comparisons first: all arms of one seed before the next seed.
    """
    found = []
    for seed in parameters.seeds:
        found += _each(parameters, record, seed, "grid", parameters.methods)
    for name, methods in (("ablation", ABLATED), ("rivals", RIVALS), ("prototypes", (MEAN,))):
        wanted = [one for one in methods if one not in parameters.methods]
        for seed in parameters.seeds if name in parameters.experiments else ():
            found += _each(parameters, record, seed, name, wanted)
    made = {"readings": _readings, "thinned": _thinned, "own_recipe": _own,
            "random_start": _from_random, "longer": _longer}  # fmt: skip
    for name, make in made.items():
        if name in parameters.experiments:
            found += make(parameters, record)
    if "second" in parameters.experiments:
        there = _named(parameters.second_dataset, "second", others)
        for seed in parameters.seeds:
            found += _each(parameters, there, seed, "second", parameters.methods, ("dataset",))
    return found + segmentation.cells(parameters, others)


def references(parameters, record: Record, *others: Record) -> list[Cell]:
    """Return what the methods are compared with and no claim speaks of."""
    if "controls" not in parameters.experiments:
        return []
    return [
        cell for seed in parameters.seeds
        for cell in _each(parameters, record, seed, "controls", (FROZEN,))
    ]  # fmt: skip


def shown_point(parameters) -> dict[str, Any]:
    """Return the point that is drawn in detail: the main data set, and the common recipe."""
    return {"dataset": parameters.dataset, "recipe": COMMON}


def other_data(parameters) -> list[str]:
    """Return the names of the data sets that stand beside the main one."""
    second = [parameters.second_dataset] if "second" in parameters.experiments else []
    return second + segmentation.other_data(parameters)


def _named(wanted: str | None, experiment: str, others: tuple[Record, ...]) -> Record:
    for record in others:
        if record.name == wanted:
            return record
    raise UserError(f"experiment '{experiment}' needs a data set of its own; name it")


def _each(parameters, record, seed: int, experiment: str, methods, varied=()) -> list[Cell]:
    return [_cell(parameters, record, name, seed, experiment, varied=varied) for name in methods]


def _readings(parameters, record) -> list[Cell]:
    """Return the grid once more under each reading; what it does not touch is the same trial."""
    found = []
    beside = BEST_RIVALS if "rivals" in parameters.experiments else ()
    for name, change in READINGS.items():
        for seed in parameters.seeds:
            for one in dict.fromkeys([*parameters.methods, *beside]):
                objective = change.objective if one in change.methods else None
                found.append(
                    _cell(parameters, record, one, seed, "readings", {"reading": name},
                          objective=objective)
                )  # fmt: skip
    return found


def _thinned(parameters, record) -> list[Cell]:
    return [
        _cell(parameters, record, name, seed, "thinned", {"ratio": data.RATIO}, ratio=data.RATIO)
        for seed in parameters.seeds
        for name in ON_THINNED
    ]


def _own(parameters, record) -> list[Cell]:
    return [
        _cell(parameters, record, name, seed, "own_recipe", {"recipe": OWN}, arm=OWN)
        for seed in parameters.seeds
        for name in dict.fromkeys([*parameters.methods, *RIVALS])
    ]


def _from_random(parameters, record) -> list[Cell]:
    random = parameters.model_copy(update={"start": "random"})
    return [
        _cell(random, record, name, seed, "random_start", varied=("start",))
        for seed in parameters.seeds
        for name in FROM_RANDOM
    ]


def _longer(parameters, record) -> list[Cell]:
    passes = LONGER * parameters.passes
    at_length = parameters.model_copy(update={"passes": passes})
    return [
        _cell(at_length, record, name, seed, "longer", {"passes": passes})
        for seed in parameters.seeds[:FEWER]
        for name in AT_LENGTH
    ]


def _cell(
    parameters, record, name: str, seed: int, experiment: str, moved=None, *, varied=(),
    arm: str = COMMON, objective=None, ratio=None,
) -> Cell:  # fmt: skip
    """Return a cell; the factors that are `moved` are those that its experiment varies."""
    definition, moved = method(parameters, name, arm, objective), moved or {}
    network = BACKBONES[parameters.backbone]
    trial = Trial(
        dataset=record.name,
        fingerprint=record.fingerprint,
        backbone=network,
        phases=definition.phases,
        transforms=transforms(parameters, record.shape),
        data_seed=seed,
        seed=seed,
        split=data.split(record, seed),
        imbalance=data.imbalance(_images(parameters, record), ratio),
        evaluate_on=data.parts(record),
        initialisation=initialisation(network, parameters.start),
        precision=parameters.precision,
        recipe=RECIPE,
    )
    factors = {"dataset": record.name, "recipe": COMMON, "start": parameters.start, **moved}
    if names.parse(record.name).plain == data.HYPER_KVASIR:
        factors["ratio"] = data.RATIO  # By itself: claims on it name the ratio.
    return Cell(
        name, definition, factors, seed, trial, experiment, _keep(name, experiment),
        frozenset({*varied, *moved}),
    )  # fmt: skip


def _images(parameters, record: Record) -> str:
    """Return how many of the training images are kept; only of the main data fewer than all."""
    return parameters.images if record.name == parameters.dataset else "all"


def _keep(name: str, experiment: str) -> tuple[str, ...]:
    """Return which arrays are kept: a map and a probe need more than the scores."""
    if experiment not in ("grid", "ablation", "rivals", "second"):
        return ("logits",)
    probed = ("encoders",) if name in PROBED else ()
    return ("logits", "embeddings", *probed)
