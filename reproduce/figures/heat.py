"""Coloured cells that stand on the page's own ground, so that they are right in the dark too.

seaborn draws them. It brings pandas, so it is loaded when the first cells are drawn.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.patches import Rectangle

from reproduce.figures.style import FAINT, GRID, INK, ON_STRONG, SMALLEST

# Strong enough for white letters; fainter tones are the same colour over the ground.
HEAT, LOSS = "#08519c", "#b35806"
_WHITE_FROM = 0.62
# From -1, all of the one colour, over nothing to 1; in steps finer than a screen can show.
_TONES = LinearSegmentedColormap.from_list(
    "strengths",
    [(0.0, to_rgba(LOSS)), (0.5, to_rgba(LOSS, 0)), (0.5, to_rgba(HEAT, 0)), (1.0, to_rgba(HEAT))],
    N=4001,
)


def cells(
    axis: Axes,
    strengths: np.ndarray,
    words: Sequence[Sequence[str]] | np.ndarray | None = None,
    *,
    missing: float = 0.0,
) -> None:
    """Draw cells [rows, columns], the first row on top, in a fine frame.

    Parameters
    ----------
    strengths
        from 0 to 1, below 0 in the other colour; NaN where there is nothing.
    words
        what is written in each cell; left out, nothing.
    missing
        how strong the grey is where there is nothing.
    """
    from seaborn import heatmap

    strengths = np.asarray(strengths, dtype=float)
    heatmap(
        strengths, vmin=-1, vmax=1, cmap=_TONES.with_extremes(bad=to_rgba(FAINT, missing)),
        annot=words if words is None else np.asarray(words), fmt="", cbar=False, square=True,
        xticklabels=False, yticklabels=False, annot_kws={"fontsize": SMALLEST}, ax=axis,
    )  # fmt: skip
    known = strengths[np.isfinite(strengths)]
    for text, strength in zip(axis.texts, known, strict=words is not None):
        text.set_color(letters(strength))
    box = Rectangle((0, 0), *strengths.shape[::-1], fill=False, ec=GRID, lw=1.2, clip_on=False)
    axis.add_patch(box)
    axis.tick_params(length=0)
    axis.grid(False)
    axis.spines[:].set_visible(False)


def letters(strength: float) -> str:
    """Return the colour of letters on a cell of this strength."""
    return ON_STRONG if abs(strength) >= _WHITE_FROM else INK
