"""A metric over the weight of the similarity loss and the number of hard negatives."""

from collections.abc import Iterable, Mapping
from typing import Any

from reproduce.figures.by_seed import Values, by_seed, span
from reproduce.figures.factor import Factor
from reproduce.figures.grid import Grid, Square, blues
from reproduce.figures.inputs import Observation
from reproduce.figures.style import PUBLISHED
from reproduce.figures.wording import (
    MISSING,
    mean_and_sd,
    mean_and_spread,
    metric_digits,
    metric_label,
    percent,
    plain,
    plural,
    points,
)
from reproduce.papers.dual_head import printed
from reproduce.registry import published as tables

WEIGHT = Factor("sim_weight", "λ, the weight of the similarity loss", scale="even")
MINED = Factor("hard_negatives", "k, hard negatives per anchor", scale="even")


class WeightsGrid(Grid):
    """A metric over lambda and k as coloured cells, the paper's points framed.

    Parameters
    ----------
    rows
        rows of one method with `sim_weight` (lambda) and `hard_negatives` (k).
    metric
        what is drawn: the mean over seeds, and below it their sd and number, in percent.
    published
        the paper's published cells; those of its Table 6 are framed, each with the value it prints.
        That value stands on other data, so only its differences from point to point compare.
    """

    def __init__(
        self,
        rows: Iterable[Observation],
        metric: str = "macro_f1",
        published: Iterable[tables.PrintedCell] | None = None,
    ):
        rows = list(rows)
        self.metric = metric
        self.found = by_seed(rows, metric, (WEIGHT.name, MINED.name))
        self.printed = {} if published is None else printed.weights(published)
        counts = span(map(len, self.found.values()))
        across, upwards = (
            factor.values(place[turn] for place in self.found)
            for turn, factor in enumerate((WEIGHT, MINED))
        )
        cells = {
            (None, weight, mined): _cell(
                self.found.get((weight, mined)), self.printed.get((weight, mined)),
                metric_digits(metric),
            )
            for weight in across for mined in upwards
        }  # fmt: skip
        super().__init__(
            rows,
            cells,
            WEIGHT,
            MINED,
            colours=blues(map(_mean, self.found.values())),
            label=f"{metric_label(metric)} (%), mean ± sd over seeds (n = {counts})",
            opening="",
            framed=(
                "a point of the paper, with what it prints" * bool(self.printed),
                PUBLISHED,
            ),
        )

    def message(self) -> str:
        """Say how far the whole grid reaches, and where the paper's own points lie on it."""
        digits = metric_digits(self.metric)
        means = {place: _mean(seeds) for place, seeds in self.found.items()}
        low, high = min(means.values()), max(means.values())
        best = max(means, key=means.__getitem__)
        said = (
            f"From {percent(low, digits)} to {percent(high, digits)} % {metric_label(self.metric)} "
            f"over the grid, highest at {_place(best)}"
        )
        if not self.printed:
            return f"{said}."
        gap = max(self.printed.values()) - min(self.printed.values())
        return f"{said}; the paper's own points differ by {100 * gap:.0f} points."

    def reading(self) -> str:
        """Say what the colours and frames mean."""
        return (
            "The stronger the blue, the higher. Framed: the paper's points, printed for its own "
            "data, so only differences between points compare."
        )

    def words(self) -> str:
        """Say the ends, and the paper's steps beside the same steps here."""
        found, digits = self.found, metric_digits(self.metric)
        order = sorted(found, key=lambda place: _mean(found[place]))
        low, high = (
            f"{mean_and_spread(list(found[place].values()), digits)} at {_place(place)}"
            for place in (order[0], order[-1])
        )
        text = (
            f"{metric_label(self.metric)} in percent over lambda and k, "
            f"{plural(len(found), 'point')}, mean ± sd over seeds "
            f"(n = {span(map(len, found.values()))}): from {low} to {high}."
        )
        if not self.printed:
            return text
        said = "; ".join(
            f"{_place(place)} {_ours(found.get(place), digits)} (paper {percent(value, 0)})"
            for place, value in self.printed.items()
        )
        return f"{text} The paper's points: {said}.{_steps(found, self.printed, digits)}"


def _cell(seeds: Mapping[Any, float] | None, paper: float | None, digits: int) -> Square:
    """Return a cell with its mean, what is known of its spread, and what the paper prints."""
    under, framed = "" if paper is None else f"paper {percent(paper, 0)}", paper is not None
    if seeds is None:
        return Square(None, MISSING, "", under, framed=framed)
    mean, spread = mean_and_sd(list(seeds.values()))
    known = "" if spread is None else f"± {percent(spread, digits)}"
    return Square(mean, percent(mean, digits), known, under, framed=framed)


def _mean(seeds: Mapping[Any, float]) -> float:
    return mean_and_sd(list(seeds.values()))[0]


def _place(place: tuple[Any, Any]) -> str:
    return f"lambda {plain(place[0])}, k {plain(place[1])}"


def _ours(seeds: Mapping[Any, float] | None, digits: int) -> str:
    return mean_and_spread(list(seeds.values()), digits) if seeds else "not measured"


def _steps(found: Values, paper: Mapping[tuple, float], digits: int) -> str:
    """Compare what each printed point loses to the paper's best, on the seeds that both have."""
    best, steps = max(paper, key=paper.__getitem__), []
    for place, value in paper.items():
        here, there = found.get(place, {}), found.get(best, {})
        both = [seed for seed in here if seed in there]
        if place != best and both:
            ours = sum(here[seed] - there[seed] for seed in both) / len(both)
            said = points(value - paper[best], 0)
            steps.append(f"to {_place(place)} {points(ours, digits)} (paper {said})")
    return f" Steps in points from {_place(best)}: {'; '.join(steps)}." if steps else ""
