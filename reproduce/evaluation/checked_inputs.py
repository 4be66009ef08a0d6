"""The checks that every metric makes of its input, and their one-line complaints."""

import numpy as np
from numpy.typing import ArrayLike

from reproduce.errors import UserError


class NotFinite(UserError):
    """Some scores are infinite or not a number."""


def checked_scores(scores: ArrayLike, name: str = "scores") -> np.ndarray:
    """Return scores [n, C] as float64, or say what is wrong with them."""
    array = np.asarray(scores)
    if array.ndim != 2 or array.dtype.kind not in "fiu":
        raise UserError(
            f"{name} must be numbers of shape [images, classes], received shape "
            f"{array.shape} of {array.dtype}; pass one row per image"
        )
    if array.size == 0:
        raise UserError(f"{name} are empty (shape {array.shape}), expected at least one image")
    array = array.astype(np.float64)
    require_finite(array, name)
    return array


def require_finite(array: np.ndarray, name: str = "scores") -> None:
    """Raise `NotFinite` if a value is infinite or not a number."""
    wrong = int(np.count_nonzero(~np.isfinite(array)))
    if wrong:
        raise NotFinite(
            f"{name} must be finite, received {wrong} NaN or infinite of {array.size}; "
            "look for a loss that diverged"
        )


def checked_labels(
    labels: ArrayLike, classes: int, images: int, name: str = "labels"
) -> np.ndarray:
    """Return labels [n] as int64 in 0..classes-1, one per image, or say what is wrong."""
    array = np.asarray(labels)
    if images == 0:
        raise UserError(f"{name} are empty, expected at least one image")
    if array.shape != (images,) or array.dtype.kind not in "iu":
        raise UserError(
            f"{name} must be integers of shape ({images},), received shape {array.shape} "
            f"of {array.dtype}; pass one class index per image"
        )
    array = array.astype(np.int64)
    if array.min() < 0 or array.max() >= classes:
        raise UserError(
            f"{name} must lie in 0..{classes - 1} for {classes} classes, received "
            f"{array.min()}..{array.max()}; pass class indices that start at 0"
        )
    return array


def checked_probabilities(probabilities: ArrayLike) -> np.ndarray:
    """Return probabilities [n, C] as float64; logits passed by mistake are refused."""
    array = checked_scores(probabilities, "probabilities")
    sums = array.sum(axis=1)
    if array.min() < 0 or np.abs(sums - 1).max() > 1e-3:
        raise UserError(
            "probabilities must be at least 0 and sum to 1 in every row, received a smallest "
            f"entry of {array.min():.4g} and row sums {sums.min():.4g}..{sums.max():.4g}; "
            "apply metrics.softmax to logits first"
        )
    return array


def checked_classes(classes: int) -> int:
    """Return the number of classes, at least 1, as an int."""
    if isinstance(classes, bool) or not isinstance(classes, int | np.integer) or classes < 1:
        raise UserError(f"classes must be a whole number of at least 1, received {classes!r}")
    return int(classes)
