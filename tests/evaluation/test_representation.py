"""Alignment, uniformity, neighbours and probes against loops, scikit-learn and known geometry."""

import math

import numpy as np
import pytest
from scipy.spatial.distance import pdist
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score

from reproduce.errors import UserError
from reproduce.evaluation import representation
from reproduce.evaluation.neighbours import knn_accuracy
from reproduce.evaluation.representation import (
    alignment,
    linear_probe,
    neighbour_classes,
    on_sphere,
    probe_classes,
    uniformity_loss,
)


def cloud(seed=0, images=60, dimensions=5, classes=3):
    random = np.random.default_rng(seed)
    labels = np.arange(images) % classes
    points = random.normal(size=(images, dimensions)) + 1.5 * np.eye(dimensions)[labels]
    return points, labels


def resamples(images, draws=4, seed=1):
    chosen = np.random.default_rng(seed).integers(images, size=(draws, images))
    return chosen, np.stack([np.bincount(c, minlength=images) for c in chosen], axis=1)


# -- slow references -------------------------------------------------------------------------------


def unit(row) -> list[float]:
    length = math.sqrt(math.fsum(float(x) ** 2 for x in row))
    return [float(x) / length for x in row]


def squared(a, b) -> float:
    return math.fsum((x - y) ** 2 for x, y in zip(a, b, strict=True))


def slow_alignment(first, second) -> float:
    distances = [squared(unit(a), unit(b)) for a, b in zip(first, second, strict=True)]
    return math.fsum(distances) / len(distances)


def slow_uniformity(points, t=2.0, numbers=None) -> float:
    """Pairs of images i < j; of a resample, pairs of two different images."""
    rows = [unit(row) for row in points]
    numbers = range(len(rows)) if numbers is None else numbers
    potentials = [
        math.exp(-t * squared(rows[i], rows[j]))
        for place, i in enumerate(numbers)
        for j in list(numbers)[place + 1 :]
        if i != j
    ]
    return math.log(math.fsum(potentials) / len(potentials))


# -- alignment and uniformity ----------------------------------------------------------------------


def test_alignment_equals_the_loop_also_on_resamples():
    first, second = cloud(0)[0], cloud(1)[0]
    assert alignment(first, second) == pytest.approx(slow_alignment(first, second), abs=1e-13)
    chosen, counts = resamples(60)
    found = alignment(first, second, counts=counts)
    by_hand = [slow_alignment(first[c], second[c]) for c in chosen]
    assert found == pytest.approx(by_hand, abs=1e-13)


def test_alignment_of_known_pairs():
    points = cloud()[0]
    assert alignment(points, 7 * points) == pytest.approx(0, abs=1e-15)
    assert alignment(points, -points) == pytest.approx(4)
    assert alignment([[1, 0], [0, 2]], [[0, 3], [0, 1]]) == pytest.approx((2 + 0) / 2)


@pytest.mark.parametrize("t", [2.0, 0.5])
def test_uniformity_equals_the_loop_and_the_papers_own_lines(t):
    points, _ = cloud()
    found = uniformity_loss(points, t=t)
    assert found == pytest.approx(slow_uniformity(points, t), abs=1e-13)
    # Wang and Isola print: pdist(x).pow(2).mul(-t).exp().mean().log().
    assert found == pytest.approx(np.log(np.exp(-t * pdist(on_sphere(points)) ** 2).mean()))


def test_uniformity_on_resamples_counts_no_image_as_a_pair_with_itself():
    points, _ = cloud(images=20)
    chosen, counts = resamples(20)
    by_hand = [slow_uniformity(points, numbers=c.tolist()) for c in chosen]
    assert uniformity_loss(points, counts=counts) == pytest.approx(by_hand, abs=1e-13)
    once = np.ones((20, 1))
    assert uniformity_loss(points, counts=once)[0] == pytest.approx(uniformity_loss(points))


def test_uniformity_in_several_blocks(monkeypatch):
    points, _ = cloud()
    whole = uniformity_loss(points)
    monkeypatch.setattr(representation, "ROWS_AT_ONCE", 7)
    assert uniformity_loss(points) == pytest.approx(whole, abs=1e-14)


def test_uniformity_of_known_points():
    assert uniformity_loss(np.ones((5, 3))) == pytest.approx(0, abs=1e-14)
    # Two opposite points: one pair at distance 2, e^(-2 * 4).
    assert uniformity_loss([[1.0, 0.0], [-3.0, 0.0]]) == pytest.approx(-8)
    square = [[1, 0], [0, 1], [-1, 0], [0, -1]]
    assert uniformity_loss(square) == pytest.approx(
        math.log((4 * math.exp(-4) + 2 * math.exp(-8)) / 6)
    )
    random = np.random.default_rng(0).normal(size=(400, 256))
    assert uniformity_loss(random) == pytest.approx(-4, abs=0.05), "all distances are near sqrt 2"
    assert uniformity_loss(np.abs(random)) > uniformity_loss(random), "half a sphere is less even"


@pytest.mark.parametrize("scale", [1e-30, 1e18, 1e300])
def test_any_scale_and_zero_vectors_stay_finite(scale):
    points, _ = cloud()
    assert uniformity_loss(scale * points) == pytest.approx(uniformity_loss(points), abs=1e-12)
    assert alignment(scale * points, points) == pytest.approx(0, abs=1e-12)
    with_zero = np.vstack([points, np.zeros((2, 5))])
    assert (
        math.isfinite(uniformity_loss(with_zero)) and on_sphere(with_zero)[-1].tolist() == [0] * 5
    )


def test_float32_gives_what_float64_gives():
    points = cloud()[0].astype(np.float32)
    assert uniformity_loss(points) == uniformity_loss(points.astype(np.float64))


# -- neighbours and probes -------------------------------------------------------------------------


def test_neighbours_vote_as_those_of_the_map_do_on_the_sphere():
    train, classes = cloud(0, images=90)
    test, labels = cloud(1, images=50)
    for k in (1, 2, 4, 20):
        found = neighbour_classes(train, classes, test, k=k)
        expected = knn_accuracy(
            on_sphere(test), labels, k, train_points=on_sphere(train), train_labels=classes
        )
        assert (found == labels).mean() == pytest.approx(expected), k


def test_neighbours_are_those_of_least_angle_not_of_least_distance():
    train, classes = np.array([[10.0, 1.0], [0.2, 1.0]]), np.array([0, 1])
    assert neighbour_classes(train, classes, [[1.0, 0.2]], k=1).tolist() == [0]


def test_a_tie_goes_to_the_nearest_and_a_majority_beats_it():
    angles = np.deg2rad([10, 20, 30, 40])
    train = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    vote = [neighbour_classes(train, labels, [[1.0, 0.0]], k=4)[0]
            for labels in ([1, 0, 0, 1], [0, 1, 1, 0], [1, 0, 0, 0], [2, 0, 1, 1])]  # fmt: skip
    assert vote == [1, 0, 0, 1]


def test_a_tie_among_twenty_goes_to_the_nearest_too():
    angles = np.deg2rad(np.arange(1, 21))
    train = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    labels = [1] + [0] * 10 + [1] * 9
    assert neighbour_classes(train, labels, [[1.0, 0.0]]).tolist() == [1]
    assert neighbour_classes(train, [1] * 9 + [0] * 11, [[1.0, 0.0]]).tolist() == [0]


def test_of_few_training_images_all_vote():
    assert neighbour_classes([[1.0, 0], [0, 1.0], [0, 1.0]], [0, 1, 1], [[1.0, 0]]).tolist() == [1]


def test_the_probe_is_a_logistic_regression_on_standardised_embeddings():
    train, classes = cloud(0, images=90)
    test, labels = cloud(1, images=50)
    train, test = (points * [1, 100, 0.01, 1, 0] + 5 for points in (train, test))
    middle, spread = train.mean(axis=0), train.std(axis=0)
    spread[spread == 0] = 1
    model = LogisticRegression(max_iter=5000).fit((train - middle) / spread, classes)
    predicted = model.predict((test - middle) / spread)
    assert (probe_classes(train, classes, test) == predicted).mean() > 0.97
    found = linear_probe(train, classes, test, labels)
    assert found == pytest.approx(balanced_accuracy_score(labels, predicted), abs=0.03)
    assert found == linear_probe(train, classes, test, labels), "the same again"
    assert found > 0.7


def test_the_probe_is_regularised_with_c_1():
    """With unequal classes that overlap, a strong penalty makes it guess the largest class."""
    random = np.random.default_rng(0)
    classes = np.repeat([0, 1, 2], [80, 30, 10])
    train = random.normal(size=(120, 20)) + 0.8 * np.eye(20)[classes]
    test = random.normal(size=(300, 20)) + 0.8 * np.eye(20)[np.arange(300) % 3]
    middle, spread = train.mean(axis=0), train.std(axis=0)
    agree = {}
    for c in (0.1, 1.0, 10.0):
        model = LogisticRegression(C=c, max_iter=5000).fit((train - middle) / spread, classes)
        expected = model.predict((test - middle) / spread)
        agree[c] = (probe_classes(train, classes, test) == expected).mean()
    assert agree[1.0] > 0.99 > 0.97 > max(agree[0.1], agree[10.0])


def test_the_probes_accuracy_is_balanced():
    train = [[-1.0], [-1.1], [1.0], [1.1]]
    labels = [0, 0, 1, 1]
    test, truth = [[-1.0], [-1.0], [-1.0], [-1.0]], [0, 0, 0, 1]
    assert linear_probe(train, labels, test, truth) == pytest.approx((1 + 0) / 2)


def test_bad_input_is_refused():
    points, labels = cloud(images=10)
    with pytest.raises(UserError, match=r"view2 must have shape \(10, 5\) like view1"):
        alignment(points, points[:9])
    with pytest.raises(UserError, match="at least 2 points"):
        uniformity_loss(points[:1])
    with pytest.raises(UserError, match="finite"):
        uniformity_loss(points * np.nan)
    with pytest.raises(UserError, match="test must have 5 dimensions like train, received 2"):
        probe_classes(points, labels, points[:, :2])
    with pytest.raises(UserError, match="at least two classes"):
        probe_classes(points, np.ones(10, int), points)
    with pytest.raises(UserError, match="train_labels must be integers"):
        neighbour_classes(points, labels[:3], points)
