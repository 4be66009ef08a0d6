"""Thresholding: divide the class probabilities by the prior of the training set.

A network trained on imbalanced data estimates p(class | image) under the *training* prior. By
Bayes' rule p(image | class) is proportional to p(class | image) / p(class), so the division turns
it into a classifier for balanced test data without training anything.
"""

import numpy as np
from numpy.typing import ArrayLike

from reproduce.errors import UserError
from reproduce.evaluation.inputs import checked_probabilities


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
    counts = np.asarray(counts)
    classes = probabilities.shape[1]
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
    return probabilities / (counts / counts.sum())
