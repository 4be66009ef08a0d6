"""Choosing a configuration of every method on validation images, before any test image is seen.

What is tried stands in cells of an experiment of its own, each with its number as the factor
`tried`; what waits for the choice is a cell that is `waiting`. A `Search` brings the two together.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from reproduce.errors import UserError
from reproduce.methods.method import Method
from reproduce.study.cell import Cell
from reproduce.study.measures import Measures, NotMeasured
from reproduce.trials import diverged
from reproduce.trials.trial import RECIPE

# A recipe that nothing trains by: of trials of which it is not decided yet what they are.
UNDECIDED = 0
# What a network scores that there is none of.
NOTHING = 0.0
# Scores that are equal but for rounding are a draw, which goes to the lower number.
DIGITS = 9
Place = tuple[str, str]
Tried = Mapping[int, Sequence[Cell]]


def as_searched(cell: Cell, best: Cell) -> Method:
    """Return the method of the search itself: a search that trains as long as what it is for."""
    return best.definition


@dataclass(frozen=True)
class Search:
    """A search of one paper.

    Attributes
    ----------
    experiment
        Whose cells tried the configurations.
    metric
        By which they are compared, on the validation part; the highest mean over seeds wins. None
        scores less than `NOTHING` in it.
    trained
        What is trained in the place of a waiting cell, from the best one of its search.
    outlives_divergence
        Whether a configuration that diverged counts as one that scores `NOTHING`; else the search
        waits for it.
    """

    experiment: str
    metric: str
    trained: Callable[[Cell, Cell], Method] = as_searched
    outlives_divergence: bool = False

    def chosen(self, measures: Measures, cells: Sequence[Cell]) -> list[Cell]:
        """Return the cells with the chosen configuration in those whose search is all here."""
        decided = self.choices(measures, cells)
        return [self._decided(cell, decided) if cell.waiting else cell for cell in cells]

    def choices(self, measures: Measures, cells: Sequence[Cell]) -> dict[Place, Cell]:
        """Return, by data set and method, a cell of the search at what was chosen.

        Only of searches whose trials are all here: half a search would choose among fewer.
        """
        found = {}
        for place, tried in self.searched(cells).items():
            scores = self.validation_scores(measures, tried)
            if scores is not None:
                found[place] = tried[best_of(scores)][0]
        return found

    def searched(self, cells: Sequence[Cell]) -> dict[Place, dict[int, list[Cell]]]:
        """Return the cells of the search by data set and method, then by number."""
        found: dict[Place, dict[int, list[Cell]]] = defaultdict(lambda: defaultdict(list))
        for cell in cells:
            if cell.experiment == self.experiment:
                found[place_of(cell)][cell.factors["tried"]].append(cell)
        return found

    def validation_scores(self, measures: Measures, tried: Tried) -> dict[int, float] | None:
        """Return each number's mean on the validation images; None unless all are here.

        A training that diverged leaves no network: it recognises nothing, and scores nothing.
        """
        every = [cell for of in tried.values() for cell in of]
        lost = self.lost(measures, every)
        for cell in every:
            if "test" in cell.trial.evaluate_on:
                raise UserError(
                    f"trial {cell.trial.key} ({cell.method}) of the search was evaluated on test "
                    "images; expected validation images alone"
                )
            if cell.trial.key not in lost and measures.store.get(cell.trial.key) is None:
                return None

        def score(cell: Cell) -> float:
            return NOTHING if cell.trial.key in lost else measures.measured(cell)[self.metric]

        try:
            return {
                number: float(np.mean([score(cell) for cell in of])) for number, of in tried.items()
            }
        except NotMeasured:  # Its scores, which a correction needs, are not in this store.
            return None

    def lost(self, measures: Measures, cells: Sequence[Cell]) -> set[str]:
        """Return the keys of those of these trials that diverged, where that ends no search."""
        keys = [cell.trial.key for cell in cells] if self.outlives_divergence else []
        return set(diverged.among(measures.store, keys))

    def _decided(self, cell: Cell, decided: Mapping[Place, Cell]) -> Cell:
        best = decided.get(place_of(cell))
        if best is None:
            return cell
        definition = self.trained(cell, best)
        trial = cell.trial.but(phases=definition.phases, recipe=RECIPE)
        return replace(cell, definition=definition, trial=trial, waiting=False)


def best_of(scores: Mapping[int, float]) -> int:
    """Return the number with the highest score, of several the lowest."""
    return min(scores, key=lambda number: (-round(scores[number], DIGITS), number))


def place_of(cell: Cell) -> Place:
    """Return the data set and the method of a cell."""
    return (cell.factors["dataset"], cell.method)
