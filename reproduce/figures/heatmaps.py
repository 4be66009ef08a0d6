"""A metric over the grid of rho and mu, a panel per method; and the gain over the baseline."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from matplotlib.patheffects import withStroke

from reproduce.evaluation.significance import Effect
from reproduce.figures.by_seed import by_seed, contains_zero, gain_effects, numbers_along, span
from reproduce.figures.inputs import Observation
from reproduce.figures.style import INK, QUIET, SEQUENTIAL, WIDTH, in_the_look, panels
from reproduce.figures.wording import (
    MISSING,
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

# Purple against orange, white in the middle: told apart with every common colour blindness.
DIVERGING = "PuOr_r"
_GROUND, _HATCH = "#f2f2f2", "#adadad"
_BESIDE_EACH_OTHER_UP_TO = 4
_LISTED_UP_TO = 9


def _cells(found: Mapping[tuple, Any]) -> tuple[list[str], list[Any], list[Any]]:
    """Return the methods, the values of rho and those of mu."""
    methods = list(dict.fromkeys(method for method, _, _ in found))
    rhos = numbers_along((rho for _, rho, _ in found), "rho")
    shares = [mu for _, _, mu in found]
    return methods, rhos, [None] if set(shares) == {None} else numbers_along(shares, "mu")


def with_shares(observations: Iterable[Observation]) -> list[Observation]:
    """Return the observations, linear imbalance with a mu of None: it has no group of classes."""
    return [{"mu": None, **row} for row in observations]


def draw_cells(
    found: Mapping[tuple, Any],
    colour: tuple[Colormap, Normalize],
    value: Callable[[Any], float],
    text: Callable[[Any], tuple[str, str]],
    label: str,
) -> tuple[Figure, dict[str, Axes]]:
    """Draw a panel per method: coloured cells, each with its value in large and small print.

    `found` is what there is at each (method, rho, mu); `value` colours it, in the unit of `norm`
    over 100, and `text` says it.
    """
    methods, rhos, mus = _cells(found)
    columns = 2 if len(rhos) <= _BESIDE_EACH_OTHER_UP_TO and len(methods) > 1 else 1
    rows = -(-len(methods) // columns)
    cell = {1: 0.75, 2: 0.6}.get(len(mus), 0.5 if len(mus) <= _BESIDE_EACH_OTHER_UP_TO else 0.4)
    height = cell * len(mus) + 0.42
    figure, axes = panels(len(methods), height + 1.5 / rows, columns, sharex=True, sharey=True)
    wide = 72 * 0.8 * WIDTH / columns / len(rhos)
    size = min(11.5, wide / 3.5, 72 * cell / 2.5)
    palette, norm = colour
    for axis, method in zip(axes, methods, strict=True):
        grid = np.full((len(mus), len(rhos)), np.nan)
        for row, column in np.ndindex(*grid.shape):
            here = found.get((method, rhos[column], mus[row]))
            if here is not None:
                grid[row, column] = 100 * value(here)
            _print(axis, (column, row), grid[row, column], text(here), (palette, norm, size))
        axis.pcolormesh(
            np.ma.masked_invalid(grid), cmap=palette, norm=norm, edgecolors="white", lw=2
        )
        _dress(axis, method, rhos, mus)
    for turn, axis in enumerate(axes):
        below = turn + columns >= len(methods)
        axis.tick_params(labelbottom=below, labelleft=turn % columns == 0)
        axis.set_xlabel("imbalance ratio rho" if below else "")
    if mus != [None]:
        figure.supylabel("minority share mu", fontsize=12)
    bar = figure.colorbar(
        ScalarMappable(norm, palette), ax=axes, location="bottom", shrink=0.6, aspect=32, pad=0.02
    )
    bar.set_label(label, fontsize=11)
    bar.outline.set_visible(False)
    return figure, dict(zip(methods, axes, strict=True))


def _print(axis: Axes, place: tuple[int, int], value: float, texts, look) -> None:
    """Write a cell's value, and what is known of it below in small print."""
    (large, small), (palette, norm, size) = texts, look
    ink, ground = INK, _GROUND
    if np.isfinite(value):
        *ground, _ = palette(norm(value))
        ink = INK if np.dot(ground, (0.299, 0.587, 0.114)) > 0.5 else "white"
    x, y = place[0] + 0.5, place[1] + 0.5
    # The rim of the cell's colour keeps figures legible on hatching.
    manner = {"ha": "center", "va": "center", "color": ink, "zorder": 4,
              "path_effects": [withStroke(linewidth=2.5, foreground=ground)]}  # fmt: skip
    axis.text(x, y + (0.14 if small else 0), large, fontsize=size, **manner)
    axis.text(x, y - 0.26, small, fontsize=0.78 * size, **manner)


def _dress(axis: Axes, method: str, rhos: list, mus: list) -> None:
    axis.set_title(method_label(method))
    axis.set_xticks(np.arange(len(rhos)) + 0.5, [plain(rho) for rho in rhos])
    shares = ["" if mu is None else plain(mu) for mu in mus]
    axis.set_yticks(np.arange(len(mus)) + 0.5, shares)
    axis.set(xlim=(0, len(rhos)), ylim=(0, len(mus)))
    axis.tick_params(length=0)
    axis.grid(False)
    axis.set_facecolor(_GROUND)
    for side in axis.spines.values():
        side.set_visible(False)


@in_the_look
def metric_grid(observations: Iterable[Observation], metric: str = "auc") -> Figure:
    """Draw a metric over rho and mu, a panel per method, all on one scale of colour.

    Each cell says the mean over seeds and their standard deviation, in percent; a point that was
    not measured is grey.
    """
    found = by_seed(with_shares(observations), metric, ("method", "rho", "mu"))
    digits = metric_digits(metric)

    def text(seeds: Mapping | None) -> tuple[str, str]:
        if seeds is None:
            return MISSING, ""
        mean, spread = mean_and_sd(list(seeds.values()))
        return percent(mean, digits), "" if spread is None else f"± {percent(spread, digits)}"

    def mean(seeds: Mapping) -> float:
        return mean_and_sd(list(seeds.values()))[0]

    means = [100 * mean(seeds) for seeds in found.values()]
    low, high = min(means), max(means)
    # A grid of equal values still needs a scale of some width.
    norm = Normalize(low if high > low else low - 1, high)
    # Without the palest tones, which would look like a cell that is missing.
    blues = LinearSegmentedColormap.from_list(
        "measured", matplotlib.colormaps[SEQUENTIAL](np.linspace(0.12, 0.95, 64))
    )
    label = (
        f"{metric_label(metric)} (%), mean ± sd over seeds (n = {span(map(len, found.values()))})"
    )
    return draw_cells(found, (blues, norm), mean, text, label)[0]


def metric_grid_numbers(observations: Iterable[Observation], metric: str = "auc") -> str:
    """Say in words what `metric_grid` draws: every cell, or the ends of a large grid."""
    found = by_seed(with_shares(observations), metric, ("method", "rho", "mu"))
    digits = metric_digits(metric)
    said = {
        point: (np.mean(list(seeds.values())), mean_and_spread(list(seeds.values()), digits))
        for point, seeds in found.items()
    }
    counts = span(map(len, found.values()))
    return (
        f"{metric_label(metric)} in percent over rho and mu, mean ± sd over seeds (n = {counts}). "
        + sentences_of(said)
    )


def sentences_of(said: Mapping[tuple, tuple[float, str]]) -> str:
    """Return a sentence for each method, from {point: (value, its words)}."""
    methods, rhos, mus = _cells(said)
    sentences = []
    for method in methods:
        cells = [
            (value, f"{words} at rho {plain(rho)}{'' if mu is None else f', mu {plain(mu)}'}")
            for rho in rhos
            for mu in mus
            for value, words in [said.get((method, rho, mu), (None, ""))]
            if value is not None
        ]
        if len(cells) > _LISTED_UP_TO:
            ends = [min(cells, key=lambda cell: cell[0]), max(cells, key=lambda cell: cell[0])]
            each = f"{plural(len(cells), 'point')} from {ends[0][1]} to {ends[1][1]}"
        else:
            each = "; ".join(words for _, words in cells)
        sentences.append(f"{method_label(method)}: {each}.")
    return " ".join(sentences)


@in_the_look
def gain_grid(
    observations: Iterable[Observation], metric: str = "auc", reference: str = "baseline"
) -> Figure:
    """Draw each method's gain over a reference over rho and mu, on a scale with 0 in the middle.

    Gains are paired by seed. Hatched: the 95 % t interval over seeds holds 0, so that these seeds
    do not even tell the sign; from a single seed there is no interval and every cell is hatched.
    """
    found = gain_effects(with_shares(observations), metric, reference, ("rho", "mu"))
    digits = metric_digits(metric)

    def text(effect: Effect | None) -> tuple[str, str]:
        if effect is None:
            return MISSING, ""
        half = effect.high - effect.mean
        return points(effect.mean, digits), f"± {percent(half, digits)}" if np.isfinite(
            half
        ) else ""

    reach = max(abs(100 * effect.mean) for effect in found.values()) or 1.0
    label = f"gain over {method_label(reference).lower()} in points of {metric_label(metric)}"
    if any(effect.repeats > 1 for effect in found.values()):
        label += "\n± half of the 95 % interval over seeds"
        label += f" (n = {span(e.repeats for e in found.values())})"
    norm = Normalize(-reach, reach)
    figure, axes = draw_cells(
        found, (matplotlib.colormaps[DIVERGING], norm), lambda effect: effect.mean, text, label
    )
    _, rhos, mus = _cells(found)
    for (method, rho, mu), effect in found.items():
        if contains_zero(effect):
            corner = rhos.index(rho) + 0.02, mus.index(mu) + 0.03
            axes[method].add_patch(
                Rectangle(corner, 0.96, 0.94, fill=False, hatch="///", edgecolor=_HATCH, lw=0)
            )
    marked = Patch(facecolor="white", edgecolor=QUIET, hatch="////", lw=0.8)
    alone = any(effect.repeats < 2 for effect in found.values())
    what = "the interval holds 0" + (", or one seed has none" if alone else "")
    figure.legend([marked], [what], loc="outside upper right")
    return figure


def _doubt(effect: Effect) -> str:
    """Say why a cell is hatched, nothing where it is not."""
    if effect.repeats < 2:
        return " (one seed)"
    return " (interval holds 0)" if contains_zero(effect) else ""


def gain_grid_numbers(
    observations: Iterable[Observation], metric: str = "auc", reference: str = "baseline"
) -> str:
    """Say in words what `gain_grid` draws."""
    found = gain_effects(with_shares(observations), metric, reference, ("rho", "mu"))
    digits = metric_digits(metric)
    said = {
        point: (
            effect.mean,
            points(effect.mean, digits) + _doubt(effect),
        )
        for point, effect in found.items()
    }
    unsure = sum(contains_zero(effect) and effect.repeats > 1 for effect in found.values())
    return (
        f"Gain over {method_label(reference).lower()} in points of {metric_label(metric)}, paired "
        f"by seed; the 95 percent interval holds 0 in {unsure} of {plural(len(found), 'cell')}. "
        + sentences_of(said)
    )
