"""Can the mean of points lie in a box? A linear program, whose answer is checked by itself.

The mean of k matrices' scores is a mean of points, so it lies in their convex hull. If the hull
misses the box of what was printed, some direction y tells them apart: every point is farther along
y than the whole box. A solver proposes y; that it tells them apart is then computed from the points
themselves, so that no tolerance of a solver is in the proof. With no such y nothing is proved.
"""

from collections.abc import Sequence

import numpy as np

# A certificate must hold by so much, in parts of the size of its numbers: far above what floating
# point loses in adding a few dozen products.
MARGIN = 1e-9
# The program is given few points at first and those it forgot in turn.
ROUNDS, ADDED = 25, 12


def apart(
    points: Sequence[np.ndarray], shares: Sequence[float], low: np.ndarray, high: np.ndarray
) -> np.ndarray | None:
    """Return a direction that proves that no mean lies in the box, or None.

    `points[g]` are the points (rows) that the members of group g can be, `shares[g]` the part of
    all members that are of this group; `low` and `high` are the ends of the box.
    """
    if any(not len(one) for one in points):
        return np.zeros(len(low))
    scale = np.maximum(high - low, 1e-12)
    # In units of the box's own width, from its middle: the box is [-1/2, 1/2] in every direction.
    middle = (low + high) / 2
    active = [np.unique(_ends(one)) for one in points]
    for _ in range(ROUNDS):
        some = [(one[kept] - middle) / scale for one, kept in zip(points, active, strict=True)]
        direction = _proposed(some, shares)
        if direction is None:
            return None
        direction = direction / scale
        if certified(points, shares, low, high, direction):
            return direction
        # Points that the proposal forgot: those nearest to the box along it.
        before = sum(map(len, active))
        active = [
            np.union1d(kept, _nearest(one @ direction))
            for one, kept in zip(points, active, strict=True)
        ]
        if sum(map(len, active)) == before:
            return None
    return None


def _proposed(points: list[np.ndarray], shares: Sequence[float]) -> np.ndarray | None:
    """Return a direction in which these points stay out of the unit box; None if they do not."""
    from scipy.optimize import linprog

    table = np.concatenate(points).T
    # Minimise the largest distance t by which any coordinate leaves the box.
    both = np.concatenate([table, -table])
    slack = -np.ones((len(both), 1))
    groups = np.repeat(np.arange(len(points)), [len(one) for one in points])
    sums = np.zeros((len(points), table.shape[1] + 1))
    sums[groups, np.arange(table.shape[1])] = 1
    cost = np.zeros(table.shape[1] + 1)
    cost[-1] = 1
    found = linprog(
        cost, A_ub=np.hstack([both, slack]), b_ub=np.full(len(both), 0.5), A_eq=sums,
        b_eq=np.asarray(shares, float), method="highs", options={"time_limit": 0.5},
    )  # fmt: skip
    if found.status != 0 or found.x[-1] <= 1e-7:
        return None
    y = -np.asarray(found.ineqlin.marginals)
    return y[: len(table)] - y[len(table) :]


def _ends(points: np.ndarray) -> np.ndarray:
    """Return the indices of the extreme points of every coordinate, and of some others."""
    some = np.linspace(0, len(points) - 1, min(len(points), 60)).astype(int)
    return np.concatenate([points.argmin(axis=0), points.argmax(axis=0), some])


def _nearest(heights: np.ndarray) -> np.ndarray:
    if len(heights) <= ADDED:
        return np.arange(len(heights))
    return np.argpartition(heights, ADDED)[:ADDED]


def certified(points, shares, low, high, direction) -> bool:
    """Whether every mean is farther along the direction than every point of the box."""
    nearest = sum(
        share * float((one @ direction).min()) for one, share in zip(points, shares, strict=True)
    )
    farthest = float(np.where(direction > 0, high, low) @ direction)
    size = float(np.abs(direction) @ np.maximum(np.abs(low), np.abs(high))) + sum(
        share * float((np.abs(one) @ np.abs(direction)).max())
        for one, share in zip(points, shares, strict=True)
    )
    return nearest > farthest + MARGIN * size
