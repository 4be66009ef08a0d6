"""Masks of segmentation: counts of true and predicted pixels, pooled over the test images.

A resample draws whole images, since the pixels of one are no repeats of each other.
"""

import numpy as np

from reproduce.evaluation.families import CONFUSION, LABELS
from reproduce.evaluation.metrics import accuracy, macro_f1
from reproduce.evaluation.overlap import overlaps
from reproduce.evaluation.resampling import resample_counts

# Pixels of each image by true class (row) and predicted class: [n, C, C].
BY_IMAGE = "test/pixels"


def values(arrays) -> dict[str, float]:
    """Return the overlap of each class and their mean, of all pixels."""
    return {name: float(value) for name, value in _measures(arrays[CONFUSION]).items()}


def draws(arrays, draws: int) -> dict[str, np.ndarray]:
    """Return the same of resampled images; `test/labels` are the images' classes."""
    by_image = np.asarray(arrays[BY_IMAGE], dtype=np.float64)
    counts = resample_counts(arrays[LABELS], draws)
    pooled = counts.T @ by_image.reshape(len(by_image), -1)
    return _measures(pooled.reshape(draws, *by_image.shape[1:]))


def _measures(matrix: np.ndarray) -> dict[str, np.ndarray]:
    of_pixels = {"mean_dice": macro_f1(matrix), "pixel_accuracy": accuracy(matrix)}
    return overlaps(matrix) | {name: np.asarray(value) for name, value in of_pixels.items()}
