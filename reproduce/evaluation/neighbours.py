"""Two numbers that say how far an embedding, or a map of it, can be believed.

`knn_accuracy` asks whether neighbours share a class, `trustworthiness` whether neighbours in the
map were neighbours before. Every t-SNE map is shown with both.
"""

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import pairwise_distances_chunked
from sklearn.neighbors import NearestNeighbors

from reproduce.errors import UserError
from reproduce.evaluation.checked_inputs import checked_labels, checked_scores


def knn_accuracy(
    points: ArrayLike,
    labels: ArrayLike,
    k: int = 10,
    *,
    train_points: ArrayLike | None = None,
    train_labels: ArrayLike | None = None,
) -> float:
    """Return the share of points whose k nearest neighbours vote for their class.

    Leave-one-out among `points`, or, with `train_points` and `train_labels`, the votes come from
    those. Distance is Euclidean. A tie of votes goes to the class of the nearest neighbour
    among the tied classes.
    """
    points = checked_scores(points, "points")
    labels = _class_indices(labels, len(points), "labels")
    if (train_points is None) != (train_labels is None):
        raise UserError("pass train_points and train_labels together, or neither (leave-one-out)")
    if train_points is None:
        return float(np.mean(elected_by_others(points, labels, k) == labels))
    voters = checked_scores(train_points, "train_points")
    if voters.shape[1] != points.shape[1]:
        raise UserError(
            f"train_points must have {points.shape[1]} dimensions like points, "
            f"received {voters.shape[1]}"
        )
    _check_neighbours(k, len(voters))
    found = NearestNeighbors(n_neighbors=k).fit(voters).kneighbors(points)[1]
    votes = _class_indices(train_labels, len(voters), "train_labels")[found]
    return float(np.mean(_elected(votes) == labels))


def elected_by_others(points: ArrayLike, labels: ArrayLike, k: int = 10) -> np.ndarray:
    """Return the class that the k nearest others vote for, for each point, ties as above."""
    points = checked_scores(points, "points")
    labels = _class_indices(labels, len(points), "labels")
    _check_neighbours(k, len(points) - 1)
    found = NearestNeighbors(n_neighbors=k).fit(points).kneighbors(return_distance=False)
    return _elected(labels[found])


def trustworthiness(high: ArrayLike, low: ArrayLike, k: int = 10) -> float:
    """Return how far the k nearest neighbours in the map `low` are neighbours in `high` (0..1).

    T = 1 - 2 / (n k (2n - 3k - 1)) * sum of (rank in `high` - k) over neighbours in `low` that
    are not among the k nearest in `high`. Worked through in blocks of rows, so that ten thousand
    points need megabytes and not gigabytes.
    """
    high, low = checked_scores(high, "high"), checked_scores(low, "low")
    count = len(high)
    if len(low) != count:
        raise UserError(f"low must have {count} rows like high, received {len(low)}")
    # Beyond half of the points the normalising constant no longer bounds the sum.
    _check_neighbours(k, (count - 1) // 2)
    mapped = NearestNeighbors(n_neighbors=k).fit(low).kneighbors(return_distance=False)
    penalty, start = 0, 0
    for block in pairwise_distances_chunked(high, working_memory=64):
        rows = np.arange(start, start + len(block))
        block[np.arange(len(block)), rows] = -1.0  # a point is its own rank 0, even among copies
        order = np.argsort(block, axis=1, kind="stable")
        ranks = np.empty_like(order)
        np.put_along_axis(ranks, order, np.arange(count)[None, :], axis=1)
        excess = np.take_along_axis(ranks, mapped[rows], axis=1) - k
        penalty += int(excess[excess > 0].sum())
        start += len(block)
    return 1.0 - 2.0 * penalty / (count * k * (2 * count - 3 * k - 1))


def _elected(votes: np.ndarray) -> np.ndarray:
    """Return the winner of each row of votes [n, k], which are sorted nearest first."""
    rows = np.arange(len(votes))
    tally = np.zeros((len(votes), votes.max() + 1), dtype=np.int64)
    np.add.at(tally, (rows[:, None], votes), 1)
    # argmax takes the first, that is the nearest, voter whose class has the most votes.
    return votes[rows, tally[rows[:, None], votes].argmax(axis=1)]


def _class_indices(labels: ArrayLike, points: int, name: str) -> np.ndarray:
    array = np.asarray(labels)
    classes = int(array.max()) + 1 if array.size and array.dtype.kind in "iu" else 1
    return checked_labels(array, max(classes, 1), points, name)


def _check_neighbours(k: int, most: int) -> None:
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 1 <= k <= most:
        raise UserError(f"k must be a whole number in 1..{most} for this many points, received {k}")
