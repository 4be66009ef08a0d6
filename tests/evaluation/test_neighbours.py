"""Neighbour scores against hand calculation and scikit-learn."""

import numpy as np
import pytest
from sklearn import manifold
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from reproduce.errors import UserError
from reproduce.evaluation.neighbours import knn_accuracy, trustworthiness


def cloud(seed=0, images=90, dimensions=5):
    random = np.random.default_rng(seed)
    labels = random.integers(3, size=images)
    return random.normal(size=(images, dimensions)) + labels[:, None], labels


def test_a_point_does_not_vote_for_itself():
    points, labels = np.array([[0.0], [1.0], [10.0], [11.0]]), np.array([0, 1, 0, 1])
    assert knn_accuracy(points, labels, k=1) == 0.0
    assert knn_accuracy(points, np.array([0, 0, 1, 1]), k=1) == 1.0


def test_a_tie_goes_to_the_nearest_neighbour():
    # Neighbours of the query, nearest first: class 1, class 0; one vote each.
    train, classes = np.array([[1.0], [-2.0]]), np.array([1, 0])
    for truth, expected in [(1, 1.0), (0, 0.0)]:
        found = knn_accuracy([[0.0]], [truth], k=2, train_points=train, train_labels=classes)
        assert found == expected
    # Two votes for class 0 beat one nearer vote for class 1.
    found = knn_accuracy(
        [[0.0]], [0], k=3, train_points=[[1.0], [-2.0], [3.0]], train_labels=[1, 0, 0]
    )
    assert found == 1.0


@pytest.mark.parametrize("k", [1, 3])
def test_leave_one_out_equals_scikit_learn_where_votes_cannot_tie(k):
    points, labels = cloud()
    labels = (labels > 0).astype(int)
    expected = cross_val_score(KNeighborsClassifier(k), points, labels, cv=LeaveOneOut()).mean()
    assert knn_accuracy(points, labels, k=k) == pytest.approx(expected)


def test_train_and_test_equal_scikit_learn():
    points, labels = cloud()
    labels = (labels > 0).astype(int)
    model = KNeighborsClassifier(5).fit(points[:60], labels[:60])
    found = knn_accuracy(
        points[60:], labels[60:], k=5, train_points=points[:60], train_labels=labels[:60]
    )
    assert found == pytest.approx(model.score(points[60:], labels[60:]))


@pytest.mark.parametrize("k", [1, 5, 20])
def test_trustworthiness_equals_scikit_learn(k):
    high, _ = cloud(dimensions=6)
    low = high[:, :2] + np.random.default_rng(1).normal(size=(90, 2))
    expected = manifold.trustworthiness(high, low, n_neighbors=k)
    assert trustworthiness(high, low, k=k) == pytest.approx(expected, abs=1e-12)


def test_trustworthiness_in_several_blocks_equals_scikit_learn():
    # 64 MiB hold about 2,800 rows of 3,000 distances, so this takes more than one block.
    high, _ = cloud(images=3000, dimensions=4)
    expected = manifold.trustworthiness(high, high[:, :2], n_neighbors=10)
    assert trustworthiness(high, high[:, :2], k=10) == pytest.approx(expected, abs=1e-12)


def test_a_point_is_no_neighbour_of_itself_even_among_copies():
    # Point 2 is one of three copies; its neighbour in the map is copy 1, which comes second.
    high = np.array([[0.0], [0.0], [0.0], [10.0], [20.0], [40.0]])
    low = np.array([[0.0], [5.0], [5.1], [50.0], [60.0], [75.0]])
    expected = manifold.trustworthiness(high, low, n_neighbors=1)
    assert trustworthiness(high, low, k=1) == pytest.approx(expected, abs=1e-12)


def test_a_faithful_map_is_trusted_and_a_shuffled_one_is_not():
    high, _ = cloud(dimensions=2)
    assert trustworthiness(high, 3 * high + 1, k=5) == 1.0
    shuffled = np.random.default_rng(0).permutation(high)
    assert trustworthiness(high, shuffled, k=5) < 0.65


def test_bad_input_is_refused():
    points, labels = cloud(images=10)
    with pytest.raises(UserError, match=r"1\.\.9 for this many points, received 10"):
        knn_accuracy(points, labels, k=10)
    with pytest.raises(UserError, match="train_points and train_labels together"):
        knn_accuracy(points, labels, k=2, train_points=points)
    with pytest.raises(UserError, match="5 dimensions like points, received 2"):
        knn_accuracy(points, labels, k=2, train_points=points[:, :2], train_labels=labels)
    with pytest.raises(UserError, match="labels must be integers"):
        knn_accuracy(points, labels.astype(str), k=2)
    with pytest.raises(UserError, match="low must have 10 rows like high, received 4"):
        trustworthiness(points, points[:4], k=2)
    with pytest.raises(UserError, match=r"1\.\.4 for this many points, received 5"):
        trustworthiness(points, points, k=5)
    with pytest.raises(UserError, match="finite"):
        knn_accuracy(points * np.inf, labels, k=2)
