"""What methods that came later gain over the baseline, beside what oversampling gains."""

import math
from collections.abc import Iterable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.evaluation.significance import Effect
from reproduce.figures.by_seed import contains_zero, gain_effects, span
from reproduce.figures.inputs import Observation
from reproduce.figures.style import FAINT, INK, in_the_look, method_style, panels
from reproduce.figures.wording import (
    method_label,
    metric_digits,
    metric_label,
    points,
)

METRICS = ("auc", "accuracy", "worst_class_recall")


def _gains(
    observations: Iterable[Observation], metrics: Sequence[str], reference: str
) -> dict[str, dict[str, Effect]]:
    """Return {metric: {method: gain}}, the largest gain first."""
    rows = list(observations)
    found = {}
    for metric in metrics:
        effects = gain_effects(rows, metric, reference, ())
        order = sorted(effects.items(), key=lambda item: -item[1].mean)
        found[metric] = {method: effect for (method,), effect in order}
    return found


@in_the_look
def later_gains(
    observations: Iterable[Observation],
    metrics: Sequence[str] = METRICS,
    *,
    reference: str = "baseline",
    beside: str = "oversampling",
) -> Figure:
    """Draw each method's gain over the baseline with its interval, sorted, a panel per metric.

    Parameters
    ----------
    observations
        rows at one point of the grid.
    metrics
        a panel each, in percentage points.
    reference
        what gains are measured over, paired by seed.
    beside
        the older method that the others are set against: bold, with a dotted line at its gain.

    Notes
    -----
    The bar is the 95 % t interval over seeds. A hollow dot says that the interval holds 0, or
    that there is a single seed and no interval.
    """
    found = _gains(observations, metrics, reference)
    most = max(map(len, found.values()))
    figure, axes = panels(len(found), 0.29 * most + 0.85, 1)
    for axis, (metric, effects) in zip(axes, found.items(), strict=True):
        _panel(axis, effects, beside)
        axis.set_title(metric_label(metric))
    axes[-1].set_xlabel(f"gain over {method_label(reference).lower()} (percentage points)")
    counts = span(effect.repeats for effects in found.values() for effect in effects.values())
    figure.suptitle(
        f"bar: 95 % interval over seeds (n = {counts}); hollow: it holds 0",
        fontsize=11, ha="left", x=0.015,
    )  # fmt: skip
    return figure


def _panel(axis: Axes, effects: dict[str, Effect], beside: str) -> None:
    """Draw one metric: a row per method, the best on top."""
    axis.axvline(0, color=INK, lw=1)
    if beside in effects:
        axis.axvline(100 * effects[beside].mean, color=method_style(beside).colour, lw=1.5,
                     linestyle=":", zorder=1)  # fmt: skip
    for row, (method, effect) in enumerate(effects.items()):
        colour = method_style(beside).colour if method == beside else INK
        if math.isfinite(effect.low):
            axis.plot([100 * effect.low, 100 * effect.high], [row, row], color=colour, lw=2.2,
                      solid_capstyle="butt", zorder=2)  # fmt: skip
        axis.plot(100 * effect.mean, row, "s" if method == beside else "o", ms=8, mec=colour, mew=2,
                  mfc="white" if contains_zero(effect) else colour, zorder=3)  # fmt: skip
    axis.set_yticks(range(len(effects)), [method_label(method) for method in effects])
    for label, method in zip(axis.get_yticklabels(), effects, strict=True):
        label.set_fontweight("bold" if method == beside else "normal")
    axis.set_ylim(len(effects) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
    axis.spines["bottom"].set_color(FAINT)
    axis.grid(False, axis="y")


def later_gains_numbers(
    observations: Iterable[Observation],
    metrics: Sequence[str] = METRICS,
    *,
    reference: str = "baseline",
) -> str:
    """Say in words what `later_gains` draws."""
    sentences = []
    for metric, effects in _gains(observations, metrics, reference).items():
        digits = metric_digits(metric)
        each = ", ".join(
            f"{method_label(method)} {points(effect.mean, digits)}{_interval(effect, digits)}"
            for method, effect in effects.items()
        )
        sentences.append(f"{metric_label(metric)}: {each}.")
    counts = span(e.repeats for effects in _gains(observations, metrics, reference).values()
                  for e in effects.values())  # fmt: skip
    return (
        f"Gains over {method_label(reference).lower()} in percentage points with 95 percent "
        f"intervals over seeds (n = {counts}), largest first. " + " ".join(sentences)
    )


def _interval(effect: Effect, digits: int) -> str:
    if not math.isfinite(effect.low):
        return " (no interval)"
    return f" [{points(effect.low, digits)}, {points(effect.high, digits)}]"
