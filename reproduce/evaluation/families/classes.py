"""Single classes, rare and frequent ones, grades: what a confusion matrix says of them."""

import numpy as np

from reproduce.evaluation.families import CONFUSION, COUNTS, LABELS, PREDICTIONS
from reproduce.evaluation.per_class import per_class_measures
from reproduce.evaluation.resampling import resample_counts, resampled_confusions


def values(arrays) -> dict[str, float]:
    """Return what the confusion matrix and the training images by class say."""
    return {name: float(value) for name, value in of_tables(arrays).items()}


def of_tables(arrays) -> dict[str, np.ndarray]:
    """Return the same of several confusion matrices [..., C, C] at once."""
    return per_class_measures(arrays[CONFUSION], arrays[COUNTS])


def draws(arrays, draws: int) -> dict[str, np.ndarray]:
    """Return the same of the confusion matrices of resampled test images."""
    return of_tables({**arrays, CONFUSION: confusions(arrays, draws)})


def confusions(arrays, draws: int) -> np.ndarray:
    """Return the confusion matrix of each resample of the test images: [draws, C, C]."""
    labels, classes = arrays[LABELS], len(arrays[COUNTS])
    drawn = resample_counts(labels, draws)
    return resampled_confusions(labels, arrays[PREDICTIONS], classes, drawn)
