"""Published effects and ours, as intervals: the one figure of an answer page."""

import math
import textwrap
from collections.abc import Iterable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from reproduce.evaluation.registry import metric
from reproduce.figures.inputs import not_empty
from reproduce.figures.picture import NothingToShow, Picture
from reproduce.figures.style import INK, PAPER, PUBLISHED, in_the_look, new_figure, title

# What stands left of the axis, in letters of a line.
_LABEL = 24
# Inches that a row, each line of its label, a panel's axis with its name, and the legend take.
_ROW, _LINE, _PANEL, _LEGEND = 0.6, 0.2, 0.6, 0.4


class Effects(Picture):
    """A row for each comparison: the paper's effect above ours, each with its interval.

    Each metric has a panel and an axis of its own: a point of AUC is not a point of a gap.

    Parameters
    ----------
    rows
        with `measure`, `words`, `unit`, `paper` and `ours` (`mean`, `low`, `high` or None) and
        `said(effect)`.
    message
        The title: what is seen, with its number.
    says
        Who prints the published effects: paper, summary or post.
    """

    def __init__(self, rows: Iterable[Any], message: str, says: str = "paper"):
        super().__init__()
        rows = list(rows)
        not_empty("rows", rows)
        self.told, self.says = message, says
        self.rows = [row for row in rows if row.paper or row.ours]
        if not self.rows:
            raise NothingToShow("none of the main comparisons has an effect to draw")

    @property
    def panels(self) -> dict[str, list[Any]]:
        """Return the rows of each metric, in the order of the page."""
        found: dict[str, list[Any]] = {}
        for row in self.rows:
            found.setdefault(row.measure, []).append(row)
        return found

    @in_the_look
    def draw(self) -> Figure:
        """Draw a panel for each metric, and in it a row for each comparison."""
        sizes = [len(rows) * max(map(_height, rows)) for rows in self.panels.values()]
        height = _LEGEND + sum(_PANEL + size for size in sizes)
        figure, axes = new_figure(height, len(sizes), height_ratios=sizes)
        for axis, (measure, rows) in zip(axes[:, 0], self.panels.items(), strict=True):
            _panel(axis, rows)
            title(axis, f"{measure[:1].upper()}{measure[1:]}")
            unit = "percentage points" if rows[0].unit == "points" else "difference"
            axis.set_xlabel(f"{unit} (less is better)" if metric(rows[0].metric).lower else unit)
        _legend(figure, self.rows, self.says)
        return figure

    def message(self) -> str:
        """Return the answer in a sentence."""
        return f"{self.told.rstrip('.')}."

    def seen(self) -> str:
        """Say what the rows are."""
        if not any(row.paper for row in self.rows):
            return (
                "A row for each main comparison: our effect (dot) with its interval; the "
                f"{self.says} prints none."
            )
        return (
            f"A row for each main comparison: the {self.says}'s printed effect (diamond) above "
            "ours (dot), each with its interval."
        )

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


def _height(row: Any) -> float:
    """Return how much room a row needs, for its marks or for the lines of its label."""
    return max(_ROW, _LINE * (len(_label(row).splitlines()) + 0.5))


def _label(row: Any) -> str:
    return textwrap.fill(row.words, _LABEL)


def _panel(axis: Axes, rows: list[Any]) -> None:
    """Draw the comparisons of one metric."""
    axis.axvline(0, color=INK, lw=1, zorder=1)
    for place, row in enumerate(rows):
        scale = 100 if row.unit else 1
        if row.paper:
            _draw(axis, row.paper, place - 0.17, scale, PUBLISHED, "D", PAPER)
        if row.ours:
            _draw(axis, row.ours, place + 0.17, scale, INK, "o", INK)
    labels = [_label(row) for row in rows]
    axis.set_yticks(range(len(labels)), labels)
    axis.set_ylim(len(labels) - 0.45, -0.55)
    axis.tick_params(axis="y", length=0)
    axis.grid(False, axis="y")
    axis.spines["left"].set_visible(False)
    axis.locator_params(axis="x", nbins=5)


def _draw(axis: Axes, effect: Any, place: float, scale: float, colour: str, marker: str, face: str):
    if math.isfinite(effect.low) and math.isfinite(effect.high):
        ends = [scale * effect.low, scale * effect.high]
        axis.plot(ends, [place] * 2, color=colour, lw=2.2, solid_capstyle="butt", zorder=2)
        axis.plot(ends, [place] * 2, color=colour, marker="|", ms=8, mew=1.6, ls="", zorder=2)
    axis.plot(scale * effect.mean, place, marker, color=colour, mfc=face, mew=2, ms=8, zorder=3)


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
