"""Many marks of one colour as a single path: a tenth of what a mark for each takes in an SVG."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path


def dots(
    axis: Axes, points: Any, colour: str, size: float, *, square: bool = False, **look: Any
) -> PathPatch:
    """Draw points [n, 2] as dots or squares of a size in points, and return them.

    A line of no length with round ends is a dot, with straight ends a square.
    """
    ends = np.repeat(np.asarray(points, dtype=float), 2, axis=0)
    path = Path(ends, np.tile([Path.MOVETO, Path.LINETO], len(ends) // 2).astype(np.uint8))
    caps = "projecting" if square else "round"
    made = PathPatch(path, fill=False, lw=size, ec=colour, capstyle=caps, **look)
    axis.add_patch(made)
    return made


def places(made: PathPatch) -> np.ndarray:
    """Return the points [n, 2] that `dots` drew."""
    return np.asarray(made.get_path().vertices)[::2]
