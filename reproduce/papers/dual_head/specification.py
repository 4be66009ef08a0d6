"""The specification curve: a method's effect under every combination of what its text leaves open.

Each combination of choices is one point; the points are sorted, and a matrix below says which
choices each is made of. A claim that needs one particular reading shows as a curve that crosses 0.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.figures.by_seed import ROUNDING, Draws, span
from reproduce.figures.dots import dots
from reproduce.figures.inputs import Observation
from reproduce.figures.picture import Picture
from reproduce.figures.style import (
    BAND,
    FAINT,
    INK,
    MARGIN,
    PUBLISHED,
    WIDTH,
    in_the_look,
    method_style,
    title,
)  # fmt: skip
from reproduce.figures.wording import (
    in_words,
    method_label,
    metric_digits,
    metric_label,
    plain,
    plural,
    points,
)
from reproduce.papers.dual_head.combinations import Contrast, Curve, contrasts, curves
from reproduce.papers.dual_head.references import CHOICES, CONCERNS

STRONGEST = "#0072B2"
_LABELS = {
    "reading": "Ranking loss", "c": "Constant c", "k": "Hard negatives k",
    "warm_up_weight": "Warm-up weight", "similarity": "InfoNCE", "score": "Ranking score",
    "lambda": "λ", "ratio": "10 %", "nt_xent": "NT-Xent", "both_views": "both views",
    "other_view": "other view",
}  # fmt: skip
_CURVE, _ROW = 2.1, 0.2


class SpecificationCurve(Picture):
    """The effect over each rival under every combination of choices, and the choices below.

    Parameters
    ----------
    rows
        rows of the method with `combination` and a column per choice, and rows of the rivals with
        the `shared` choices.
    rivals
        a curve each, with its own order.
    metric
        what effects are measured in, drawn in percentage points.
    choices
        columns of the matrix, in its order from the top.
    published
        {rival: the paper's gap as a fraction}, a dashed line.
    margin
        the registered margin as a fraction, shaded on either side of 0.
    method, shared
        whose combinations these are; by rival, the choices on which it has to agree.
    draws
        finds a row's metric on resampled test images, for the interval of the mean.

    Notes
    -----
    Left of the curve stands the mean of all effects with its 95 % interval, which ends in an arrow
    where it goes on beyond the panel. Right of the matrix stands the mean effect under each value.
    The choice in colour is the one whose values differ most. It was picked as the largest of
    several, so its difference is an overestimate, and the interval does not make up for that. A
    choice has no dot where it does not exist: the saddle has no constant c.
    """

    def __init__(
        self,
        rows: Iterable[Observation],
        rivals: Sequence[str] = ("simclr", "auc_cl"),
        metric: str = "macro_f1",
        choices: Sequence[str] = tuple(CHOICES),
        *,
        published: Mapping[str, float] | None = None,
        margin: float | None = None,
        method: str = "dual_head",
        shared: Mapping[str, Sequence[str]] = CONCERNS,
        draws: Draws | None = None,
    ):
        super().__init__(rows)
        self.metric, self.choices, self.method = metric, choices, method
        self.published, self.margin = published or {}, margin
        self.found = curves(self.sources, rivals, metric, choices, method, shared, draws)
        self.contrasts = {rival: contrasts(curve, choices) for rival, curve in self.found.items()}

    @in_the_look
    def draw(self) -> Figure:
        """Draw a sorted curve for each rival, and the matrix of choices under it."""
        found, digits = self.found, metric_digits(self.metric)
        lines = [sum(len(one.values(choice)) for choice in self.choices) for one in found.values()]
        heights = [part for rows_below in lines for part in (_CURVE, _ROW * rows_below)]
        height = sum(heights) + 1.05 * len(found) + 0.3
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        axes = figure.subplots(len(heights), 1, gridspec_kw={"height_ratios": heights})
        for turn, (rival, curve) in enumerate(found.items()):
            upper, lower = axes[2 * turn], axes[2 * turn + 1]
            strongest = next(iter(self.contrasts[rival]), None)
            colour = method_style(self.method).colour
            _curve(upper, curve, colour, self.published.get(rival), self.margin)
            _matrix(lower, curve, self.choices, strongest, digits)
            upper.set_ylabel(f"{metric_label(self.metric).partition(' (')[0]},\npoints")
            title(upper, f"{method_label(self.method)} minus {method_label(rival)}",
                  f"above 0 in {_share(curve.means > ROUNDING)} readings",
                  *_most(strongest))  # fmt: skip
            for axis in (upper, lower):
                axis.set_xlim(-0.06 * len(curve.chosen) - 0.7, len(curve.chosen) - 0.3)
            _level(upper, curve)
        return figure

    def message(self) -> str:
        """Say under how many combinations of readings the effect goes beyond the margin."""
        said = []
        for rival, curve in self.found.items():
            beyond = int((curve.means > (self.margin or 0) + ROUNDING).sum())
            said.append(f"over {method_label(rival)} in {beyond} of {len(curve.means)}")
        margin = f"{100 * self.margin:g} points" if self.margin else "0"
        return (
            f"{method_label(self.method)} gains more than {margin} of {metric_label(self.metric)} "
            f"{', '.join(said)} combinations of readings."
        )

    def seen(self) -> str:
        """Say what the dots are."""
        rivals = " and over ".join(map(method_label, self.found))
        return (
            f"Specification curves: the effect over {rivals} under every combination of readings, "
            "sorted, and below which readings each is made of."
        )

    def reading(self) -> str:
        """Say what dot, bar and shade are."""
        counts = span(len(effect) for curve in self.found.values() for effect in curve.effects)
        shaded = f"; grey: margin ±{100 * self.margin:g}" if self.margin else ""
        return (
            f"Dot: mean of seeds (n = {counts}), hollow where not above 0; bar: lowest to highest "
            f"seed{shaded}. Left, black: mean of all, with its 95 % interval (an arrow where it "
            "goes on): combinations are many, seeds and test images behind them few. In colour: "
            "the reading that moves the effect most; it was picked as the largest, so its size is "
            "an overestimate."
        )

    def words(self) -> str:
        """Say how the effects lie, and how far each choice moves them."""
        digits, sentences = metric_digits(self.metric), []
        for rival, curve in self.found.items():
            sentences.append(
                f"Over {method_label(rival)}, {plural(len(curve.means), 'combination')}: "
                f"{', '.join(self._effects(rival, curve, digits))}."
            )
            moved = "; ".join(_said(contrast, digits) for contrast in self.contrasts[rival])
            if moved:
                sentences.append(
                    "Choices by the difference of their values, with 95 percent "
                    f"intervals: {moved}."
                )
        return (
            f"Effect of {method_label(self.method)} in points of {metric_label(self.metric)}, mean "
            "over seeds, under combinations of what the text leaves open. " + " ".join(sentences)
        )

    def _effects(self, rival: str, curve: Curve, digits: int) -> list[str]:
        means, gap = curve.means, self.published.get(rival)
        parts = [
            f"from {points(means[0], digits)} to {points(means[-1], digits)}, median "
            f"{points(float(np.median(means)), digits)}, mean {points(curve.level.mean, digits)}"
            f"{curve.ends}, above 0 in {_share(means > ROUNDING)}"
        ]
        if self.margin:
            beyond = _share(means > self.margin + ROUNDING)
            parts.append(f"beyond the margin of {100 * self.margin:g} in {beyond}")
        if gap is not None:
            reached = _share(means >= gap - ROUNDING)
            parts.append(f"as large as the paper's {points(gap, digits)} in {reached}")
        return parts


def _curve(axis: Axes, curve: Curve, colour: str, gap: float | None, margin: float | None) -> None:
    """Draw one rival's combinations by rising effect."""
    places, means = np.arange(len(curve.means)), 100 * curve.means
    if margin:
        axis.axhspan(-100 * margin, 100 * margin, color=MARGIN, lw=0, alpha=0.75, zorder=0)
    axis.axhline(0, color=INK, lw=1, zorder=1)
    ends = [(100 * effect.min(), 100 * effect.max()) for effect in curve.effects]
    axis.vlines(places, *np.transpose(ends), color=FAINT, lw=1.3, alpha=0.7, zorder=2)
    below = curve.means <= ROUNDING
    size = _dot(len(places))
    axis.scatter(places[~below], means[~below], s=size, color=colour, zorder=3, label="above 0")
    axis.scatter(places[below], means[below], s=size, facecolor="white", edgecolor=colour,
                 linewidths=1.3, zorder=3, label="not above 0")  # fmt: skip
    if gap is not None:
        axis.axhline(100 * gap, color=PUBLISHED, lw=1.8, linestyle=(0, (4, 1.6)), label="paper")
        axis.text(1.012, 100 * gap, f"paper\n{points(gap)}", color=PUBLISHED,
                  transform=axis.get_yaxis_transform(), va="center", linespacing=1.05)  # fmt: skip
    axis.grid(False, axis="x")
    axis.tick_params(axis="x", length=0, labelbottom=False)


def _level(axis: Axes, curve: Curve) -> None:
    """Draw the mean of all effects left of them, with its interval as far as the panel reaches."""
    level, place = curve.level, -0.04 * len(curve.chosen) - 0.7
    low, high = axis.get_ylim()
    axis.set_ylim(low, high)
    if level.repeats > 1:
        ends = 100 * level.low, 100 * level.high
        axis.vlines(place, max(ends[0], low), min(ends[1], high), color=INK, lw=2, zorder=3,
                    label="interval of the mean")  # fmt: skip
        for beyond, end, mark in ((ends[0] < low, low, "v"), (ends[1] > high, high, "^")):
            if beyond:
                axis.plot(place, end, mark, color=INK, ms=7, clip_on=False, zorder=4)
    axis.plot(place, 100 * level.mean, "s", color=INK, ms=6, zorder=4, label="mean of all")


def _matrix(
    axis: Axes, curve: Curve, choices: Sequence[str], strongest: Contrast | None, digits: int
) -> None:
    """Draw which values each combination has, and the mean effect under each value."""
    labels, row = [], 0
    axis.text(1.012, -1.0, "mean", transform=axis.get_yaxis_transform(),
              va="center")  # fmt: skip
    for turn, choice in enumerate(choices):
        values = curve.values(choice)
        stands_out = strongest is not None and choice == strongest.choice
        if turn % 2 == 0:
            axis.axhspan(row - 0.5, row + len(values) - 0.5, color=BAND, lw=0, zorder=0)
        for value in values:
            places = curve.places(choice, value)
            dots(
                axis,
                [(place, row) for place in places],
                STRONGEST if stands_out else INK,
                (0.8 * _dot(len(curve.chosen))) ** 0.5,
                square=True,
                label=f"{choice} {plain(value)}",
            )
            axis.text(1.012, row, points(curve.under(choice, value).mean(), digits), va="center",
                      transform=axis.get_yaxis_transform(),
                      fontweight="bold" if stands_out else "normal")  # fmt: skip
            labels.append((f"{_label(choice)}: {_label(value)}", stands_out))
            row += 1
    axis.set_yticks(range(row), [label for label, _ in labels])
    for text, (_, stands_out) in zip(axis.get_yticklabels(), labels, strict=True):
        text.set(fontweight="bold" if stands_out else "normal")
    axis.set_ylim(row - 0.5, -0.5)
    axis.tick_params(length=0, labelbottom=False)
    axis.grid(False)
    for side in axis.spines.values():
        side.set_visible(False)
    axis.set_xlabel(f"{len(curve.chosen)} combinations, by rising effect\n")


def _dot(count: int) -> float:
    """Return a size of dots at which so many stand beside each other without touching."""
    return float(np.clip((280 / count) ** 2 * 0.75, 6, 42))


def _label(value: Any) -> str:
    return _LABELS.get(value, in_words(value) if value in CHOICES else plain(value))


def _share(is_so: np.ndarray) -> str:
    return f"{is_so.sum()} of {len(is_so)} ({100 * is_so.mean():.0f} %)"


def _most(contrast: Contrast | None) -> list[str]:
    return [] if contrast is None else [f"moved most by “{_label(contrast.choice)}”"]


def _said(contrast: Contrast, digits: int) -> str:
    """Return a contrast in words, with its interval."""
    known = np.isfinite(contrast.low)
    ends = f" [{points(contrast.low, digits)}, {points(contrast.high, digits)}]" if known else ""
    return (
        f"{_label(contrast.choice)}, {_label(contrast.first)} minus {_label(contrast.second)} "
        f"{points(contrast.difference, digits)}{ends}"
    )
