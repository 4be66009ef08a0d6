r"""What an encoder's embeddings are worth before any classifier reads them.

`alignment` and `uniformity_loss` are those of Wang and Isola (2020), on embeddings scaled to
length one: how near two views of an image lie, and how evenly images fill the sphere. The two
others ask whether the classes can be read off: by the nearest training images, or by a line.
"""

import numpy as np
from numpy.typing import ArrayLike

from reproduce.errors import UserError
from reproduce.evaluation.checked_inputs import checked_labels, checked_scores
from reproduce.evaluation.generalization import balanced_accuracy

NEIGHBOURS = 20
SHORTEST = 1e-12
# Distances are taken in blocks of so many rows, so that twenty thousand images need no gigabytes.
ROWS_AT_ONCE = 1024


def alignment(
    view1: ArrayLike, view2: ArrayLike, counts: np.ndarray | None = None
) -> np.ndarray | float:
    r"""Return the mean squared distance of pairs of views, scaled to length one.

    .. math:: E ||f(x) - f(y)||^2, between 0 (views coincide) and 4 (they are opposite).

    `counts` [n, draws] says how often each pair is in each resample; the result is then [draws].
    """
    first, second = on_sphere(view1, "view1"), on_sphere(view2, "view2")
    if first.shape != second.shape:
        raise UserError(
            f"view2 must have shape {first.shape} like view1, received {second.shape}; pass two "
            "views of the same images in the same order"
        )
    distances = np.square(first - second).sum(axis=1)
    if counts is None:
        return float(distances.mean())
    return distances @ counts / counts.sum(axis=0)


def uniformity_loss(
    points: ArrayLike, t: float = 2.0, counts: np.ndarray | None = None
) -> np.ndarray | float:
    r"""Return the logarithm of the mean Gaussian potential of distinct pairs of images.

    .. math:: \log E\, e^{-t ||f(x) - f(y)||^2}

    0 where all embeddings coincide; the more evenly they fill the sphere, the lower. `counts`
    [n, draws] says how often each image is in each resample; the result is then [draws]. An image
    drawn twice is no pair with itself, which would make every resample look less uniform.
    """
    rows = on_sphere(points, "points")
    if len(rows) < 2:
        raise UserError("uniformity is one of pairs: expected at least 2 points, received 1")
    weights = np.ones((len(rows), 1)) if counts is None else counts
    squares = np.square(rows).sum(axis=1)
    total = np.zeros(weights.shape[1])
    for start in range(0, len(rows), ROWS_AT_ONCE):
        block = slice(start, start + ROWS_AT_ONCE)
        distances = squares[block, None] + squares - 2 * rows[block] @ rows.T
        potential = np.exp(-t * np.maximum(distances, 0))
        here = np.arange(len(potential))
        potential[here, start + here] = 0
        total += (weights[block] * (potential @ weights)).sum(axis=0)
    pairs = weights.sum(axis=0) ** 2 - np.square(weights).sum(axis=0)
    found = np.log(total / pairs)
    return float(found[0]) if counts is None else found


def neighbour_classes(
    train: ArrayLike, train_labels: ArrayLike, test: ArrayLike, k: int = NEIGHBOURS
) -> np.ndarray:
    """Return the class that the k nearest training images vote for, by cosine: int64 [n].

    A tie of votes goes to the class of the nearest voter among the tied. Of fewer than k training
    images all vote.
    """
    voters, points = on_sphere(train, "train"), on_sphere(test, "test")
    labels = _labels(train_labels, len(voters), "train_labels")
    _same_width(voters, points)
    k = min(k, len(voters))
    nearest = np.argsort(-(points @ voters.T), axis=1, kind="stable")[:, :k]
    # One vote each; what is added decides ties, since no sum of later ones outweighs an earlier.
    weight = 1 + 0.5 ** np.arange(1, k + 1)
    tally = np.zeros((len(points), labels.max() + 1))
    np.add.at(tally, (np.arange(len(points))[:, None], labels[nearest]), weight)
    return tally.argmax(axis=1)


def probe_classes(train: ArrayLike, train_labels: ArrayLike, test: ArrayLike) -> np.ndarray:
    """Return the class of each test image by a linear classifier of frozen embeddings: int64 [n].

    Multinomial logistic regression (C = 1) on embeddings standardised by the training images.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    seen, points = checked_scores(train, "train"), checked_scores(test, "test")
    labels = _labels(train_labels, len(seen), "train_labels")
    _same_width(seen, points)
    if len(np.unique(labels)) < 2:
        raise UserError(
            "a linear probe needs training images of at least two classes, received one class; "
            "train on images of several classes"
        )
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=2000))
    return model.fit(seen, labels).predict(points).astype(np.int64)


def linear_probe(
    train: ArrayLike, train_labels: ArrayLike, test: ArrayLike, test_labels: ArrayLike
) -> float:
    """Return the balanced accuracy of `probe_classes` on the test images."""
    predicted = probe_classes(train, train_labels, test)
    return float(balanced_accuracy(_labels(test_labels, len(predicted), "test_labels"), predicted))


def on_sphere(points: ArrayLike, name: str = "points") -> np.ndarray:
    """Return embeddings [n, d] in float64, scaled to length one; a zero vector stays zero."""
    rows = checked_scores(points, name)
    # By the largest entry first: the square of a huge or of a tiny number has no float64.
    rows = rows / np.maximum(np.abs(rows).max(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), SHORTEST)


def _labels(labels: ArrayLike, images: int, name: str) -> np.ndarray:
    array = np.asarray(labels)
    highest = int(array.max()) if array.size and array.dtype.kind in "iu" else 0
    return checked_labels(array, max(highest, 0) + 1, images, name)


def _same_width(train: np.ndarray, test: np.ndarray) -> None:
    if train.shape[1] != test.shape[1]:
        raise UserError(
            f"test must have {train.shape[1]} dimensions like train, received {test.shape[1]}; "
            "pass embeddings of one encoder"
        )
