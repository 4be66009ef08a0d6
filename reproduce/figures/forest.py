"""A forest plot of judged claims: seeds, effects, intervals, margins, published gains, verdicts."""

import math
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from reproduce.errors import UserError
from reproduce.figures.inputs import not_empty
from reproduce.figures.picture import Picture
from reproduce.figures.style import FAINT, INK, MARGIN, PUBLISHED, WIDTH, in_the_look
from reproduce.figures.verdict_words import beside_word, claim_word, verdict_word
from reproduce.figures.wording import (
    alone,
    contrast_label,
    counts_points,
    difference,
    in_words,
    interval,
    is_fraction,
    margin_of,
    plural,
    points,
    published_effect,
)

LINE = 0.235
_LETTERS = 74
# Of the column beside the axis: of the word, and of what stands under it.
_WORD, _BESIDE = 27, 33
_EXPECTED = {
    "greater": "expected above 0", "less": "expected below 0", "equal": "expected 0",
    "size": "expected of a size",
}  # fmt: skip


@dataclass(frozen=True)
class _Row:
    """One block of the plot: a text over the full width, and under it perhaps an effect."""

    text: str
    bold: bool
    part: Any = None
    verdict: str = ""

    @property
    def wrapped(self) -> list[str]:
        letters = _LETTERS - 8 if self.bold else _LETTERS
        return [line for part in self.text.split("\n") for line in textwrap.wrap(part, letters)]

    @property
    def beside(self) -> list[tuple[str, float, str]]:
        """Return the lines right of the axis, each with its size and weight."""
        if self.part is None:
            return []
        lines = [(interval(self.part), 10.5, "normal")]
        lines += [(line, 10.5, "bold") for line in textwrap.wrap(self.verdict, _WORD)]
        under = beside_word(self.part)
        under += [] if on_axis(self.part) else ["not on this axis: no percentage points"]
        lines += [(line, 9.0, "normal") for one in under for line in textwrap.wrap(one, _BESIDE)]
        return lines

    @property
    def height(self) -> float:
        return len(self.wrapped) + (
            0.35 + 0.875 * len(self.beside) if self.part is not None else 0.3
        )


def _rows(judgements: Iterable[Any]) -> list[_Row]:
    """Return the blocks of the plot; a claim of one part needs no line for the part."""
    rows = []
    for judgement in judgements:
        parts, verdict = list(judgement.parts), claim_word(judgement)
        sentence = (judgement.english or in_words(judgement.claim_id)).rstrip(". ")
        if not parts:
            rows.append(_Row(f"{sentence}: {verdict}", True))
            rows.append(_Row(judgement.reason, False))
        elif len(parts) == 1:
            rows.append(_Row(alone(sentence, parts[0]), True, parts[0], verdict))
        else:
            rows.append(_Row(f"{sentence}: {verdict}", True))
            rows += [
                _Row(_part_label(part), False, part, verdict_word(part.verdict)) for part in parts
            ]
    return rows


def _part_label(part: Any) -> str:
    expected = _EXPECTED.get(getattr(part, "expect", None))
    return f"{contrast_label(part.name)} ({expected})" if expected else contrast_label(part.name)


def on_axis(part: Any) -> bool:
    """Say whether an effect is in percentage points, which the axis is in."""
    return is_fraction(part) and not counts_points(part)


class Forest(Picture):
    """Every part of every judged claim: seeds, effect, interval, margin, published gain, verdict.

    Parameters
    ----------
    judgements
        objects with `claim_id`, `english`, `verdict`, `reason` and `parts`; a part has `name`,
        `effect` (`mean`, `low`, `high`, `repeats`), `verdict`, `margin` and `published_gain`.

    Notes
    -----
    The axis is in percentage points; what is not (a cosine) is written beside it and not drawn.
    Small dots are the single repeats, where they are known. Where the largest effect is over 30
    times the smallest margin, the axis is linear within ±1 point and logarithmic beyond, and says
    so.
    """

    def __init__(self, judgements: Iterable[Any]):
        super().__init__()
        self.judgements = list(judgements)
        not_empty("judgements", self.judgements)
        self.parts = [part for judgement in self.judgements for part in judgement.parts]
        if any(not math.isfinite(part.effect.mean) for part in self.parts):
            raise UserError(
                "an effect is not a finite number; expected a mean of paired differences"
            )

    @in_the_look
    def draw(self) -> Figure:
        """Draw a line for each part under the words of its claim."""
        rows = _rows(self.judgements)
        body = LINE * sum(row.height for row in rows)
        above, below = 0.1, 1.25
        height = above + body + below
        figure = Figure(figsize=(WIDTH, height))
        axis = figure.add_axes((0.02, below / height, 0.62, body / height))
        drawn = [part for part in self.parts if on_axis(part)]
        _scale(axis, drawn)
        axis.set_ylim(body / LINE, 0)
        axis.set_yticks([])
        axis.grid(True, axis="x")
        axis.spines["left"].set_visible(False)
        place = 0.0
        for row in rows:
            if row.bold and place:
                axis.plot([0, 1.58], [place] * 2, transform=axis.get_yaxis_transform(),
                          color=MARGIN, lw=1, clip_on=False)  # fmt: skip
            _write(axis, row, place)
            if row.part is not None and on_axis(row.part):
                _draw(axis, row.part, place + len(row.wrapped) + 0.95)
            place += row.height
        _legend(figure, drawn, height)
        return figure

    def words(self) -> str:
        """Say each claim's verdict, and the effect of each part."""
        return " ".join(
            f"{in_words(judgement.claim_id)}: {_plain(claim_word(judgement))} "
            f"({'; '.join(map(_said, judgement.parts)) or judgement.reason})."
            for judgement in self.judgements
        )


def _said(part: Any) -> str:
    """Return a part's effect, margin, published gain and verdict."""
    published = published_effect(part)
    known = "" if published is None else f", published {difference(part, published)}"
    beside = "".join(f", {one}" for one in beside_word(part))
    return (
        f"{contrast_label(part.name)} {interval(part)} over "
        f"{plural(part.effect.repeats, 'repeat')}, margin {margin_of(part)}{known}, "
        f"{_plain(verdict_word(part.verdict))}{beside}"
    )


def _plain(marked: str) -> str:
    """Return a word without its mark, which says nothing when it is read aloud."""
    mark, _, word = marked.partition(" ")
    return word if len(mark) == 1 and word else marked


def _scale(axis: Axes, parts: Sequence[Any]) -> None:
    """Choose the axis: wide enough for all, logarithmic outwards where effects differ widely."""
    ends = [
        100 * abs(value)
        for part in parts
        for value in (part.effect.mean, part.effect.low, part.effect.high, part.margin,
                      part.published_gain)
        if value is not None and math.isfinite(value)
    ]  # fmt: skip
    reach = 1.12 * max(ends, default=1.0) or 1.0
    margins = [100 * part.margin for part in parts if part.margin]
    name = "effect in percentage points"
    if margins and reach > 30 * min(margins) and reach > 5:
        axis.set_xscale("symlog", linthresh=1, linscale=0.5)
        ticks = [tick for tick in (1, 10, 100) if tick <= reach]
        axis.set_xticks([-t for t in ticks[::-1]] + [0, *ticks])
        axis.set_xticklabels([points(t / 100, 0) for t in axis.get_xticks()])
        axis.minorticks_off()
        name += " (log beyond ±1)"
        reach *= 1.15
    axis.set_xlim(-reach, reach)
    axis.set_xlabel(name)


def _write(axis: Axes, row: _Row, place: float) -> None:
    """Write a block's text over the whole width of the figure."""
    across = axis.get_yaxis_transform()
    opaque = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
    for turn, line in enumerate(row.wrapped):
        axis.text(
            0, place + turn + 0.5, line, transform=across, va="center", clip_on=False, fontweight="bold" if row.bold else "normal", bbox=opaque, zorder=5,
        )  # fmt: skip
    if row.part is None:
        return
    start = place + len(row.wrapped) + 0.5
    for turn, (line, size, weight) in enumerate(row.beside):
        axis.text(1.04, start + 0.875 * turn, line, transform=across, va="center", fontsize=size,
                  fontweight=weight, clip_on=False)  # fmt: skip


def _draw(axis: Axes, part: Any, place: float) -> None:
    """Draw one effect with its margin band."""
    effect = part.effect
    axis.plot([0, 0], [place - 0.75, place + 0.75], color=INK, lw=1, zorder=2)
    if part.margin:
        axis.add_patch(
            Rectangle((-100 * part.margin, place - 0.6), 200 * part.margin, 1.2, color=MARGIN, lw=0)
        )
    finite = math.isfinite(effect.low) and math.isfinite(effect.high)
    low, high = (100 * effect.low, 100 * effect.high) if finite else axis.get_xlim()
    axis.plot([low, high], [place] * 2, color=INK if finite else FAINT, lw=2.2,
              linestyle="-" if finite else ":", solid_capstyle="butt", zorder=3)  # fmt: skip
    if finite:
        axis.plot([low, high], [place] * 2, color=INK, marker="|", ms=8, mew=1.6, ls="", zorder=3)
    seeds = [100 * value for value in getattr(effect, "differences", ())]
    axis.plot(seeds, [place - 0.42] * len(seeds), ".", color=FAINT, ms=4.5, zorder=3)
    axis.plot(100 * effect.mean, place, "o", color=INK, ms=7, zorder=4)
    published = published_effect(part)
    if published is not None:
        axis.plot(100 * published, place, "D", mfc="white", mec=PUBLISHED, mew=2, ms=8.5, zorder=4)


def _legend(figure: Figure, parts: Sequence[Any], height: float) -> None:
    """Explain the marks that were used, under the axis."""
    levels = {getattr(part.effect, "level", 0.95) for part in parts}
    level = f"{100 * min(levels):g} % " if len(levels) == 1 else ""
    handles: list[Any] = [
        Line2D([], [], color=INK, marker="o", ms=8, lw=2.2),
        Patch(color=MARGIN, lw=0),
    ]
    names = [f"reproduced, {level}interval", "margin: no practical difference"]
    if any(getattr(part.effect, "differences", ()) for part in parts):
        handles.append(Line2D([], [], marker=".", color=FAINT, ms=6, ls=""))
        names.append("single seeds")
    if any(part.published_gain is not None for part in parts):
        handles.append(Line2D([], [], marker="D", mfc="white", mec=PUBLISHED, mew=2, ms=8.5, ls=""))
        names.append("published gain")
    figure.legend(
        handles, names, loc="lower left", bbox_to_anchor=(0, 0.02 / height), ncols=2,
        columnspacing=1.4, borderpad=0.1,
    )  # fmt: skip
