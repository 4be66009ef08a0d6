"""Coloured cells over two factors, a panel for each method: a metric, or what is gained in it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from reproduce.figures.factor import Factor
from reproduce.figures.heat import cells, letters
from reproduce.figures.inputs import Observation
from reproduce.figures.picture import Picture
from reproduce.figures.style import FAINT, INK, QUIET, SMALLEST, WIDTH, in_the_look, panels
from reproduce.figures.wording import (
    MISSING,
    method_label,
    plural,
)

# From a value to how strong a cell's colour is, below 0 the other colour.
Colours = Callable[[float], float]
# The grey of a point that was not measured.
_GREY = 0.12
_LISTED_UP_TO = 9


@dataclass(frozen=True)
class Square:
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

    @property
    def lines(self) -> list[str]:
        """Return what is written in it, from the top."""
        return [line for line in (self.large, self.small, self.under) if line]


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
        from a value to the strength of a cell's colour, the same in all panels.
    label
        what is in the cells, with its unit.
    opening
        the words before the sentences of the methods.
    hatched, framed
        what these marks mean, and in which colour a frame is drawn; no legend where empty.
    """

    def __init__(
        self,
        rows: Iterable[Observation],
        cells: Mapping[tuple[Any, Any, Any], Square],
        across: Factor,
        upwards: Factor,
        *,
        colours: Colours,
        label: str,
        opening: str,
        hatched: str = "",
        framed: tuple[str, str] = ("", INK),
    ):
        super().__init__(rows)
        self.cells, self.across, self.upwards = dict(cells), across, upwards
        self.colours, self.label, self.opening = colours, label, opening
        self.hatched, self.framed = hatched, framed
        self.methods = list(dict.fromkeys(method for method, _, _ in cells))
        self.columns = across.values(x for _, x, _ in cells)
        heights = [y for _, _, y in cells]
        self.rows = [None] if set(heights) == {None} else upwards.values(heights)

    def seen(self) -> str:
        """Say what the cells hold."""
        many = f", a panel for each of {plural(len(self.methods), 'method')}"
        up = "" if self.rows == [None] else f", {self.upwards.words} upwards"
        return (
            f"Coloured cells: {self.label}; {self.across.words} to the right{up}"
            f"{many if len(self.methods) > 1 else ''}."
        )

    def words(self) -> str:
        """Say every cell, or the ends of a large grid."""
        return " ".join([self.opening, *map(self._sentence, self.methods)])

    def _sentence(self, method: Any) -> str:
        cells = [
            (cell.value, f"{cell.said} at {self.place(x, y)}")
            for x in self.columns
            for y in self.rows
            for cell in [self.cells.get((method, x, y), Square())]
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
        """Draw a panel per method, and what the marks mean above."""
        columns = 2 if self._beside() and len(self.methods) > 1 else 1
        high = self._cell_height(columns)
        height = high * len(self.rows) + 0.42
        figure, axes = panels(len(self.methods), height, columns, sharex=True, sharey=True)
        for turn, (axis, method) in enumerate(zip(axes, self.methods, strict=True)):
            self._panel(axis, method, columns)
            below = turn + columns >= len(self.methods)
            axis.tick_params(labelbottom=below, labelleft=turn % columns == 0)
            axis.set_xlabel(self.across.label() if below else "")
        if self.rows != [None]:
            figure.supylabel(self.upwards.label(), fontsize=SMALLEST)
        figure.set_figheight(figure.get_figheight() + 0.5 + 0.3 * self._legend(figure))
        return figure

    def _legend(self, figure: Figure) -> int:
        """Explain hatching and frames; return how many lines that takes."""
        marks = []
        if self.hatched and any(cell.hatched for cell in self.cells.values()):
            marks.append((Patch(facecolor="none", edgecolor=QUIET, hatch="////", lw=0.8),
                          self.hatched))  # fmt: skip
        if self.framed[0]:
            marks.append((Patch(facecolor="none", edgecolor=self.framed[1], lw=2.6),
                          self.framed[0]))  # fmt: skip
        if marks:
            handles, names = zip(*marks, strict=True)
            figure.legend(handles, names, loc="outside upper left", borderpad=0.1)
        return len(marks)

    def _beside(self) -> bool:
        """Say whether two panels fit beside each other, letters as large as they must be."""
        lines = [line for cell in self.cells.values() for line in cell.lines]
        return _fits(max(lines, key=len, default=""), 0.5 * WIDTH - 0.45, len(self.columns))

    def _lines(self, cell: Square, columns: int) -> list[str]:
        """Return the lines of a cell that fit; the words have them all."""
        room = WIDTH / columns - 0.45
        return [line for line in cell.lines if _fits(line, room, len(self.columns))]

    def _cell_height(self, columns: int) -> float:
        lines = max(len(self._lines(cell, columns)) for cell in self.cells.values())
        return 0.14 + 0.2 * max(lines, 1)

    def _panel(self, axis: Axes, method: Any, panels_beside: int) -> None:
        found = [
            [self.cells.get((method, x, y), Square()) for x in self.columns] for y in self.rows
        ]
        strengths = np.array([[self._strength(one) for one in row] for row in found])
        cells(axis, strengths, missing=_GREY)
        axis.set_aspect("auto")
        axis.invert_yaxis()
        for (row, column), strength in np.ndenumerate(strengths):
            self._write(axis, (column, row), found[row][column], letters(strength), panels_beside)
        axis.set_title(method_label(method) if method else "")
        axis.set_xticks(np.arange(len(self.columns)) + 0.5, map(self.across.tick, self.columns))
        heights = ["" if y is None else self.upwards.tick(y) for y in self.rows]
        axis.set_yticks(np.arange(len(self.rows)) + 0.5, heights)

    def _strength(self, one: Square) -> float:
        return np.nan if one.value is None else self.colours(one.value)

    def _write(
        self, axis: Axes, place: tuple[int, int], one: Square, ink: str, columns: int
    ) -> None:
        """Write a cell's lines, and mark it."""
        box = {"xy": (place[0] + 0.03, place[1] + 0.04), "width": 0.94, "height": 0.92}
        if one.hatched:
            axis.add_patch(Rectangle(**box, fill=False, hatch="///", edgecolor=FAINT, lw=0))
        if one.framed:
            axis.add_patch(Rectangle(**box, fill=False, edgecolor=self.framed[1], lw=2.6, zorder=5))
        lines = self._lines(one, columns)
        apart = 0.2 / self._cell_height(columns)
        for turn, line in enumerate(lines):
            axis.text(
                place[0] + 0.5, place[1] + 0.48 + apart * ((len(lines) - 1) / 2 - turn), line,
                ha="center", va="center", color=ink, zorder=6,
                fontweight="bold" if turn == 0 and len(lines) > 1 else "normal",
            )  # fmt: skip


def _fits(line: str, inches: float, cells: int) -> bool:
    """Say whether a line in the smallest letters fits into one of so many cells."""
    return 0.6 * SMALLEST * len(line) + 2 <= 72 * inches / cells


def blues(values: Iterable[float]) -> Colours:
    """Return the colours of measured fractions, from faint for the least to strong."""
    values = list(values)
    low, high = min(values), max(values)
    # A grid of equal values still needs a scale of some width.
    reach = high - low or 1.0
    return lambda value: 0.08 + 0.84 * (value - low) / reach


def diverging(values: Iterable[float]) -> Colours:
    """Return the colours of differences: blue above 0, orange below, none at 0."""
    reach = max(map(abs, values)) or 1.0
    return lambda value: 0.92 * value / reach


def with_factor(rows: Iterable[Observation], factor: Factor) -> list[Observation]:
    """Return the rows, with None for a factor that they do not have."""
    return [{factor.name: None, **row} for row in rows]
