"""How a forest is drawn: words over the full width, marks left, numbers and verdict right."""

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from reproduce.figures.clipped import cut_off, inside, limits
from reproduce.figures.style import FAINT, INK, MARGIN, PUBLISHED, QUIET, SMALLEST, TEXT, WIDTH
from reproduce.figures.wording import difference, ends_of, is_fraction, published_effect

if TYPE_CHECKING:
    from reproduce.figures.forest import Row

LINE = 0.2
_LETTERS, _BESIDE = 58, 24
# Of the figure's width: where the axis ends, and where the numbers begin.
_AXIS, _NUMBERS = 0.54, 0.57
_MARKS = 0.46
_HEAD, _FOOT = 0.42, 0.62


def drawn(panels: "Mapping[str, Sequence[Row]]") -> Figure:
    """Return the figure of {unit: rows}."""
    bodies = {unit: sum(map(_height, rows)) for unit, rows in panels.items()}
    legend = 0.32
    height = legend + sum(bodies.values()) + len(panels) * (_HEAD + _FOOT)
    figure = Figure(figsize=(WIDTH, height))
    top = height - legend
    for unit, rows in panels.items():
        figure.text(0.005, (top - 0.16) / height, f"Effects in {unit}", fontsize=TEXT,
                    fontweight="bold", va="center", color=QUIET)  # fmt: skip
        top -= _HEAD
        low = top - bodies[unit]
        axis = figure.add_axes((0.02, low / height, _AXIS - 0.02, bodies[unit] / height))
        _panel(axis, rows, bodies[unit])
        top = low - _FOOT
    _legend(figure, [row.part for rows in panels.values() for row in rows], height)
    return figure


def _height(row: "Row") -> float:
    return LINE * len(_text(row)) + max(_MARKS, LINE * len(_beside(row))) + 0.16


def _text(row: "Row") -> list[tuple[str, bool]]:
    """Return the lines over the marks, and whether they are bold."""
    bold = textwrap.wrap(row.sentence, _LETTERS - 8, max_lines=2, placeholder=" …")
    plain = textwrap.wrap(row.contrast, _LETTERS, max_lines=2, placeholder=" …")
    return [(line, True) for line in bold] + [(line, False) for line in plain]


def _beside(row: "Row") -> list[tuple[str, str]]:
    """Return the lines right of the marks, each with its weight."""
    effect, part = row.part.effect, row.part
    said = difference(part, effect.mean)
    if math.isfinite(effect.low) and math.isfinite(effect.high):
        low, high = ends_of(part)
        said += f" [{low}, {high}]"
    lines = [(line, "normal") for line in textwrap.wrap(said, _BESIDE)]
    return lines + [(line, "bold") for line in textwrap.wrap(row.word, _BESIDE)]


def _panel(axis: Axes, rows: "Sequence[Row]", inches: float) -> None:
    """Draw the rows of one unit."""
    ends = [_ends(row.part) for row in rows]
    marks = [_unit(row.part) * value for row in rows
             for value in (published_effect(row.part), row.part.margin, -(row.part.margin or 0))
             if value is not None]  # fmt: skip
    axis.set_xlim(*limits(ends, marks))
    axis.set_ylim(inches, 0)
    axis.set_yticks([])
    axis.locator_params(axis="x", nbins=5)
    axis.grid(False)
    axis.spines["left"].set_visible(False)
    across, place = axis.get_yaxis_transform(), 0.0
    for turn, row in enumerate(rows):
        if turn:
            axis.plot([0, 1.86], [place - 0.08] * 2, transform=across, color=MARGIN, lw=0.8,
                      clip_on=False)  # fmt: skip
        for line, bold in _text(row):
            weight, ink = ("bold", INK) if bold else ("normal", QUIET)
            axis.text(0, place + LINE / 2, line, transform=across, va="center", clip_on=False,
                      fontweight=weight, color=ink)  # fmt: skip
            place += LINE
        below = max(_MARKS, LINE * len(_beside(row)))
        for line, (words, weight) in enumerate(_beside(row)):
            axis.text(_NUMBERS / _AXIS, place + LINE * (line + 0.5), words, transform=across,
                      va="center", fontweight=weight, clip_on=False, fontsize=SMALLEST)  # fmt: skip
        _marks(axis, row.part, place + below / 2)
        place += below + 0.16


def _unit(part: Any) -> float:
    return 100.0 if is_fraction(part) else 1.0


def _ends(part: Any) -> tuple[float, float]:
    effect, unit = part.effect, _unit(part)
    known = [value for value in (effect.low, effect.high) if math.isfinite(value)]
    values = [unit * value for value in (effect.mean, *known)]
    return min(values), max(values)


def _marks(axis: Axes, part: Any, place: float) -> None:
    """Draw one effect with its margin, its seeds and what is published."""
    effect, unit = part.effect, _unit(part)
    left, right = axis.get_xlim()
    axis.plot([0, 0], [place - 0.2, place + 0.2], color=INK, lw=1, zorder=2)
    if part.margin:
        half = unit * part.margin
        low, high = max(-half, left), min(half, right)
        axis.add_patch(Rectangle((low, place - 0.17), high - low, 0.34, color=MARGIN, lw=0))
    finite = math.isfinite(effect.low) and math.isfinite(effect.high)
    low, high = (unit * effect.low, unit * effect.high) if finite else (left, right)
    seen = [max(low, left), min(high, right)]
    if seen[0] <= seen[1]:
        axis.plot(seen, [place] * 2, color=INK if finite else FAINT, lw=2.2,
                  linestyle="-" if finite else ":", solid_capstyle="butt", zorder=3)  # fmt: skip
    seeds = inside(axis, [unit * value for value in getattr(effect, "differences", ())])
    axis.plot(seeds, [place - 0.12] * len(seeds), ".", color=FAINT, ms=4.5, zorder=3)
    mean = unit * effect.mean
    if not cut_off(axis, place, mean, difference(part, effect.mean), INK):
        axis.plot(mean, place, "o", color=INK, ms=7, zorder=4)
    published = published_effect(part)
    if published is not None and not cut_off(
        axis, place + 0.16, unit * published, f"paper {difference(part, published)}", PUBLISHED
    ):
        axis.plot(unit * published, place, "D", mfc="none", mec=PUBLISHED, mew=2, ms=8, zorder=4)


def _legend(figure: Figure, parts: Sequence[Any], height: float) -> None:
    """Explain the marks that were used, over the panels."""
    handles: list[Any] = [Line2D([], [], color=INK, marker="o", ms=7, lw=2.2),
                          Patch(color=MARGIN, lw=0)]  # fmt: skip
    names = ["ours", "margin"]
    if any(getattr(part.effect, "differences", ()) for part in parts):
        handles.append(Line2D([], [], marker=".", color=FAINT, ms=6, ls=""))
        names.append("seeds")
    if any(part.published_gain is not None for part in parts):
        handles.append(Line2D([], [], marker="D", mfc="none", mec=PUBLISHED, mew=2, ms=8, ls=""))
        names.append("paper")
    figure.legend(handles, names, loc="upper left", bbox_to_anchor=(0, 1), ncols=4,
                  columnspacing=1.2, borderpad=0.1)  # fmt: skip
