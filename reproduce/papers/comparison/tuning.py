"""What tuning bought, and how much of it was luck: from the search and from fresh repeats."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from reproduce.evaluation import best_of, metrics
from reproduce.evaluation.significance import Effect
from reproduce.figures.picture import NothingToShow
from reproduce.methods.configurations import configurations
from reproduce.papers.comparison.cells import AS_IT_COMES
from reproduce.papers.comparison.choosing import METRIC, SEARCH
from reproduce.papers.comparison.gains import Gains
from reproduce.study.cell import Cell, steps_after
from reproduce.study.choosing import Tried
from reproduce.study.contrasts import Arm
from reproduce.study.effects import effect_of
from reproduce.study.measures import Measures, NotMeasured
from reproduce.study.tested_images import UsualImages


@dataclass(frozen=True)
class Tuned:
    """The search of one method on one data set.

    Attributes
    ----------
    scores
        Of each configuration on the validation images of the search, the default first; 0 of one
        that diverged.
    number, words
        The configuration that was chosen, and what it changes.
    again, default_again
        The mean of the chosen one, and of the default, on the validation images of fresh repeats;
        None if not kept.
    lost
        The configurations that diverged.
    bought
        What it gains on the test images over the default, on the same fresh repeats; None where
        the default was chosen, or was not trained.
    """

    dataset: str
    method: str
    scores: tuple[float, ...]
    number: int
    words: str
    again: float | None
    default_again: float | None
    bought: Effect | None
    lost: frozenset[int] = frozenset()

    @property
    def promised(self) -> float:
        """Return what the search said of the configuration that it chose."""
        return max(self.scores)

    @property
    def excess(self) -> float | None:
        """Return by how much the search promised more than fresh repeats kept."""
        return None if self.again is None else self.promised - self.again

    @property
    def ease(self) -> float | None:
        """Return by how much the images of the search are easier, as the default shows.

        It was not chosen for what it scored on them, so no luck of choosing is in it.
        """
        return None if self.default_again is None else self.scores[0] - self.default_again


def searches(gains: Gains) -> list[Tuned]:
    """Return every search whose method is filled in, or say that there was none."""
    study = gains.study
    every = [*study.cells, *study.references, *study.lost]
    decided, found = SEARCH.choices(study.measures, every), []
    for place, tried in SEARCH.searched(every).items():
        scores = SEARCH.validation_scores(study.measures, tried)
        if place not in gains.filled or scores is None:
            continue
        number = decided[place].factors["tried"]
        words = configurations(place[1], gains.asked.configurations)[number].in_words()
        found.append(
            Tuned(
                *place, tuple(scores[at] for at in sorted(scores)), number, words,
                _again(study.measures, gains.filled[place]),
                _again(study.measures, _untuned(gains, place)),
                _bought(gains, place) if number else None,
                _lost(study.measures, tried),
            )
        )  # fmt: skip
    if not found:
        raise NothingToShow("no configuration was searched for a method that is filled in")
    return found


def curves(found: list[Tuned]) -> Mapping[str, list[float]]:
    """Return by data set the gain of the best of 1, 2, ... configurations, a mean over methods.

    Over methods of which none diverged: what is better than no network at all is no gain.
    """
    if not whole(found):
        raise NothingToShow("a configuration diverged in every search")
    return {
        name: best_of.mean_gain([
            one.scores for one in found if one.dataset == name and not one.lost
        ])
        for name in whole(found)
    }  # fmt: skip


def whole(found: list[Tuned]) -> Mapping[str, int]:
    """Return by data set of how many methods no configuration diverged."""
    return Counter(one.dataset for one in found if not one.lost)


@dataclass(frozen=True)
class Luck:
    """The searches of a data set: what they promised beyond what was kept, and why.

    `excess` is the median over methods, `ease` the median of what the default scored more there,
    which nobody chose: what the images of the search explain. `curse` is the median of what is
    left, the winner's curse: the chosen one was partly the luckiest. Medians, since one method of
    which hardly a configuration works would make the mean.
    """

    dataset: str
    searches: int
    excess: float
    ease: float
    curse: float
    bought: float | None
    moved: int


def luck(found: list[Tuned]) -> list[Luck]:
    """Return the luck of the searches on each data set that kept what it takes."""
    told = []
    for dataset in dict.fromkeys(one.dataset for one in found):
        # Where the default diverged, nothing shows how easy the images of the search are.
        own = [one for one in found if one.dataset == dataset and 0 not in one.lost]
        pairs = [(one.excess, one.ease) for one in own if None not in (one.excess, one.ease)]
        if pairs:
            both = np.array(pairs, dtype=float)
            excess, ease = map(float, np.median(both, axis=0))
            curse = float(np.median(both[:, 0] - both[:, 1]))
            bought = [one.bought.mean for one in own if one.bought]
            middle = float(np.median(bought)) if bought else None
            told.append(Luck(dataset, len(pairs), excess, ease, curse, middle, len(bought)))
    return told


def _lost(measures: Measures, tried: Tried) -> frozenset[int]:
    """Return the numbers of which a training diverged."""
    gone = SEARCH.lost(measures, [cell for of in tried.values() for cell in of])
    return frozenset(
        number for number, of in tried.items() if any(cell.trial.key in gone for cell in of)
    )


def _again(measures: Measures, cells: list[Cell]) -> float | None:
    if not cells:
        return None
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


def _untuned(gains: Gains, place: tuple[str, str]) -> list[Cell]:
    """Return the default's cells on all repeats; none where one is missing."""
    dataset, method = place
    where = {"dataset": dataset, "method": method, "configuration": AS_IT_COMES}
    plain = [
        cell
        for cell in gains.study.of_experiment("default", **where)
        if gains.measures.store.get(cell.trial.key) is not None
    ]
    return plain if {cell.seed for cell in plain} == set(gains.seeds) else []


def _bought(gains: Gains, place: tuple[str, str]) -> Effect | None:
    plain, tuned = _untuned(gains, place), gains.filled[place]
    if not plain:
        return None
    arms = [
        Arm(weight, weight, (), cell)
        for weight, cells in ((1.0, tuned), (-1.0, plain))
        for cell in cells
    ]
    return effect_of(arms, UsualImages(gains.measures, METRIC), gains.seeds)
