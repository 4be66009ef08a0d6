"""Sign flips against all of them written out, and leaving out one repeat."""

from itertools import product
from math import sqrt

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.evaluation.robustness import leave_one_out, sign_flip_value, without
from reproduce.evaluation.significance import paired_effect, resplit_effect


def slow(values):
    sums = [abs(sum(s * v for s, v in zip(signs, values, strict=True)))
            for signs in product((-1, 1), repeat=len(values))]  # fmt: skip
    return sum(value >= abs(sum(values)) - 1e-12 for value in sums) / len(sums)


@pytest.mark.parametrize("k", [1, 3, 5, 8, 12])
def test_all_signs_are_tried(k):
    values = np.random.default_rng(k).normal(0.4, 1, size=k)
    assert sign_flip_value(values) == slow(values.tolist())


def test_known_values():
    assert sign_flip_value([1, 2, 3, 4, 5]) == 2 / 32
    assert sign_flip_value([-1, -2, -3, -4, -5]) == 2 / 32
    assert sign_flip_value([0.1, 0.1, -0.1, -0.1]) == 1
    assert sign_flip_value([0.0, 0.0]) == 1


def test_many_repeats_are_sampled_the_same_way_each_time():
    values = np.random.default_rng(1).normal(0.5, 1, size=14)
    assert sign_flip_value(values) == pytest.approx(slow(values.tolist()), abs=0.006)
    assert sign_flip_value(values) == sign_flip_value(values)
    assert 0 < sign_flip_value(np.ones(60)) < 1e-4


def test_leaving_one_out_by_hand():
    effect = paired_effect([1.0, 2.0, 3.0, 10.0], 0.25)
    assert without(effect, 3) == pytest.approx((2.0, sqrt(1 / 3 + 0.25)))
    split = resplit_effect([1.0, 2.0, 3.0, 10.0], 30, 10)
    assert without(split, 3) == pytest.approx((2.0, sqrt(1 / 3 + 10 / 30)))


def test_the_repeat_that_carries_a_word_is_named_by_its_seed():
    def large(mean, _):
        return "large" if mean > 3 else "small"

    values = [1.0, 2.0, 3.0, 10.0]
    assert leave_one_out(paired_effect(values, seeds=[7, 8, 9, 11]), large) == ((11, "small"),)
    assert leave_one_out(paired_effect(values), large) == ((3, "small"),)
    assert leave_one_out(paired_effect([5.0, 5.0, 5.1]), large) == ()
    assert leave_one_out(paired_effect([1.0, 10.0]), large) == (), "of two, one is no repeat"


def test_bad_differences_are_refused():
    for wrong in ([], [np.nan], [[1.0]]):
        with pytest.raises(UserError, match="differences must be finite"):
            sign_flip_value(wrong)
