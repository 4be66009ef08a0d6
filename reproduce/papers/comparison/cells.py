"""Which remedy when: which trials the comparison is made of.

The *grid* is every method on every data set at the configuration that was chosen for it, each
repeat on fresh training images, weights and order. Beside it stand:

- `search`: the configurations of every method, trained on other seeds and measured on validation
  images alone; these trials are never evaluated on a test image;
- `default`: every method at its default configuration, on the repeats of the grid. Where that is
  what was chosen, it is the same trial. Thresholding is always among them, for the controls;
- `untrained`: networks that nobody trained, for the positive control.
"""

from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

from reproduce.data.records import Record
from reproduce.methods import budget, registry
from reproduce.methods.configurations import Configuration, configurations
from reproduce.methods.entry import CLASSIFICATION
from reproduce.methods.method import Method
from reproduce.methods.sampling import UNTRAINED
from reproduce.papers.comparison.beds import bed
from reproduce.papers.comparison.parameters import BASELINE
from reproduce.study.cell import Cell
from reproduce.study.choosing import UNDECIDED
from reproduce.trials.trial import RECIPE, Trial

VALIDATION, TEST = "val", "test"
AS_IT_COMES = "default"
# What a positive control compares with the baseline, whichever methods are asked for: it corrects
# the scores of the baseline's networks, and none is trained for it.
CONTROLLED_BY = "thresholding"


def cells(parameters, *records: Record) -> list[Cell]:
    """Return the grid, each cell waiting for its configuration; whole repeats come first."""
    return [
        _cell(parameters, record, name, seed, waiting=True)
        for record, seed, name in product(records, parameters.seeds, parameters.methods)
    ]


def references(parameters, *records: Record) -> list[Cell]:
    """Return the search, and what the grid is compared with."""
    wanted: list[str] = parameters.experiments
    found: list[Cell] = []
    as_they_come = dict.fromkeys([*parameters.methods, CONTROLLED_BY])
    for record in records:
        if "search" in wanted and parameters.configurations > 1:
            found += _search(parameters, record)
        for seed in parameters.seeds:
            if "untrained" in wanted:
                found.append(_untrained(parameters, record, seed))
            if "default" in wanted:
                found += [_default(parameters, record, name, seed) for name in as_they_come]
    return found


def shown_point(parameters) -> dict[str, Any]:
    """Return what is there in every edition: the baseline on the main set."""
    return {"dataset": parameters.dataset, "method": BASELINE}


def other_data(parameters) -> list[str]:
    """Return the names of the data sets beside the main one."""
    return list(parameters.others)


def _search(parameters, record: Record) -> Iterator[Cell]:
    for name, seed in product(parameters.methods, parameters.search_seeds):
        for tried in configurations(name, parameters.configurations):
            yield _cell(
                parameters, record, name, seed, tried, experiment="search",
                factors={"tried": tried.number}, parts=(VALIDATION,), measured_on=VALIDATION,
            )  # fmt: skip


def _default(parameters, record: Record, name: str, seed: int) -> Cell:
    as_it_comes = {"configuration": AS_IT_COMES}
    return _cell(parameters, record, name, seed, experiment="default", factors=as_it_comes)


def _untrained(parameters, record: Record, seed: int) -> Cell:
    trial = _trial(parameters, record, UNTRAINED, seed, (VALIDATION,))
    factors = {"dataset": record.name, "configuration": AS_IT_COMES}
    return Cell(
        "untrained", UNTRAINED, factors, seed, trial, "untrained", varied=frozenset(factors) -
        {"dataset"}, measured_on=VALIDATION,
    )  # fmt: skip


def _cell(
    parameters, record: Record, name: str, seed: int, tried: Configuration | None = None, *,
    experiment: str = "grid", factors=None, parts=(TEST, VALIDATION), measured_on: str = TEST,
    waiting: bool = False,
) -> Cell:  # fmt: skip
    tried = tried or Configuration()
    definition = method(record, name, tried, parameters.budget)
    waiting = waiting and parameters.configurations > 1
    trial = _trial(parameters, record, definition, seed, parts)
    if waiting:
        trial = trial.but(recipe=UNDECIDED)
    return Cell(
        name, definition, {"dataset": record.name, **(factors or {})}, seed, trial, experiment,
        varied=frozenset(factors or {}), measured_on=measured_on, waiting=waiting,
    )  # fmt: skip


def _trial(parameters, record: Record, definition: Method, seed: int, parts) -> Trial:
    ground = bed(record.name)
    return Trial(
        dataset=record.name,
        fingerprint=record.fingerprint,
        backbone=ground.backbone,
        phases=definition.phases,
        transforms=ground.prepared(record),
        data_seed=seed,
        seed=seed,
        split=dict(ground.split),
        imbalance=dict(ground.imbalance),
        evaluate_on=parts,
        initialisation=ground.initialisation,
        precision=parameters.precision,
        recipe=RECIPE,
    )


def method(record: Record, name: str, tried: Configuration, share: float) -> Method:
    """Return a method of a data set at a configuration, on the budget of the set."""
    return _made(record.name, len(record.class_names), name, _Once(tried), share)


class _Once:
    """A configuration that can be told from others, so that each method is made once."""

    def __init__(self, tried: Configuration):
        self.tried = tried
        self.said = f"{tried.number} {tried.in_words()}"

    def __hash__(self) -> int:
        return hash(self.said)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Once) and self.said == other.said


@cache
def _made(dataset: str, classes: int, name: str, once: _Once, share: float) -> Method:
    ground, tried = bed(dataset), once.tried
    takes = registry.entry(name).options(CLASSIFICATION)
    # What an embedding's builder would take from another paper's recipe, here from the set's.
    recipe = tried.recipe(ground.recipe())
    own = {"rate": recipe.optimizer.learning_rate, "classes_per_batch": classes}
    options = {**{k: v for k, v in own.items() if k in takes}, **tried.options}

    def built(of) -> Method:
        made = registry.build(name, of, **options)
        return Method(tuple(ground.seen(phase) for phase in made.phases), made.posthoc)

    return budget.within(built, recipe, round(share * ground.passes))
