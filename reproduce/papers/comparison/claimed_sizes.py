"""How many seeds and test images the papers' claimed gains would have needed, by spreads seen here.

The spreads are those of the comparison's own pairs: of the methods on a data set the median.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from reproduce.errors import UserError
from reproduce.evaluation.needed import images_needed, seeds_needed
from reproduce.evaluation.registry import metric
from reproduce.figures.picture import NothingToShow
from reproduce.papers.comparison.gains import MEASURES, Gains
from reproduce.registry import main_result, records

# With how many test images the seeds are counted, since papers differ in it.
IMAGES = 1000


@dataclass(frozen=True)
class Spread:
    """The spread of a measure's paired differences on a data set, and that of its test images."""

    dataset: str
    seeds: float
    images: float
    tested: int


@dataclass(frozen=True)
class Needed:
    """A claimed gain, and what it would have taken to see it with 80 % power."""

    paper: str
    words: str
    measure: str
    gain: float
    dataset: str
    seeds: int | None
    images: int


def spreads(gains: Gains, measure: str) -> list[Spread]:
    """Return the median spreads of a measure on each data set that its controls let speak."""
    found = []
    for dataset in gains.ranked:
        effects = [
            gain.effect
            for method in gains.others(dataset)
            if (gain := gains.gain(dataset, method, measure)) and gain.effect.repeats > 1
        ]
        pairs = [(e.sd, sqrt(max(e.standard_error**2 - e.sd**2 / e.repeats, 0.0))) for e in effects]
        if pairs:
            seeds, images = np.median(np.array(pairs), axis=0)
            cell = gains.filled[dataset, gains.others(dataset)[0]][0]
            tested = int(gains.measures.confusion(cell).sum())
            found.append(Spread(dataset, float(seeds), float(images), tested))
    return found


def needed(gains: Gains) -> list[Needed]:
    """Return what every printed main comparison in a measure of ours would have needed."""
    found = []
    for key, paper in records.papers().items():
        for one in _printed(key):
            if one.metric not in MEASURES:
                continue
            for spread in spreads(gains, one.metric):
                gain = abs(one.published.mean)
                at_size = spread.images * sqrt(spread.tested / IMAGES)
                found.append(
                    Needed(
                        paper.short, one.words, metric(one.metric).label, gain, spread.dataset,
                        seeds_needed(gain, spread.seeds, at_size),
                        images_needed(gain, spread.images, spread.tested),
                    )
                )  # fmt: skip
    if not found:
        raise NothingToShow("no spread of a measure that a paper prints a gain in was seen here")
    return found


def _printed(key: str):
    try:
        return [one for one in main_result.load(key) if one.published and one.published.mean]
    except UserError:  # A paper whose claims compare nothing prints no gain.
        return []
