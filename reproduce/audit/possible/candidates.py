"""Every two-class confusion matrix that one run, or one fold, can have had.

A mean m of k scores with squares of deviations that add up to D s^2 leaves every single score
within sqrt((k - 1) / k) sqrt(D) s of m, and without a printed spread a mean of scores between 0
and 1 still leaves each within [1 - k (1 - m), k m]. What is left of the lattice of matrices is
often a handful.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor, sqrt

import numpy as np

from reproduce.audit.binary import SCORES, values

ROOM = 1e-9
# Scores that can be negative; their ends are not those of a share.
SIGNED = ("mcc", "kappa", "youden")


@dataclass(frozen=True)
class Asked:
    """One printed score as numbers: ends of its mean, and where printed ends of sum-of-squares / k.

    `squares` are the ends of the mean squared deviation from the mean (k below).
    """

    name: str
    low: float
    high: float
    squares: tuple[float, float] | None = None

    @property
    def middle(self) -> float:
        """The middle of the interval of the mean."""
        return (self.low + self.high) / 2

    def reach(self, k: int) -> tuple[float, float]:
        """Return the ends of every single one of k scores."""
        bottom = -1.0 if self.name in SIGNED else 0.0
        low = bottom if k > 1 else self.low
        high = 1.0 if k > 1 else self.high
        if k > 1:
            low = max(low, 1 - k * (1 - self.low))
            high = min(high, bottom + k * (self.high - bottom))
        if self.squares is not None:
            # sqrt((k - 1) / k) sqrt(k q) = sqrt((k - 1) q).
            far = sqrt(max(0.0, (k - 1) * self.squares[1]))
            low, high = max(low, self.low - far), min(high, self.high + far)
        return low - ROOM, high + ROOM


@dataclass(frozen=True)
class Candidates:
    """Matrices of one size (true positives, true negatives) with their scores, one column each.

    A matrix stands here once for each convention where a score of it divides by zero.
    """

    positives: int
    negatives: int
    tp: np.ndarray
    tn: np.ndarray
    scores: np.ndarray

    def __len__(self) -> int:
        return len(self.tp)

    def matrix(self, i: int) -> list[list[int]]:
        """Return one matrix, rows the true classes, the negative class first."""
        tp, tn = int(self.tp[i]), int(self.tn[i])
        return [[tn, self.negatives - tn], [self.positives - tp, tp]]


class TooMany(Exception):
    """More matrices than can be looked at."""


def candidates(
    asked: Mapping[str, Asked], positives: int, negatives: int, k: int, most: int = 4_000_000
) -> Candidates:
    """Return every matrix of these class sizes whose every score one of k runs may have had."""
    p, n = positives, negatives
    reach = {name: one.reach(k) for name, one in asked.items()}
    first, last = _ends(reach.get("recall"), p)
    low, high = _ends(reach.get("specificity"), n)
    tp = np.arange(first, last + 1)
    right = reach.get("accuracy")
    if right is None and "error" in reach:
        right = (1 - reach["error"][1], 1 - reach["error"][0])
    if right is not None:
        hits = np.arange(
            max(0, ceil(right[0] * (p + n))), min(p + n, floor(right[1] * (p + n))) + 1
        )
        if len(tp) * len(hits) > most:
            raise TooMany
        tn = hits[None, :] - tp[:, None]
        tp = np.broadcast_to(tp[:, None], tn.shape)
        inside = (tn >= low) & (tn <= high)
        tp, tn = tp[inside], tn[inside]
    else:
        if len(tp) * max(0, high - low + 1) > most:
            raise TooMany
        tp, tn = (one.ravel() for one in np.meshgrid(tp, np.arange(low, high + 1), indexing="ij"))
    return _kept(asked, reach, p, n, tp, tn)


def _kept(asked, reach, p: int, n: int, tp, tn) -> Candidates:
    """Keep what lies within reach, each matrix once for each convention for 0 / 0."""
    parts = []
    nothing_predicted = (tp + n - tn == 0) | (tn + p - tp == 0)
    for way in range(3):
        some_tp, some_tn = (tp, tn) if way == 0 else (tp[nothing_predicted], tn[nothing_predicted])
        if way and not len(some_tp):
            continue
        keep = np.ones(len(some_tp), dtype=bool)
        columns = []
        for name in asked:
            each = values(name, some_tp, p, some_tn, n)
            column = each[way] if way < len(each) else each[0]
            keep &= (column >= reach[name][0]) & (column <= reach[name][1])
            columns.append(column)
        scores = np.stack(columns, axis=1) if columns else np.empty((len(some_tp), 0))
        parts.append((some_tp[keep], some_tn[keep], scores[keep]))
    tp, tn, scores = (np.concatenate([part[i] for part in parts]) for i in range(3))
    return Candidates(p, n, tp, tn, scores)


def _ends(interval, n: int) -> tuple[int, int]:
    if interval is None:
        return 0, n
    return max(0, ceil(interval[0] * n)), min(n, floor(interval[1] * n))


def checked_names(names) -> None:
    """Refuse a score that two classes do not have."""
    from reproduce.errors import unknown_name

    for name in names:
        if name not in SCORES:
            raise unknown_name("score", name, SCORES)
