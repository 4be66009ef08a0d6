"""The gap between training and test images, and whether it grows while a network trains.

The gap is a difference of *balanced* accuracies: a plain accuracy on training images would depend
on how many of them belong to the large classes, which is what a sampler changes.
"""

import numpy as np

from reproduce.evaluation.resampling import resample_counts


def gaps_over_time(
    train_labels: np.ndarray,
    train_predictions: np.ndarray,
    test_labels: np.ndarray,
    test_predictions: np.ndarray,
) -> np.ndarray:
    """Return the gap at every point in time; predictions are [points, n]."""
    of_train = balanced_accuracy(train_labels, train_predictions)
    return of_train - balanced_accuracy(test_labels, test_predictions)


def balanced_accuracy(
    labels: np.ndarray, predictions: np.ndarray, counts: np.ndarray | None = None
) -> np.ndarray:
    """Return the mean recall over the classes there are, of predictions [..., n].

    `counts` [n, draws] says how often each image is in each resample; the result is then
    [..., draws].
    """
    right = (predictions == labels).astype(np.float64)
    weights = np.ones((len(labels), 1)) if counts is None else counts
    recalls = []
    for c in np.unique(labels):
        member = labels == c
        recalls.append(right[..., member] @ weights[member] / weights[member].sum(axis=0))
    mean = np.mean(recalls, axis=0)
    return mean[..., 0] if counts is None else mean


def half_way(iterations: np.ndarray) -> int:
    """Return the number of the last point that is not past the middle of training, or the first."""
    return max(0, int((np.asarray(iterations) <= iterations[-1] / 2).sum()) - 1)


def gap_values(iterations, train_labels, train_predictions, test_labels, test_predictions):
    """Return the gap at the end, and its growth since half-way, by name."""
    over_time = gaps_over_time(train_labels, train_predictions, test_labels, test_predictions)
    growth = over_time[-1] - over_time[half_way(iterations)]
    return {
        "generalization_gap": float(over_time[-1]),
        "generalization_gap_growth": float(growth),
    }


def resampled_gaps(
    iterations, train_labels, train_predictions, test_labels, test_predictions, draws: int
) -> dict[str, np.ndarray]:
    """Return both measures on resamples of the training images and of the test images [draws]."""
    points = [half_way(iterations), -1]
    of_train, of_test = (
        balanced_accuracy(labels, predictions[points], resample_counts(labels, draws, seed=seed))
        # The draws of test images are those of every other metric (seed 0), so that they pair.
        for labels, predictions, seed in (
            (train_labels, train_predictions, 1),
            (test_labels, test_predictions, 0),
        )
    )
    gap = of_train - of_test
    return {"generalization_gap": gap[1], "generalization_gap_growth": gap[1] - gap[0]}
