"""Further averages over classes, and what is said of the rarest class or of one group of them."""

import numpy as np

from reproduce.evaluation.averages import class_averages
from reproduce.evaluation.families import CLASS_NAMES, CONFUSION, COUNTS
from reproduce.evaluation.families.classes import confusions


def values(arrays) -> dict[str, float]:
    """Return what the confusion matrix and the training images by class say."""
    return {name: float(value) for name, value in of_tables(arrays).items()}


def of_tables(arrays) -> dict[str, np.ndarray]:
    """Return the same of several confusion matrices [..., C, C] at once."""
    return class_averages(arrays[CONFUSION], arrays[COUNTS], arrays[CLASS_NAMES])


def draws(arrays, draws: int) -> dict[str, np.ndarray]:
    """Return the same of the confusion matrices of resampled test images."""
    return of_tables({**arrays, CONFUSION: confusions(arrays, draws)})
