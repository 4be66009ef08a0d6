"""The difficulty-aware loss: which trials the study is made of, and on what each is measured.

The *grid* is every loss on the main data, measured on pairs of identities that training never saw.
Beside it stand, of the same trials at no training: `seen`, the pairs of trained identities in
images kept out; `any_digit`, pairs of any two images; `templates`, a probe against the mean of
several images. And with training of their own:

- `devices`: images of two devices, pairs within a device and across both;
- `readings`: the other readings of what the text leaves open (`readings.READINGS`);
- `alpha`, `beta`, `thresholds`: one of the weights' numbers moved, the others as they are;
- `length`: the two losses of the main claim a quarter as long, and four times;
- `population`: writers of one population train, those of either are verified;
- `characters`: Omniglot, characters of other alphabets;
- `unseen_classes`: CIFAR-10, three classes of which training sees nothing.
"""

from typing import Any

from reproduce.data import names
from reproduce.data.records import Record
from reproduce.papers.difficulty_aware import data
from reproduce.papers.difficulty_aware.methods import (
    AWARE,
    CLASSES,
    OF_PAIRS,
    PLAIN,
    UNTRAINED,
    method,
)
from reproduce.papers.difficulty_aware.readings import READINGS
from reproduce.study.cell import Cell
from reproduce.trials.trial import RECIPE, Trial

# Of the same trials.
FREE = ("seen", "any_digit", "templates")
SWEEPS = ("alpha", "beta", "thresholds")
EXPERIMENTS = (
    *FREE, "devices", "readings", *SWEEPS, "length", "population", "characters", "unseen_classes",
)  # fmt: skip
FEWER, FEWEST = 5, 3
LEVELS = (0.0, 0.5, 2.0, 4.0)
THRESHOLDS = {"positive_threshold": (0.3, 0.7, 0.9), "negative_threshold": (0.0, 0.3, 0.7)}
TEMPLATES = (1, 5, 20)
LENGTHS = (0.25, 4)
# Seven classes train of CIFAR-10.
FEW_CLASSES = {"images_per_identity": 16, "batch_size": 112}
TRIO = (CLASSES, PLAIN, AWARE)
UNSEEN = {"identities": "unseen"}


def cells(parameters, record: Record, *others: Record) -> list[Cell]:
    """Return what is measured; all arms of one seed stand before the next seed."""
    wanted, found = parameters.experiments, []
    there = {one.name: one for one in (record, *others)}
    for seed in parameters.seeds:
        grid = [_cell(parameters, record, name, seed) for name in parameters.methods]
        found += grid
        found += [more for cell in grid for more in _of_the_same(wanted, record, cell)]
    if "devices" in wanted and not data.has_domains(record):
        found += _devices(parameters, there[data.DEVICES])
    for name, made in (("readings", _readings), ("length", _lengths), ("population", _population)):
        if name in wanted:
            found += made(parameters, record)
    for name in SWEEPS:
        if name in wanted:
            found += _swept(parameters, record, name)
    if "characters" in wanted:
        found += _elsewhere(parameters, there[data.CHARACTERS], "characters", parameters.methods)
    if "unseen_classes" in wanted:
        at = parameters.model_copy(update={**FEW_CLASSES, "seeds": parameters.seeds[:FEWEST]})
        found += _elsewhere(at, there[data.OBJECTS], "unseen_classes", TRIO)
    return found


def references(parameters, record: Record, *others: Record) -> list[Cell]:
    """Return what the losses are compared with and no claim speaks of: the untrained network."""
    return [_cell(parameters, record, UNTRAINED, seed, "untrained") for seed in parameters.seeds]


def shown_point(parameters) -> dict[str, Any]:
    """Return the point that is drawn in detail: the main data, identities never seen."""
    return {"dataset": parameters.dataset, **UNSEEN}


def other_data(parameters) -> list[str]:
    """Return the names of the data sets that stand beside the main one."""
    wanted = {"characters": data.CHARACTERS, "unseen_classes": data.OBJECTS}
    own = names.parse(parameters.dataset)
    if own.base == "mnist_writers" and parameters.dataset != data.DEVICES:
        wanted["devices"] = data.DEVICES
    return [name for experiment, name in wanted.items() if experiment in parameters.experiments]


def _of_the_same(wanted, record: Record, cell: Cell) -> list[Cell]:
    """Return what else is measured of a trial of the main data."""
    found, official = [], data.split(record, 0)
    if "seen" in wanted and "seen" in data.parts(record):
        found.append(_again(cell, "seen", {"identities": "seen"}, "seen"))
    if "devices" in wanted and data.has_domains(record):
        found += _domains(cell)
    if names.parse(record.name).base == "mnist_writers" and official["kind"] == "identities":
        if "any_digit" in wanted:
            found.append(_again(cell, "any_digit", {"pairs": "any digit"}, "test:any"))
        if "templates" in wanted:
            found += [
                _again(cell, "templates", {"template": n}, f"test:template{n}") for n in TEMPLATES
            ]
    return found


def _domains(cell: Cell) -> list[Cell]:
    """Return a trial measured on pairs of all images, of those of one device, and of two."""
    places = {"pooled": "test", "within": "test:within", "across": "test:across"}
    return [_again(cell, "devices", {"domain": d}, place) for d, place in places.items()]


def _devices(parameters, there: Record) -> list[Cell]:
    found = []
    for seed in parameters.seeds:
        for name in parameters.methods:
            found += _domains(_cell(parameters, there, name, seed, "devices"))
    return found


def _readings(parameters, record: Record) -> list[Cell]:
    """Return both arms under each reading; what it does not touch is a trial of the grid."""
    found = []
    for name, change in READINGS.items():
        at = parameters.model_copy(update=change.parameters)
        for seed in parameters.seeds[:FEWER]:
            for arm in (PLAIN, AWARE):
                touched = arm in change.methods
                found.append(
                    _cell(at if touched else parameters, record, arm, seed, "readings",
                          {"reading": name}, objective=change.objective if touched else None)
                )  # fmt: skip
    return found


def _swept(parameters, record: Record, name: str) -> list[Cell]:
    """Return the difficulty-aware loss at other values of one of its numbers."""
    levels = THRESHOLDS if name == "thresholds" else {name: LEVELS}
    return [
        _cell(parameters.model_copy(update={factor: level}), record, AWARE, seed, name,
              {factor: level})
        for seed in parameters.seeds[:FEWEST] for factor, of in levels.items() for level in of
    ]  # fmt: skip


def _lengths(parameters, record: Record) -> list[Cell]:
    """Return the two losses of the main claim, trained shorter and longer."""
    lengths = [max(1, round(share * parameters.iterations)) for share in LENGTHS]
    return [
        _cell(parameters.model_copy(update={"iterations": steps}), record, name, seed, "length",
              {"iterations": steps})
        for seed in parameters.seeds[:FEWEST] for steps in lengths for name in (PLAIN, AWARE)
    ]  # fmt: skip


def _population(parameters, record: Record) -> list[Cell]:
    """Return arms that train on one population, measured on others of it and of the other."""
    found = []
    for seed in parameters.seeds[:FEWER]:
        for trained in data.POPULATIONS:
            for name in (PLAIN, AWARE):
                cell = _cell(parameters, record, name, seed, "population", {"trained_on": trained},
                             population=trained)  # fmt: skip
                other = next(one for one in data.POPULATIONS if one != trained)
                for tested, place in ((trained, "test"), (other, "shifted")):
                    found.append(_again(cell, "population", {"verified": tested}, place))
    return found


def _elsewhere(parameters, there: Record, experiment: str, arms) -> list[Cell]:
    """Return arms on another data set."""
    return [
        _cell(parameters, there, name, seed, experiment, varied=("dataset",))
        for seed in parameters.seeds[:FEWER] for name in arms
    ]  # fmt: skip


def _again(cell: Cell, experiment: str, factors: dict[str, Any], place: str) -> Cell:
    """Return the same trial measured elsewhere."""
    return Cell(
        cell.method, cell.definition, {**cell.factors, **factors}, cell.seed, cell.trial,
        experiment, cell.keep, cell.varied | frozenset(factors), place,
    )  # fmt: skip


def _cell(
    parameters, record: Record, name: str, seed: int, experiment: str = "grid", factors=None,
    varied=(), objective=None, population: str = "",
) -> Cell:  # fmt: skip
    definition = method(parameters, name, objective)
    trial = Trial(
        dataset=record.name,
        fingerprint=record.fingerprint,
        backbone=parameters.backbone,
        phases=definition.phases,
        transforms=data.transforms(record, parameters.image_size),
        data_seed=seed,
        seed=seed,
        split=data.split(record, seed, population),
        imbalance={"kind": "none"},
        evaluate_on=data.parts(record, population),
        task="verification",
        recipe=RECIPE,
    )
    factors = {"dataset": record.name, **UNSEEN, **(factors or {})}
    varied = frozenset({*varied, *factors} - {"dataset", *UNSEEN} | set(varied))
    keep = ("embeddings", "gradients") if name in OF_PAIRS else ("embeddings",)
    return Cell(name, definition, factors, seed, trial, experiment, keep, varied)
