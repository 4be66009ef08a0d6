"""How the sentences of the dual-head page say levels and effects: one kind of interval, and n."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from reproduce.evaluation.significance import Effect
from reproduce.figures.by_seed import (
    Draws,
    by_seed,
    contains_zero,
    effect_between,
    effect_ends,
    has_interval,
    span,
)
from reproduce.figures.wording import mean_and_spread, plural, points
from reproduce.pages.rows import Row, rows_at
from reproduce.papers.dual_head.explained import named
from reproduce.papers.dual_head.printed import METRIC, OURS, RIVALS

Seeds = Mapping[Any, float]


def effect_words(effect: Effect) -> str:
    """Return "+1.2 points [−0.3, +2.7], 0 not excluded (n = 5)"."""
    zero = f", 0 {'not ' if contains_zero(effect) else ''}excluded"
    sure = zero if has_interval(effect) else ""
    return f"{points(effect.mean)} points{effect_ends(effect, 1)}{sure} (n = {effect.repeats})"


def between(
    rows: Iterable[Row], one: Mapping[str, Any], other: Mapping[str, Any], draws: Draws
) -> Effect | None:
    """Return the effect in macro F1 of the rows at one point over those at another."""
    rows = list(rows)
    return effect_between(rows_at(rows, **one), rows_at(rows, **other), METRIC, draws)


def against_rivals(rows: Iterable[Row], draws: Draws) -> str:
    """Return the gap to each rival: to one picked as the best, the interval would be too narrow."""
    rows = list(rows)
    found = {rival: between(rows, {"method": OURS}, {"method": rival}, draws) for rival in RIVALS}
    return ", ".join(f"minus {named(r)} {effect_words(e)}" for r, e in found.items() if e)


def levels(rows: Iterable[Row], *factors: str) -> dict[tuple, dict[Any, float]]:
    """Return {(value of each factor): {seed: macro F1}}."""
    return by_seed(rows, METRIC, factors)


def mean(seeds: Seeds) -> float:
    """Return the mean over seeds."""
    return float(np.mean(list(seeds.values())))


def spread(seeds: Seeds) -> str:
    """Return "52.0 ± 2.0", in percent."""
    return mean_and_spread(list(seeds.values()))


def repeats(values: Iterable[Seeds]) -> str:
    """Return "5 seeds" or "2 to 5 seeds"."""
    counts = [len(seeds) for seeds in values]
    return plural(counts[0], "seed") if len(set(counts)) == 1 else f"{span(counts)} seeds"
