"""The silhouette against scikit-learn's, and on resamples against slow sums."""

import math

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from reproduce.errors import UserError
from reproduce.evaluation.resampling import resample_counts
from reproduce.evaluation.silhouettes import silhouette


def points(seed=0, apart=1.5, sizes=(9, 5, 3)):
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(sizes)), sizes)
    return random.normal(size=(len(labels), 4)) + apart * np.eye(4)[labels], labels


def by_hand(rows, labels, counts) -> float:
    """Return the weighted mean silhouette, an image never its own neighbour, by plain loops."""
    total = 0.0
    for i, (row, label) in enumerate(zip(rows, labels, strict=True)):
        means = {}
        for c in set(labels.tolist()):
            weight = sum(n for j, n in enumerate(counts) if labels[j] == c and j != i)
            sums = [
                n * math.dist(row, rows[j])
                for j, n in enumerate(counts)
                if labels[j] == c and j != i
            ]
            means[c] = math.fsum(sums) / weight if weight else None
        own = means.pop(label)
        if own is not None and counts[i]:
            nearest = min(mean for mean in means.values() if mean is not None)
            total += counts[i] * (nearest - own) / max(nearest, own)
    return total / sum(counts)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("apart", [0.0, 1.5, 6.0])
def test_it_is_that_of_scikit_learn(seed, apart):
    rows, labels = points(seed, apart)
    assert silhouette(rows, labels) == pytest.approx(silhouette_score(rows, labels), abs=1e-9)


def test_an_image_alone_in_its_class_counts_as_zero():
    rows, labels = points(2, sizes=(6, 4, 1))
    assert silhouette(rows, labels) == pytest.approx(silhouette_score(rows, labels), abs=1e-9)


def test_two_tight_pairs_by_hand():
    # Inside the pairs the distance is 1; to the other pair 10 and 11, or 9 and 10, on average.
    found = silhouette([[0.0], [1.0], [10.0], [11.0]], [0, 0, 1, 1])
    assert found == pytest.approx((2 * (1 - 1 / 10.5) + 2 * (1 - 1 / 9.5)) / 4, abs=1e-12)
    assert silhouette(np.ones((4, 2)), [0, 0, 1, 1]) == 0.0


def test_resamples_are_those_of_slow_sums():
    rows, labels = points(3)
    counts = resample_counts(labels, 5)
    counts[:, 4] = np.where(labels == 2, 0, 1)  # a draw that lost a class
    expected = [by_hand(rows, labels, column) for column in counts.T]
    assert silhouette(rows, labels, counts) == pytest.approx(expected, abs=1e-9)


def test_one_class_is_refused():
    with pytest.raises(UserError, match="at least two classes"):
        silhouette(np.ones((3, 2)), [1, 1, 1])
