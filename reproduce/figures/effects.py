"""Published effects and ours, as intervals on one axis: the one figure of an answer page."""

import math
import textwrap
from collections.abc import Iterable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from reproduce.figures.inputs import not_empty
from reproduce.figures.picture import NothingToShow, Picture
from reproduce.figures.style import INK, PAPER, PUBLISHED, in_the_look, new_figure

# What stands left of the axis, in letters of a line.
_LABEL = 22
_ROW = 0.68


class Effects(Picture):
    """A row for each comparison: the paper's effect above ours, each with its interval.

    Parameters
    ----------
    rows
        with `measure`, `words`, `unit`, `paper` and `ours` (`mean`, `low`, `high` or None) and
        `said(effect)`; those of another unit than the first stand in no axis of it and are left
        out.
    message
        The title: what is seen, with its number.
    says
        Who prints the published effects: paper, summary or post.
    """

    def __init__(self, rows: Iterable[Any], message: str, says: str = "paper"):
        super().__init__()
        rows = list(rows)
        not_empty("rows", rows)
        self.unit, self.told, self.says = rows[0].unit, message, says
        alike = [
            row for row in rows if row.unit == self.unit and (self.unit or _same(row, rows[0]))
        ]
        self.rows = [row for row in alike if row.paper or row.ours]
        if not self.rows:
            raise NothingToShow("none of the main comparisons has an effect to draw")
        self.left_out = len(rows) - len(self.rows)

    @in_the_look
    def draw(self) -> Figure:
        """Draw a row for each comparison."""
        figure, axes = new_figure(1.0 + _ROW * len(self.rows))
        axis = axes[0, 0]
        axis.axvline(0, color=INK, lw=1, zorder=1)
        for place, row in enumerate(self.rows):
            if row.paper:
                _draw(axis, row.paper, place - 0.17, self._scaled, PUBLISHED, "D", PAPER)
            if row.ours:
                _draw(axis, row.ours, place + 0.17, self._scaled, INK, "o", INK)
        labels = [textwrap.fill(f"{row.measure}, {row.words}", _LABEL) for row in self.rows]
        axis.set_yticks(range(len(labels)), labels)
        axis.set_ylim(len(labels) - 0.45, -0.55)
        axis.tick_params(axis="y", length=0)
        axis.grid(False, axis="y")
        axis.spines["left"].set_visible(False)
        axis.locator_params(axis="x", nbins=5)
        axis.set_xlabel("effect in percentage points" if self.unit == "points" else "effect")
        _legend(figure, self.rows, self.says)
        return figure

    def message(self) -> str:
        """Return the answer in a sentence."""
        return self.told

    def seen(self) -> str:
        """Say what the rows are."""
        return (
            f"A row for each main comparison: the {self.says}'s printed effect (diamond) above "
            "ours (dot), each with its interval."
        )

    def _scaled(self, value: float) -> float:
        return 100 * value if self.unit else value

    def words(self) -> str:
        """Say the first rows; the table beside has every number."""
        said = []
        for row in self.rows:
            paper = (
                f"{self.says} {row.said(row.paper)}" if row.paper else f"{self.says} prints none"
            )
            said.append(
                f"{row.words}: {paper}, ours {row.said(row.ours) if row.ours else 'not run'}"
            )
        whole = f"Effects with intervals, the {self.says}'s above ours. " + "; ".join(said) + "."
        return whole if len(whole) <= 250 else whole[:247].rpartition("; ")[0] + "."


def _same(row: Any, first: Any) -> bool:
    """Say whether two rows without a common unit are of one metric."""
    return row.measure == first.measure


def _draw(axis: Axes, effect: Any, place: float, scaled, colour: str, marker: str, face: str):
    if math.isfinite(effect.low) and math.isfinite(effect.high):
        ends = [scaled(effect.low), scaled(effect.high)]
        axis.plot(ends, [place] * 2, color=colour, lw=2.2, solid_capstyle="butt", zorder=2)
        axis.plot(ends, [place] * 2, color=colour, marker="|", ms=8, mew=1.6, ls="", zorder=2)
    axis.plot(scaled(effect.mean), place, marker, color=colour, mfc=face, mew=2, ms=8, zorder=3)


def _legend(figure: Figure, rows: list[Any], says: str) -> None:
    """Explain the two marks below."""
    handles, names = [], []
    if any(row.paper for row in rows):
        handles.append(Line2D([], [], marker="D", mfc=PAPER, mec=PUBLISHED, color=PUBLISHED,
                              mew=2, ms=8, lw=2.2))  # fmt: skip
        names.append(f"the {says}")
    if any(row.ours for row in rows):
        handles.append(Line2D([], [], marker="o", color=INK, ms=8, lw=2.2))
        names.append("ours, 95 % interval")
    figure.legend(handles, names, loc="outside lower center", ncols=2)
