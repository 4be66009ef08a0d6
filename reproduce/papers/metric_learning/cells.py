"""Kim, Kim and Chun (2021): which trials the study is made of.

The *grid* is the four losses, or those asked for, on each network. Beside it stand:

- `controls`: cross-entropy given what the metric losses are given: batches with every class equally
  often, a second phase, longer training; and augmentation, oversampling, a frozen encoder;
- `random_start`: the grid's networks from random numbers, where the grid starts from ImageNet;
- `networks`: smaller networks that stand for those the grid does not have, from random numbers;
- `second`: the four losses and the first control on another data set;
- `readings`: each other reading of what the text leaves open (`readings.READINGS`);
- `sizes`: cross-entropy, its control and one metric loss on fewer and fewer training images;
- `beyond`: two losses of other papers of the book, given the same two phases;
- `collapse`: cross-entropy on the counterpart of ResNet-50, whose rare class the paper loses, at
  other rates, lengths and rules of stopping;
- `widths`: cross-entropy and one metric loss on narrower MobileNets.
"""

from itertools import product
from typing import Any

from reproduce.data.records import Record
from reproduce.errors import UserError
from reproduce.papers.metric_learning import data
from reproduce.papers.metric_learning.methods import (
    BALANCED,
    BEYOND,
    CONTROLS,
    SHORT,
    method,
)
from reproduce.papers.metric_learning.networks import (
    BACKBONES,
    COUNTERPARTS,
    WIDTHS,
    initialisation,
    transforms,
)
from reproduce.papers.metric_learning.readings import READINGS
from reproduce.study.cell import Cell
from reproduce.trials.trial import RECIPE, Trial

EXPERIMENTS = (
    "controls", "random_start", "networks", "second", "readings", "sizes", "beyond", "collapse",
    "widths",
)  # fmt: skip
# Repeats of what is registered with fewer, and of what no claim is judged on.
FEWER, FEWEST = 5, 3
BEST = "lifted_structured"
# The test images of a trial keep their embeddings, which maps and silhouettes read.
KEPT = ("logits", "embeddings")
RATES, STOPS = (6e-5, 6e-4, 6e-3), (1, 3, 0)
SHARES = (0.5, 0.25, 0.1)


def cells(parameters, record: Record, *others: Record) -> list[Cell]:
    """Return what claims are judged on: the grid, and the experiments that they name.

    The order puts whole comparisons first: all arms of one seed before the next seed.
    """
    wanted, found = parameters.experiments, []
    for seed in parameters.seeds:
        found += _each(parameters, record, seed, "grid")
    if "random_start" in wanted:
        random = parameters.model_copy(update={"start": "random"})
        for seed in parameters.seeds:
            found += _each(random, record, seed, "random_start", varied=("start",))
    if "networks" in wanted:
        found += _networks(parameters, record)
    if "second" in wanted:
        there = _second(parameters, others)
        for seed in parameters.seeds[:FEWER]:
            found += _each(parameters, there, seed, "second", varied=("dataset",))
    if "readings" in wanted:
        found += _readings(parameters, record)
    return found


def references(parameters, record: Record, *others: Record) -> list[Cell]:
    """Return what the losses are compared with and no claim speaks of."""
    wanted, found = parameters.experiments, []
    for number, seed in enumerate(parameters.seeds):
        if "controls" in wanted:
            names = (BALANCED, *(CONTROLS if number < FEWER else ()))
            found += _each(parameters, record, seed, "controls", names)
        if "controls" in wanted and number < FEWER and parameters.start != "random":
            untrained = parameters.model_copy(update={"start": "random"})
            found += _each(untrained, record, seed, "controls", ("frozen_encoder",), ("start",))
    if "random_start" in wanted:
        random = parameters.model_copy(update={"start": "random"})
        for seed in parameters.seeds:
            found += _each(random, record, seed, "random_start", (BALANCED,), ("start",))
    if "second" in wanted:
        there = _second(parameters, others)
        for seed in parameters.seeds[:FEWER]:
            found += _each(parameters, there, seed, "second", (BALANCED,), ("dataset",))
    for name, made in (("sizes", _sizes), ("beyond", _beyond), ("collapse", _collapse),
                       ("widths", _widths)):  # fmt: skip
        if name in wanted:
            found += made(parameters, record)
    return found


def shown_point(parameters) -> dict[str, Any]:
    """Return the point that is drawn in detail: MobileNet where it is there, the paper's best."""
    named = parameters.backbones
    shown = "mobilenet" if "mobilenet" in named else named[-1]
    return {"dataset": parameters.dataset, "backbone": shown}


def other_data(parameters) -> list[str]:
    """Return the names of the data sets that stand beside the main one."""
    return [parameters.second_dataset] if "second" in parameters.experiments else []


def losses_of(parameters) -> tuple[str, ...]:
    """Return the methods of the grid, by the names that claims have for them."""
    return tuple(SHORT.get(name, name) for name in parameters.losses)


def _second(parameters, others) -> Record:
    if not others:
        raise UserError("experiment 'second' needs a second data set; name it as second_dataset")
    return others[0]


def _each(parameters, record, seed: int, experiment: str, names=None, varied=()) -> list[Cell]:
    names = losses_of(parameters) if names is None else names
    return [
        _cell(parameters, record, name, backbone, seed, experiment, varied=varied)
        for backbone, name in product(parameters.backbones, names)
    ]


def _networks(parameters, record) -> list[Cell]:
    """Return the counterparts of what the grid lacks; cross-entropy says how it overfits."""
    random = parameters.model_copy(update={"start": "random"})
    lacking = [small for large, small in COUNTERPARTS.items() if large not in random.backbones]
    found = []
    for seed, backbone in product(parameters.seeds[:FEWER], lacking):
        found += [
            _cell(random, record, name, backbone, seed, "networks", varied=("start",))
            for name in losses_of(parameters)
        ]
    return found


def _readings(parameters, record) -> list[Cell]:
    """Return the grid once more under each reading; what it does not touch is the same trial."""
    found = []
    shown = shown_point(parameters)["backbone"]
    for (name, change), seed in product(READINGS.items(), parameters.seeds[:FEWER]):
        at = parameters.model_copy(update=change.parameters)
        for loss in losses_of(parameters):
            touched = loss in change.losses
            found.append(
                _cell(
                    at if touched else parameters,
                    record,
                    loss,
                    shown,
                    seed,
                    "readings",
                    {"reading": name},
                    ("reading",),
                    change.objective if touched else None,
                )
            )
    return found


def _sizes(parameters, record) -> list[Cell]:
    """Return three arms on shares of the training images, the same test images throughout."""
    shown, found = shown_point(parameters)["backbone"], []
    for seed, share in product(parameters.seeds[:FEWEST], SHARES):
        found += [
            _cell(
                parameters,
                record,
                name,
                shown,
                seed,
                "sizes",
                {"share": share},
                ("share",),
                split=data.split(parameters, record, seed, share),
            )
            for name in ("cross_entropy", BALANCED, BEST)
        ]
    return found


def _beyond(parameters, record) -> list[Cell]:
    shown = {"backbones": [shown_point(parameters)["backbone"]]}
    at = parameters.model_copy(update=shown)
    return [
        cell
        for seed in parameters.seeds[:FEWER]
        for cell in _each(at, record, seed, "beyond", BEYOND)
    ]


def _collapse(parameters, record) -> list[Cell]:
    """Return cross-entropy on ResNet-50's counterpart at each rate and rule of stopping."""
    random = parameters.model_copy(update={"start": "random"})
    backbone = "resnet50" if "resnet50" in parameters.backbones else COUNTERPARTS["resnet50"]
    found = []
    for seed, rate, stop in product(parameters.seeds[:FEWEST], RATES, STOPS):
        at = random.model_copy(update={"learning_rate": rate, "stop": stop})
        factors = {"learning_rate": rate, "stop": stop}
        varied = ("start", *factors)
        cell = _cell(at, record, "cross_entropy", backbone, seed, "collapse", factors, varied)
        found.append(cell)
    return found


def _widths(parameters, record) -> list[Cell]:
    """Return two arms on narrower MobileNets, from random numbers: does fewer fit better?"""
    random = parameters.model_copy(update={"start": "random"})
    return [
        _cell(random, record, name, backbone, seed, "widths", varied=("start",))
        for seed, backbone in product(parameters.seeds[:FEWEST], WIDTHS)
        for name in ("cross_entropy", BEST)
    ]


def _cell(
    parameters, record, name: str, backbone: str, seed: int, experiment: str, factors=None,
    varied=(), objective=None, split=None,
) -> Cell:  # fmt: skip
    definition = method(parameters, name, objective)
    channels = 1 if len(record.shape) == 2 else record.shape[-1]
    trial = Trial(
        dataset=record.name,
        fingerprint=record.fingerprint,
        backbone=BACKBONES[backbone],
        phases=definition.phases,
        transforms=transforms(backbone, parameters.start, parameters.image_size, channels),
        data_seed=seed,
        seed=seed,
        split=split or data.split(parameters, record, seed),
        imbalance={"kind": "none"},
        evaluate_on=data.parts(record),
        initialisation=initialisation(backbone, parameters.start),
        precision=parameters.precision,
        recipe=RECIPE,
    )
    factors = {"dataset": record.name, "backbone": backbone, "start": parameters.start,
               **(factors or {})}  # fmt: skip
    # A gap between training and test images is asked of cross-entropy on several networks.
    watched = name == "cross_entropy" and parameters.start == "random" and experiment != "collapse"
    keep = (*KEPT, "curve") if watched else KEPT
    return Cell(name, definition, factors, seed, trial, experiment, keep, frozenset(varied))
