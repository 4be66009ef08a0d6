"""Classification metrics, by name, each with its convention for what cannot be divided.

Everything but the AUC follows from the confusion matrix (rows true, columns predicted), so a
stored matrix is enough to recompute it. The functions of a matrix accept leading axes
[..., C, C]: one call serves all seeds, or all bootstrap draws.

**Absent classes.** A class without a test image has no recall, no F1 and no AUC. It is skipped in
every mean, minimum and product over classes, never counted as 0 or 1. The wrong predictions *into*
it still count, as the errors of the true classes they were taken from.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata

from reproduce.errors import UserError
from reproduce.evaluation.checked_inputs import checked_classes, checked_labels, checked_scores


def softmax(logits: ArrayLike) -> np.ndarray:
    """Return class probabilities [n, C] in float64.

    In float32 a confident network saturates: many images share the score 1.0, and the AUC then
    depends on how ties are counted. float64 keeps them apart.
    """
    array = checked_scores(logits, "logits")
    powers = np.exp(array - array.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def predictions(scores: ArrayLike) -> np.ndarray:
    """Return the class with the highest score for each image; the lowest index wins a tie."""
    return checked_scores(scores).argmax(axis=1)


def confusion(labels: ArrayLike, predicted: ArrayLike, classes: int) -> np.ndarray:
    """Count images by true class (row) and predicted class (column): int64 [C, C]."""
    classes = checked_classes(classes)
    labels = checked_labels(labels, classes, np.size(labels))
    predicted = checked_labels(predicted, classes, len(labels), "predictions")
    return np.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, classes)


def recalls(matrix: ArrayLike) -> np.ndarray:
    """Return each class's share of its images that are recognised, NaN for an absent class."""
    matrix = _checked_matrix(matrix)
    return _ratio(_hits(matrix), matrix.sum(axis=-1), otherwise=np.nan)


def precisions(matrix: ArrayLike) -> np.ndarray:
    """Return each class's share of right predictions; 0 for a class that is never predicted."""
    matrix = _checked_matrix(matrix)
    return _ratio(_hits(matrix), matrix.sum(axis=-2), otherwise=0.0)


def f1_scores(matrix: ArrayLike) -> np.ndarray:
    """Return F1 = 2 TP / (2 TP + FP + FN) of each class, NaN for an absent class.

    Written so, it needs no convention for a class that is never predicted: it is 0.
    """
    matrix = _checked_matrix(matrix)
    truly = matrix.sum(axis=-1)
    scores = _ratio(2 * _hits(matrix), truly + matrix.sum(axis=-2), otherwise=np.nan)
    return np.where(truly > 0, scores, np.nan)


def accuracy(matrix: ArrayLike) -> np.ndarray | float:
    """Return the share of images on the diagonal."""
    matrix = _checked_matrix(matrix)
    return _plain(_hits(matrix).sum(axis=-1) / matrix.sum(axis=(-2, -1)))


def balanced_accuracy(matrix: ArrayLike) -> np.ndarray | float:
    """Return the unweighted mean recall of the classes present (macro recall)."""
    return _plain(np.nanmean(recalls(matrix), axis=-1))


def macro_f1(matrix: ArrayLike) -> np.ndarray | float:
    """Return the unweighted mean F1 of the classes present."""
    return _plain(np.nanmean(f1_scores(matrix), axis=-1))


def gmean_recall(matrix: ArrayLike) -> np.ndarray | float:
    """Return the geometric mean (prod_c S_c)^(1/C) of the recalls of the classes present.

    One missed class makes it 0. Other "G-means" are in `one_vs_rest`; name the one you use.
    """
    with np.errstate(divide="ignore"):  # log 0 = -inf is meant: exp brings it back to 0
        return _plain(np.exp(np.nanmean(np.log(recalls(matrix)), axis=-1)))


def worst_class_recall(matrix: ArrayLike) -> np.ndarray | float:
    """Return the lowest recall of the classes present; quote it with that class's image count."""
    return _plain(np.nanmin(recalls(matrix), axis=-1))


FROM_CONFUSION: dict[str, Callable[[ArrayLike], np.ndarray | float]] = {
    "accuracy": accuracy,
    "balanced_accuracy": balanced_accuracy,
    "macro_f1": macro_f1,
    "gmean_recall": gmean_recall,
    "worst_class_recall": worst_class_recall,
}


def auc_per_class(scores: ArrayLike, labels: ArrayLike) -> np.ndarray:
    """Return the one-vs-rest ROC AUC of each class, NaN where a class or its rest is absent.

    AUC_c = P(score_c of an image of c > score_c of another image) + 1/2 P(equal), from midranks
    in float64, which counts ties by half exactly.
    """
    scores = checked_scores(scores)
    labels = checked_labels(labels, scores.shape[1], len(scores))
    member = labels[:, None] == np.arange(scores.shape[1])
    inside = member.sum(axis=0).astype(np.float64)
    wins = (rankdata(scores, axis=0) * member).sum(axis=0) - inside * (inside + 1) / 2
    return _ratio(wins, inside * (len(labels) - inside), otherwise=np.nan)


def auc_macro_ovr(scores: ArrayLike, labels: ArrayLike) -> float:
    """Return the unweighted mean one-vs-rest AUC over the classes present.

    Scores are taken as they are. Rows are NOT renormalised: dividing each class by a constant
    (thresholding) leaves every one-vs-rest AUC unchanged, renormalising afterwards does not. For
    the same reason logits and their softmax differ here: pass the probabilities a paper used.
    """
    per_class = auc_per_class(scores, labels)
    if np.isnan(per_class).all():
        raise UserError(
            "the AUC needs labels of at least two classes, received one class only; "
            "evaluate on a test set that holds images of several classes"
        )
    return float(np.nanmean(per_class))


def summary(scores: ArrayLike, labels: ArrayLike, classes: int) -> dict[str, float]:
    """Return every metric of `reproduce.evaluation.registry.SUMMARY` for scores [n, C].

    The scores are used as they are, for the ranking and for the highest score alike: pass class
    probabilities or post-processed probabilities.
    """
    scores = checked_scores(scores)
    if scores.shape[1] != checked_classes(classes):
        raise UserError(
            f"scores must have {classes} columns, one per class, received {scores.shape[1]}"
        )
    labels = checked_labels(labels, classes, len(scores))
    matrix = confusion(labels, predictions(scores), classes)
    values = {name: float(function(matrix)) for name, function in FROM_CONFUSION.items()}
    return values | {"auc": auc_macro_ovr(scores, labels)}


def _checked_matrix(matrix: ArrayLike) -> np.ndarray:
    matrix = np.asarray(matrix)
    if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2] or matrix.dtype.kind not in "fiu":
        raise UserError(
            "a confusion matrix must be numbers of shape [classes, classes], received shape "
            f"{matrix.shape} of {matrix.dtype}"
        )
    matrix = matrix.astype(np.float64)
    # Written as "not all good" so that a NaN, which compares false, is caught too.
    if not (matrix >= 0).all() or not (matrix.sum(axis=(-2, -1)) > 0).all():
        raise UserError("a confusion matrix must hold counts of at least 0, and at least one image")
    return matrix


def _hits(matrix: np.ndarray) -> np.ndarray:
    return np.diagonal(matrix, axis1=-2, axis2=-1)


def _ratio(above: np.ndarray, below: np.ndarray, otherwise: float) -> np.ndarray:
    return np.divide(above, below, out=np.full(np.shape(below), otherwise), where=below > 0)


def _plain(value: np.ndarray) -> np.ndarray | float:
    return float(value) if np.ndim(value) == 0 else value
