"""All multisets of k points at once: is the mean of any of them in the box?

Level by level, every choice of points in order of their index is kept as a sum; a choice is dropped
as soon as the points still to come cannot bring its sum into the box. Complete unless it gives up.
"""

from dataclasses import dataclass

import numpy as np

# Partial choices kept at one level.
MOST_CHOICES = 60_000


class TooManyChoices(Exception):
    """The search would keep more partial choices than it may."""


@dataclass(frozen=True)
class Box:
    """Ends of the sum of k points, coordinate by coordinate, a little widened."""

    low: np.ndarray
    high: np.ndarray

    def of(self, sums: np.ndarray, least: np.ndarray, most: np.ndarray, left: int) -> np.ndarray:
        """Whether sums with so many points left, each between these ends, can still end inside."""
        return np.all(
            (sums + left * most >= self.low) & (sums + left * least <= self.high), axis=-1
        )


def search(points: np.ndarray, k: int, box: Box, fits) -> list[int] | None:
    """Return the indices of k points whose sum lies in the box and which `fits` accepts, or None.

    `fits(choices)` gets an array of indices [m, k] and returns which of them hold in the end.
    """
    order = np.argsort(-points[:, 0], kind="stable")
    points = points[order]
    # The ends of what comes later shrink with the index, since indices only grow.
    least = np.minimum.accumulate(points[::-1], axis=0)[::-1]
    most = np.maximum.accumulate(points[::-1], axis=0)[::-1]
    chosen = np.empty((1, 0), dtype=np.int32)
    sums = np.zeros((1, points.shape[1]))
    last = np.zeros(1, dtype=np.int32)
    for level in range(k):
        counts = len(points) - last
        if int(counts.sum()) > 12 * MOST_CHOICES:
            raise TooManyChoices
        parent = np.repeat(np.arange(len(last)), counts)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        index = np.arange(len(parent)) - np.repeat(starts, counts) + last[parent]
        total = sums[parent] + points[index]
        keep = box.of(total, least[index], most[index], k - level - 1)
        parent, index, sums = parent[keep], index[keep].astype(np.int32), total[keep]
        if len(index) > MOST_CHOICES:
            raise TooManyChoices
        chosen = np.concatenate([chosen[parent], index[:, None]], axis=1)
        last = index
        if not len(index):
            return None
    hold = fits(order[chosen])
    return order[chosen[np.flatnonzero(hold)[0]]].tolist() if hold.any() else None
