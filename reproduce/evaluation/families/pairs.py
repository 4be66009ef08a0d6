"""Pairs of images of identities that training has not seen: is it the same one?

A resample draws whole identities, since pairs share images and images share an identity.
"""

import numpy as np

from reproduce.evaluation.families.centres import embedded
from reproduce.evaluation.resampling import resample_counts
from reproduce.evaluation.verification import Pairs, identity_weights, measures, pairs_of


def values(arrays) -> dict[str, float]:
    """Return error rate, area under the curve and similarities of all pairs of test images."""
    return measures(_pairs(arrays))


def draws(arrays, draws: int) -> dict[str, np.ndarray]:
    """Return the same on resamples of the identities."""
    pairs = _pairs(arrays)
    identities = np.zeros(pairs.identities, dtype=np.int64)
    counts = resample_counts(identities, draws)
    found = [measures(pairs, identity_weights(pairs, drawn)) for drawn in counts.T]
    return {name: np.array([one[name] for one in found]) for name in found[0]}


def _pairs(arrays) -> Pairs:
    """Return the pairs of the test images; labels are identities."""
    return pairs_of(*embedded(arrays))
