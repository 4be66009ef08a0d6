"""What tuning bought, and how much of it was luck: from the search and from fresh repeats."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from reproduce.evaluation import best_of, metrics
from reproduce.evaluation.significance import Effect
from reproduce.figures.picture import NothingToShow
from reproduce.papers.comparison.cells import AS_IT_COMES
from reproduce.papers.comparison.choosing import METRIC, choices, searched, validation_scores
from reproduce.papers.comparison.gains import Gains
from reproduce.study.cell import Cell, steps_after
from reproduce.study.contrasts import Arm
from reproduce.study.effects import effect_of
from reproduce.study.measures import Measures, NotMeasured
from reproduce.study.part import UsualPart


@dataclass(frozen=True)
class Tuned:
    """The search of one method on one data set.

    Attributes
    ----------
    scores
        Of each configuration on the validation images of the search, the default first.
    number, words
        The configuration that was chosen, and what it changes.
    again
        The chosen one's mean on the validation images of fresh repeats; None if not kept.
    bought
        What it gains on the test images over the default, on the same fresh repeats; None where
        the default was chosen, or was not trained.
    """

    dataset: str
    method: str
    scores: tuple[float, ...]
    number: int
    again: float | None
    bought: Effect | None

    @property
    def promised(self) -> float:
        """Return what the search said of the configuration that it chose."""
        return max(self.scores)

    @property
    def luck(self) -> float | None:
        """Return by how much the search promised more than fresh repeats kept."""
        return None if self.again is None else self.promised - self.again


def searches(gains: Gains) -> list[Tuned]:
    """Return every search whose method is filled in, or say that there was none."""
    study = gains.study
    every = [*study.cells, *study.references]
    decided, found = choices(study.measures, every), []
    for place, tried in searched(every).items():
        scores = validation_scores(study.measures, tried)
        if place not in gains.filled or scores is None:
            continue
        number = decided[place].factors["tried"]
        found.append(
            Tuned(
                *place, tuple(scores[at] for at in sorted(scores)), number,
                _again(study.measures, gains.filled[place]),
                _bought(gains, place) if number else None,
            )
        )  # fmt: skip
    if not found:
        raise NothingToShow("no configuration was searched for a method that is filled in")
    return found


def curves(found: list[Tuned]) -> Mapping[str, list[float]]:
    """Return by data set the gain of the best of 1, 2, ... configurations, a mean over methods."""
    datasets = dict.fromkeys(one.dataset for one in found)
    return {
        name: best_of.mean_gain([one.scores for one in found if one.dataset == name])
        for name in datasets
    }


def _again(measures: Measures, cells: list[Cell]) -> float | None:
    try:
        return float(np.mean([validated(measures, cell) for cell in cells]))
    except NotMeasured:
        return None


def validated(measures: Measures, cell: Cell) -> float:
    """Return the measure that chooses, of a repeat's own validation images."""

    def compute():
        scores, truth = measures.scores(cell, "val")
        return metrics.summary(scores, truth, scores.shape[1]), {}

    found = measures.derived(f"validation/{steps_after(cell)}", [cell], compute)
    return float(found[0][METRIC])


def _bought(gains: Gains, place: tuple[str, str]) -> Effect | None:
    dataset, method = place
    where = {"dataset": dataset, "method": method, "configuration": AS_IT_COMES}
    plain = [
        cell
        for cell in gains.study.beside("default", **where)
        if gains.measures.store.get(cell.trial.key) is not None
    ]
    tuned = gains.filled[place]
    if {cell.seed for cell in plain} != {cell.seed for cell in tuned}:
        return None
    arms = [
        Arm(weight, weight, (), cell)
        for weight, cells in ((1.0, tuned), (-1.0, plain))
        for cell in cells
    ]
    return effect_of(arms, UsualPart(gains.measures, METRIC), gains.seeds)
