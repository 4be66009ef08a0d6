"""A metric before and after thresholding: a slope for every trained network, by rho."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from reproduce.errors import UserError
from reproduce.figures.inputs import Observation, is_number, with_columns
from reproduce.figures.picture import NothingToShow, Picture
from reproduce.figures.style import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    RARE,
    WRONG,
    in_the_look,
    new_figure,
    title,
)
from reproduce.figures.wording import (
    in_sentence,
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
# {method before: {rho: [(before, after) of each seed and point]}}
Slopes = dict[str, dict[Any, list[tuple[float, float]]]]


class BeforeAfter(Picture):
    """A metric before and after thresholding, one slope for each trial, by rho.

    Both ends of a slope are the same trained network; only the division by the priors lies
    between them, so each slope is a paired difference.
    """

    def __init__(
        self,
        rows: Iterable[Observation],
        metric: str = "accuracy",
        pairs: Mapping[str, str] = THRESHOLDED,
    ):
        super().__init__(rows)
        self.metric, self.slopes = metric, _pairs(self.sources, metric, pairs)

    @in_the_look
    def draw(self) -> Figure:
        """Draw a panel per method before, slopes darker as rho grows."""
        rhos = sorted({rho for by_rho in self.slopes.values() for rho in by_rho})
        styles = {rho: _rho_style(turn, len(rhos)) for turn, rho in enumerate(rhos)}
        figure, axes = new_figure(4.4, 1, len(self.slopes), sharey=True)
        for axis, (name, by_rho) in zip(axes.flat, self.slopes.items(), strict=True):
            for rho, slopes in by_rho.items():
                colour, marker = styles[rho]
                for before, after in slopes:
                    axis.plot([0, 1], [100 * before, 100 * after], color=colour, marker=marker,
                              lw=1.3, alpha=0.85, markersize=5.5)  # fmt: skip
            axis.set_xticks([0, 1], ["before", "after"])
            axis.set_xlim(-0.28, 1.28)
            axis.grid(False, axis="x")
            title(axis, method_label(name), _mean_change(by_rho))
        axes[0, 0].set_ylabel(f"{metric_label(self.metric)} (%)")
        figure.legend(
            [Line2D([], [], color=colour, marker=marker) for colour, marker in styles.values()],
            [f"rho {plain(rho)}" for rho in rhos], loc="outside lower center",
            ncols=min(len(rhos), 4), title="before and after thresholding at",
        )  # fmt: skip
        return figure

    def message(self) -> str:
        """Say the largest mean change, and where it is."""
        changes = {
            (name, rho): float(np.mean([after - before for before, after in slopes]))
            for name, by_rho in self.slopes.items()
            for rho, slopes in by_rho.items()
        }
        name, rho = max(changes, key=lambda at: abs(changes[at]))
        count, change = len(self.slopes[name][rho]), changes[name, rho]
        verb = "adds" if change > 0 else "takes"
        from_to = "to" if change > 0 else "from"
        size = points(abs(change), metric_digits(self.metric)).lstrip("+")
        label = metric_label(self.metric).lower()
        return (
            f"Dividing by the class shares {verb} {size} points {from_to} the {label} of "
            f"{in_sentence(name)} at rho {plain(rho)} (mean of {plural(count, 'network')})."
        )

    def seen(self) -> str:
        """Say what the slopes are."""
        return (
            f"{metric_label(self.metric)} of every network before and after thresholding: a slope "
            "for each network, a panel for each way of training, coloured by rho."
        )

    def words(self) -> str:
        """Say the means before and after at each rho."""
        sentences, digits = [], metric_digits(self.metric)
        for name, by_rho in self.slopes.items():
            each = ", ".join(
                f"{percent(np.mean([before for before, _ in slopes]), digits)} to "
                f"{percent(np.mean([after for _, after in slopes]), digits)} at rho {plain(rho)} "
                f"(n = {len(slopes)})"
                for rho, slopes in by_rho.items()
            )
            sentences.append(f"{method_label(name)}: {each}.")
        label = metric_label(self.metric).lower()
        return f"Mean {label} in percent before and after thresholding. " + " ".join(sentences)


def _pairs(observations: Iterable[Observation], metric: str, pairs: Mapping[str, str]) -> Slopes:
    """Return the values of a network before and after, at every point where it has both."""
    rows = with_columns(observations, (metric, "method", "rho", "seed"))
    factors = ("method", "imbalance", "rho", "mu", "dataset", "seed")
    at = {tuple(row.get(factor) for factor in factors): row for row in rows}
    if len(at) < len(rows):
        raise UserError(
            "two observations share method, point and seed, expected one each; pass one run's"
        )
    found: Slopes = {}
    for point, row in sorted(at.items(), key=lambda item: item[1]["rho"]):
        after = at.get((pairs.get(row["method"]), *point[1:]))
        if after is None or not (is_number(row[metric]) and is_number(after[metric])):
            continue
        by_rho = found.setdefault(row["method"], {})
        by_rho.setdefault(row["rho"], []).append((float(row[metric]), float(after[metric])))
    if not found:
        raise NothingToShow(
            "there is nothing to pair: it needs a method beside the same one with thresholding"
        )
    return {name: found[name] for name in pairs if name in found}


def _rho_style(turn: int, count: int) -> tuple[Any, str]:
    """Return a colour and a marker for each rho, the rarest in the warmest colour."""
    shades = (BLUE, GREEN, ORANGE, RARE, WRONG, INK)
    return shades[turn % len(shades)], "osD^vP"[turn % 6]


def _mean_change(by_rho: Mapping[Any, Sequence[tuple[float, float]]]) -> str:
    changes = [after - before for slopes in by_rho.values() for before, after in slopes]
    return f"{points(math.fsum(changes) / len(changes))} points"
