"""Coloured cells over two factors, a panel for each method: a metric, or what is gained in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from matplotlib.patheffects import withStroke

from reproduce.figures.factor import Factor
from reproduce.figures.inputs import Observation
from reproduce.figures.picture import Picture
from reproduce.figures.style import INK, QUIET, SEQUENTIAL, WIDTH, in_the_look, panels
from reproduce.figures.wording import (
    MISSING,
    method_label,
    plural,
)

# Purple against orange, white in the middle: told apart with every common colour blindness.
DIVERGING = "PuOr_r"
_GROUND, _HATCH = "#f2f2f2", "#adadad"
_BESIDE_EACH_OTHER_UP_TO = 4
_LISTED_UP_TO = 9


@dataclass(frozen=True)
class Cell:
    """What one cell shows and says.

    Attributes
    ----------
    value
        What colours it, a fraction; None where nothing was measured.
    large, small, under
        Its value, what is known of it in small print below, and a third line in italics.
    said
        The cell in a sentence, before "at"; empty where nothing was measured.
    hatched, framed
        Whether it is marked; a legend says as what.
    """

    value: float | None = None
    large: str = MISSING
    small: str = ""
    under: str = ""
    said: str = ""
    hatched: bool = False
    framed: bool = False


class Grid(Picture):
    """Coloured cells over two factors, a panel for each method.

    Parameters
    ----------
    rows
        what it was made of.
    cells
        {(method, value across, value upwards): cell}. Where every value upwards is None the factor
        is not there, and a panel is one row without a label. A method of None has no title.
    across, upwards
        the factors.
    colours
        a palette and its scale in percent; all panels share it.
    label
        what the bar of colours says.
    opening
        the words before the sentences of the methods.
    hatched, framed
        what these marks mean, and in which colour a frame is drawn; no legend where empty.
    """

    def __init__(
        self,
        rows: Iterable[Observation],
        cells: Mapping[tuple[Any, Any, Any], Cell],
        across: Factor,
        upwards: Factor,
        *,
        colours: tuple[Colormap, Normalize],
        label: str,
        opening: str,
        hatched: str = "",
        framed: tuple[str, str] = ("", INK),
    ):
        super().__init__(rows)
        self.cells, self.across, self.upwards = dict(cells), across, upwards
        (self.palette, self.norm), self.label, self.opening = colours, label, opening
        self.hatched, self.framed = hatched, framed
        self.methods = list(dict.fromkeys(method for method, _, _ in cells))
        self.columns = across.values(x for _, x, _ in cells)
        heights = [y for _, _, y in cells]
        self.rows = [None] if set(heights) == {None} else upwards.values(heights)

    def words(self) -> str:
        """Say every cell, or the ends of a large grid."""
        return " ".join([self.opening, *map(self._sentence, self.methods)])

    def _sentence(self, method: Any) -> str:
        cells = [
            (cell.value, f"{cell.said} at {self.place(x, y)}")
            for x in self.columns
            for y in self.rows
            for cell in [self.cells.get((method, x, y), Cell())]
            if cell.value is not None
        ]
        if len(cells) > _LISTED_UP_TO:
            ends = [min(cells, key=lambda cell: cell[0]), max(cells, key=lambda cell: cell[0])]
            each = f"{plural(len(cells), 'point')} from {ends[0][1]} to {ends[1][1]}"
        else:
            each = "; ".join(words for _, words in cells)
        return f"{method_label(method)}: {each}." if method else f"{each}."

    def place(self, x: Any, y: Any) -> str:
        """Return a point of the grid as a sentence names it."""
        return self.across.said(x) + ("" if y is None else f", {self.upwards.said(y)}")

    @in_the_look
    def draw(self) -> Figure:
        """Draw a panel per method, the bar of colours below and the legend of marks above."""
        few = len(self.columns) <= _BESIDE_EACH_OTHER_UP_TO and len(self.methods) > 1
        columns = 2 if few else 1
        high = self._cell_height()
        height = high * len(self.rows) + 0.42 + 1.5 / -(-len(self.methods) // columns)
        figure, axes = panels(len(self.methods), height, columns, sharex=True, sharey=True)
        size = self._print_size(72 * 0.8 * WIDTH / columns / len(self.columns), 72 * high)
        for turn, (axis, method) in enumerate(zip(axes, self.methods, strict=True)):
            self._panel(axis, method, size)
            below = turn + columns >= len(self.methods)
            axis.tick_params(labelbottom=below, labelleft=turn % columns == 0)
            axis.set_xlabel(self.across.label() if below else "")
        if self.rows != [None]:
            figure.supylabel(self.upwards.label(), fontsize=12)
        bar = figure.colorbar(
            ScalarMappable(self.norm, self.palette), ax=axes, location="bottom", shrink=0.6,
            aspect=32, pad=0.02,
        )  # fmt: skip
        bar.set_label(self.label, fontsize=11)
        bar.outline.set_visible(False)
        if self.hatched:
            mark = Patch(facecolor="white", edgecolor=QUIET, hatch="////", lw=0.8)
            figure.legend([mark], [self.hatched], loc="outside upper right")
        if self.framed[0]:
            mark = Patch(facecolor="white", edgecolor=self.framed[1], lw=2.6)
            figure.legend([mark], [self.framed[0]], loc="outside upper left", borderpad=0.1)
        return figure

    def _cell_height(self) -> float:
        if any(cell.under for cell in self.cells.values()):
            return 0.92
        known = {1: 0.75, 2: 0.6}
        return known.get(len(self.rows), 0.5 if len(self.rows) <= _BESIDE_EACH_OTHER_UP_TO else 0.4)

    def _print_size(self, wide: float, high: float) -> float:
        """Return the size of the large print that keeps all three lines inside a cell."""
        letters = max(
            len(text) for cell in self.cells.values() for text in (cell.small, cell.under)
        )
        lines = 3.6 if any(cell.under for cell in self.cells.values()) else 2.5
        return min(11.5, wide / max(3.5, 0.5 * letters), high / lines)

    def _panel(self, axis: Axes, method: Any, size: float) -> None:
        places = [(method, x, y) for y in self.rows for x in self.columns]
        cells = [self.cells.get(place, Cell()) for place in places]
        values = np.array([np.nan if c.value is None else 100 * c.value for c in cells])
        axis.pcolormesh(
            np.ma.masked_invalid(values).reshape(len(self.rows), len(self.columns)),
            cmap=self.palette, norm=self.norm, edgecolors="white", lw=2,
        )  # fmt: skip
        for turn, cell in enumerate(cells):
            row, column = divmod(turn, len(self.columns))
            self._print(axis, (column, row), values[turn], cell, size)
            box = {"xy": (column + 0.02, row + 0.03), "width": 0.96, "height": 0.94, "fill": False}
            if cell.hatched:
                axis.add_patch(Rectangle(**box, hatch="///", edgecolor=_HATCH, lw=0))
            if cell.framed:
                axis.add_patch(Rectangle(**box, edgecolor=self.framed[1], lw=2.6, zorder=5))
        axis.set_title(method_label(method) if method else "")
        axis.set_xticks(np.arange(len(self.columns)) + 0.5, map(self.across.tick, self.columns))
        heights = ["" if y is None else self.upwards.tick(y) for y in self.rows]
        axis.set_yticks(np.arange(len(self.rows)) + 0.5, heights)
        axis.set(xlim=(0, len(self.columns)), ylim=(0, len(self.rows)), facecolor=_GROUND)
        axis.tick_params(length=0)
        axis.grid(False)
        axis.spines[:].set_visible(False)

    def _print(
        self, axis: Axes, place: tuple[int, int], value: float, cell: Cell, size: float
    ) -> None:
        """Write a cell's value, and what is known of it below in small print."""
        ink, ground = INK, _GROUND
        if np.isfinite(value):
            *ground, _ = self.palette(self.norm(value))
            ink = INK if np.dot(ground, (0.299, 0.587, 0.114)) > 0.5 else "white"
        x, y = place[0] + 0.5, place[1] + 0.5 + (0.12 if cell.under else 0)
        # The rim of the cell's colour keeps figures legible on hatching.
        manner = {"ha": "center", "va": "center", "color": ink, "zorder": 6,
                  "path_effects": [withStroke(linewidth=2.5, foreground=ground)]}  # fmt: skip
        apart = 0.14 if cell.small else 0
        axis.text(x, y + apart, cell.large, fontsize=size, **manner)
        axis.text(x, y - (0.16 if cell.under else 0.26), cell.small, fontsize=0.78 * size, **manner)
        if cell.under:
            axis.text(x, y - 0.42, cell.under, fontsize=0.8 * size, fontstyle="italic", **manner)


def blues(values: Iterable[float]) -> tuple[Colormap, Normalize]:
    """Return the colours of measured fractions, on a scale in percent from least to most."""
    values = [100 * value for value in values]
    low, high = min(values), max(values)
    # Without the palest tones, which would look like a cell that is missing.
    palette = matplotlib.colormaps[SEQUENTIAL](np.linspace(0.12, 0.95, 64))
    # A grid of equal values still needs a scale of some width.
    norm = Normalize(low if high > low else low - 1, high)
    return LinearSegmentedColormap.from_list("measured", palette), norm


def diverging(values: Iterable[float]) -> tuple[Colormap, Normalize]:
    """Return the colours of differences, on a scale in points with 0 in the middle."""
    reach = max(abs(100 * value) for value in values) or 1.0
    return matplotlib.colormaps[DIVERGING], Normalize(-reach, reach)


def with_factor(rows: Iterable[Observation], factor: Factor) -> list[Observation]:
    """Return the rows, with None for a factor that they do not have."""
    return [{factor.name: None, **row} for row in rows]
