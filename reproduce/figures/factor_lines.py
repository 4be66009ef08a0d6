"""A metric against the imbalance ratio: a line per method, named at its end, a panel per mu."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.errors import UserError, unknown_name
from reproduce.figures.by_seed import Values, alike, by_seed, numbers_along, span
from reproduce.figures.inputs import Observation
from reproduce.figures.line_ends import line_name, name_the_ends
from reproduce.figures.style import in_the_look, method_style, panels
from reproduce.figures.wording import (
    mean_and_sd,
    method_label,
    metric_digits,
    metric_label,
    percent,
    plain,
    plural,
)

BANDS = {"range": "lowest to highest seed", "sd": "± 1 sd over seeds"}
_FILLED_UP_TO = 4


def _lines(
    observations: Iterable[Observation], metric: str, panel: str | None, band: str
) -> tuple[dict[Any, Values], list[Any]]:
    """Return {panel: {(method, rho): {seed: value}}}, panels ascending, and all values of rho."""
    if band not in BANDS:
        raise unknown_name("band", band, BANDS)
    values = by_seed(observations, metric, ("method", "rho", *([panel] if panel else [])))
    rhos = numbers_along((rho for _, rho, *_ in values), "rho")
    if rhos[0] <= 0:
        raise UserError(f"rho is {plain(rhos[0])}, expected numbers above 0 for its log axis")
    places = numbers_along((rest[0] for _, _, *rest in values), panel) if panel else [None]
    found: dict[Any, Values] = {place: {} for place in places}
    for (method, rho, *rest), seeds in values.items():
        found[rest[0] if rest else None][method, rho] = seeds
    return found, rhos


def _spread(seeds: Sequence[float], band: str) -> tuple[float, float, float]:
    """Return the mean and the ends of the band, in percent."""
    mean, sd = mean_and_sd(seeds)
    low, high = (
        (min(seeds), max(seeds)) if band == "range" else (mean - (sd or 0), mean + (sd or 0))
    )
    return 100 * mean, 100 * low, 100 * high


@in_the_look
def lines_over_rho(
    observations: Iterable[Observation],
    metric: str = "auc",
    *,
    panel: str | None = "mu",
    band: str = "range",
) -> Figure:
    """Draw a metric over rho (log axis), one line per method and one panel per mu.

    Parameters
    ----------
    observations
        rows of one kind of imbalance.
    metric
        what is drawn, in percent; all panels have one scale.
    panel
        the factor that panels stand for; None draws one panel.
    band
        "range" (lowest to highest seed) or "sd". With more than four methods upright bars take
        the place of bands, which would cover each other.

    Notes
    -----
    Methods that agree in every value, as an AUC before and after thresholding does, share a line
    that has both names.
    """
    found, rhos = _lines(observations, metric, panel, band)
    kin = alike({(m, r, p): s for p, values in found.items() for (m, r), s in values.items()})
    inches = max(2.3, 0.22 * sum(2 + len(names) // 2 for names in kin.values()))
    figure, axes = panels(len(found), inches + 0.65, 1, sharex=True, sharey=True)
    counts = span(len(seeds) for values in found.values() for seeds in values.values())
    for axis, (place, values) in zip(axes, found.items(), strict=True):
        for turn, method in enumerate(kin):
            shift = 0.14 * (turn - (len(kin) - 1) / 2) / max(len(kin) - 1, 4)
            _line(axis, method, values, rhos, shift, band, filled=len(kin) <= _FILLED_UP_TO)
        axis.set_xscale("log")
        axis.set_xticks(rhos, [plain(rho) for rho in rhos])
        axis.minorticks_off()
        axis.grid(False, axis="x")
        axis.set_ylabel(f"{metric_label(metric).partition(' (')[0]} (%)")
        if panel:
            axis.set_title(f"{panel} {plain(place)}")
    axes[-1].set_xlabel("imbalance ratio rho (log axis)")
    shape = "band" if len(kin) <= _FILLED_UP_TO else "bars"
    figure.suptitle(f"line: mean; {shape}: {BANDS[band]} (n = {counts})", fontsize=11, ha="left",
                    x=0.015)  # fmt: skip
    for axis, values in zip(axes, found.values(), strict=True):
        _name(axis, values, kin, inches)
    return figure


def _line(
    axis: Axes,
    method: str,
    values: Values,
    rhos: Sequence[float],
    shift: float,
    band: str,
    filled: bool,
) -> None:
    """Draw one method, moved a little aside where bars would hide each other."""
    style = method_style(method)
    here = [rho for rho in rhos if (method, rho) in values]
    if not here:
        return
    step = min(np.diff(np.log(rhos)), default=1.0)
    x = np.array(here, dtype=float) * (1 if filled else math.exp(shift * step))
    mean, low, high = np.array(
        [_spread(list(values[method, rho].values()), band) for rho in here]
    ).T
    axis.plot(x, mean, color=style.colour, linestyle=style.line, marker=style.marker,
              markeredgecolor="white", markeredgewidth=0.8, markersize=7.5, zorder=3,
              label=method_label(method))  # fmt: skip
    if filled and len(here) > 1:
        axis.fill_between(x, low, high, color=style.colour, alpha=0.15, lw=0)
    else:
        axis.vlines(x, low, high, color=style.colour, lw=1.5, alpha=0.8)


def _name(axis: Axes, values: Values, kin: Mapping[str, list[str]], inches: float) -> None:
    """Write the methods' names at their last values."""
    last = {method: seeds for (method, _), seeds in sorted(values.items(), key=lambda v: v[0][1])}
    ends = {
        line_name(kin[m]): 100 * mean_and_sd(list(last[m].values()))[0] for m in kin if m in last
    }
    colours = {line_name(kin[m]): method_style(m).colour for m in kin}
    name_the_ends(axis, ends, colours, inches)


def lines_over_rho_numbers(
    observations: Iterable[Observation],
    metric: str = "auc",
    *,
    panel: str | None = "mu",
    band: str = "range",
) -> str:
    """Say in words what `lines_over_rho` draws."""
    found, _ = _lines(observations, metric, panel, band)
    digits, sentences = metric_digits(metric), []
    for place, values in found.items():
        for method in dict.fromkeys(method for method, _ in values):
            each = ", ".join(
                f"{_in_words(list(seeds.values()), band, digits)} at rho {plain(rho)}"
                for (name, rho), seeds in sorted(values.items(), key=lambda item: item[0][1])
                if name == method
            )
            where = f" at {panel} {plain(place)}" if panel else ""
            sentences.append(f"{method_label(method)}{where}: {each}.")
    most = max(len(seeds) for values in found.values() for seeds in values.values())
    return (
        f"{metric_label(metric)} in percent, mean of {plural(most, 'seed')} at most and "
        f"{BANDS[band]}. " + " ".join(sentences)
    )


def _in_words(seeds: Sequence[float], band: str, digits: int) -> str:
    mean, low, high = (value / 100 for value in _spread(seeds, band))
    return f"{percent(mean, digits)} ({percent(low, digits)} to {percent(high, digits)})"
