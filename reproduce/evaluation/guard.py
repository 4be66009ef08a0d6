"""How much wider an interval must be before a firm word, since repeats can hide a lopsided spread.

If one training in ten collapses, five repeats show none of it in 59 of 100 cases: they agree well,
and their mean is wrong by many of their standard errors. No interval made of the five can know. A
firm word therefore needs the interval also at a multiple of SE that was set by simulation
(`benchmarks/verdict_guard.py`), such that a firm word is false in at most 8 % of all cases for
each lopsided family of `simulated`. The test images are drawn by the hundred and their mean is
near normal, so the guard falls to nothing as their share of SE^2 grows.
"""

import numpy as np
from numpy.typing import ArrayLike

from reproduce.evaluation.guard_table import MULTIPLES, SHARES


def guarded_multiple(repeats: int, share_of_images: ArrayLike) -> np.ndarray:
    """Return how many standard errors a firm word needs at least; the t quantile may ask for more.

    Linear between the tabulated shares. Between tabulated repeats the larger of the neighbours
    counts, since the need does not fall evenly with k: it drops once a collapse is rarely unseen.
    Below the fewest tabulated repeats no claim gets a verdict, above the most the last row holds.
    """
    tabulated = sorted(MULTIPLES)
    below = max((k for k in tabulated if k <= repeats), default=tabulated[0])
    above = min((k for k in tabulated if k >= repeats), default=tabulated[-1])
    share = np.nan_to_num(np.asarray(share_of_images, dtype=np.float64))
    rows = [np.interp(share, SHARES, MULTIPLES[k]) for k in (below, above)]
    return np.maximum(*rows)
