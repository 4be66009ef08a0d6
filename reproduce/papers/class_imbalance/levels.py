"""Sampling only part of the way to balance: a metric against the level of sampling."""

from collections.abc import Iterable
from typing import Any

from reproduce.errors import UserError
from reproduce.figures.by_seed import numbers_along
from reproduce.figures.factor import Factor
from reproduce.figures.inputs import Observation, is_number, with_columns
from reproduce.figures.lines import Line, Lines, Seeds
from reproduce.figures.picture import NothingToShow
from reproduce.figures.wording import (
    mean_and_sd,
    mean_and_spread,
    metric_digits,
    metric_label,
    percent,
    plain,
)


class SamplingLevels(Lines):
    """A metric against how far sampling goes, a line per sampler and a dot per seed.

    Parameters
    ----------
    rows
        observations at one rho and mu. The baseline is level 0 of every sampler; a row without
        `level` is full sampling, level 1.
    metric
        what is drawn, in percent.

    Notes
    -----
    Levels are even steps of the logarithm of the ratio: at level a the largest class is shown
    rho^(1 - a) times as often as the smallest. The axis says both.
    """

    def __init__(self, rows: Iterable[Observation], metric: str = "auc"):
        rows = with_columns(rows, ("method", "rho", "seed"))
        rhos = numbers_along((row["rho"] for row in rows), "rho")
        if len(rhos) > 1:
            raise UserError(
                f"the observations have rho {', '.join(map(plain, rhos))}, expected one; the "
                "levels of another imbalance are no part of the same curve"
            )
        (self.rho,) = rhos
        super().__init__(
            _at_levels(rows),
            metric,
            Factor(
                "level",
                "level of sampling, and the ratio it leaves",
                tick=lambda level: f"{_fraction(level)}\n{_ratio(self.rho, level)}",
                say=lambda level: f"level {_fraction(level)}",
            ),
            spread=None,
            dots=True,
        )
        if self.places[0] < 0 or self.places[-1] > 1:
            raise UserError(
                f"levels run from {self.places[0]:g} to {self.places[-1]:g}, expected 0 (as is) "
                "to 1 (balance)"
            )

    def message(self) -> str:
        """Say at which level each sampler does best."""
        (lines,) = self.found.values()
        digits, said = metric_digits(self.metric), []
        for line, values in lines.items():
            means = {level: self._mean(values, level) for level in values}
            best = max(means, key=means.__getitem__)
            said.append(
                f"{self.label(line)} at {_fraction(best)} ({percent(means[best], digits)} %)"
            )
        label = metric_label(self.metric).partition(" (")[0]
        return (
            f"Level of sampling with the highest {label} at rho {plain(self.rho)}: "
            f"{', '.join(said)}."
        )

    def reading(self) -> str:
        """Return what line and dots are, and what a level is."""
        return f"{super().reading()} Level 0 is the data as it is, level 1 balance."

    def opening(self) -> str:
        """Return the sentence before those of the samplers."""
        return (
            f"{metric_label(self.metric)} in percent at rho {plain(self.rho)}, mean ± sd over "
            "seeds, by level of sampling from 0 (as it is) to 1 (balance)."
        )

    def said(self, place: Any, seeds: Seeds) -> str:
        """Return one level in words."""
        known = mean_and_spread(list(seeds.values()), metric_digits(self.metric))
        return f"{known} at {self.along.said(place)}"

    def ending(self, values: Line) -> str:
        """Return at which level a sampler does best."""
        best = max(values, key=lambda level: mean_and_sd(list(values[level].values()))[0])
        return f"; highest at {_fraction(best)}"


def _at_levels(rows: list[Observation]) -> list[dict[str, Any]]:
    """Return the rows with a level each, those of the baseline for every sampler."""
    baseline = [{**row, "level": 0.0} for row in rows if row["method"] == "baseline"]
    sampled = [
        # The grid's rows have no level: their sampling goes all the way.
        {**row, "level": row["level"] if is_number(row.get("level")) else 1.0}
        for row in rows
        if row["method"] != "baseline"
    ]
    names = dict.fromkeys(row["method"] for row in sampled)
    if not names:
        raise NothingToShow("partial sampling belongs to a sampler, and here is the baseline alone")
    return [*({**row, "method": name} for name in names for row in baseline), *sampled]


def _fraction(level: float) -> str:
    """Return a third as "1/3", others as decimals."""
    for below in (3, 4):
        for above in range(1, below):
            if abs(level - above / below) < 1e-9:
                return f"{above}/{below}"
    return f"{level:.2g}"


def _ratio(rho: float, level: float) -> str:
    ratio = rho ** (1 - level)
    return f"{ratio:.0f}:1" if ratio >= 10 or abs(ratio - round(ratio)) < 0.05 else f"{ratio:.1f}:1"
