"""Coloured cells that stand on the page's own ground, so that they are right in the dark too."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from reproduce.figures.style import GRID, INK, ON_STRONG

# Strong enough for white letters; fainter tones are the same colour over the ground.
HEAT, LOSS = "#08519c", "#b35806"
_WHITE_FROM = 0.62


def cell(axis: Axes, place: tuple[float, float], share: float, **look: Any) -> Rectangle:
    """Draw one cell [column, row] of a strength from 0 to 1; `look` may name another colour."""
    colour = look.pop("color", HEAT)
    made = Rectangle(
        place, 1, 1, facecolor=colour, alpha=float(min(max(share, 0), 1)), lw=0, **look
    )
    axis.add_patch(made)
    return made


def letters(share: float) -> str:
    """Return the colour of letters on a cell of this strength."""
    return ON_STRONG if share >= _WHITE_FROM else INK


def frame(axis: Axes, columns: int, rows: int) -> None:
    """Set an axis up for cells, the first row on top, with a fine frame around them."""
    axis.set(xlim=(0, columns), ylim=(rows, 0), aspect="equal")
    axis.add_patch(Rectangle((0, 0), columns, rows, fill=False, ec=GRID, lw=1.2, clip_on=False))
    axis.tick_params(length=0)
    axis.grid(False)
    axis.spines[:].set_visible(False)
