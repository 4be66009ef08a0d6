"""Label maps, a class for every pixel: counted image by image, measured over all of them."""

import numpy as np
from numpy.typing import ArrayLike

from reproduce.errors import UserError, unknown_name
from reproduce.evaluation.metrics import accuracy, macro_f1
from reproduce.evaluation.overlap import intersections_over_unions, overlaps

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


def summary_of_images(pixels: ArrayLike) -> dict[str, float]:
    """Return the means over images of the measures of each: pixels [n, C, C]."""
    return {name: float(value) for name, value in images(pixels).items()}


def images(pixels: ArrayLike, counts: ArrayLike | None = None) -> dict[str, np.ndarray]:
    """Return means over images of their own overlaps, by name: pixels [n, C, C].

    `image_miou`: each image has the mean IoU of the classes that its mask shows. Then the mean over
    the images that show class k, `image_iou_class_k`: where the class is predicted in others, that
    is an error of theirs and no overlap of this class. A class that no image shows has none. With
    `counts` [n, draws] an image counts so often in each draw [draws].
    """
    own = intersections_over_unions(pixels)
    weights = np.ones(len(own)) if counts is None else np.asarray(counts, dtype=np.float64).T
    shown = ~np.isnan(own)
    of_classes = np.where(shown, own, 0.0)
    any_shown = shown.any(axis=1)
    mean = of_classes.sum(axis=1) / np.maximum(shown.sum(axis=1), 1)
    found = {"image_miou": _mean(mean, any_shown, weights)}
    for number in np.flatnonzero(shown.any(axis=0)):
        name = f"image_iou_class_{number}"
        found[name] = _mean(of_classes[:, number], shown[:, number], weights)
    return found


def _mean(values: np.ndarray, counted: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weighted mean of the values that are counted [n], for each row of weights."""
    total = weights @ counted.astype(np.float64)
    sums = weights @ np.where(counted, values, 0.0)
    return np.divide(sums, total, out=np.full(np.shape(total), np.nan), where=total > 0)


def resampled(pixels: ArrayLike, metric: str, counts: ArrayLike) -> np.ndarray:
    """Return a measure on each resample of images: pixels [n, C, C], counts [n, draws]."""
    by_image = np.asarray(pixels, dtype=np.float64)
    drawn = np.asarray(counts, dtype=np.float64)
    if metric.startswith("image_"):
        found = images(by_image, drawn)
    else:
        pooled = drawn.T @ by_image.reshape(len(by_image), -1)
        found = measures(pooled.reshape(-1, *by_image.shape[1:]))
    if metric not in found:
        raise unknown_name("measure of label maps", metric, found)
    return found[metric]
