"""Thresholding: divide the class probabilities by the prior of the training set.

Logit adjustment after training is the same on a logarithmic scale, with a strength to choose.

A network trained on imbalanced data estimates p(class | image) under the *training* prior. By
Bayes' rule p(image | class) is proportional to p(class | image) / p(class), so the division turns
it into a classifier for balanced test data without training anything.
"""

import numpy as np
from numpy.typing import ArrayLike

from reproduce.errors import UserError
from reproduce.evaluation.checked_inputs import checked_probabilities


def divide_by_prior(probabilities: ArrayLike, counts: ArrayLike) -> np.ndarray:
    """Return y_c / p_c with p_c = counts_c / sum(counts), float64 [n, C], rows NOT renormalised.

    Parameters
    ----------
    probabilities
        Class probabilities [n, C] of the network, rows summing to 1.
    counts
        Unique training images per class [C] in the imbalanced set, *before* any over- or
        undersampling (the paper's |i|, also for the sampled variants).

    Notes
    -----
    The rows are left as they are because renormalising would change the order of images within
    a class, and with it the one-vs-rest AUC; the highest score of a row is the same either way.

    Examples
    --------
    >>> divide_by_prior([[0.2, 0.2, 0.6]], [100, 400, 500]).round(6).tolist()
    [[2.0, 0.5, 1.2]]
    """
    probabilities = checked_probabilities(probabilities)
    return probabilities / _shares(counts, probabilities.shape[1])


def logit_adjustment(
    probabilities: ArrayLike, counts: ArrayLike, *, tau: float = 1.0
) -> np.ndarray:
    """Return ln y_c - tau ln p_c, float64 [n, C]: logit adjustment after training.

    Parameters
    ----------
    probabilities, counts
        As in `divide_by_prior`.
    tau
        How far to go: 1 is the balanced decision, 0 leaves everything as it was.

    Notes
    -----
    The logarithm of a softmax is the logit but for a number that is the same in the whole row. For
    tau 1 these are the logarithms of `divide_by_prior`, with the same winners and the same order
    of images within a class. A probability that was rounded to 0 counts as the smallest number
    there is, so that every score is finite.

    References
    ----------
    Menon et al. (2021), "Long-tail learning via logit adjustment", equation 9.

    Examples
    --------
    >>> logit_adjustment([[0.2, 0.2, 0.6]], [100, 400, 500]).round(6).tolist()
    [[0.693147, -0.693147, 0.182322]]
    """
    probabilities = checked_probabilities(probabilities)
    if not np.isfinite(tau) or tau < 0:
        raise UserError(f"tau is {tau}, expected 0 (no adjustment) or more; the paper takes 1")
    shares = _shares(counts, probabilities.shape[1])
    return np.log(np.maximum(probabilities, np.finfo(np.float64).tiny)) - tau * np.log(shares)


def _shares(counts: ArrayLike, classes: int) -> np.ndarray:
    """Return the share of each class in the training set, or say what is wrong with the counts."""
    counts = np.asarray(counts)
    if counts.shape != (classes,) or counts.dtype.kind not in "fiu":
        raise UserError(
            f"counts must be {classes} numbers, one per class, received shape {counts.shape} "
            f"of {counts.dtype}; pass the training images per class"
        )
    counts = counts.astype(np.float64)
    if not (counts > 0).all() or not np.isfinite(counts).all():
        raise UserError(
            f"counts must be above 0 for every class, received {counts.tolist()}; "
            "a class without a training image has no prior to divide by"
        )
    return counts / counts.sum()
