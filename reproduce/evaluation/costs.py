"""What errors cost where they do not cost the same: a matrix of costs, and what a mix pays.

Accuracy counts every error once. Where a missed rare image costs more than a false alarm, the mean
cost of an image says which classifier to take, and it depends on how often each class comes.
"""

import numpy as np
from numpy.typing import ArrayLike

from reproduce.errors import UserError


def expected_cost(matrix: ArrayLike, costs: ArrayLike, shares: ArrayLike | None = None) -> float:
    r"""Return the mean cost of an image.

    .. math::

        \sum_i \pi_i \sum_j \frac{n_{ij}}{\sum_k n_{ik}}\, K_{ij}

    Parameters
    ----------
    matrix
        Confusion matrix [C, C]: true classes in rows, answers in columns.
    costs
        K [C, C]: what it costs to answer j for an image of class i.
    shares
        How often each class [C] comes where the classifier is used, in any unit; None is as often
        as among the tested images.

    Notes
    -----
    With K one off the diagonal this is one minus the accuracy; with the cost of a class the
    inverse of its share, one minus the mean recall, times the number of classes.

    Examples
    --------
    >>> expected_cost([[8, 2], [1, 1]], [[0, 1], [5, 0]])
    0.5833333333333334
    """
    counts = np.asarray(matrix, dtype=float)
    prices = np.asarray(costs, dtype=float)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or counts.shape != prices.shape:
        raise UserError(
            f"costs expected [C, C] beside a confusion matrix [C, C], received {prices.shape} "
            f"beside {counts.shape}"
        )
    tested = counts.sum(axis=1)
    weights = tested if shares is None else np.asarray(shares, dtype=float)
    if weights.shape != tested.shape or (weights < 0).any() or not weights.sum() > 0:
        raise UserError(f"shares expected one number from 0 for each of {len(tested)} classes")
    # A class without a tested image says nothing, so it must not be asked for either.
    if ((tested == 0) & (weights > 0)).any():
        raise UserError("a class has a share and no tested image; expected images of each")
    of_class = (counts * prices).sum(axis=1) / np.where(tested, tested, 1.0)
    return float((weights * of_class).sum() / weights.sum())


def missed(of_class: ArrayLike) -> np.ndarray:
    """Return the costs [C, C] where an error costs what its true class [C] says, a hit nothing."""
    prices = np.asarray(of_class, dtype=float)
    return prices[:, None] * (1.0 - np.eye(len(prices)))
