"""Sampling only part of the way to balance: a metric against the level of sampling."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.errors import UserError
from reproduce.figures.by_seed import Values, by_seed, numbers_along, span
from reproduce.figures.inputs import Observation, is_number, with_columns
from reproduce.figures.line_ends import line_name, name_the_ends
from reproduce.figures.style import in_the_look, method_style, new_figure
from reproduce.figures.wording import (
    mean_and_sd,
    mean_and_spread,
    method_label,
    metric_digits,
    metric_label,
    plain,
)

_INCHES = 3.1


def _by_level(
    observations: Iterable[Observation], metric: str
) -> tuple[dict[str, Values], list[float], Any]:
    """Return {sampler: {(level,): {seed: value}}}, the levels, and rho."""
    rows = with_columns(observations, ("method", "rho", "seed"))
    rhos = numbers_along((row["rho"] for row in rows), "rho")
    if len(rhos) > 1:
        raise UserError(
            f"the observations have rho {', '.join(map(plain, rhos))}, expected one; the levels "
            "of another imbalance are no part of the same curve"
        )
    baseline = [{**row, "level": 0.0} for row in rows if row["method"] == "baseline"]
    sampled = [
        # The grid's rows have no level: their sampling goes all the way.
        {**row, "level": row["level"] if is_number(row.get("level")) else 1.0}
        for row in rows
        if row["method"] != "baseline"
    ]
    names = dict.fromkeys(row["method"] for row in sampled)
    if not names:
        raise UserError("expected rows of a sampler at some level, received the baseline alone")
    found = {
        name: by_seed(
            baseline + [row for row in sampled if row["method"] == name], metric, ("level",)
        )
        for name in names
    }
    levels = numbers_along((level for values in found.values() for (level,) in values), "level")
    if levels[0] < 0 or levels[-1] > 1:
        raise UserError(
            f"levels run from {levels[0]:g} to {levels[-1]:g}, expected 0 (as is) to 1 (balance)"
        )
    return found, levels, rhos[0]


@in_the_look
def sampling_levels(observations: Iterable[Observation], metric: str = "auc") -> Figure:
    """Draw a metric against how far sampling goes, a line per sampler and a dot per seed.

    Parameters
    ----------
    observations
        rows at one rho and mu. The baseline is level 0 of every sampler; a row without `level` is
        full sampling, level 1.
    metric
        what is drawn, in percent.

    Notes
    -----
    Levels are even steps of the logarithm of the ratio: at level a the largest class is shown
    rho^(1 - a) times as often as the smallest. The axis says both.
    """
    found, levels, rho = _by_level(observations, metric)
    figure, axes = new_figure(_INCHES + 1.2)
    axis = axes[0, 0]
    for turn, (name, values) in enumerate(found.items()):
        _line(axis, name, values, 0.008 * (2 * turn - len(found) + 1))
    axis.set_xticks(levels, [f"{_fraction(level)}\n{_ratio(rho, level)}" for level in levels])
    axis.set_xlim(-0.08, 1.08)
    axis.set_xlabel("level of sampling (0: as it is, 1: balance), and the ratio it leaves")
    axis.set_ylabel(f"{metric_label(metric).partition(' (')[0]} (%)")
    axis.grid(False, axis="x")
    counts = span(len(seeds) for values in found.values() for seeds in values.values())
    axis.set_title(f"rho {plain(rho)}; line: mean; dots: seeds (n = {counts})", fontsize=11,
                   fontweight="normal")  # fmt: skip
    ends = {
        line_name([name]): 100 * mean_and_sd(list(values[max(values)].values()))[0]
        for name, values in found.items()
    }
    colours = {line_name([name]): method_style(name).colour for name in found}
    name_the_ends(axis, ends, colours, _INCHES)
    return figure


def _line(axis: Axes, name: str, values: Values, shift: float) -> None:
    style, places = method_style(name), sorted(values)
    means = [100 * mean_and_sd(list(values[place].values()))[0] for place in places]
    axis.plot([level + shift for (level,) in places], means, color=style.colour,
              linestyle=style.line, marker=style.marker, markersize=8.5,
              markeredgecolor="white", label=method_label(name))  # fmt: skip
    for (level,) in places:
        seeds = 100 * np.array(list(values[level,].values()))
        axis.scatter([level + shift] * len(seeds), seeds, s=15, color=style.colour, alpha=0.6,
                     linewidths=0, zorder=3)  # fmt: skip


def _fraction(level: float) -> str:
    """Return a third as "1/3", others as decimals."""
    for below in (3, 4):
        for above in range(1, below):
            if abs(level - above / below) < 1e-9:
                return f"{above}/{below}"
    return f"{level:.2g}"


def _ratio(rho: float, level: float) -> str:
    ratio = rho ** (1 - level)
    return f"{ratio:.0f}:1" if ratio >= 10 or abs(ratio - round(ratio)) < 0.05 else f"{ratio:.1f}:1"


def sampling_levels_numbers(observations: Iterable[Observation], metric: str = "auc") -> str:
    """Say in words what `sampling_levels` draws."""
    found, _, rho = _by_level(observations, metric)
    digits, sentences = metric_digits(metric), []
    for name, values in found.items():
        each = ", ".join(
            f"{mean_and_spread(list(values[place].values()), digits)} at level "
            f"{_fraction(place[0])}"
            for place in sorted(values)
        )
        best = max(values, key=lambda place: mean_and_sd(list(values[place].values()))[0])
        sentences.append(f"{method_label(name)}: {each}; highest at {_fraction(best[0])}.")
    return (
        f"{metric_label(metric)} in percent at rho {plain(rho)}, mean ± sd over seeds, by level of "
        "sampling from 0 (as it is) to 1 (balance). " + " ".join(sentences)
    )
