"""What a printed row may mean where nobody says it: every reading, the plainest first.

A row is accused only if none of its readings survives. Two readings let nearly everything pass, and
are told apart from the plain ones for that: a number may be a mean over runs or folds that nobody
mentions, and folds may be of any sizes. Where only these are left, a row is possible, but not as it
would usually be read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from reproduce.audit.stated import Stated

# How an unknown rounding is read; means may also be of numbers that were rounded before.
ROUNDINGS = ("either", "truncated", "ceiling")
AVERAGINGS = ("macro", "weighted", "micro", "class")
# A stated meaning of ± and how `whole_runs` calls it.
SPREADS = {"sd": "sample", "sd_population": "population", "se": "se", "ci95": "ci95",
           "over_folds": "over_folds"}  # fmt: skip
IN_WORDS = {
    "either": "rounded to the nearest", "half_up": "rounded, a half up",
    "half_even": "rounded, a half to the even digit", "truncated": "cut off",
    "ceiling": "rounded up", "any": "rounded or cut off",
    "rounded_twice": "averaged from rounded numbers",
    "macro": "plain means over classes", "weighted": "means weighted by class size",
    "micro": "micro averages", "class": "scores of one class",
    "sd": "± a standard deviation (k - 1)", "sd_population": "± a standard deviation (k)",
    "se": "± a standard error", "ci95": "± half of a 95 % interval",
    "over_folds": "± over folds", "one": "one run", "runs": "{k} runs",
    "pooled": "all folds pooled", "equal_folds": "{k} folds as equal as can be",
    "unequal_folds": "{k} folds of any sizes", "several": "a mean over runs or folds not mentioned",
    "rows_true": "rows are the true classes", "rows_predicted": "rows are the predictions",
    1: "fractions", 100: "percentages",
}  # fmt: skip
AXES = ("rounding", "unit", "averaging", "design", "spread")


@dataclass(frozen=True)
class Reading:
    """One reading of a row; an axis is None where the row leaves nothing to read on it."""

    rounding: str = "either"
    unit: int | None = None
    averaging: str | None = None
    design: str = "one"
    k: int | None = 1
    spread: str | None = None

    @property
    def plain(self) -> bool:
        """Whether this is how such a row is usually read."""
        return self.design not in ("several", "unequal_folds")

    @property
    def kind(self) -> str:
        """The name of the spread in `whole_runs`."""
        return SPREADS[self.spread] if self.spread else "either"

    def told(self, axes: Iterable[str] = AXES) -> str:
        """Return these axes in words."""
        found = [getattr(self, axis) for axis in axes]
        return ", ".join(IN_WORDS[one].format(k=self.k) for one in found if one is not None)


@dataclass(frozen=True)
class Open:
    """What a row leaves open: is there a spread, an average without a name, a unit?"""

    has_spread: bool = False
    averaged: bool = False
    unit: bool = False


def readings(stated: Stated, open_: Open) -> list[Reading]:
    """Return every reading of a row, the plainest first."""
    units: tuple[int | None, ...] = (None,)
    if open_.unit:
        units = {"percent": (100,), "fraction": (1,)}.get(stated.unit or "", (1, 100))
    averagings: tuple[str | None, ...] = (None,)
    if open_.averaged:
        averagings = (stated.averaging,) if stated.averaging else AVERAGINGS
    found = [
        Reading(rounding, unit, averaging, design, k, spread)
        for (design, k), unit, averaging in product(
            _designs(stated, open_.has_spread), units, averagings
        )
        for rounding in _roundings(stated, design, k)
        for spread in _spreads(stated, design, open_.has_spread)
    ]
    return sorted(found, key=lambda one: not one.plain)


def _roundings(stated: Stated, design: str, k: int | None) -> tuple[str, ...]:
    said = (stated.rounding,) if stated.rounding else ROUNDINGS
    several = design in ("runs", "equal_folds", "unequal_folds", "several")
    return (*said, "rounded_twice") if several and "truncated" not in said[:1] else said


def _designs(stated: Stated, has_spread: bool) -> Iterator[tuple[str, int | None]]:
    runs, folds = stated.runs, stated.folds
    if folds and folds > 1:
        k = folds * (runs or 1)
        yield "equal_folds", k
        if not runs or runs == 1:
            yield "pooled", folds
        yield "unequal_folds", k
    elif runs and runs > 1:
        yield "runs", runs
    elif runs == 1:
        yield "one", 1
    elif has_spread:
        yield "several", None
    else:
        yield "one", 1
        yield "several", None


def _spreads(stated: Stated, design: str, has_spread: bool) -> tuple[str | None, ...]:
    if not has_spread or design in ("one", "pooled"):
        return (None,)
    if stated.spread:
        return (stated.spread,)
    if design == "several":
        return (None,)
    return ("sd", "sd_population", "se", "ci95")
