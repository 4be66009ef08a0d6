"""How much a method depends on the size of its batch: a metric against it, a line per method."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.errors import UserError
from reproduce.evaluation.significance import paired_effect
from reproduce.figures.by_seed import Values, by_seed, numbers_along, span
from reproduce.figures.inputs import Observation
from reproduce.figures.line_ends import line_name, name_the_ends
from reproduce.figures.style import in_the_look, method_style, new_figure
from reproduce.figures.wording import (
    mean_and_sd,
    mean_and_spread,
    method_label,
    metric_digits,
    metric_label,
    plain,
    points,
)

_INCHES = 3.2


def _by_method(
    rows: Iterable[Observation], metric: str
) -> tuple[dict[str, dict[Any, Mapping[Any, float]]], list[Any]]:
    """Return {method: {batch size: {seed: value}}}, and all sizes ascending."""
    values: Values = by_seed(rows, metric, ("method", "batch_size"))
    sizes = numbers_along((size for _, size in values), "batch_size")
    if sizes[0] <= 0:
        raise UserError(f"batch_size is {plain(sizes[0])}, expected numbers of images above 0")
    methods = dict.fromkeys(method for method, _ in values)
    return {
        method: {size: values[method, size] for size in sizes if (method, size) in values}
        for method in methods
    }, sizes


@in_the_look
def batch_sizes(rows: Iterable[Observation], metric: str = "macro_f1") -> Figure:
    """Draw a metric against the batch size of pre-training, a line and a band per method.

    Parameters
    ----------
    rows
        rows with `batch_size`; every other factor is the same in all of them.
    metric
        what is drawn, in percent.

    Notes
    -----
    The band reaches one sd over seeds to either side of the mean; dots are seeds. With the images
    passed held fixed a larger batch takes fewer steps, so a line says what both do together.
    """
    found, sizes = _by_method(rows, metric)
    figure, axes = new_figure(_INCHES + 0.9)
    axis = axes[0, 0]
    for turn, (method, values) in enumerate(found.items()):
        _line(axis, method, values, 0.045 * (2 * turn - len(found) + 1))
    axis.set_xscale("log", base=2)
    axis.set_xticks(sizes, [plain(size) for size in sizes])
    axis.minorticks_off()
    axis.set_xlim(sizes[0] * 2**-0.25, sizes[-1] * 2**0.25)
    axis.grid(False, axis="x")
    axis.set_xlabel("batch size of pre-training (log axis)")
    axis.set_ylabel(f"{metric_label(metric).partition(' (')[0]} (%)")
    counts = span(len(seeds) for values in found.values() for seeds in values.values())
    axis.set_title(f"line: mean; band: ± 1 sd; dots: seeds (n = {counts})", fontsize=11,
                   fontweight="normal")  # fmt: skip
    ends = {
        line_name([method]): 100 * mean_and_sd(list(values[max(values)].values()))[0]
        for method, values in found.items()
    }
    colours = {line_name([method]): method_style(method).colour for method in found}
    name_the_ends(axis, ends, colours, _INCHES)
    return figure


def _line(axis: Axes, method: str, values: Mapping[Any, Mapping[Any, float]], shift: float) -> None:
    """Draw one method, moved a little aside so that dots do not hide each other."""
    style = method_style(method)
    places = np.array(list(values), dtype=float) * 2**shift
    known = [mean_and_sd(list(seeds.values())) for seeds in values.values()]
    mean = 100 * np.array([each[0] for each in known])
    half = 100 * np.array([each[1] or 0.0 for each in known])
    axis.fill_between(places, mean - half, mean + half, color=style.colour, alpha=0.13, lw=0)
    axis.plot(places, mean, color=style.colour, linestyle=style.line, marker=style.marker,
              markersize=8.5, markeredgecolor="white", label=method_label(method))  # fmt: skip
    for place, seeds in zip(places, values.values(), strict=True):
        axis.scatter([place] * len(seeds), 100 * np.array(list(seeds.values())), s=15,
                     color=style.colour, alpha=0.6, linewidths=0, zorder=3)  # fmt: skip


def batch_sizes_numbers(rows: Iterable[Observation], metric: str = "macro_f1") -> str:
    """Say in words what `batch_sizes` draws, and what the smallest batch costs each method."""
    found, sizes = _by_method(rows, metric)
    digits, sentences = metric_digits(metric), []
    for method, values in found.items():
        each = ", ".join(
            f"{mean_and_spread(list(seeds.values()), digits)} at {plain(size)}"
            for size, seeds in values.items()
        )
        sentences.append(f"{method_label(method)}: {each}{_smallest(values, digits)}.")
    counts = span(len(seeds) for values in found.values() for seeds in values.values())
    return (
        f"{metric_label(metric)} in percent by batch size from {plain(sizes[0])} to "
        f"{plain(sizes[-1])}, mean ± sd over seeds (n = {counts}). " + " ".join(sentences)
    )


def _smallest(values: Mapping[Any, Mapping[Any, float]], digits: int) -> str:
    """Return the smallest batch minus the largest, paired by seed, in words."""
    low, high = min(values), max(values)
    both = [seed for seed in values[low] if seed in values[high]]
    if low == high or not both:
        return ""
    effect = paired_effect([values[low][seed] - values[high][seed] for seed in both])
    ends = f" [{points(effect.low, digits)}, {points(effect.high, digits)}]"
    return (
        f"; {plain(low)} minus {plain(high)} {points(effect.mean, digits)}"
        f"{ends if len(both) > 1 else ' (no interval)'}"
    )
