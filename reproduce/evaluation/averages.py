"""Averages over classes that papers print beside the usual ones, and of the rarest class.

All functions accept leading axes [..., C, C]; rows are true classes. A class without a test image
is skipped, as in `metrics`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from reproduce.errors import UserError
from reproduce.evaluation.metrics import f1_scores, precisions, recalls
from reproduce.evaluation.one_vs_rest import gmean_one_vs_rest, index_balanced_accuracy
from reproduce.evaluation.registry import set_apart

ALPHAS = {"iba_0_1": 0.1, "iba_0_5": 0.5, "iba_1": 1.0}


def weighted(values: ArrayLike, matrix: ArrayLike) -> np.ndarray:
    """Return the mean of values of classes [..., C], each weighted by its number of test images."""
    images = np.asarray(matrix, dtype=np.float64).sum(axis=-1)
    return np.where(images > 0, images * values, 0).sum(axis=-1) / images.sum(axis=-1)


def recall_spread(matrix: ArrayLike) -> np.ndarray:
    """Return the largest minus the smallest recall of the classes present."""
    found = recalls(matrix)
    return np.nanmax(found, axis=-1) - np.nanmin(found, axis=-1)


def rarest_class_recall(matrix: ArrayLike, counts: ArrayLike) -> np.ndarray:
    """Return the recall of the class with the fewest training images.

    NaN where several classes have as few: none of them is the rarest.
    """
    return _rarest_and_others(matrix, counts)[0]


def rarest_class_deficit(matrix: ArrayLike, counts: ArrayLike) -> np.ndarray:
    """Return the mean recall of the other classes minus that of the rarest class."""
    rarest, others = _rarest_and_others(matrix, counts)
    return others - rarest


def confusion_excess(matrix: ArrayLike, apart: int) -> np.ndarray:
    """Return how much more often classes are taken for each other than for the class set apart.

    Of the images of all classes but `apart`: the share that is predicted as another of these
    classes, minus the share that is predicted as `apart`.
    """
    recalls(matrix)  # refuses what is no confusion matrix
    of_others = np.delete(np.asarray(matrix, dtype=np.float64), apart, axis=-2)
    images = of_others.sum(axis=(-2, -1))
    set_apart = of_others[..., apart].sum(axis=-1)
    among = np.delete(of_others, apart, axis=-1)
    mistaken = among.sum(axis=(-2, -1)) - np.trace(among, axis1=-2, axis2=-1)
    excess = mistaken - set_apart
    return np.divide(excess, images, out=np.full(np.shape(images), np.nan), where=images > 0)


def class_averages(
    matrix: ArrayLike, counts: ArrayLike, class_names: Sequence[str]
) -> dict[str, np.ndarray]:
    """Return every measure of this family that the data have, each of shape [...].

    Left out is what has no value in any of the matrices, as in `per_class.per_class_measures`.
    """
    classes = np.shape(matrix)[-1]
    if np.shape(counts) != (classes,) or len(class_names) != classes:
        raise UserError(
            f"expected a number of training images and a name for each of {classes} classes, "
            f"received {np.size(counts)} and {len(class_names)}"
        )
    of_classes = np.where(np.isnan(recalls(matrix)), np.nan, precisions(matrix))
    found = {
        "weighted_precision": weighted(np.nan_to_num(of_classes), matrix),
        "weighted_f1": weighted(np.nan_to_num(f1_scores(matrix)), matrix),
        "gmean_ovr": gmean_one_vs_rest(matrix),
        "recall_spread": recall_spread(matrix),
        "rarest_class_recall": rarest_class_recall(matrix, counts),
        "rarest_class_deficit": rarest_class_deficit(matrix, counts),
    }
    for name, alpha in ALPHAS.items():
        found[name] = index_balanced_accuracy(matrix, alpha=alpha)
    for number in range(classes):
        found[f"precision_class_{number}"] = of_classes[..., number]
    apart = set_apart(class_names)
    if apart is not None:
        found["lesion_confusion_excess"] = confusion_excess(matrix, apart)
    return {name: value for name, value in found.items() if not np.isnan(value).any()}


def _rarest_and_others(matrix: ArrayLike, counts: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return the recall of the rarest class and the mean recall of the other classes present."""
    found, counts = recalls(matrix), np.asarray(counts)
    rarest = np.flatnonzero(counts == counts.min())
    if len(rarest) > 1:
        nothing = np.full(found.shape[:-1], np.nan)
        return nothing, nothing
    others = np.delete(found, rarest[0], axis=-1)
    known = ~np.isnan(others)
    number, total = known.sum(axis=-1), np.where(known, others, 0).sum(axis=-1)
    mean = np.divide(total, number, out=np.full(np.shape(total), np.nan), where=number > 0)
    return found[..., rarest[0]], mean
