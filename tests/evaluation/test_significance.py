"""The paired interval by hand, and both designs on simulated experiments whose truth is known."""

from math import inf, isnan, sqrt

import numpy as np
import pytest
from scipy import stats

from reproduce.errors import UserError
from reproduce.evaluation.significance import paired_effect, resplit_effect, satterthwaite

VALUES = [0.01, 0.03, 0.02, 0.04, 0.05]


def test_the_interval_by_hand():
    effect = paired_effect(VALUES, image_variance=0.00005)
    # s^2 = .00025, s^2 / 5 = .00005, so SE = .01 and both parts are alike.
    assert effect.mean == pytest.approx(0.03)
    assert effect.sd == pytest.approx(sqrt(0.00025))
    assert effect.standard_error == pytest.approx(0.01)
    assert effect.share_of_images == pytest.approx(0.5)
    # Satterthwaite: 2^2 / (1 / 4 + 1 / 199) = 15.68473, with 4 degrees of seeds and 199 of images.
    assert effect.degrees == pytest.approx(15.68473, rel=1e-6)
    half = stats.t.ppf(0.975, 15.68473) * 0.01
    assert 0.0212 < half < 0.0213
    assert (effect.low, effect.high) == pytest.approx((0.03 - half, 0.03 + half), rel=1e-6)
    assert (effect.repeats, effect.level, effect.differences) == (5, 0.95, tuple(VALUES))
    # At 99 % nothing but the interval and its level changes.
    wider = effect.at(0.99)
    assert wider.low == pytest.approx(0.03 - stats.t.ppf(0.995, 15.68473) * 0.01, rel=1e-6)
    assert (wider.level, wider.mean, wider.sd) == (0.99, effect.mean, effect.sd)


def test_without_images_the_degrees_are_those_of_the_repeats():
    effect = paired_effect(VALUES)
    assert effect.degrees == 4
    assert effect.high - 0.03 == pytest.approx(2.776445 * sqrt(0.00005))
    # Where images are nearly all, their 199 degrees count.
    assert paired_effect(VALUES, 10.0).degrees == pytest.approx(199, rel=1e-3)
    assert satterthwaite([1.0, 0.0], 4, [0.0, 1.0], 199).tolist() == [4.0, 199.0]


def test_draws_of_the_images_stand_for_their_variance():
    draws = np.random.default_rng(0).normal(0, 0.01, size=50)
    effect = paired_effect(VALUES, image_draws=draws, seeds=[3, 4, 5, 6, 7])
    alone = paired_effect(VALUES, float(draws.var(ddof=1)), draws=50)
    assert (effect.low, effect.degrees) == (alone.low, alone.degrees)
    assert effect.seeds == (3, 4, 5, 6, 7) and (effect.image_draws == draws).all()


def test_one_repeat_has_no_interval_and_equal_repeats_have_a_point():
    single = paired_effect([0.02], image_variance=0.001)
    assert (single.mean, single.low, single.high) == (0.02, -inf, inf)
    assert isnan(single.sd) and isnan(single.share_of_images)
    assert single.at(0.5).high == inf
    same = paired_effect([0.25, 0.25])
    assert (same.low, same.high, same.share_of_images) == (0.25, 0.25, 0.0)


def test_a_re_split_effect_by_hand():
    effect = resplit_effect(VALUES, train_images=80, test_images=20)
    squared = 0.00025 * (1 / 5 + 20 / 80)
    assert effect.standard_error == pytest.approx(sqrt(squared))
    assert effect.high - effect.mean == pytest.approx(2.776445 * sqrt(squared))
    assert (effect.degrees, effect.design) == (4, "re-split")
    assert effect.share_of_images == pytest.approx(0.25 / 0.45)
    assert resplit_effect([0.1], 80, 20).high == inf


def misses(effects, truth):
    return np.mean([not effect.low <= truth <= effect.high for effect in effects])


@pytest.mark.parametrize("k", [5, 10])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_a_fixed_test_part_is_covered_image_by_image(k, share):
    """Nothing is taken from the package but the interval: images and seeds are drawn one by one."""
    random, images, number = np.random.default_rng([k, int(10 * share)]), 60, 1500
    found = []
    for _ in range(number):
        # Every image has its own true gain, every repeat its own shift; the truth is 0.
        gains = random.normal(size=images) * sqrt(share * images)
        differences = gains.mean() + random.normal(size=k) * sqrt((1 - share) * k)
        picked = random.integers(images, size=(200, images))
        found.append(paired_effect(differences, image_draws=gains[picked].mean(axis=1)))
    # 5 % and three standard errors of 1,500; a bootstrap of 60 images is 1 % short of variance.
    assert 0.033 < misses(found, 0.0) < 0.068
    wide = [e.mean + stats.t.ppf(0.975, k - 1) * e.standard_error < 0 for e in found]
    assert share < 0.9 or np.mean(wide) < 0.02, "k - 1 degrees would be far too wide there"


@pytest.mark.parametrize("train", [20, 50])
def test_a_re_split_is_covered_though_training_parts_overlap(train):
    """The learned mean of the drawn training images against always predicting 0, by squared error.

    With the truth over all populations: sigma^2 (1 + 1 / n_train) - (sigma^2 + mu^2).
    """
    random, k, whole, number, mu = np.random.default_rng(train), 10, 60, 1500, 1.0
    corrected, naive = [], []
    for _ in range(number):
        sample = random.normal(mu, 1, size=whole)
        differences = []
        for _ in range(k):
            order = random.permutation(whole)
            learned, test = sample[order[:train]].mean(), sample[order[train:]]
            differences.append(((test - learned) ** 2 - test**2).mean())
        corrected.append(resplit_effect(differences, train, whole - train))
        naive.append(paired_effect(differences))
    truth = 1 / train - mu**2
    # The correction takes splits to correlate by n_test / n, whatever is learned: near 5 %, not at.
    assert misses(corrected, truth) < 0.085
    assert misses(naive, truth) > 0.2, "taken as independent, the splits are much too sure"


def test_simulated_re_splits_have_the_right_truth():
    random, train = np.random.default_rng(0), 20
    samples = random.normal(0.3, 1, size=(20_000, 60))
    learned = samples[:, :train].mean(axis=1, keepdims=True)
    test = samples[:, train:]
    assert ((test - learned) ** 2 - test**2).mean() == pytest.approx(1 / train - 0.09, abs=0.004)


BAD_CALLS = {
    "no repeat": (lambda: paired_effect([]), "received shape (0,)"),
    "nan": (lambda: paired_effect([0.1, np.nan]), "finite"),
    "variance": (lambda: paired_effect([0.1, 0.2], -1e-9), "at least 0, received -1e-09"),
    "level": (lambda: paired_effect([0.1, 0.2], level=95), "received 95; 95 % is 0.95"),
    "level of one": (lambda: paired_effect([0.1], level=95), "received 95"),
    "draws": (lambda: paired_effect([0.1, 0.2], image_draws=[0.1]), "at least 2 finite numbers"),
    "seeds": (lambda: paired_effect([0.1, 0.2], seeds=[1]), "each of 2 differences"),
    "same seeds": (lambda: paired_effect([0.1, 0.2], seeds=[1, 1]), "received [1, 1]"),
    "split": (lambda: resplit_effect([0.1, 0.2], 0, 5), "received 0 to train and 5 to test"),
}


@pytest.mark.parametrize("name", BAD_CALLS)
def test_bad_input_is_refused_in_one_line(name):
    call, expected = BAD_CALLS[name]
    with pytest.raises(UserError) as caught:
        call()
    assert expected in str(caught.value) and "\n" not in str(caught.value)
