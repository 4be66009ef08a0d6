r"""The silhouette of classes in an embedding: is an image nearer to its own class than to others?

Rousseeuw (1987): with a the mean distance of an image to the others of its class and b the least
mean distance to another class, its silhouette is (b - a) / max(a, b), between -1 and 1; 0 for an
image that is alone in its class.
"""

import numpy as np
from numpy.typing import ArrayLike

from reproduce.errors import UserError
from reproduce.evaluation.checked_inputs import checked_labels, checked_scores


def silhouette(
    points: ArrayLike, labels: ArrayLike, counts: np.ndarray | None = None
) -> np.ndarray | float:
    """Return the mean silhouette of the images, by Euclidean distance.

    `counts` [n, draws] says how often each image is in each resample; the result is then [draws].
    An image drawn twice is no neighbour of itself, which would make every class look denser.
    """
    rows = checked_scores(points, "points")
    labels = np.asarray(labels)
    labels = checked_labels(labels, int(labels.max(initial=0)) + 1, len(rows))
    present = np.unique(labels)
    if len(present) < 2:
        raise UserError("a silhouette needs at least two classes, received one; add another class")
    weights = np.ones((len(rows), 1)) if counts is None else counts
    distances = _distances(rows)
    own = np.zeros(weights.shape)
    nearest = np.full(weights.shape, np.inf)
    alone = np.zeros(weights.shape, dtype=bool)
    for number in present:
        member = labels == number
        total = distances[:, member] @ weights[member]
        of_class = weights[member].sum(axis=0)
        others = of_class - weights[member]
        alone[member] = others <= 0
        own[member] = total[member] / np.maximum(others, 1)
        # A class that a resample has lost is near to nobody.
        with np.errstate(divide="ignore", invalid="ignore"):
            away = np.where(of_class > 0, total[~member] / of_class, np.inf)
        nearest[~member] = np.minimum(nearest[~member], away)
    span = np.maximum(own, nearest)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(alone | (span == 0), 0.0, (nearest - own) / span)
    mean = (found * weights).sum(axis=0) / weights.sum(axis=0)
    return float(mean[0]) if counts is None else mean


def _distances(rows: np.ndarray) -> np.ndarray:
    """Return the Euclidean distances of all rows to all rows; of a row to itself, exactly 0."""
    squares = np.square(rows).sum(axis=1)
    found = np.sqrt(np.maximum(squares[:, None] + squares - 2 * rows @ rows.T, 0))
    np.fill_diagonal(found, 0)
    return found
