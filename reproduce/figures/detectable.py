"""What a small test set can tell: the gap of two methods over thousands of draws of its size."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from reproduce.errors import UserError
from reproduce.figures.by_seed import ROUNDING
from reproduce.figures.inputs import is_number, not_empty
from reproduce.figures.picture import Picture
from reproduce.figures.style import (
    FAINT,
    FREQUENT,
    INK,
    MARGIN,
    PUBLISHED,
    WRONG,
    in_the_look,
    panels,
    title,
)
from reproduce.figures.wording import method_label, metric_label, plural, points

TIED = FAINT
_SHARE = 0.95
_BARS = 44
_INCHES = 1.5

Pair = tuple[str, str] | str


@dataclass(frozen=True)
class Drawn:
    """The gap of one pair over draws: its true value, the ends of most draws, and their signs.

    `wrong` is the share of draws with the opposite sign, `tied` the share with no gap at all;
    both are NaN where the true gap is 0 and no sign is the right one.
    """

    gaps: np.ndarray
    true: float
    low: float
    high: float
    wrong: float
    tied: float


def drawn(gaps: Any, true: float | None = None) -> Drawn:
    """Return what draws of a gap say of its true value, or of their mean where that is unknown."""
    values = np.asarray(gaps, dtype=np.float64)
    if values.ndim != 1 or len(values) < 2 or not np.isfinite(values).all():
        raise UserError(
            f"gaps have shape {values.shape}, expected at least two finite numbers, one per draw"
        )
    if true is not None and not is_number(true):
        raise UserError(f"a true gap is {true}, expected a finite number")
    true = float(values.mean() if true is None else true)
    low, high = np.quantile(values, [(1 - _SHARE) / 2, (1 + _SHARE) / 2])
    signs = _signs(values)
    known = abs(true) > ROUNDING
    wrong = float((signs == -np.sign(true)).mean()) if known else np.nan
    tied = float((signs == 0).mean()) if known else np.nan
    return Drawn(values, true, float(low), float(high), wrong, tied)


def _signs(values: np.ndarray) -> np.ndarray:
    return np.where(np.abs(values) <= ROUNDING, 0.0, np.sign(values))


def _each(
    gaps: Mapping[Pair, Any], true: Mapping[Pair, float] | None, *others: Mapping | None
) -> dict[Pair, Drawn]:
    """Return what is drawn for each pair; every other mapping may only speak of these pairs."""
    not_empty("pairs of methods", gaps)
    for given in (true, *others):
        for pair in given or {}:
            if pair not in gaps:
                raise UserError(
                    f"there are no draws of {_name(pair)}, expected one of "
                    f"{', '.join(map(_name, gaps))}"
                )
    return {pair: drawn(values, (true or {}).get(pair)) for pair, values in gaps.items()}


def _name(pair: Pair) -> str:
    return pair if isinstance(pair, str) else " minus ".join(map(method_label, pair))


class Detectable(Picture):
    """How the measured gap of two methods spreads over test sets of the paper's size.

    Parameters
    ----------
    gaps
        {(method, rival): gaps [draws]}, fractions: one trained pair, judged on thousands of small
        test sets that are drawn from a large one.
    published
        {pair: the paper's gap}.
    smallest
        {pair: the smallest true gap that a test set of this size tells from 0}, shaded.
    true
        {pair: gap on the whole large set}; left out, the mean of the draws.
    metric
        what gaps are measured in, drawn in percentage points.
    images
        how many images a draw has, for the axis.
    runs
        of means over how many trained runs the gaps are.

    Notes
    -----
    The spread is that of the test images alone, for weights that are fixed: other seeds of
    training would add to it.
    """

    def __init__(
        self,
        gaps: Mapping[Pair, Any],
        published: Mapping[Pair, float] | None = None,
        smallest: Mapping[Pair, float] | None = None,
        *,
        true: Mapping[Pair, float] | None = None,
        metric: str = "macro_f1",
        images: int | None = None,
        runs: int = 1,
    ):
        super().__init__()
        self.found = _each(gaps, true, published, smallest)
        self.published, self.smallest, self.true = published or {}, smallest or {}, true or {}
        self.metric, self.images, self.runs = metric, images, runs

    @in_the_look
    def draw(self) -> Figure:
        """Draw a panel for each pair."""
        found = self.found
        figure, axes = panels(len(found), _INCHES + 0.75, 1, sharex=True)
        figure.set_figheight(figure.get_figheight() + 1.2)
        edges = _edges(np.concatenate([100 * one.gaps for one in found.values()]))
        for axis, (pair, one) in zip(axes, found.items(), strict=True):
            _panel(axis, one, edges, self.published.get(pair), self.smallest.get(pair))
            inside = f"{points(one.low)} to {points(one.high)}"
            known = "true" if pair in self.true else "mean"
            title(axis, _name(pair), f"{known} {points(one.true)}; draws {inside}")
        axes[-1].set_xlabel(f"measured gap in {metric_label(self.metric)} (points)")
        axes[-1].set_xlim(_limits(found, self.published, self.smallest))
        known = set(self.true) == set(found)
        _legend(figure, found, known, bool(self.published), bool(self.smallest))
        return figure

    def message(self) -> str:
        """Say how often such a test set has the wrong sign, for the pair where most often."""
        known = {pair: one.wrong for pair, one in self.found.items() if np.isfinite(one.wrong)}
        if not known:
            return ""
        pair = max(known, key=known.__getitem__)
        size = f"Test sets of {self.images:,} images" if self.images else "Test sets of this size"
        return (
            f"{size} give {_name(pair)} the wrong sign in {_percent(known[pair])} of draws; "
            f"95 % of draws lie from {points(self.found[pair].low)} to "
            f"{points(self.found[pair].high)} points."
        )

    def seen(self) -> str:
        """Say what the bars are."""
        size = f" of {self.images:,} images" if self.images else ""
        return (
            f"Histograms of the gap in {metric_label(self.metric)} between two methods over "
            f"thousands of test sets{size}, with the gap on all images and the paper's gap."
        )

    def reading(self) -> str:
        """Say what does not vary here."""
        of = f"Means of {self.runs} trained runs; the" if self.runs > 1 else "The"
        return f"{of} weights are fixed: only the choice of test images varies."

    def words(self) -> str:
        """Say of each pair what draws show of its true gap."""
        sentences = [
            f"{_name(pair)}: {', '.join(self._said(pair, one))}."
            for pair, one in self.found.items()
        ]
        draws = plural(max(len(one.gaps) for one in self.found.values()), "draw")
        size = f" of {self.images:,} test images" if self.images else ""
        of = f"of means of {self.runs} runs, " if self.runs > 1 else ""
        return (
            f"Measured gap in points of {metric_label(self.metric)} over {draws}{size}, {of}for "
            "fixed weights. " + " ".join(sentences)
        )

    def _said(self, pair: Pair, one: Drawn) -> list[str]:
        origin = "on all images" if pair in self.true else "the mean of the draws"
        parts = [
            f"true gap {points(one.true)} ({origin}), {100 * _SHARE:g} percent of draws from "
            f"{points(one.low)} to {points(one.high)}"
        ]
        if not np.isnan(one.wrong):
            parts.append(f"the wrong sign in {_percent(one.wrong)} of draws")
        if one.tied > 0:
            parts.append(f"no gap at all in {_percent(one.tied)}")
        if pair in self.published:
            parts.append(_beyond(one, self.published[pair]))
        if pair in self.smallest:
            parts.append(
                f"told from 0 by a test of this size only from {100 * self.smallest[pair]:.1f} on"
            )
        return parts


def _edges(values: np.ndarray) -> np.ndarray:
    """Return bin edges; a gap that comes in steps of one image gets bins of whole steps."""
    distinct = np.unique(values.round(9))
    reach = max(abs(distinct[0]), abs(distinct[-1])) or 1.0
    width = (distinct[-1] - distinct[0]) / _BARS or 2 * reach / _BARS
    offset = 0.0
    if 1 < len(distinct) <= 4 * _BARS:
        step = np.diff(distinct).min()
        # An odd number of steps keeps 0 in the middle of a bin of its own.
        width = step * (2 * (width / step // 2) + 1)
        offset = width / 2
    count = int(np.ceil((reach + offset) / width)) + 1
    return width * np.arange(-count, count + 1) + offset


def _panel(
    axis: Axes, one: Drawn, edges: np.ndarray, gap: float | None, smallest: float | None
) -> None:
    """Draw one pair: bars by sign, the true gap, the interval of draws, the paper's gap."""
    values, signs = 100 * one.gaps, _signs(one.gaps)
    right = signs == np.sign(one.true) if abs(one.true) > ROUNDING else signs != 0
    tied = signs == 0
    split = [values[right], values[tied & ~right], values[~right & ~tied]]
    counts, *_ = axis.hist(split, edges, stacked=True, color=[FREQUENT, TIED, WRONG], zorder=2)
    top = np.max(counts)
    if smallest is not None:
        axis.axvspan(-100 * smallest, 100 * smallest, color=MARGIN, alpha=0.55, lw=0, zorder=0)
    axis.axvline(0, color=INK, lw=1, zorder=3)
    axis.plot([100 * one.true] * 2, [0, 1.1 * top], color=INK, lw=2.4, zorder=4, label="true")
    axis.plot([100 * one.low, 100 * one.high], [1.22 * top] * 2, color=INK, lw=2, marker="|",
              ms=9, mew=1.8, label="draws")  # fmt: skip
    if gap is not None:
        axis.plot([100 * gap] * 2, [0, 1.1 * top], color=PUBLISHED, lw=2, zorder=4,
                  linestyle=(0, (4, 1.6)), label="paper")  # fmt: skip
        axis.plot(100 * gap, 1.22 * top, "D", mfc="white", mec=PUBLISHED, mew=2, ms=8, zorder=5)
    axis.set_ylim(0, 1.36 * top)
    axis.set_yticks([])
    axis.set_ylabel("draws")
    axis.grid(False, axis="y")
    axis.spines["left"].set_visible(False)


def _limits(found: Mapping[Pair, Drawn], *given: Mapping[Pair, float] | None) -> tuple:
    """Return the ends of the axis: all draws, and whatever else is marked."""
    marks = [sign * value for mapping in given for value in (mapping or {}).values()
             for sign in (1, -1)]  # fmt: skip
    values = 100 * np.concatenate([marks, [0], *(one.gaps for one in found.values())])
    room = 0.04 * (values.max() - values.min() or 1)
    return values.min() - room, values.max() + room


def _legend(
    figure: Figure, found: Mapping[Pair, Drawn], known: bool, paper: bool, smallest: bool
) -> None:
    """Explain the marks that were used, under the axis."""
    handles: list[Any] = [Line2D([], [], color=INK, lw=2.4),
                          Line2D([], [], color=INK, marker="|", ms=9, mew=1.8, lw=2)]  # fmt: skip
    names = ["on all images" if known else "mean of the draws", f"{100 * _SHARE:g} % of draws"]
    if paper:
        handles.append(Line2D([], [], color=PUBLISHED, lw=2, ls=(0, (4, 1.6)), marker="D",
                              mfc="white", mew=2, ms=8))  # fmt: skip
        names.append("the paper's gap")
    if any(one.wrong > 0 for one in found.values()):
        handles.append(Patch(color=WRONG, lw=0))
        names.append("draws of the wrong sign")
    if any(one.tied > 0 for one in found.values()):
        handles.append(Patch(color=TIED, lw=0))
        names.append("draws without a gap")
    if smallest:
        handles.append(Patch(color=MARGIN, lw=0))
        names.append("too small to be told from 0")
    figure.legend(handles, names, loc="outside lower left", ncols=2, columnspacing=1.0,
                  borderpad=0.1)  # fmt: skip


def _percent(share: float) -> str:
    """Return a share in percent; one that is small but not nothing is not written as 0."""
    return "< 0.1 %" if 0 < share < 0.0005 else f"{100 * share:.1f} %"


def _beyond(one: Drawn, gap: float) -> str:
    """Say in which share of draws the gap is as large as the paper's, in its direction."""
    reached = one.gaps >= gap - ROUNDING if gap >= 0 else one.gaps <= gap + ROUNDING
    return f"the paper's {points(gap)} or more in {_percent(float(reached.mean()))}"
