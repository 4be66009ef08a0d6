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


# Two classes that meet: at 0 to 9 along a line one of many, at 9.5 to 13.5 one of few.
MANY, FEW = np.arange(0, 10, 0.25), np.array([9.6, 9.8, 10.1, 12.5, 12.7, 12.9, 13.1, 13.3, 13.5])
MEETING = np.concatenate([MANY, FEW])[:, None]
OF_MEETING = np.repeat([0, 1], [len(MANY), len(FEW)])


def test_borderline_smote_starts_at_the_points_that_others_nearly_surround():
    k = 2
    points, labels, synthetic = smote(MEETING, OF_MEETING, 0, kind="borderline", k_neighbors=k)
    made = points[synthetic & (labels == 1), 0]
    # By hand: of its ten nearest, half or more are of the other class, and not all ten.
    in_danger = []
    for at in FEW:
        order = np.argsort(np.abs(MEETING[:, 0] - at), kind="stable")[1:11]
        others = int((OF_MEETING[order] == 0).sum())
        if 5 <= others < 10:
            in_danger.append(at)
    assert in_danger == [9.6, 9.8, 10.1], "the test has a border"
    lines = []
    for at in in_danger:
        near = FEW[np.argsort(np.abs(FEW - at), kind="stable")[1 : k + 1]]
        lines += [(min(at, end), max(at, end)) for end in near]
    assert all(any(a - 1e-9 <= x <= b + 1e-9 for a, b in lines) for x in made)
    assert made.max() <= 10.1 + 1e-9, "none among those that nothing threatens"
    plain = smote(MEETING, OF_MEETING, 0, k_neighbors=k)[0][len(MEETING) :, 0]
    assert plain.max() > 12.5, "plain SMOTE puts some there"


def test_kmeans_smote_stays_within_clusters_and_puts_more_where_a_class_lies_thinly(
    monkeypatch,
):
    monkeypatch.setattr("reproduce.data.smote.CLUSTERS", 3)
    generator = np.random.default_rng(3)
    many = generator.normal(0, 0.5, (400, 2))
    dense = generator.normal((20, 0), 0.05, (12, 2))
    thin = generator.normal((0, 20), 1.0, (12, 2))
    points = np.concatenate([many, dense, thin])
    labels = np.repeat([0, 1], [400, 24])
    grown, of_grown, synthetic = smote(points, labels, 0, kind="kmeans")
    assert np.bincount(of_grown).tolist() == [400, 400]
    made = grown[synthetic]
    in_dense = np.linalg.norm(made - (20, 0), axis=1) < 1
    in_thin = np.linalg.norm(made - (0, 20), axis=1) < 5
    assert (in_dense | in_thin).all(), "none on the way from one cluster to the other"
    assert in_thin.sum() > 3 * in_dense.sum()


def test_a_class_that_meets_no_other_grows_as_by_plain_smote():
    plain = smote(POINTS, LABELS, 4)
    for one, other in zip(plain, smote(POINTS, LABELS, 4, kind="borderline"), strict=True):
        assert np.array_equal(one, other)
    # Two points are too few for any cluster.
    for c in (0, 3):
        ours = smote(POINTS, LABELS, 4, kind="kmeans")
        assert (ours[1][ours[2]] == c).sum() == 60 - COUNTS[c]


@pytest.mark.parametrize("kind", ["plain", "borderline", "kmeans"])
@pytest.mark.parametrize("ratio", [1.0, 3.0])
def test_each_kind_makes_as_many_as_are_wanted_and_the_seed_alone_decides(kind, ratio):
    overlapping = (POINTS - 9 * LABELS[:, None]).astype(np.float32)
    asked = {"kind": kind, "ratio": ratio}
    np.random.seed(0)
    points, labels, synthetic = smote(overlapping, LABELS, 1, **asked)
    expected = [60, 60, 60, 60] if ratio == 1 else [60, 20, 20, 20]
    assert np.bincount(labels).tolist() == expected
    assert np.array_equal(points[~synthetic], overlapping)
    assert points.dtype == np.float32 and labels.dtype == LABELS.dtype
    np.random.seed(1)
    assert np.array_equal(points, smote(overlapping, LABELS, 1, **asked)[0])
    assert not np.array_equal(points, smote(overlapping, LABELS, 2, **asked)[0])


def test_an_unknown_kind_is_refused():
    with pytest.raises(UserError, match="unknown kind of SMOTE 'border'; did you mean 'border"):
        smote(POINTS, LABELS, 0, kind="border")
