"""Axes that one outlier does not squeeze: it is cut off, with an arrow and its number."""

from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes

from reproduce.figures.style import PAPER

# A row whose end lies so many times further out than that of the row before it is cut off.
_FAR = 2.0
_FEWEST = 4
_ROOM = 0.06

Ends = tuple[float, float]


def limits(rows: Sequence[Ends], besides: Iterable[float] = (0.0,)) -> Ends:
    """Return the ends of an axis that shows most rows [low, high] and cuts off those far away.

    `besides` are values that the axis shows in any case. Of fewer than four rows none is far.
    """
    reach = _reach(sorted(max(abs(low), abs(high)) for low, high in rows))
    values = [value for ends in rows for value in ends if abs(value) <= reach]
    values += [value for value in besides if abs(value) <= reach] or [0.0]
    low, high = min(values, default=0.0), max(values, default=0.0)
    low, high = min(low, 0.0), max(high, 0.0)
    room = _ROOM * (high - low) or 1.0
    return low - room, high + room


def _reach(extents: Sequence[float]) -> float:
    """Return how far from 0 the rows go that lie together, from the middle one on outwards."""
    if len(extents) < _FEWEST:
        return float("inf")
    reach = extents[len(extents) // 2]
    for extent in extents[len(extents) // 2 :]:
        if extent > _FAR * max(reach, 1e-12):
            return reach
        reach = max(reach, extent)
    return float("inf")


def cut_off(axis: Axes, row: float, value: float, written: str, colour: str) -> bool:
    """Draw an arrow and the number where a value lies beyond the axis; say whether it does."""
    low, high = axis.get_xlim()
    if low <= value <= high:
        return False
    left = value < low
    edge, inward = (low, 1) if left else (high, -1)
    length = 0.07 * (high - low)
    axis.annotate(
        "", (edge, row), (edge + inward * length, row), annotation_clip=False, zorder=5,
        arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 2, "shrinkA": 0, "shrinkB": 0},
    )  # fmt: skip
    axis.text(
        edge + inward * 1.15 * length, row, written, ha="left" if left else "right", va="center",
        color=colour, zorder=5, bbox={"fc": PAPER, "ec": "none", "pad": 0.6},
    )  # fmt: skip
    return True


def inside(axis: Axes, values: Iterable[float]) -> np.ndarray:
    """Return the values that lie within the axis."""
    found = np.asarray(list(values), dtype=float)
    low, high = axis.get_xlim()
    return found[(found >= low) & (found <= high)]
