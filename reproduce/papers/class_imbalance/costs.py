"""What each method costs where missing a rare image costs more than missing a frequent one."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from reproduce.evaluation.costs import expected_cost, missed
from reproduce.evaluation.per_class import in_minority
from reproduce.figures.factor import Factor
from reproduce.figures.inputs import Observation
from reproduce.figures.lines import Line, Lines, Seeds
from reproduce.figures.picture import NothingToShow
from reproduce.figures.wording import mean_and_sd, plain
from reproduce.study.study import Study

PRICE, COST = "price", "cost_beside_the_baseline"
PRICES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 10_000.0)
# Percent of the baseline's.
TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
# A baseline that makes fewer errors than this in a hundred thousand images is nothing to divide by.
LEAST = 1e-5


def cost_rows(study: Study) -> list[dict[str, Any]]:
    """Return the cost of every method over that of its seed's baseline, by the price of a miss.

    At the point drawn in detail. Images come as often as in training, as they do where a classifier
    is used that was trained on what came. Prices end at ten times rho.
    """
    cells = study.select(**study.shown)
    prices = [price for price in PRICES if price <= 10 * study.shown["rho"]]
    found = {(cell.method, cell.seed): (cell, _costs(study, cell, prices)) for cell in cells}
    rows = []
    for (method, seed), (cell, costs) in found.items():
        _, of_baseline = found.get(("baseline", seed), (None, {}))
        rows += [
            {"method": method, **study.shown, "seed": seed, "key": cell.trial.key, PRICE: price,
             COST: cost / of_baseline[price]}
            for price, cost in costs.items() if of_baseline.get(price, 0) > LEAST
        ]  # fmt: skip
    return rows


def _costs(study: Study, cell, prices: Iterable[float]) -> dict[float, float]:
    counts = np.asarray(study.result(cell).counts)
    matrix, rare = study.measures.confusion(cell), in_minority(counts)
    # Of a class without a test image nothing is known, so none comes.
    shares = np.where(matrix.sum(axis=1) > 0, counts, 0)
    return {
        price: expected_cost(matrix, missed(np.where(rare, price, 1.0)), shares) for price in prices
    }


class CostOfMisses(Lines):
    """The cost of each method over the baseline's, against what a missed rare image costs.

    Parameters
    ----------
    rows
        observations with `price`, `cost_beside_the_baseline` and `rho`, at one point.

    Notes
    -----
    At price 1 every error costs the same: one minus the accuracy, where images come as in training.
    At price rho rare and frequent classes count alike. Where a line is below 100 % its method is
    the cheaper one.
    """

    def __init__(self, rows: Iterable[Observation]):
        rows = list(rows)
        if not {row["method"] for row in rows} - {"baseline"}:
            raise NothingToShow(
                "costs are beside those of the baseline, and no other method is here"
            )
        self.rho = rows[0]["rho"]
        price = Factor(
            PRICE, "price of a missed rare image", "log",
            tick=lambda value: f"{value:,.0f}", say=lambda value: f"price {value:,.0f}",
        )  # fmt: skip
        super().__init__(rows, COST, price, dots=True, inches=4.2)

    def message(self) -> str:
        """Say from which price on each method is cheaper than the baseline, in the mean."""
        (lines,) = self.found.values()
        said = []
        for line, values in lines.items():
            means = {price: mean_and_sd(list(seeds.values()))[0] for price, seeds in values.items()}
            cheaper = [price for price in means if means[price] < 1]
            if line != "baseline":
                said.append(f"{self.label(line)} {_from(cheaper, list(means))}")
        return f"Cheaper than the baseline: {', '.join(said)}."

    def reading(self) -> str:
        """Say what is on the axes, beside what lines and bars are."""
        return (
            f"{super().reading()} Images come as in training. Price 1: a missed rare image costs "
            "as much as a missed frequent one, and the cost is the share of errors; price "
            f"{plain(self.rho)}: classes count alike. Both axes are logarithmic."
        )

    def draw_panel(self, axis: Axes, lines: Mapping[Any, Line]) -> None:
        """Draw the lines on a logarithmic scale: twice and half as costly are equally far off."""
        super().draw_panel(axis, lines)
        axis.set_yscale("log")
        low, high = axis.get_ylim()
        ticks = [tick for tick in TICKS if low <= tick <= high]
        axis.set_yticks(ticks, [f"{tick:,}" for tick in ticks])

    def opening(self) -> str:
        """Return the sentence before those of the methods."""
        return (
            "Mean cost of an image in percent of the baseline's, mean ± sd over seeds, where "
            f"images come as in training (rho {plain(self.rho)})."
        )

    def said(self, place: Any, seeds: Seeds) -> str:
        """Return one price in words."""
        mean, spread = mean_and_sd(list(seeds.values()))
        within = "" if spread is None else f" ± {100 * spread:.0f}"
        return f"{100 * mean:.0f}{within} at {self.along.said(place)}"


def _from(cheaper: list[float], prices: list[float]) -> str:
    """Say where on the axis a method is the cheaper one."""
    if not cheaper:
        return "nowhere here"
    if cheaper == prices:
        return "at every price"
    first, last = f"{cheaper[0]:,.0f}", f"{cheaper[-1]:,.0f}"
    if cheaper == prices[prices.index(cheaper[0]) :]:
        return f"from price {first}"
    if cheaper == prices[: len(cheaper)]:
        return f"up to price {last}"
    return f"from price {first} to {last}"
