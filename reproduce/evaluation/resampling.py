"""Metrics on bootstrap resamples of the test images, without ever building a resample.

A resample of n images is a count per image. A metric on the resample is the *weighted* metric on
the original images with those counts as weights. Every count is a small integer, so all sums are
exact, and one sparse product serves all draws at once.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_matrix

from reproduce.errors import UserError, unknown_name
from reproduce.evaluation.metrics import FROM_CONFUSION
from reproduce.randomness import generator


def resample_counts(
    labels: ArrayLike, draws: int, seed: int = 0, *, stratified: bool = True
) -> np.ndarray:
    """Draw resamples with replacement: how often each image occurs in each draw, [n, draws].

    Stratified, every class keeps its number of images. That is how the test sets here came to be
    (a fixed number per class was taken), and no draw loses a class, which would change what a
    macro average is an average of.
    """
    labels = np.asarray(labels)
    if isinstance(draws, bool) or not isinstance(draws, int | np.integer) or draws < 2:
        raise UserError(f"draws must be a whole number of at least 2, received {draws!r}")
    random = generator(seed, "test images")
    counts = np.empty((len(labels), draws))
    strata = labels if stratified else np.zeros(len(labels), dtype=np.int64)
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        size = len(members)
        chosen = random.integers(size, size=(draws, size)) + np.arange(draws)[:, None] * size
        counts[members] = np.bincount(chosen.ravel(), minlength=draws * size).reshape(draws, -1).T
    return counts


def by_name(labels: ArrayLike, class_names: Sequence[str]) -> np.ndarray:
    """Return labels renumbered in the order of the classes' names.

    Where a class has another number in every trial, resamples of one test part are the same images
    for all of them only if they are drawn by what a class is and not by its number.
    """
    return np.argsort(np.argsort(np.asarray(class_names)))[np.asarray(labels)]


def resampled_metric(
    scores: np.ndarray, labels: np.ndarray, metric: str, counts: np.ndarray
) -> np.ndarray:
    """Return `metric` of scores [n, C] on each resample in counts [n, draws]: float64 [draws]."""
    if metric == "auc":
        return _resampled_auc(scores, labels, counts)
    if metric not in FROM_CONFUSION:
        raise unknown_name("metric", metric, ["auc", *FROM_CONFUSION])
    matrices = resampled_confusions(labels, scores.argmax(axis=1), scores.shape[1], counts)
    return np.asarray(FROM_CONFUSION[metric](matrices))


def resampled_confusions(
    labels: np.ndarray, predicted: np.ndarray, classes: int, counts: np.ndarray
) -> np.ndarray:
    """Return the confusion matrix of each resample in counts [n, draws]: [draws, C, C]."""
    cell = labels * classes + predicted
    return _sums(cell, classes**2, counts).T.reshape(-1, classes, classes)


def _resampled_auc(scores: np.ndarray, labels: np.ndarray, counts: np.ndarray) -> np.ndarray:
    per_class = []
    for number in range(scores.shape[1]):
        member = labels == number
        if member.any() and not member.all():
            per_class.append(_one_vs_rest_auc(scores[:, number], member, counts))
    if not per_class:
        raise UserError(
            "the AUC needs labels of at least two classes, received one class only; "
            "evaluate on a test set that holds images of several classes"
        )
    if np.isnan(per_class).all(axis=0).any():
        raise UserError(
            "a resample holds one class only, so it has no AUC; expected images of several "
            "classes in each; use stratified=True or a larger test set"
        )
    return np.nanmean(per_class, axis=0)


def _one_vs_rest_auc(column: np.ndarray, member: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the AUC of one class in each draw, NaN where a draw has lost the class or its rest.

    The members' distinct scores cut the line into places: an odd place 2g+1 is the g-th of those
    scores itself, an even place 2g the open interval before it. A member at place 2g+1 beats all
    others at places up to 2g, and half of those at its own.
    """
    values = np.unique(column[member])
    place = np.searchsorted(values, column, "left") + np.searchsorted(values, column, "right")
    members = _sums(place[member] // 2, len(values), counts[member])
    others = _sums(place[~member], 2 * len(values) + 1, counts[~member])
    beaten = np.cumsum(others, axis=0)[0:-1:2] + others[1::2] / 2
    wins = np.einsum("gd,gd->d", members, beaten)
    pairs = members.sum(axis=0) * others.sum(axis=0)
    return np.divide(wins, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)


def _sums(group: np.ndarray, groups: int, counts: np.ndarray) -> np.ndarray:
    """Add up the rows of counts [n, draws] by group [n]: [groups, draws]."""
    images = np.arange(len(group))
    return csr_matrix((np.ones(len(group)), (group, images)), shape=(groups, len(group))) @ counts
