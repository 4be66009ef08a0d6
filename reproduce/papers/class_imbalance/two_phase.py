"""Two-phase training beside what it is made of: does it lie between baseline and sampler?"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.figures.by_seed import ROUNDING, by_seed, numbers_along
from reproduce.figures.inputs import Observation
from reproduce.figures.picture import NothingToShow, Picture
from reproduce.figures.style import (
    FAINT,
    INK,
    SMALLEST,
    in_the_look,
    method_style,
    new_figure,
    title,
)
from reproduce.figures.wording import method_label, metric_digits, metric_label, percent, plain

TWO_PHASE = {
    "oversampling": "two_phase_oversampling",
    "undersampling": "two_phase_undersampling",
}
_SHORT = {"oversampling": "over", "undersampling": "under"}

# {(sampler, rho): {seed: (baseline, two-phase, sampler)}}
Triples = dict[tuple[str, Any], dict[Any, tuple[float, float, float]]]


def _triples(
    observations: Iterable[Observation], metric: str, pairs: Mapping[str, str]
) -> tuple[Triples, list[Any]]:
    """Return the values of the seeds that have all three methods, and the values of rho."""
    values = by_seed(observations, metric, ("method", "rho"))
    rhos = numbers_along((rho for _, rho in values), "rho")
    found: Triples = {}
    for sampler, two_phase in pairs.items():
        for rho in rhos:
            arms = [values.get((name, rho), {}) for name in ("baseline", two_phase, sampler)]
            shared = [seed for seed in arms[0] if seed in arms[1] and seed in arms[2]]
            if shared:
                found[sampler, rho] = {seed: tuple(arm[seed] for arm in arms) for seed in shared}
    if not found:
        raise NothingToShow(
            "no seed has all three, the baseline, a sampler and the two-phase training with it"
        )
    return found, [rho for rho in rhos if any(rho == there for _, there in found)]


def lies_between(triple: tuple[float, float, float]) -> bool:
    """Say whether the middle value lies between its neighbours, ends included."""
    one, middle, other = triple
    return min(one, other) - ROUNDING <= middle <= max(one, other) + ROUNDING


class TwoPhaseBetween(Picture):
    """Baseline, two-phase training and its sampler for each rho, one thin line per seed.

    Parameters
    ----------
    rows
        observations at one mu.
    metric
        what is drawn, in percent. Every panel has a scale of its own, since differences at a small
        rho are far smaller than at a large one.
    pairs
        {sampler: the two-phase method that begins with it}.

    Notes
    -----
    A seed whose line keeps its direction has two-phase training between the other two; a line
    with a bend upwards or downwards has not. The panels count the seeds.
    """

    def __init__(
        self,
        rows: Iterable[Observation],
        metric: str = "auc",
        pairs: Mapping[str, str] = TWO_PHASE,
    ):
        super().__init__(rows)
        self.metric, self.pairs = metric, pairs
        self.triples, self.rhos = _triples(self.sources, metric, pairs)

    @in_the_look
    def draw(self) -> Figure:
        """Draw a row of panels per rho, a column per sampler."""
        samplers = list(dict.fromkeys(sampler for sampler, _ in self.triples))
        figure, axes = new_figure(2.45 * len(self.rhos), len(self.rhos), len(samplers))
        for column, sampler in enumerate(samplers):
            for row, rho in enumerate(self.rhos):
                axis = axes[row, column]
                if (sampler, rho) in self.triples:
                    _draw(axis, sampler, self.pairs[sampler], rho, self.triples[sampler, rho])
                else:
                    axis.remove()
        label = f"{metric_label(self.metric).partition(' (')[0]} (%)"
        figure.supylabel(label, fontsize=SMALLEST)
        return figure

    def message(self) -> str:
        """Count the seeds in which two-phase training lies between the other two."""
        within = sum(sum(map(lies_between, seeds.values())) for seeds in self.triples.values())
        every = sum(map(len, self.triples.values()))
        return (
            f"Two-phase training lies between the baseline and its sampler in {within} of {every} "
            f"comparisons of {metric_label(self.metric).partition(' (')[0]}."
        )

    def seen(self) -> str:
        """Say what the panels are."""
        return (
            f"{metric_label(self.metric)} in percent of the baseline, two-phase training and the "
            "sampler it begins with, a thin line for each seed, a panel for each rho and sampler."
        )

    def reading(self) -> str:
        """Say what dashes and bars are."""
        return (
            "Base: the baseline; over, under: the sampler. Bars: means; dashed: a seed in which "
            "two-phase is not between. Each panel has a scale of its own."
        )

    def words(self) -> str:
        """Say the three means of each panel and in how many seeds two-phase is between."""
        digits, sentences = metric_digits(self.metric), []
        for (sampler, rho), triples in self.triples.items():
            means = np.mean(list(triples.values()), axis=0)
            within = sum(map(lies_between, triples.values()))
            sentences.append(
                f"{method_label(sampler)}, rho {plain(rho)}: baseline {percent(means[0], digits)}, "
                f"two-phase {percent(means[1], digits)}, {method_label(sampler).lower()} "
                f"{percent(means[2], digits)}; between in {within} of {len(triples)} seeds."
            )
        return f"Mean {metric_label(self.metric)} in percent. " + " ".join(sentences)


def _draw(axis: Axes, sampler: str, two_phase: str, rho: Any, triples: Mapping) -> None:
    """Draw one panel: a line per seed, and the mean of each method as a bar."""
    table = 100 * np.array(list(triples.values()))
    for line in table:
        bent = not lies_between(tuple(line / 100))
        axis.plot(range(3), line, color=FAINT, lw=1.2, linestyle="--" if bent else "-", zorder=2)
    for place, method in enumerate(("baseline", two_phase, sampler)):
        style = method_style(method)
        axis.plot([place - 0.22, place + 0.22], [table[:, place].mean()] * 2, color=INK, lw=2.4,
                  zorder=3, solid_capstyle="butt")  # fmt: skip
        axis.plot([place] * len(table), table[:, place], style.marker, color=style.colour,
                  markersize=7, markeredgecolor="white", markeredgewidth=0.8, zorder=4)  # fmt: skip
    axis.set_xticks(range(3), ["base", "two-\nphase", _SHORT.get(sampler, sampler)])
    axis.set_xlim(-0.45, 2.45)
    axis.margins(y=0.1)
    axis.locator_params(axis="y", nbins=5)
    axis.grid(False, axis="x")
    within = sum(map(lies_between, triples.values()))
    title(axis, f"rho {plain(rho)}", f"between: {within} of {len(triples)}")
