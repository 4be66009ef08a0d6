"""SMOTE on embeddings: where its points lie, how many there are, and what it refuses."""

import numpy as np
import pytest

from reproduce.data.smote import smote
from reproduce.errors import UserError

COUNTS = np.array([60, 20, 4, 2])
LABELS = np.random.default_rng(1).permutation(np.repeat(np.arange(4), COUNTS))
POINTS = np.random.default_rng(2).normal(size=(len(LABELS), 3)).astype(np.float32)
POINTS += 10 * LABELS[:, None]


def distance_to_nearest_segment(point, of_class, k) -> float:
    """Return how far a point is from the lines between points and their k nearest neighbours."""
    nearest = np.inf
    for start in of_class:
        order = np.argsort(((of_class - start) ** 2).sum(axis=1), kind="stable")
        for end in of_class[order[1 : k + 1]]:
            step = end - start
            along = np.clip((point - start) @ step / (step @ step), 0, 1)
            nearest = min(nearest, float(np.linalg.norm(start + along * step - point)))
    return nearest


@pytest.mark.parametrize("ratio", [1.0, 3.0])
def test_every_class_grows_to_its_level_and_the_given_rows_stay(ratio):
    points, labels, synthetic = smote(POINTS, LABELS, 0, ratio=ratio)
    expected = [60, 60, 60, 60] if ratio == 1 else [60, 20, 20, 20]
    assert np.bincount(labels).tolist() == expected
    assert np.array_equal(points[~synthetic], POINTS)
    assert np.array_equal(labels[~synthetic], LABELS)
    assert synthetic.sum() == sum(expected) - len(LABELS)
    assert not synthetic[: len(LABELS)].any()
    assert points.dtype == np.float32 and labels.dtype == LABELS.dtype


def test_new_points_lie_between_a_point_and_a_near_neighbour_of_its_class():
    points, labels, synthetic = smote(POINTS.astype(np.float64), LABELS, 0)
    for c, k in ((1, 5), (2, 3), (3, 1)):
        of_class = POINTS[np.equal(LABELS, c)].astype(np.float64)
        made = points[synthetic & (labels == c)]
        assert max(distance_to_nearest_segment(point, of_class, k) for point in made) < 1e-9
        assert len(np.unique(made, axis=0)) == len(made)


def test_a_small_class_does_not_take_neighbours_from_a_large_one():
    # With one k for all, class 1 would reach no further than the two points of class 3 allow.
    points, labels, synthetic = smote(POINTS.astype(np.float64), LABELS, 0)
    of_class = POINTS[LABELS == 1].astype(np.float64)
    made = points[synthetic & (labels == 1)]
    assert max(distance_to_nearest_segment(point, of_class, 1) for point in made) > 0.1


def test_the_seed_decides_and_the_global_state_does_not():
    np.random.seed(0)
    first = smote(POINTS, LABELS, 5)[0]
    np.random.seed(1)
    assert np.array_equal(first, smote(POINTS, LABELS, 5)[0])
    assert not np.array_equal(first, smote(POINTS, LABELS, 6)[0])


def test_a_class_with_one_image_is_refused_by_name():
    labels = np.append(LABELS, 4)
    points = np.append(POINTS, [[50, 50, 50]], axis=0)
    names = ("a", "b", "c", "d", "wart")
    with pytest.raises(UserError, match="class 'wart' has one training image") as error:
        smote(points, labels, 0, class_names=names)
    assert "\n" not in str(error.value)


def test_balanced_points_are_returned_as_they_are():
    labels = np.repeat([0, 1], 30)
    points, same, synthetic = smote(POINTS[:60], labels, 0)
    assert np.array_equal(points, POINTS[:60]) and np.array_equal(same, labels)
    assert not synthetic.any()


def test_nonsense_is_refused():
    with pytest.raises(UserError, match="k_neighbors is 0"):
        smote(POINTS, LABELS, 0, k_neighbors=0)
    with pytest.raises(UserError, match="86 embeddings and 3 labels"):
        smote(POINTS, LABELS[:3], 0)
    with pytest.raises(UserError, match="ratio is 40, expected 1"):
        smote(POINTS, LABELS, 0, ratio=40)
