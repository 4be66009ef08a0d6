"""G-mean and IBA from per-class sensitivity and specificity: the averages papers leave unnamed.

For class c against the rest, S_c is its sensitivity (recall) and P_c its specificity. "G-mean" is
printed for at least three different numbers:

- (prod_c S_c)^(1/C), `metrics.gmean_recall`: zero as soon as one class is missed;
- mean_c sqrt(S_c P_c), `gmean_one_vs_rest` here: the one that fits the tables of the balanced
  dual contrastive paper;
- sqrt(mean_c S_c * mean_c P_c), `gmean_of_means` here: close to sqrt(balanced accuracy) when
  there are many classes.

Absent classes are skipped and leading axes [..., C, C] accepted, as in `metrics`.
"""

import numpy as np
from numpy.typing import ArrayLike

from reproduce.errors import UserError
from reproduce.evaluation.metrics import recalls


def specificities(matrix: ArrayLike) -> np.ndarray:
    """Return the share of the *other* classes' images not predicted as c; NaN if there are none."""
    recalls(matrix)  # for its checks
    counts = np.asarray(matrix, dtype=np.float64)
    others = counts.sum(axis=(-2, -1))[..., None] - counts.sum(axis=-1)
    false_alarms = counts.sum(axis=-2) - np.diagonal(counts, axis1=-2, axis2=-1)
    alarm_rate = np.divide(
        false_alarms, others, out=np.full(others.shape, np.nan), where=others > 0
    )
    return 1 - alarm_rate


def gmean_one_vs_rest(matrix: ArrayLike) -> np.ndarray:
    """Return mean_c sqrt(S_c P_c), unweighted over the classes present."""
    return np.nanmean(np.sqrt(recalls(matrix) * specificities(matrix)), axis=-1)


def gmean_of_means(matrix: ArrayLike) -> np.ndarray:
    """Return sqrt(mean_c S_c * mean_c P_c) over the classes present."""
    sensitivity, specificity = recalls(matrix), specificities(matrix)
    specificity = np.where(np.isnan(sensitivity), np.nan, specificity)
    return np.sqrt(np.nanmean(sensitivity, axis=-1) * np.nanmean(specificity, axis=-1))


def index_balanced_accuracy(matrix: ArrayLike, *, alpha: float = 0.1) -> np.ndarray:
    """Return IBA_alpha = mean_c (1 + alpha (S_c - P_c)) S_c P_c, unweighted over classes present.

    The dominance S_c - P_c is negative for a class that is overlooked, so a larger alpha lowers
    the index of a classifier that favours the majority.
    """
    if not 0 <= alpha <= 1:
        raise UserError(f"alpha must lie in 0..1, received {alpha}")
    sensitivity, specificity = recalls(matrix), specificities(matrix)
    weight = 1 + alpha * (sensitivity - specificity)
    return np.nanmean(weight * sensitivity * specificity, axis=-1)
