"""Overlap of true and predicted regions: intersection over union, from a table of pixel counts.

Pixels are pooled over images before they are divided, as in the tables of segmentation papers; a
mean of the images' own values is another number. All functions accept leading axes [..., C, C].
"""

import numpy as np
from numpy.typing import ArrayLike

from reproduce.evaluation.metrics import recalls


def intersections_over_unions(matrix: ArrayLike) -> np.ndarray:
    """Return IoU = TP / (TP + FP + FN) of each class [..., C], NaN for a class without a pixel.

    Pixels predicted as a class that is truly nowhere still count, as errors of the true classes.
    """
    recalls(matrix)  # refuses what is no table of counts
    table = np.asarray(matrix, dtype=np.float64)
    both = np.diagonal(table, axis1=-2, axis2=-1)
    truly = table.sum(axis=-1)
    either = truly + table.sum(axis=-2) - both
    return np.divide(both, either, out=np.full(np.shape(both), np.nan), where=truly > 0)


def miou(matrix: ArrayLike) -> np.ndarray:
    """Return the unweighted mean IoU of the classes present, background included."""
    return np.nanmean(intersections_over_unions(matrix), axis=-1)


def overlaps(matrix: ArrayLike) -> dict[str, np.ndarray]:
    """Return the mean IoU and that of each class present, by name, each of shape [...]."""
    of_classes = intersections_over_unions(matrix)
    found = {"miou": miou(matrix)}
    for number in range(of_classes.shape[-1]):
        found[f"iou_class_{number}"] = of_classes[..., number]
    return {name: value for name, value in found.items() if not np.isnan(value).any()}
