"""Choosing a configuration of every method on validation images, before any test image is seen."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from reproduce.errors import UserError
from reproduce.study.cell import Cell
from reproduce.study.measures import Measures, NotMeasured
from reproduce.trials.trial import RECIPE

# What is chosen by, and what gains are first said in: no class can be given up for another in it.
METRIC = "macro_f1"
# Scores that are equal but for rounding are a draw, which goes to the lower number.
DIGITS = 9
Place = tuple[str, str]


def chosen(measures: Measures, cells: Sequence[Cell]) -> list[Cell]:
    """Return the cells with the chosen configuration in those whose search is all here."""
    decided = choices(measures, cells)
    return [_decided(cell, decided) if cell.waiting else cell for cell in cells]


def choices(measures: Measures, cells: Sequence[Cell]) -> dict[Place, Cell]:
    """Return, by data set and method, a cell of the search at the configuration that was chosen.

    Only of searches whose trials are all here: half a search would choose among fewer.
    """
    found = {}
    for place, tried in searched(cells).items():
        scores = validation_scores(measures, tried)
        if scores is not None:
            best = min(scores, key=lambda number: (-round(scores[number], DIGITS), number))
            found[place] = tried[best][0]
    return found


def searched(cells: Sequence[Cell]) -> dict[Place, dict[int, list[Cell]]]:
    """Return the cells of the search by data set and method, then by number of configuration."""
    found: dict[Place, dict[int, list[Cell]]] = defaultdict(lambda: defaultdict(list))
    for cell in cells:
        if cell.experiment == "search":
            found[place_of(cell)][cell.factors["tried"]].append(cell)
    return found


def validation_scores(
    measures: Measures, tried: Mapping[int, Sequence[Cell]]
) -> dict[int, float] | None:
    """Return each configuration's mean on the validation images; None unless all are here."""
    for cell in (cell for of in tried.values() for cell in of):
        if "test" in cell.trial.evaluate_on:
            raise UserError(
                f"trial {cell.trial.key} ({cell.method}) of the search was evaluated on test "
                "images; expected validation images alone"
            )
        if measures.store.get(cell.trial.key) is None:
            return None
    try:
        return {
            number: float(np.mean([measures.measured(cell)[METRIC] for cell in of]))
            for number, of in tried.items()
        }
    except NotMeasured:  # Its scores, which a correction needs, are not in this store.
        return None


def place_of(cell: Cell) -> Place:
    """Return the data set and the method of a cell."""
    return (cell.factors["dataset"], cell.method)


def _decided(cell: Cell, decided: Mapping[Place, Cell]) -> Cell:
    best = decided.get(place_of(cell))
    if best is None:
        return cell
    trial = cell.trial.but(phases=best.trial.phases, recipe=RECIPE)
    return replace(cell, definition=best.definition, trial=trial, waiting=False)
