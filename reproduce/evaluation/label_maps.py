"""Label maps, a class for every pixel: counted image by image, measured over all of them."""

import numpy as np
from numpy.typing import ArrayLike

from reproduce.errors import UserError, unknown_name
from reproduce.evaluation.metrics import accuracy, macro_f1
from reproduce.evaluation.overlap import overlaps

# The true class of a pixel of which nothing is known.
UNKNOWN = 255


def pixel_counts(truth: ArrayLike, predicted: ArrayLike, classes: int) -> np.ndarray:
    """Count the pixels of each image by true class (row) and predicted class: int64 [n, C, C].

    `truth` and `predicted` are [n, h, w]; pixels whose true class is 255 are left out.
    """
    truth, predicted = np.asarray(truth, dtype=np.int64), np.asarray(predicted, dtype=np.int64)
    if truth.ndim != 3 or truth.shape != predicted.shape:
        raise UserError(
            f"label maps must be [images, height, width] twice, received {truth.shape} and "
            f"{predicted.shape}"
        )
    known = truth != UNKNOWN
    for name, found in (("true", truth[known]), ("predicted", predicted[known])):
        if found.size and not 0 <= found.min() <= found.max() < classes:
            raise UserError(
                f"the {name} classes of pixels must lie in 0..{classes - 1}, received "
                f"{found.min()}..{found.max()}"
            )
    image = np.broadcast_to(np.arange(len(truth))[:, None, None], truth.shape)
    cell = (image * classes + truth) * classes + predicted
    counted = np.bincount(cell[known], minlength=len(truth) * classes**2)
    return counted.reshape(len(truth), classes, classes)


def measures(matrix: ArrayLike) -> dict[str, np.ndarray]:
    """Return the measures of pooled pixel counts [..., C, C] by name, each of shape [...].

    `pixel_accuracy`, the share of pixels that are right; `mean_dice`, the mean over classes of
    2 TP / (2 TP + FP + FN); the mean IoU, and that of each class. A class without a pixel has
    none of these and is left out of the means.
    """
    found = overlaps(matrix)
    return {
        "miou": found.pop("miou"),
        "mean_dice": np.asarray(macro_f1(matrix)),
        "pixel_accuracy": np.asarray(accuracy(matrix)),
        **found,
    }


def summary(matrix: ArrayLike) -> dict[str, float]:
    """Return the measures of one table of pooled pixel counts [C, C]."""
    return {name: float(value) for name, value in measures(matrix).items()}


def resampled(pixels: ArrayLike, metric: str, counts: ArrayLike) -> np.ndarray:
    """Return a measure on each resample of images: pixels [n, C, C], counts [n, draws]."""
    by_image = np.asarray(pixels, dtype=np.float64)
    drawn = np.asarray(counts, dtype=np.float64)
    pooled = drawn.T @ by_image.reshape(len(by_image), -1)
    found = measures(pooled.reshape(-1, *by_image.shape[1:]))
    if metric not in found:
        raise unknown_name("measure of label maps", metric, found)
    return found[metric]
