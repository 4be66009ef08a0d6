"""A metric before and after thresholding: a slope for every trained network, by rho."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from reproduce.errors import UserError
from reproduce.figures.inputs import Observation, is_number, with_columns
from reproduce.figures.picture import NothingToShow, Picture
from reproduce.figures.style import in_the_look, new_figure, title
from reproduce.figures.wording import (
    method_label,
    metric_digits,
    metric_label,
    percent,
    plain,
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
        figure, axes = new_figure(4.6, 1, len(self.slopes), sharey=True)
        for axis, (name, by_rho) in zip(axes.flat, self.slopes.items(), strict=True):
            for rho, slopes in by_rho.items():
                colour, marker = styles[rho]
                for before, after in slopes:
                    axis.plot([0, 1], [100 * before, 100 * after], color=colour, marker=marker,
                              lw=1.3, alpha=0.85, markersize=5.5)  # fmt: skip
            axis.set_xticks([0, 1], ["before", "after"])
            axis.set_xlim(-0.28, 1.28)
            axis.grid(False, axis="x")
            axis.set_xlabel("thresholding")
            title(axis, method_label(name), f"mean {_mean_change(by_rho)}")
        axes[0, 0].set_ylabel(f"{metric_label(self.metric)} (%)")
        figure.legend(
            [Line2D([], [], color=colour, marker=marker) for colour, marker in styles.values()],
            [f"rho {plain(rho)}" for rho in rhos], loc="outside lower center",
            ncols=min(len(rhos), 5),
        )  # fmt: skip
        return figure

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
    """Return a colour that darkens with rho, and a marker."""
    shade = 0.85 - 0.8 * turn / (count - 1) if count > 1 else 0.3
    return matplotlib.colormaps["viridis"](shade), "osD^vP"[turn % 6]


def _mean_change(by_rho: Mapping[Any, Sequence[tuple[float, float]]]) -> str:
    changes = [after - before for slopes in by_rho.values() for before, after in slopes]
    return f"{points(math.fsum(changes) / len(changes))} points"
