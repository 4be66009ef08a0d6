"""Ranks of methods over data sets, and how far apart mean ranks must lie (Demsar, 2006).

Only where the conditions hold: methods that were named beforehand, and few; data sets that share no
images, and enough of them; every method on every set. Else `why_not` says which is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import friedmanchisquare, rankdata, studentized_range

from reproduce.errors import UserError
from reproduce.randomness import generator

FEWEST_SETS, FEWEST_METHODS, MOST_METHODS = 5, 3, 8
PERMUTATIONS = 20_000


@dataclass(frozen=True)
class Ranks:
    """Mean ranks, 1 the best; whether they differ at all, and by how much two must to count.

    `p` is of Friedman's statistic over permutations of each set's ranks, since so few sets are far
    from its limit distribution.
    """

    means: tuple[float, ...]
    statistic: float
    p: float
    critical_difference: float
    sets: int


def why_not(sets: int, methods: int, named_before: bool, share_images: bool) -> str:
    """Say in a clause which condition of a ranking is not met; empty if all are."""
    if not named_before:
        return "its methods were not named before the results"
    if share_images:
        return "two of its data sets share images"
    if not FEWEST_METHODS <= methods <= MOST_METHODS:
        return f"it has {methods} methods, and {FEWEST_METHODS} to {MOST_METHODS} are expected"
    if sets < FEWEST_SETS:
        return (
            f"{sets} data set{'s' if sets != 1 else ''} passed the controls and "
            f"{'have' if sets != 1 else 'has'} all {methods} methods that were named beforehand "
            f"for a ranking, and {FEWEST_SETS} are the fewest that mean ranks can be told apart on"
        )
    return ""


def ranked(values: ArrayLike, level: float = 0.95, seed: int = 0) -> Ranks:
    """Return the ranks of methods [sets, methods], the larger the value the better.

    Equal values share the mean of their ranks. The critical difference is Nemenyi's: two mean ranks
    that lie further apart differ, at this level for all pairs together.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] < 2 or table.shape[1] < 3 or not np.isfinite(table).all():
        raise UserError(
            "ranks need a finite value of each of 3 methods or more on each of 2 sets or more, "
            f"received shape {table.shape}"
        )
    ranks = rankdata(-table, axis=1)
    sets, methods = ranks.shape
    statistic = float(friedmanchisquare(*ranks.T).statistic) if _differ(ranks) else 0.0
    return Ranks(
        tuple(float(mean) for mean in ranks.mean(axis=0)),
        statistic,
        _permuted(ranks, seed),
        critical_difference(sets, methods, level),
        sets,
    )


def critical_difference(sets: int, methods: int, level: float = 0.95) -> float:
    """Return q sqrt(k (k + 1) / (6 N)), q of the studentised range over the root of two."""
    if not 0 < level < 1:
        raise UserError(f"level must lie between 0 and 1, received {level}; 95 % is 0.95")
    q = float(studentized_range.ppf(level, methods, np.inf)) / np.sqrt(2)
    return float(q * np.sqrt(methods * (methods + 1) / (6 * sets)))


def _differ(ranks: np.ndarray) -> bool:
    return bool((ranks != ranks.mean()).any())


def _permuted(ranks: np.ndarray, seed: int) -> float:
    """Return how often ranks that are shuffled within each set differ as much in their sums."""
    random = generator(seed, "permuted ranks")
    shuffled = random.permuted(np.broadcast_to(ranks, (PERMUTATIONS, *ranks.shape)), axis=2)
    spread = ((shuffled.sum(axis=1) - ranks.sum() / ranks.shape[1]) ** 2).sum(axis=1)
    seen = ((ranks.sum(axis=0) - ranks.sum() / ranks.shape[1]) ** 2).sum()
    return float((1 + (spread >= seen - 1e-9).sum()) / (1 + PERMUTATIONS))


def best_together(ranks: Ranks, names: Sequence[str]) -> list[str]:
    """Return the methods whose mean rank is not told apart from the best one's."""
    least = min(ranks.means)
    return [
        name
        for name, mean in zip(names, ranks.means, strict=True)
        if mean - least <= ranks.critical_difference
    ]
