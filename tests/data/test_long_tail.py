"""Long tails, binary shares and partial balance: the published counts, and what is refused."""

import numpy as np
import pytest
from imblearn.over_sampling import RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler

from reproduce.data.balancing import oversampled_counts, undersampled_counts
from reproduce.data.imbalance import counts_by_class, draw
from reproduce.data.long_tail import (
    binary_share_counts,
    largest_binary_total,
    long_tail_counts,
    long_tail_step_counts,
)
from reproduce.data.samplers import oversampling, undersampling
from reproduce.errors import UserError

CIFAR10 = np.repeat(np.arange(10), 5000)
NAMES = tuple(str(c) for c in range(10))


def test_the_published_counts_of_cifar10_at_100():
    expected = [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50]
    assert long_tail_counts(10, 5000, 100).tolist() == expected


@pytest.mark.parametrize(
    ("classes", "n_max", "rho", "total"),
    [
        (10, 5000, 10, 20_431),
        (10, 5000, 50, 13_996),
        (10, 5000, 100, 12_406),
        (10, 5000, 200, 11_203),
        (100, 500, 10, 19_573),
        (100, 500, 50, 12_608),
        (100, 500, 100, 10_847),
        (100, 500, 200, 9_502),
    ],
)
def test_the_published_totals(classes, n_max, rho, total):
    assert long_tail_counts(classes, n_max, rho).sum() == total


def test_truncation_leaves_two_images_in_the_last_class_of_cifar100():
    assert long_tail_counts(100, 500, 200)[-1] == 2


def test_the_long_tails_step_truncates_where_the_other_rounds():
    assert long_tail_step_counts(4, 500, 200).tolist() == [500, 500, 2, 2]
    rounded = counts_by_class(4, 0, kind="step", n_max=500, rho=200, mu=0.5, minority="highest")
    assert rounded.tolist() == [500, 500, 3, 3]
    assert long_tail_step_counts(10, 5000, 100).tolist() == [5000] * 5 + [50] * 5


def test_an_odd_number_of_classes_has_no_half():
    with pytest.raises(UserError, match="halves the classes and 5 is odd"):
        long_tail_step_counts(5, 100, 10)


@pytest.mark.parametrize("profile", [long_tail_counts, long_tail_step_counts])
def test_a_class_that_truncation_empties_is_refused(profile):
    # In double precision 49 * (1 / 49) is just below 1.
    with pytest.raises(UserError, match="smallest class without a single image"):
        profile(4, 49, 49)
    with pytest.raises(UserError, match=r"rho is 0\.5, expected 1 or more"):
        profile(4, 49, 0.5)


def test_the_largest_class_is_the_first_the_last_or_drawn():
    spec = {"kind": "long_tail", "n_max": 5000, "rho": 100}
    highest = counts_by_class(10, 0, minority="highest", **spec)
    lowest = counts_by_class(10, 0, minority="lowest", **spec)
    drawn = [tuple(counts_by_class(10, seed, minority="drawn", **spec)) for seed in range(5)]
    assert highest[0] == 5000 and highest[-1] == 50
    assert lowest.tolist() == highest[::-1].tolist()
    assert len(set(drawn)) == 5
    assert all(sorted(counts) == sorted(highest) for counts in drawn)


def test_a_drawn_long_tail_has_the_counts_and_is_nested():
    spec = {"kind": "long_tail", "n_max": 5000, "minority": "highest"}
    few = draw(CIFAR10, NAMES, 3, rho=100, **spec)
    many = draw(CIFAR10, NAMES, 3, rho=10, **spec)
    assert np.bincount(CIFAR10[few]).tolist() == long_tail_counts(10, 5000, 100).tolist()
    assert np.isin(few, many).all()
    assert not np.array_equal(few, draw(CIFAR10, NAMES, 4, rho=100, **spec))


def test_a_long_tail_of_more_images_than_there_are_is_refused():
    with pytest.raises(UserError, match="asks for 5001 images of class '0', there are 5000"):
        draw(CIFAR10, NAMES, 0, kind="long_tail", n_max=5001, rho=10, minority="highest")


@pytest.mark.parametrize(("share", "few"), [(0.05, 75), (0.1, 150)])
def test_either_class_can_be_the_rare_one(share, few):
    assert binary_share_counts(1500, share, rare=0).tolist() == [few, 1500 - few]
    assert binary_share_counts(1500, share, rare=1).tolist() == [1500 - few, few]


def test_the_largest_sample_with_a_share_is_found_by_trying_all():
    random = np.random.default_rng(0)
    for _ in range(200):
        available, rare = random.integers(1, 60, 2), int(random.integers(2))
        share = float(random.uniform(0.02, 0.98))
        possible = []
        for total in range(2, 130):
            few = int(np.floor(total * share + 0.5))
            if 0 < few <= available[rare] and 0 < total - few <= available[1 - rare]:
                possible.append(total)
        if possible:
            assert largest_binary_total(available, share, rare) == max(possible)
        else:
            with pytest.raises(UserError, match="cannot make a sample"):
                largest_binary_total(available, share, rare)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"share": 1.5}, "share is 1.5, expected a share of the rare class between 0 and 1"),
        ({"rare": 2}, "rare is 2, expected the label of the rare class"),
        ({"share": 0.001, "total": 100}, "leaves a class without a single image"),
        ({"total": 2000}, "asks for 1900 images of class 'a', there are 500; lower total"),
        ({"rare": None}, "needs share"),
        ({"n_max": 10}, "knows no n_max"),
    ],
)
def test_a_share_that_cannot_be_is_refused_in_one_line(changed, message):
    spec = {"kind": "binary_share", "share": 0.05, "rare": 1} | changed
    with pytest.raises(UserError, match=message) as error:
        draw(np.arange(1000) % 2, ("a", "b"), 0, **spec)
    assert "\n" not in str(error.value)


def test_a_share_is_for_two_classes():
    with pytest.raises(UserError, match="for two classes, the data has 10"):
        draw(CIFAR10, NAMES, 0, kind="binary_share", share=0.1, rare=1)


LINEAR = np.array([1000, 775, 550, 325, 100])


def test_partial_balance_moves_only_the_classes_beyond_the_ratio():
    assert oversampled_counts(LINEAR, 2).tolist() == [1000, 775, 550, 500, 500]
    assert undersampled_counts(LINEAR, 4).tolist() == [400, 400, 400, 325, 100]
    assert oversampled_counts(LINEAR).tolist() == [1000] * 5
    assert undersampled_counts(LINEAR).tolist() == [100] * 5
    for sampled in (oversampled_counts, undersampled_counts):
        assert sampled(LINEAR, 10).tolist() == LINEAR.tolist()


@pytest.mark.parametrize("ratio", [0.5, 10.5])
def test_a_ratio_beyond_what_is_there_is_refused(ratio):
    labels = np.repeat(np.arange(5), LINEAR)
    for sampler in (oversampling, undersampling):
        with pytest.raises(UserError, match=r"expected 1 \(full balance\) to 10"):
            sampler(labels, 0, ratio=ratio)


@pytest.mark.parametrize("ratio", [1.0, 2.0, 4.0, 10.0])
def test_partial_samplers_agree_with_imbalanced_learn_on_counts(ratio):
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(5), LINEAR))
    rows = np.arange(len(labels))[:, None]
    for sampler, reference, counts in (
        (oversampling, RandomOverSampler, oversampled_counts(LINEAR, ratio)),
        (undersampling, RandomUnderSampler, undersampled_counts(LINEAR, ratio)),
    ):
        pool = sampler(labels, 3, ratio=ratio)
        strategy = dict(enumerate(counts.tolist()))
        _, theirs = reference(sampling_strategy=strategy, random_state=0).fit_resample(rows, labels)
        assert np.bincount(labels[pool]).tolist() == np.bincount(theirs).tolist()
    assert set(oversampling(labels, 3, ratio=ratio)) == set(range(len(labels)))
    kept = undersampling(labels, 3, ratio=ratio)
    assert len(set(kept)) == len(kept)
    assert set(undersampling(labels, 3)) <= set(kept)
