"""What every result of a classification stores: the summary of its scores."""

import numpy as np

from reproduce.evaluation.families import LABELS, SCORES
from reproduce.evaluation.metrics import summary
from reproduce.evaluation.registry import SUMMARY
from reproduce.evaluation.resampling import resample_counts, resampled_metric


def values(arrays) -> dict[str, float]:
    """Return the metrics of the scores [n, C] and the labels."""
    scores = arrays[SCORES]
    return summary(scores, arrays[LABELS], scores.shape[1])


def draws(arrays, draws: int) -> dict[str, np.ndarray]:
    """Return them on resamples of the test images."""
    scores, labels = arrays[SCORES], arrays[LABELS]
    counts = resample_counts(labels, draws)
    return {name: resampled_metric(scores, labels, name, counts) for name in SUMMARY}
