"""Whole numbers, each between 0 and its limit, whose weighted sums lie between given ends.

Variable after variable every value is kept that the limits of those still to come allow; the last
one is found by intersecting intervals. Complete, unless it gives up. All weights are 0 or more.
A first pass keeps a few of the values only: it finds most of what there is, and nothing follows
from its finding none.
"""

from collections.abc import Sequence

import numpy as np

MOST_CHOICES, FEW_CHOICES = 300_000, 200
# Sums are computed in floating point, and let off by so much in parts of their size.
ROOM = 1e-10


class TooManyChoices(Exception):
    """More partial choices than may be kept."""


def solution(
    limits: Sequence[int], weights: np.ndarray, low: np.ndarray, high: np.ndarray
) -> list[int] | None:
    """Return whole numbers x with 0 <= x <= limits and low <= weights @ x <= high, or None."""
    weights = np.asarray(weights, float)
    most = weights * np.asarray(limits, float)
    slack = ROOM * (1 + most.sum(axis=1))
    low, high = np.asarray(low, float) - slack, np.asarray(high, float) + slack
    # What the variables after each can still add.
    later = np.cumsum(most[:, ::-1], axis=1)[:, ::-1] - most
    found = _pass(limits, weights, low, high, later, FEW_CHOICES)
    return found or _pass(limits, weights, low, high, later, None)


def _pass(limits, weights, low, high, later, few: int | None) -> list[int] | None:
    """Search once; with `few` only so many evenly spaced choices are kept of each variable."""
    chosen = np.empty((1, 0), dtype=np.int64)
    sums = np.zeros((1, len(weights)))
    for j, limit in enumerate(limits):
        first = np.zeros(len(sums))
        last = np.full(len(sums), float(limit))
        for i in np.flatnonzero(weights[:, j]):
            first = np.maximum(first, (low[i] - sums[:, i] - later[i, j]) / weights[i, j])
            last = np.minimum(last, (high[i] - sums[:, i]) / weights[i, j])
        first, last = np.ceil(first - ROOM), np.floor(last + ROOM)
        final = j == len(limits) - 1
        counts = np.maximum(last - first + 1, 0).astype(np.int64)
        if final:
            counts = np.minimum(counts, 1)
        if counts.sum() > MOST_CHOICES:
            if few:
                return None
            raise TooManyChoices
        parent = np.repeat(np.arange(len(sums)), counts)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        value = np.arange(len(parent)) - np.repeat(starts, counts) + first[parent].astype(np.int64)
        sums = sums[parent] + value[:, None] * weights[:, j]
        # Rows without this variable must still be able to reach their ends.
        keep = np.all((sums <= high) & (sums + later[:, j] >= low), axis=1)
        chosen = np.concatenate([chosen[parent], value[:, None]], axis=1)[keep]
        sums = sums[keep]
        if not len(sums):
            return None
        if few and len(sums) > few:
            kept = np.linspace(0, len(sums) - 1, few).astype(int)
            chosen, sums = chosen[kept], sums[kept]
    return chosen[0].tolist()
