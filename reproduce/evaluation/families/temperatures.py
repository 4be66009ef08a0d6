"""What a loss with a temperature for each class has learned, as training recorded it.

Read in the last record that has it: the temperatures as they ended, and sums over the last epoch of
the loss for the similarity of hard negatives and the push of the negatives of each class.
"""

import numpy as np

from reproduce.evaluation.families import COUNTS, HISTORY

TEMPERATURE, NEAREST, PUSH = "temperature_class_", "hardest_negative_class_", "negative_push_class_"


def values(arrays) -> dict[str, float]:
    """Return the correlations over classes, and how even the negatives' gradient is."""
    counts, history = np.asarray(arrays[COUNTS]), arrays[HISTORY]
    temperature, nearest, push = (
        last(history, name, len(counts)) for name in (TEMPERATURE, NEAREST, PUSH)
    )
    found = {
        "temperature_count_correlation": spearman(temperature, counts),
        "temperature_similarity_correlation": spearman(temperature, nearest),
        "negative_gradient_evenness": evenness(push),
    }
    return {name: value for name, value in found.items() if np.isfinite(value)}


def draws(arrays, draws: int) -> dict[str, np.ndarray]:
    """Return the same so many times: they do not depend on which images are tested."""
    return {name: np.full(draws, value) for name, value in values(arrays).items()}


def last(history, name: str, classes: int) -> np.ndarray:
    """Return the last recorded value of every class, NaN where there is none."""
    found = np.full(classes, np.nan)
    for row in history:
        if any(key.startswith(name) for key in row):
            found = np.array([row.get(f"{name}{c}", np.nan) for c in range(classes)])
    return found


def spearman(first, second) -> float:
    """Return the rank correlation over the classes that have both; NaN where ranks are all one."""
    first, second = (np.asarray(values, dtype=np.float64) for values in (first, second))
    both = np.isfinite(first) & np.isfinite(second)
    ranks = [_ranks(values[both]) for values in (first, second)]
    if both.sum() < 3 or any(np.ptp(of) == 0 for of in ranks):
        return float("nan")
    return float(np.corrcoef(*ranks)[0, 1])


def evenness(shares) -> float:
    """Return the entropy of shares that sum to one, over that of equal shares."""
    shares = np.asarray(shares, dtype=np.float64)
    if not np.isfinite(shares).all():
        return float("nan")
    positive = shares[shares > 0]
    return float(-(positive * np.log(positive)).sum() / np.log(len(shares)))


def _ranks(values: np.ndarray) -> np.ndarray:
    """Return ranks, equal values sharing the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return ((ends - counts + 1 + ends) / 2)[inverse]
