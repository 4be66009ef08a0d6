"""Which method is best depends on how long one trains: values and ranks over training length."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import rankdata

from reproduce.errors import UserError
from reproduce.figures.by_seed import ROUNDING, alike, by_seed, numbers_along
from reproduce.figures.inputs import Observation
from reproduce.figures.line_ends import line_name, name_the_ends
from reproduce.figures.picture import NothingToShow, Picture
from reproduce.figures.style import WIDTH, in_the_look, method_style
from reproduce.figures.wording import method_label, metric_digits, metric_label, percent, plural


@dataclass(frozen=True)
class Ranking:
    """Methods by training length: values [method, length, seed], ranks (1 is best), agreement.

    `agree` counts the seeds in which a method has the very rank that its mean has. Methods that
    agree in every value share one row; `names` has all their names.
    """

    names: list[list[str]]
    lengths: list[int]
    values: np.ndarray
    ranks: np.ndarray
    agree: np.ndarray


def ranking(observations: Iterable[Observation], metric: str) -> Ranking:
    """Return how methods rank at each training length, on the seeds that all of them have."""
    rows = list(observations)
    if not rows:
        raise NothingToShow("no learning curve was kept at the point that is drawn in detail")
    values = by_seed(rows, metric, ("method", "iterations"))
    lengths = numbers_along((length for _, length in values), "iterations")
    kin = alike(values)
    wanted = [(name, length) for name in kin for length in lengths]
    missing = next((place for place in wanted if place not in values), None)
    if missing:
        raise UserError(
            f"{method_label(missing[0]).lower()} was not trained for {missing[1]} iterations; "
            "expected every method at every length"
        )
    seeds = sorted(set.intersection(*(set(values[place]) for place in wanted)))
    if not seeds:
        raise UserError("no seed has every method at every length, expected at least one")
    if lengths[0] <= 0:
        raise UserError(
            f"iterations start at {lengths[0]}, expected numbers above 0 for a log axis"
        )
    table = np.array([[[values[name, n][seed] for seed in seeds] for n in lengths] for name in kin])
    ranks = _ranks(table.mean(axis=2))
    agree = (_ranks(table) == ranks[..., None]).sum(axis=2)
    return Ranking(list(kin.values()), lengths, table, ranks, agree)


def _ranks(values: np.ndarray) -> np.ndarray:
    """Return ranks along the first axis, 1 for the highest; equal values share their mean rank."""
    return rankdata(-np.round(values / ROUNDING) * ROUNDING, axis=0)


class RankingByLength(Picture):
    """A metric, and the rank of each method by it, over the iterations of training.

    Parameters
    ----------
    rows
        observations with `iterations`, the length of training, at one point of the grid.
    metric
        what is drawn, in percent, and what ranks the methods.

    Notes
    -----
    Lines that cross are methods that change places. The number in a mark counts the seeds in
    which the method has this very rank; few of them mean that the order is chance.
    """

    def __init__(self, rows: Iterable[Observation], metric: str = "auc"):
        super().__init__(rows)
        self.metric, self.ranking = metric, ranking(self.sources, metric)

    @in_the_look
    def draw(self) -> Figure:
        """Draw the metric above and the ranks below."""
        found = self.ranking
        inches = max(2.3, 0.46 * len(found.names))
        figure = Figure(figsize=(WIDTH, 2 * inches + 1.5), layout="constrained")
        upper, lower = figure.subplots(2, 1, sharex=True)
        for row in range(len(found.names)):
            _line(upper, lower, found, row)
        _axes(upper, lower, found, self.metric)
        names = {line_name(each): each[0] for each in found.names}
        colours = {name: method_style(first).colour for name, first in names.items()}
        for axis, values in ((upper, 100 * found.values.mean(axis=2)), (lower, found.ranks)):
            name_the_ends(axis, dict(zip(names, values[:, -1], strict=True)), colours, inches)
        return figure

    def message(self) -> str:
        """Say whether the first place changes hands with the length of training."""
        found = self.ranking
        firsts = [" = ".join(map(method_label, found.names[row]))
                  for row in found.ranks.argmin(axis=0)]  # fmt: skip
        label = metric_label(self.metric).partition(" (")[0].lower()
        count = found.values.shape[2]
        seeds = plural(count, "seed")
        # In how many single seeds the first place of the mean is the first place as well.
        agree = found.agree[found.ranks.argmin(axis=0), range(len(found.lengths))]
        if len(set(firsts)) == 1:
            lengths = plural(len(found.lengths), "length")
            return (
                f"{firsts[0]} has the highest mean {label} at each of {lengths} ({seeds}), and is "
                f"first in {agree.sum()} of {agree.size * count} pairs of a seed and a length."
            )
        return (
            f"The highest mean {label} after {found.lengths[0]:,} iterations is that of "
            f"{firsts[0]} (first at {agree[0]} of {seeds}), after {found.lengths[-1]:,} that of "
            f"{firsts[-1]} (at {agree[-1]})."
        )

    def seen(self) -> str:
        """Say what the panels are."""
        return (
            f"{metric_label(self.metric)} of {plural(len(self.ranking.names), 'method')} against "
            "the length of training, and below the rank of each by it."
        )

    def reading(self) -> str:
        """Say what the marks hold."""
        seeds = plural(self.ranking.values.shape[2], "seed")
        return (
            f"Line: mean; dots: seeds. In the marks below: how many of {seeds} have this very "
            "rank; few of them mean that the order is chance."
        )

    def words(self) -> str:
        """Say the order at each length."""
        found, digits, sentences = self.ranking, metric_digits(self.metric), []
        means, seeds = found.values.mean(axis=2), plural(found.values.shape[2], "seed")
        for place, length in enumerate(found.lengths):
            order = np.argsort(found.ranks[:, place], kind="stable")
            each = ", ".join(
                f"{found.ranks[row, place]:g} {' = '.join(map(method_label, found.names[row]))} "
                f"{percent(means[row, place], digits)} ({found.agree[row, place]} of {seeds} agree)"
                for row in order
            )
            sentences.append(f"After {length} iterations: {each}.")
        return f"Ranks by mean {metric_label(self.metric)} in percent. " + " ".join(sentences)


def _line(upper: Axes, lower: Axes, found: Ranking, row: int) -> None:
    """Draw one method: its means and seeds above, its ranks below."""
    style = method_style(found.names[row][0])
    line = {"color": style.colour, "linestyle": style.line, "marker": style.marker}
    means = 100 * found.values[row].mean(axis=1)
    upper.plot(found.lengths, means, markeredgecolor="white", **line)
    upper.scatter(
        np.repeat(found.lengths, found.values.shape[2]), 100 * found.values[row].ravel(), s=12,
        color=style.colour, alpha=0.55, linewidths=0,
    )  # fmt: skip
    lower.plot(found.lengths, found.ranks[row], **{**line, "marker": "o"}, markersize=17,
               markerfacecolor="white", markeredgewidth=2)  # fmt: skip
    for place, length in enumerate(found.lengths):
        lower.text(length, found.ranks[row, place], str(found.agree[row, place]), ha="center",
                   va="center", zorder=5)  # fmt: skip


def _axes(upper: Axes, lower: Axes, found: Ranking, metric: str) -> None:
    upper.set_xscale("log")
    upper.set_xticks(found.lengths, [f"{length:,}" for length in found.lengths])
    upper.minorticks_off()
    upper.set_ylabel(f"{metric_label(metric).partition(' (')[0]} (%)")
    lower.set_yticks(range(1, len(found.names) + 1))
    lower.set_ylim(len(found.names) + 0.6, 0.4)
    lower.set_ylabel("rank by the mean")
    lower.set_xlabel("iterations of training (log axis)")
    lower.margins(x=0.08)
    for axis in (upper, lower):
        axis.grid(False, axis="x")
