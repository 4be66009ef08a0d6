"""Methods compared over a grid: means, every seed, and accuracy before and after thresholding."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from reproduce.errors import UserError
from reproduce.figures.inputs import Observation, grouped, is_number, one_per_seed, with_columns
from reproduce.figures.style import in_the_look, method_style, new_figure, title
from reproduce.figures.wording import (
    mean_and_sd,
    mean_and_spread,
    method_label,
    metric_digits,
    metric_label,
    percent,
    plain,
    plural,
    points,
)

THRESHOLDED = {
    "baseline": "thresholding",
    "oversampling": "oversampling_thresholding",
    "undersampling": "undersampling_thresholding",
}
X_LABELS = {"rho": "imbalance ratio rho", "mu": "share of minority classes mu"}
_BANDS_UP_TO = 4


def _measured(
    observations: Iterable[Observation], metric: str, x: str, hue: str
) -> dict[str, dict[Any, list[float]]]:
    """Return {method: {x: [value of each seed]}}, x ascending, methods in order of first sight."""
    rows = with_columns(observations, (metric, x, hue, "seed"))
    rows = [row for row in rows if is_number(row[metric])]
    if not rows:
        raise UserError(
            f"no observation has a value of '{metric}', expected at least one; "
            "choose another metric"
        )
    if not all(is_number(row[x]) for row in rows):
        raise UserError(f"'{x}' holds something other than numbers; expected rho, mu or the like")
    groups = grouped(rows, (hue, x))
    one_per_seed(groups, (hue, x))
    found: dict[str, dict[Any, list[float]]] = {}
    for (name, place), members in sorted(groups.items(), key=lambda item: item[0][1]):
        found.setdefault(name, {})[place] = [float(row[metric]) for row in members]
    order = list(dict.fromkeys(row[hue] for row in rows))
    return {name: found[name] for name in order}


@in_the_look
def method_comparison(
    observations: Iterable[Observation], metric: str, x: str = "rho", hue: str = "method"
) -> Figure:
    """Draw a metric over a factor: mean line, every seed as a dot, one standard deviation.

    The deviation is a band; with more than four methods a bar, since bands would cover each
    other. At a single value of `x` each method gets a row instead of a line. Refuses observations
    in which another factor varies too, since its mean would hide it: pass one panel's worth (one
    kind of imbalance, one mu).
    """
    measured = _measured(observations, metric, x, hue)
    places = sorted({place for values in measured.values() for place in values})
    label = f"{metric_label(metric)} (%)"
    seeds = {len(seeds) for values in measured.values() for seeds in values.values()}
    known = f"mean and ± 1 sd; dots: seeds (n = {_span(seeds)})"
    if len(places) == 1:
        figure, axes = new_figure(1.5 + 0.42 * len(measured))
        _rows(axes[0, 0], {name: values[places[0]] for name, values in measured.items()})
        axes[0, 0].set(xlabel=label)
        known = f"{x} {plain(places[0])}; {known}"
    else:
        figure, axes = new_figure(4.4 + 0.26 * math.ceil(len(measured) / 2))
        _lines(axes[0, 0], measured, places)
        axes[0, 0].set(xlabel=X_LABELS.get(x, x), ylabel=label)
        figure.legend(loc="outside lower center", ncols=2, columnspacing=1.5)
    axes[0, 0].set_title(known, fontsize=11, fontweight="normal")
    return figure


def _span(numbers: Iterable[int]) -> str:
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low} to {high}"


def _rows(axis: Axes, measured: Mapping[str, Sequence[float]]) -> None:
    """Draw the methods as rows, for a single point of the grid."""
    for row, (name, seeds) in enumerate(measured.items()):
        style = method_style(name)
        mean, spread = mean_and_sd(seeds)
        axis.errorbar(100 * mean, row, xerr=100 * (spread or 0), color=style.colour, lw=2.2)
        axis.plot(100 * mean, row, marker=style.marker, color=style.colour, ms=9,
                  markeredgecolor="white")  # fmt: skip
        axis.scatter(100 * np.array(seeds), [row + 0.26] * len(seeds), s=16, color=style.colour,
                     alpha=0.7, linewidths=0)  # fmt: skip
    axis.set_yticks(range(len(measured)), [method_label(name) for name in measured])
    axis.set_ylim(len(measured) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)


def _lines(axis: Axes, measured: Mapping[str, Mapping], places: Sequence[float]) -> None:
    """Draw the methods as lines, each moved a little aside, or their dots hide each other."""
    if places[0] > 0 and places[-1] / places[0] >= 10:
        axis.set_xscale("log")
    for turn, (name, values) in enumerate(measured.items()):
        shift = 0.3 * (turn - (len(measured) - 1) / 2) / max(len(measured) - 1, 4)
        where = _moved(places, shift, axis.get_xscale() == "log")
        _line(axis, name, values, where, as_band=len(measured) <= _BANDS_UP_TO)
    axis.set_xticks(places, [plain(place) for place in places])
    axis.minorticks_off()
    axis.grid(False, axis="x")


def _moved(places: Sequence[float], shift: float, logarithmic: bool) -> dict[float, float]:
    """Return the places moved by a share of the smallest step between them."""
    steps = np.log(places) if logarithmic else np.asarray(places, dtype=float)
    moved = steps + shift * np.diff(steps).min()
    return dict(zip(places, np.exp(moved) if logarithmic else moved, strict=True))


def _line(
    axis: Axes, name: str, values: Mapping, where: Mapping[float, float], as_band: bool
) -> None:
    """Draw one method over the places."""
    style = method_style(name)
    x = [where[place] for place in values]
    means = np.array([100 * mean_and_sd(seeds)[0] for seeds in values.values()])
    spread = np.array([100 * (mean_and_sd(seeds)[1] or 0) for seeds in values.values()])
    axis.plot(
        x, means, color=style.colour, linestyle=style.line, marker=style.marker,
        label=method_label(name), markeredgecolor="white", markeredgewidth=0.8, markersize=8.5,
    )  # fmt: skip
    if as_band:
        axis.fill_between(x, means - spread, means + spread, color=style.colour, alpha=0.13, lw=0)
    else:
        axis.errorbar(x, means, spread, color=style.colour, lw=1.4, alpha=0.8, linestyle="none")
    for place, seeds in values.items():
        axis.scatter(
            [where[place]] * len(seeds), 100 * np.array(seeds), s=13, color=style.colour,
            alpha=0.65, linewidths=0, zorder=3,
        )  # fmt: skip


def comparison_numbers(
    observations: Iterable[Observation], metric: str, x: str = "rho", hue: str = "method"
) -> str:
    """Say in words what `method_comparison` draws."""
    sentences, digits = [], metric_digits(metric)
    for name, values in _measured(observations, metric, x, hue).items():
        each = ", ".join(
            f"{mean_and_spread(seeds, digits)} at {x} {plain(place)} ({plural(len(seeds), 'seed')})"
            for place, seeds in values.items()
        )
        sentences.append(f"{method_label(name)}: {each}.")
    return f"{metric_label(metric)} in percent, mean ± sd. " + " ".join(sentences)


def _pairs(
    observations: Iterable[Observation], metric: str, pairs: Mapping[str, str]
) -> dict[str, dict[Any, list[tuple[float, float]]]]:
    """Return {method before: {rho: [(before, after) of each seed and point]}}."""
    rows = with_columns(observations, (metric, "method", "rho", "seed"))
    factors = ("method", "imbalance", "rho", "mu", "dataset", "seed")
    at = {tuple(row.get(factor) for factor in factors): row for row in rows}
    if len(at) < len(rows):
        raise UserError(
            "two observations share method, point and seed, expected one each; pass one run's"
        )
    found: dict[str, dict[Any, list[tuple[float, float]]]] = {}
    for point, row in sorted(at.items(), key=lambda item: item[1]["rho"]):
        after = at.get((pairs.get(row["method"]), *point[1:]))
        if after is None or not (is_number(row[metric]) and is_number(after[metric])):
            continue
        by_rho = found.setdefault(row["method"], {})
        by_rho.setdefault(row["rho"], []).append((float(row[metric]), float(after[metric])))
    if not found:
        wanted = ", ".join(f"{before} and {after}" for before, after in pairs.items())
        raise UserError(f"no observations to pair, expected the same seeds for {wanted}")
    return {name: found[name] for name in pairs if name in found}


@in_the_look
def before_after(
    observations: Iterable[Observation],
    metric: str = "accuracy",
    pairs: Mapping[str, str] = THRESHOLDED,
) -> Figure:
    """Draw a metric before and after thresholding, one slope for each trial, by rho.

    Both ends of a slope are the same trained network; only the division by the priors lies
    between them, so each slope is a paired difference.
    """
    found = _pairs(observations, metric, pairs)
    rhos = sorted({rho for by_rho in found.values() for rho in by_rho})
    figure, axes = new_figure(4.6, 1, len(found), sharey=True)
    for axis, (name, by_rho) in zip(axes.flat, found.items(), strict=True):
        for rho, slopes in by_rho.items():
            colour, marker = _rho_style(rhos.index(rho), len(rhos))
            for before, after in slopes:
                axis.plot([0, 1], [100 * before, 100 * after], color=colour, marker=marker,
                          lw=1.3, alpha=0.85, markersize=5.5)  # fmt: skip
        axis.set_xticks([0, 1], ["before", "after"])
        axis.set_xlim(-0.28, 1.28)
        axis.grid(False, axis="x")
        axis.set_xlabel("thresholding")
        title(axis, method_label(name), f"mean {_mean_change(by_rho)}")
    axes[0, 0].set_ylabel(f"{metric_label(metric)} (%)")
    handles = [
        Line2D([], [], color=_rho_style(turn, len(rhos))[0], marker=_rho_style(turn, len(rhos))[1])
        for turn in range(len(rhos))
    ]
    figure.legend(
        handles, [f"rho {plain(rho)}" for rho in rhos], loc="outside lower center",
        ncols=min(len(rhos), 5),
    )  # fmt: skip
    return figure


def _rho_style(turn: int, count: int) -> tuple[Any, str]:
    """Return a colour that darkens with rho, and a marker."""
    shade = 0.85 - 0.8 * turn / (count - 1) if count > 1 else 0.3
    return matplotlib.colormaps["viridis"](shade), "osD^vP"[turn % 6]


def _mean_change(by_rho: Mapping[Any, Sequence[tuple[float, float]]]) -> str:
    changes = [after - before for slopes in by_rho.values() for before, after in slopes]
    return f"{points(math.fsum(changes) / len(changes))} points"


def before_after_numbers(
    observations: Iterable[Observation],
    metric: str = "accuracy",
    pairs: Mapping[str, str] = THRESHOLDED,
) -> str:
    """Say in words what `before_after` draws."""
    sentences, digits = [], metric_digits(metric)
    for name, by_rho in _pairs(observations, metric, pairs).items():
        each = ", ".join(
            f"{percent(np.mean([before for before, _ in slopes]), digits)} to "
            f"{percent(np.mean([after for _, after in slopes]), digits)} at rho {plain(rho)} "
            f"(n = {len(slopes)})"
            for rho, slopes in by_rho.items()
        )
        sentences.append(f"{method_label(name)}: {each}.")
    return f"Mean {metric_label(metric).lower()} in percent before and after thresholding. " + (
        " ".join(sentences)
    )
