"""What trying more configurations buys: the expected best of k, and what of it is luck.

Dodge et al. (2019) report the best of k random configurations as an expectation instead of one
lucky maximum. Of n scores that were made, every set of k is as likely, so the expectation is exact.
"""

from collections.abc import Sequence
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from reproduce.errors import UserError


def expected_best(scores: ArrayLike, k: int) -> float:
    """Return the mean over all sets of k of these scores of the largest one in the set.

    The i-th smallest of n is the largest of C(i - 1, k - 1) of the C(n, k) sets.
    """
    values = np.sort(_checked(scores))
    return float(values @ chances(len(values), k))


def chances(n: int, k: int) -> np.ndarray:
    """Return how likely each of n scores, from small to large, is the largest of k of them."""
    if not 1 <= k <= n:
        raise UserError(f"k is {k}, expected 1 to the number of configurations, {n}")
    return np.array([comb(place, k - 1) for place in range(n)]) / comb(n, k)


def curve(scores: ArrayLike) -> list[float]:
    """Return the expected best of 1, 2, ... n of these scores."""
    return [expected_best(scores, k) for k in range(1, np.size(scores) + 1)]


def mean_gain(tried: Sequence[ArrayLike]) -> list[float]:
    """Return the mean over methods of what the best of 1, 2, ... is above one at random."""
    if len({np.size(scores) for scores in tried}) != 1:
        raise UserError("every method needs as many configurations as any other, at least one")
    curves = np.array([curve(scores) for scores in tried])
    return [float(value) for value in (curves - curves[:, :1]).mean(axis=0)]


def _checked(values: ArrayLike) -> np.ndarray:
    found = np.asarray(values, dtype=np.float64)
    if found.ndim != 1 or not len(found) or not np.isfinite(found).all():
        raise UserError(
            f"expected finite scores, one a configuration, received shape {found.shape}"
        )
    return found
