"""Imbalance told from having fewer images: step, linear and no imbalance at one total."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.errors import UserError, unknown_name
from reproduce.figures.by_seed import Values, by_seed, numbers_along, span
from reproduce.figures.inputs import Observation, with_columns
from reproduce.figures.line_ends import name_the_ends
from reproduce.figures.style import MethodStyle, in_the_look, panels
from reproduce.figures.wording import (
    mean_and_sd,
    mean_and_spread,
    method_label,
    metric_digits,
    metric_label,
    plain,
    plural,
    points,
)

KINDS = {
    "balanced": MethodStyle("#009E73", "D", (0, (4, 1.6))),
    "linear": MethodStyle("#E69F00", "^"),
    "step": MethodStyle("#0072B2", "s"),
}
_NAMES = {"balanced": "balanced,\nas few images", "linear": "linear\nimbalance",
          "step": "step\nimbalance"}  # fmt: skip
_INCHES = 2.5


def _by_method(
    observations: Iterable[Observation], metric: str
) -> tuple[dict[str, Values], dict[Any, str]]:
    """Return {method: {(kind, rho): {seed: value}}} and the images at each rho, in words.

    The balanced control belongs to every method: it is a baseline, whatever its name.
    """
    rows = with_columns(observations, ("imbalance", "rho", "method", "images"))
    for row in rows:
        if row["imbalance"] not in KINDS:
            raise unknown_name("imbalance", row["imbalance"], KINDS)
    control = [row for row in rows if row["imbalance"] == "balanced"]
    others = [row for row in rows if row["imbalance"] != "balanced"]
    if not control or not others:
        raise UserError(
            "expected balanced controls and imbalanced sets of as many images, received "
            f"{plural(len(control), 'control')} and {plural(len(others), 'other row')}"
        )
    methods = dict.fromkeys(row["method"] for row in others)
    found = {
        method: by_seed(
            [row for row in others if row["method"] == method] + control, metric,
            ("imbalance", "rho"),
        )
        for method in methods
    }  # fmt: skip
    images = {
        # The imbalanced sets first: the controls come as near to them as equal classes can.
        rho: [row["images"] for row in (*others, *control) if row["rho"] == rho]
        for rho in numbers_along((row["rho"] for row in rows), "rho")
    }
    return found, {rho: _total(each) for rho, each in images.items()}


def _total(images: Sequence[float]) -> str:
    """Return a number of images: the first where all are within 2 %, else from least to most."""
    low, high = min(images), max(images)
    near = high - low <= 0.02 * high
    return f"{images[0]:,.0f}" if near else f"{low:,.0f} to {high:,.0f}"


def _mean(values: Values, kind: str, rho: Any) -> float:
    seeds = values.get((kind, rho))
    return 100 * mean_and_sd(list(seeds.values()))[0] if seeds else np.nan


@in_the_look
def imbalance_or_fewer(observations: Iterable[Observation], metric: str = "auc") -> Figure:
    """Draw step, linear and no imbalance over rho, at the same number of training images.

    Parameters
    ----------
    observations
        rows with `images`, the size of the training set, and `imbalance`: "step", "linear" or
        "balanced" (the control, a baseline on balanced sets as small as the others).
    metric
        what is drawn, in percent.

    Notes
    -----
    The control falls along the axis because there are fewer images; the shaded distance from it
    down to step imbalance is what being unequal does besides. Dots are seeds. The control of every
    panel is the same, and is a baseline.
    """
    found, images = _by_method(observations, metric)
    figure, axes = panels(len(found), _INCHES + 0.6, 1, sharex=True, sharey=True)
    counts = span(len(seeds) for values in found.values() for seeds in values.values())
    places = list(images)
    for axis, (method, values) in zip(axes, found.items(), strict=True):
        control, step = (
            np.array([_mean(values, kind, rho) for rho in places]) for kind in ("balanced", "step")
        )
        axis.fill_between(np.arange(len(places)), step, control, color="#0072B2", alpha=0.1, lw=0)
        for turn, kind in enumerate(KINDS):
            _line(axis, values, kind, places, 0.05 * (turn - 1))
        axis.set_xticks(range(len(places)), [f"{plain(r)}\n{images[r]}" for r in places])
        axis.set_xlim(-0.35, len(places) - 0.65)
        axis.grid(False, axis="x")
        axis.set_title(method_label(method))
        axis.set_ylabel(f"{metric_label(metric).partition(' (')[0]} (%)")
    axes[-1].set_xlabel("imbalance ratio rho, and training images in all")
    figure.suptitle(
        f"line: mean; dots: seeds (n = {counts}); shaded: lost to step imbalance",
        fontsize=11, ha="left", x=0.015,
    )  # fmt: skip
    for axis, values in zip(axes, found.values(), strict=True):
        _name(axis, values, places)
    return figure


def _line(axis: Axes, values: Values, kind: str, places: list, shift: float) -> None:
    style = KINDS[kind]
    x = np.arange(len(places)) + shift
    means = np.array([_mean(values, kind, rho) for rho in places])
    there = np.isfinite(means)
    axis.plot(x[there], means[there], color=style.colour, marker=style.marker, markersize=8,
              linestyle=style.line, markeredgecolor="white", label=kind)  # fmt: skip
    for place, rho in zip(x, places, strict=True):
        seeds = list(values.get((kind, rho), {}).values())
        axis.scatter([place] * len(seeds), 100 * np.array(seeds), s=13, color=style.colour,
                     alpha=0.6, linewidths=0, zorder=3)  # fmt: skip


def _name(axis: Axes, values: Values, places: list) -> None:
    ends = {}
    for kind, name in _NAMES.items():
        means = [_mean(values, kind, rho) for rho in places]
        if np.isfinite(means).any():
            ends[name] = [mean for mean in means if np.isfinite(mean)][-1]
    colours = {name: KINDS[kind].colour for kind, name in _NAMES.items()}
    name_the_ends(axis, ends, colours, _INCHES)


def imbalance_or_fewer_numbers(observations: Iterable[Observation], metric: str = "auc") -> str:
    """Say in words what `imbalance_or_fewer` draws."""
    found, images = _by_method(observations, metric)
    digits = metric_digits(metric)
    totals = ", ".join(f"{total} at rho {plain(rho)}" for rho, total in images.items())
    sentences = [
        _sentence(method, values, list(images), digits) for method, values in found.items()
    ]
    return (
        f"{metric_label(metric)} in percent, mean ± sd over seeds, training images: {totals}. "
        + " ".join(sentences)
    )


def _sentence(method: str, values: Mapping, places: list, digits: int) -> str:
    parts = []
    for rho in places:
        said = [
            f"{kind} {mean_and_spread(list(values[kind, rho].values()), digits)}"
            for kind in KINDS
            if (kind, rho) in values
        ]
        lost = (_mean(values, "step", rho) - _mean(values, "balanced", rho)) / 100
        alone = f" (step minus balanced {points(lost, digits)})" if np.isfinite(lost) else ""
        parts.append(f"at rho {plain(rho)} {', '.join(said)}{alone}")
    return f"{method_label(method)}: {'; '.join(parts)}."
