"""Gaps on small test sets against every possible draw, drawing image by image, and known cases."""

from itertools import combinations, product

import numpy as np
import pytest
from scipy.stats import norm

from reproduce.errors import UserError
from reproduce.evaluation import metrics
from reproduce.evaluation.detectability import (
    MEASURES,
    gaps,
    gaps_of_runs,
    joint_tables,
    smallest_detectable,
    smallest_detectable_of_means,
    true_gap,
)


def two_methods(seed=0, images=400, classes=3, better=0.8, worse=0.6):
    random = np.random.default_rng(seed)
    labels = np.arange(images) % classes
    noise = random.integers(classes, size=(2, images))
    a, b = (
        np.where(random.random(images) < right, labels, of)
        for right, of in zip((better, worse), noise, strict=True)
    )
    return labels, a, b


def measured(rows, labels, a, b, classes, metric) -> float:
    of_a, of_b = (metrics.confusion(labels[rows], m[rows], classes) for m in (a, b))
    return MEASURES[metric](of_a) - MEASURES[metric](of_b)


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1"])
def test_draws_are_as_frequent_as_among_all_possible_ones(metric):
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1])
    a = np.array([0, 0, 1, 0, 1, 0, 1, 1, 1])
    b = np.array([0, 1, 0, 1, 1, 1, 1, 0, 0])
    possible = [
        measured([*first, *second], labels, a, b, 2, metric)
        for first, second in product(combinations(range(4), 2), combinations(range(4, 9), 3))
    ]
    values, counts = np.unique(np.round(possible, 12), return_counts=True)
    expected = counts / counts.sum()
    drawn = np.round(gaps(labels, a, b, (2, 3), draws=40_000, metric=metric), 12)
    assert set(drawn.tolist()) <= set(values.tolist())
    found = np.array([(drawn == value).mean() for value in values])
    # Four standard errors of a share.
    assert (np.abs(found - expected) < 4 * np.sqrt(expected * (1 - expected) / 40_000)).all()


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1", "balanced_accuracy"])
def test_drawing_image_by_image_has_the_same_mean_and_spread(metric):
    labels, a, b = two_methods()
    wanted, random = (40, 25, 10), np.random.default_rng(1)
    slow = []
    for _ in range(1500):
        rows = np.concatenate([
            random.choice(np.flatnonzero(labels == c), size=n, replace=False)
            for c, n in enumerate(wanted)
        ])  # fmt: skip
        slow.append(measured(rows, labels, a, b, 3, metric))
    fast = gaps(labels, a, b, wanted, draws=20_000, metric=metric)
    error = np.std(slow) / np.sqrt(len(slow))
    assert abs(np.mean(slow) - fast.mean()) < 4 * error
    assert np.std(slow) == pytest.approx(fast.std(), rel=4 / np.sqrt(2 * len(slow)))


def test_both_methods_see_the_same_images():
    """Of methods that agree on every image the gap is 0 in every draw."""
    labels, a, _ = two_methods()
    assert not gaps(labels, a, a, (20, 20, 20), draws=100).any()


def test_the_sign_says_that_the_first_is_better():
    labels, a, b = two_methods()
    there, back = (gaps(labels, *pair, (50, 30, 20), draws=500) for pair in ((a, b), (b, a)))
    assert there.mean() > 0.1
    assert back.mean() == pytest.approx(-there.mean(), abs=4 * there.std() * np.sqrt(2 / 500))


def test_drawing_everything_gives_the_whole_sets_gap():
    labels, a, b = two_methods()
    held = np.bincount(labels)
    for metric in MEASURES:
        found = gaps(labels, a, b, held.tolist(), draws=3, metric=metric)
        whole = measured(np.arange(400), labels, a, b, 3, metric)
        assert found == pytest.approx([whole] * 3, abs=1e-14)
        assert true_gap(labels, a, b, held, metric) == pytest.approx(whole, abs=1e-14)


def test_the_true_gap_is_that_of_the_small_sets_class_shares():
    labels, a, b = two_methods(images=3000)
    wanted = (60, 30, 10)
    right = [
        ((a == labels)[labels == c].mean(), (b == labels)[labels == c].mean()) for c in range(3)
    ]
    by_hand = sum(n * (ra - rb) for n, (ra, rb) in zip(wanted, right, strict=True)) / 100
    assert true_gap(labels, a, b, wanted) == pytest.approx(by_hand, abs=1e-14)
    drawn = gaps(labels, a, b, wanted, draws=20_000)
    assert drawn.mean() == pytest.approx(by_hand, abs=4 * drawn.std() / np.sqrt(20_000))


def test_an_absent_class_is_skipped():
    labels, a, b = two_methods()
    found = gaps(labels, a, b, (30, 30, 0), draws=50, metric="balanced_accuracy")
    assert np.isfinite(found).all()


def test_a_seed_gives_the_same_draws_and_another_seed_others():
    labels, a, b = two_methods()
    first, again, other = (gaps(labels, a, b, (9, 9, 9), 200, seed=s) for s in (0, 0, 1))
    assert (first == again).all() and (first != other).any()


def test_tables_count_every_image_once():
    labels, a, b = two_methods()
    table = joint_tables(labels, a, b, 3)
    assert table.sum() == 400
    assert table[1, 2, 0] == ((labels == 1) & (a == 2) & (b == 0)).sum()


def test_the_smallest_detectable_gap_is_found_four_times_in_five():
    random = np.random.default_rng(0)
    draws = random.normal(0.03, 0.02, size=50_000)
    gap = smallest_detectable(draws)
    assert gap == pytest.approx((1.959964 + 0.841621) * 0.02, rel=0.02)
    measured_gaps = random.normal(gap, 0.02, size=50_000)
    told = np.abs(measured_gaps) > norm.ppf(0.975) * 0.02
    assert told.mean() == pytest.approx(0.8, abs=0.02)
    assert smallest_detectable(draws, power=0.5) < gap < smallest_detectable(draws, level=0.01)


def test_a_larger_test_set_tells_smaller_gaps():
    labels, a, b = two_methods(images=6000)
    small, large = (
        smallest_detectable(gaps(labels, a, b, (n, n, n), draws=4000)) for n in (50, 200)
    )
    # Four times the images halve it, and a little more, as so many of a class's are drawn.
    assert 0.42 < large / small < 0.52


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"per_class": (500, 1, 1)}, r"at most those of the large set, \[134, 133, 133\]"),
        ({"per_class": (0, 0, 0)}, "not all 0"),
        ({"per_class": (-1, 5, 5)}, "expected a whole number of images for each class"),
        ({"per_class": (1.5, 5, 5)}, "expected a whole number of images for each class"),
        ({"per_class": (5, 5)}, "labels must lie in 0..1"),
        ({"metric": "acuracy"}, "did you mean 'accuracy'"),
        ({"draws": 0}, "draws must be a whole number of at least 1"),
    ],
)
def test_bad_input_is_refused(changed, message):
    labels, a, b = two_methods()
    values = {"per_class": (5, 5, 5), "draws": 10} | changed
    with pytest.raises(UserError, match=message):
        gaps(labels, a, b, **values)


def test_bad_gaps_are_refused():
    for wrong in ([0.1], [[0.1, 0.2]], [0.1, np.nan]):
        with pytest.raises(UserError, match="at least 2 finite numbers"):
            smallest_detectable(wrong)
    with pytest.raises(UserError, match="between 0 and 1, received level 5"):
        smallest_detectable([0.1, 0.2], level=5)


def test_runs_are_measured_on_the_same_small_sets():
    labels, a, b = two_methods()
    once = gaps_of_runs(labels, a, b, (40, 25, 10), draws=4000, metric="macro_f1")
    assert once.shape == (1, 4000)
    alike = gaps_of_runs(labels, [a, a], [b, b], (40, 25, 10), draws=50)
    assert (alike[0] == alike[1]).all()
    fast = gaps(labels, a, b, (40, 25, 10), draws=20_000, metric="macro_f1")
    assert once.mean() == pytest.approx(fast.mean(), abs=4 * fast.std() / np.sqrt(4000))
    assert once.std() == pytest.approx(fast.std(), rel=4 / np.sqrt(8000))
    held = np.bincount(labels).tolist()
    whole = measured(np.arange(400), labels, a, b, 3, "accuracy")
    assert gaps_of_runs(labels, a, b, held, draws=2) == pytest.approx(np.full((1, 2), whole))


def test_means_of_runs_tell_smaller_gaps_by_what_the_runs_do_not_share():
    random = np.random.default_rng(3)
    shared, own = random.normal(size=40_000), random.normal(size=(3, 40_000))
    z = norm.ppf(0.975) + norm.ppf(0.8)
    one = smallest_detectable_of_means((shared + own)[:1])
    assert one == pytest.approx(z * np.sqrt(2), rel=0.02) == smallest_detectable(shared + own[0])
    three = smallest_detectable_of_means(shared + own)
    assert three == pytest.approx(z * np.sqrt(1 + 1 / 3), rel=0.02)
    assert smallest_detectable_of_means([shared] * 3) == pytest.approx(z, rel=0.02)
    trained_anew = smallest_detectable_of_means(shared + own, between_runs=6.0)
    assert trained_anew == pytest.approx(z * np.sqrt(1 + 1 / 3 + 2), rel=0.02)
    # A gap of that size is told from 0 in four of five papers with three runs each.
    papers = trained_anew + random.normal(0, np.sqrt(1 + 1 / 3 + 2), size=50_000)
    assert (papers > norm.ppf(0.975) * np.sqrt(1 + 1 / 3 + 2)).mean() == pytest.approx(
        0.8, abs=0.01
    )


def test_bad_runs_are_refused():
    labels, a, b = two_methods()
    with pytest.raises(UserError, match="same runs"):
        gaps_of_runs(labels, [a, a], [b], (5, 5, 5))
    with pytest.raises(UserError, match="at most those of the large set"):
        gaps_of_runs(labels, a, b, (500, 5, 5))
    with pytest.raises(UserError, match="variance of at least 0"):
        smallest_detectable_of_means([[0.1, 0.2]], between_runs=-1)
    with pytest.raises(UserError, match="shape \\[runs, draws"):
        smallest_detectable_of_means([0.1, 0.2])


def test_with_replacement_a_set_as_large_as_the_large_one_still_scatters():
    # Method a is right about all, b misses 3 of 12 images of class 0 and 1 of 4 of class 1.
    labels = np.repeat([0, 1], [12, 4])
    right = labels.copy()
    wrong = labels.copy()
    wrong[[0, 1, 2, 12]] = 1 - wrong[[0, 1, 2, 12]]
    whole = gaps(labels, right, wrong, [12, 4], draws=20_000)
    again = gaps(labels, right, wrong, [12, 4], draws=20_000, replace=True)
    assert np.ptp(whole) == 0 and whole[0] == 4 / 16
    # A sum of two binomials: (12 + 4) * .25 * .75 images.
    assert again.mean() == pytest.approx(4 / 16, abs=4 * again.std() / 20_000**0.5)
    assert again.std() == pytest.approx(np.sqrt(16 * 0.25 * 0.75) / 16, rel=0.02)
    assert (gaps(labels, right, right, [12, 4], draws=100, replace=True) == 0).all()
