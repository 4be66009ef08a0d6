"""Verification at a threshold: the two rates of error, their curve, and a threshold chosen ahead.

At threshold t a pair is accepted if its score is t or more. FAR is the share of impostor pairs that
is accepted, FRR that of genuine pairs that is not.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from reproduce.errors import UserError
from reproduce.evaluation.pair_measures import Pairs

# False acceptances at which curves are read, evenly on the axis of normal quantiles.
RATES = np.array([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6,
                  0.7, 0.8, 0.9])  # fmt: skip


@dataclass(frozen=True)
class Rates:
    """The two rates of error at a threshold."""

    threshold: float
    false_acceptance: float
    false_rejection: float


def rates_at(pairs: Pairs, threshold: float) -> Rates:
    """Return both rates of error at this threshold."""
    accepted = pairs.scores >= threshold
    genuine = pairs.genuine
    return Rates(
        float(threshold), float(accepted[~genuine].mean()), float(1 - accepted[genuine].mean())
    )


def threshold_for(pairs: Pairs, false_acceptance: float) -> float:
    """Return the lowest threshold at which no more than this share of impostors is accepted."""
    if not 0 < false_acceptance < 1:
        raise UserError(f"false_acceptance is {false_acceptance}, expected between 0 and 1")
    impostor = np.sort(pairs.scores[~pairs.genuine])
    allowed = int(np.floor(false_acceptance * len(impostor) + 1e-9))
    return float(np.nextafter(impostor[len(impostor) - allowed - 1], np.inf))


def threshold_where_equal(pairs: Pairs) -> float:
    """Return the lowest score, as a threshold, at which no fewer are rejected than accepted."""
    genuine, impostor = np.sort(pairs.scores[pairs.genuine]), np.sort(pairs.scores[~pairs.genuine])
    candidates = np.unique(pairs.scores)
    rejected = np.searchsorted(genuine, candidates, "left") / len(genuine)
    accepted = (len(impostor) - np.searchsorted(impostor, candidates, "left")) / len(impostor)
    return float(candidates[min(int(np.argmax(rejected >= accepted)), len(candidates) - 1)])


def rejected_at(pairs: Pairs, acceptances: ArrayLike = RATES) -> np.ndarray:
    """Return the FRR at each FAR, interpolated along the curve of both rates."""
    genuine, impostor = (np.sort(pairs.scores[of]) for of in (pairs.genuine, ~pairs.genuine))
    thresholds = np.quantile(impostor, 1 - np.asarray(acceptances))
    return np.searchsorted(genuine, thresholds, "left") / len(genuine)
