"""What a confusion matrix says of single classes, of rare and frequent ones, and of grades.

All functions accept leading axes [..., C, C]. A class without a test image is skipped in every
mean, as in `metrics`, and has no value of its own (NaN). "Minority" is a matter of the *training*
images: a class with fewer of them than the average class; the others are the majority.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from reproduce.errors import UserError
from reproduce.evaluation.metrics import f1_scores, precisions, recalls


def macro_precision(matrix: ArrayLike) -> np.ndarray:
    """Return the unweighted mean precision of the classes present.

    A class that is never predicted has precision 0 (scikit-learn's `zero_division=0`).
    """
    present = np.asarray(matrix).sum(axis=-1) > 0
    return np.nanmean(np.where(present, precisions(matrix), np.nan), axis=-1)


def minority_f1(matrix: ArrayLike, counts: ArrayLike) -> np.ndarray:
    """Return the mean F1 of the classes with fewer training images than the average."""
    return _mean_of(f1_scores(matrix), in_minority(counts))


def minority_recall(matrix: ArrayLike, counts: ArrayLike) -> np.ndarray:
    """Return the mean recall of the classes with fewer training images than the average."""
    return _mean_of(recalls(matrix), in_minority(counts))


def majority_recall(matrix: ArrayLike, counts: ArrayLike) -> np.ndarray:
    """Return the mean recall of the classes with at least the average of training images."""
    return _mean_of(recalls(matrix), ~in_minority(counts))


def f1_spread(matrix: ArrayLike) -> np.ndarray:
    """Return the largest minus the smallest F1 of the classes present."""
    scores = f1_scores(matrix)
    return np.nanmax(scores, axis=-1) - np.nanmin(scores, axis=-1)


def quadratic_kappa(matrix: ArrayLike) -> np.ndarray:
    r"""Return Cohen's kappa with quadratic weights, for classes that are ordered grades.

    1 - sum w O / sum w E, w = (i - j)^2, with E the table that the same margins would give by
    chance. NaN where all images are of one class and predicted as that: nothing to disagree about.
    """
    observed, distance = _graded(matrix)
    truly, predicted = observed.sum(axis=-1), observed.sum(axis=-2)
    expected = truly[..., :, None] * predicted[..., None, :] / truly.sum(axis=-1)[..., None, None]
    above, below = ((table * distance**2).sum(axis=(-2, -1)) for table in (observed, expected))
    share = np.divide(above, below, out=np.full(np.shape(below), np.nan), where=below > 0)
    return 1 - share


def mean_absolute_error(matrix: ArrayLike) -> np.ndarray:
    """Return the mean number of grades between prediction and truth, over all test images."""
    observed, distance = _graded(matrix)
    return (observed * distance).sum(axis=(-2, -1)) / observed.sum(axis=(-2, -1))


def in_minority(counts: ArrayLike) -> np.ndarray:
    """Say of each class whether it has fewer training images than the average class."""
    counts = np.asarray(counts)
    return counts < counts.mean()


FROM_MATRIX: dict[str, Callable] = {
    "macro_precision": macro_precision,
    "f1_spread": f1_spread,
    "quadratic_kappa": quadratic_kappa,
    "mean_absolute_error": mean_absolute_error,
}
FROM_MATRIX_AND_COUNTS: dict[str, Callable] = {
    "minority_f1": minority_f1,
    "minority_recall": minority_recall,
    "majority_recall": majority_recall,
}


def per_class_measures(matrix: ArrayLike, counts: ArrayLike) -> dict[str, np.ndarray]:
    """Return every measure of these names that the data have, each of shape [...].

    Left out is what has no value in any of the matrices: a class number that the data do not have
    or without a test image, the minority of training sets that are balanced.

    Parameters
    ----------
    matrix
        [..., C, C], rows true.
    counts
        training images of each class, [C].
    """
    classes = np.shape(matrix)[-1]
    if np.shape(counts) != (classes,):
        raise UserError(
            f"counts must be one number of training images for each of {classes} classes, "
            f"received shape {np.shape(counts)}"
        )
    values = {name: measure(matrix) for name, measure in FROM_MATRIX.items()}
    values |= {name: of(matrix, counts) for name, of in FROM_MATRIX_AND_COUNTS.items()}
    for what, of_classes in (("recall", recalls(matrix)), ("f1", f1_scores(matrix))):
        for number in range(classes):
            values[f"{what}_class_{number}"] = of_classes[..., number]
    return {name: value for name, value in values.items() if not np.isnan(value).any()}


def _mean_of(values: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return the mean of the chosen classes that are present, NaN where there is none."""
    there = chosen & ~np.isnan(values)
    number = there.sum(axis=-1)
    total = np.where(there, values, 0.0).sum(axis=-1)
    return np.divide(total, number, out=np.full(np.shape(total), np.nan), where=number > 0)


def _graded(matrix: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return a table as float64 and the distance between the grades of its rows and columns."""
    recalls(matrix)  # refuses what is no confusion matrix
    grades = np.arange(np.shape(matrix)[-1])
    return np.asarray(matrix, dtype=np.float64), np.abs(grades[:, None] - grades)
