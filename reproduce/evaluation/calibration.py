"""Calibration: does a stated confidence of 80 % come true 80 % of the time?

Calibration is relative to a class prior. A network trained on imbalanced data and tested on
balanced data meets another prior than it learned, so it looks miscalibrated even if it is perfect
for its own; quote the prior of the test set with every number from here.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from reproduce.errors import UserError, unknown_name
from reproduce.evaluation.checked_inputs import checked_labels, checked_probabilities

BINNINGS = ("equal_width", "equal_mass")


@dataclass(frozen=True)
class Reliability:
    """A reliability curve: one entry per bin that holds at least one image.

    `confidence` and `accuracy` are the bin's means, `count` its images, and `edges` the bounds of
    *all* bins, empty ones included. A bin holds its upper bound, not its lower one.
    """

    confidence: np.ndarray
    accuracy: np.ndarray
    count: np.ndarray
    edges: np.ndarray


def reliability_curve(
    probabilities: ArrayLike, labels: ArrayLike, *, bins: int = 15, binning: str = "equal_width"
) -> Reliability:
    """Return mean confidence and accuracy of the predicted class, by bins of its confidence.

    `equal_width` cuts 0..1 into equal steps. `equal_mass` cuts at quantiles of the confidences,
    so that every bin rests on about as many images; equal confidences stay together, so that
    the curve does not depend on the order of the images.
    """
    probabilities = checked_probabilities(probabilities)
    labels = checked_labels(labels, probabilities.shape[1], len(probabilities))
    if isinstance(bins, bool) or not isinstance(bins, int | np.integer) or bins < 1:
        raise UserError(f"bins must be a whole number of at least 1, received {bins!r}")
    if binning not in BINNINGS:
        raise unknown_name("binning", binning, BINNINGS)
    confidence = probabilities.max(axis=1)
    right = (probabilities.argmax(axis=1) == labels).astype(np.float64)
    steps = np.linspace(0, 1, bins + 1)
    edges = steps if binning == "equal_width" else np.quantile(confidence, steps)
    place = np.searchsorted(edges[1:-1], confidence, side="left")
    count = np.bincount(place, minlength=bins)
    filled = count > 0
    means = [
        np.bincount(place, weights=values, minlength=bins)[filled] / count[filled]
        for values in (confidence, right)
    ]
    return Reliability(means[0], means[1], count[filled], edges)


def expected_calibration_error(
    probabilities: ArrayLike, labels: ArrayLike, *, bins: int = 15, binning: str = "equal_width"
) -> float:
    """Return the mean |accuracy - confidence| over bins, weighted by their images.

    It is biased upward on small test sets (noise within a bin counts as error) and depends on the
    binning; state both `bins` and `binning`.
    """
    curve = reliability_curve(probabilities, labels, bins=bins, binning=binning)
    return float(np.average(np.abs(curve.accuracy - curve.confidence), weights=curve.count))


def resampled_calibration_error(
    probabilities: ArrayLike, labels: ArrayLike, counts: ArrayLike, *, bins: int = 15
) -> np.ndarray:
    """Return the expected calibration error on each resample in counts [n, draws]: [draws].

    In bins of equal width, which do not depend on the resample: of a bin it is the weighted sum of
    confidence minus hit, without its sign, over all weights.
    """
    found = checked_probabilities(probabilities)
    truth = checked_labels(labels, found.shape[1], len(found))
    weights = np.asarray(counts, dtype=np.float64)
    confidence = found.max(axis=1)
    gap = confidence - (found.argmax(axis=1) == truth)
    edges = np.linspace(0, 1, bins + 1)
    place = np.searchsorted(edges[1:-1], confidence, side="left")
    sums = np.zeros((bins, weights.shape[1]))
    for number in np.unique(place):
        of_bin = place == number
        sums[number] = gap[of_bin] @ weights[of_bin]
    return np.abs(sums).sum(axis=0) / weights.sum(axis=0)
