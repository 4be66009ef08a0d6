"""The gap between training and test images along a learning curve."""

import numpy as np

from reproduce.evaluation.generalization import gap_values, resampled_gaps


def values(arrays) -> dict[str, float]:
    """Return the gap at the end of the last phase, and its growth since half-way."""
    return gap_values(*_curve(arrays))


def draws(arrays, draws: int) -> dict[str, np.ndarray]:
    """Return both on resamples of the training and of the test images."""
    return resampled_gaps(*_curve(arrays), draws=draws)


def _curve(arrays) -> list[np.ndarray]:
    """Return iterations, then labels and predictions of training and of test images."""
    last = arrays["curve/phase"] == arrays["curve/phase"][-1]
    found = [arrays["curve/iteration"][last]]
    for part in ("train", "test"):
        labels = arrays[f"curve/{part}_labels"].astype(np.int64)
        found += [labels, arrays[f"curve/{part}_predictions"][last].astype(np.int64)]
    return found
