"""Names at the ends of lines, so that no reader has to look up a colour in a legend."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from scipy.optimize import isotonic_regression

from reproduce.figures.style import SMALLEST, legible
from reproduce.figures.wording import method_label

SIZE = SMALLEST
_LETTERS = 17
_LEADING = 1.22


def line_name(names: Sequence[str]) -> str:
    """Return what to write at a line that belongs to these methods, which are one or all alike."""
    first, *others = [method_label(name) for name in names]
    lines = textwrap.wrap(first, _LETTERS)
    for other in others:
        lines += textwrap.wrap(f"= {other[:1].lower()}{other[1:]}", _LETTERS)
    return "\n".join(lines)


def spread(places: Sequence[float], heights: Sequence[float]) -> np.ndarray:
    """Return the places moved as little as possible, so that blocks of these heights are apart."""
    places, heights = np.asarray(places, dtype=float), np.asarray(heights, dtype=float)
    order = np.argsort(places, kind="stable")
    # Where each block's middle lies if the blocks stand on top of each other without a gap.
    stacked = np.cumsum(heights[order]) - heights[order] / 2
    moved = np.empty_like(places)
    moved[order] = isotonic_regression(places[order] - stacked).x + stacked
    return moved


def name_the_ends(
    axis: Axes, ends: Mapping[str, float], colours: Mapping[str, Any], inches: float
) -> None:
    """Write names at the right of a panel, each at its line's last value.

    Parameters
    ----------
    axis
        a panel whose limits are final.
    ends
        {name: last value}; names may have several lines.
    colours
        {name: colour}.
    inches
        about how high the panel is, to know how close two names may stand.
    """
    # Of the scale, where there is one: half way up a logarithmic axis is no mean of its ends.
    scaled = axis.yaxis.get_transform().transform
    low, high = scaled(np.array(axis.get_ylim()))
    line = SIZE * _LEADING / (72 * inches)
    shares = [float((scaled(value) - low) / (high - low)) for value in ends.values()]
    heights = [line * (1 + name.count("\n")) + line / 4 for name in ends]
    moved = spread(shares, heights)
    top = max((m + h / 2 for m, h in zip(moved, heights, strict=True)), default=0)
    moved = moved - max(0, top - 1.04)
    for (name, share), place in zip(zip(ends, shares, strict=True), moved, strict=True):
        ink = legible(colours[name])
        axis.plot([1.005, 1.035], [share, place], transform=axis.transAxes, clip_on=False,
                  color=colours[name], lw=1.3)  # fmt: skip
        axis.text(
            1.045, place, name, transform=axis.transAxes, color=ink, fontsize=SIZE,
            va="center", linespacing=1.05,
        )  # fmt: skip
