"""The probabilities of the words against claims judged one by one, and against known powers."""

from collections import Counter

import numpy as np
import pytest
from scipy import stats

from reproduce.errors import UserError
from reproduce.evaluation.power import power
from reproduce.evaluation.significance import paired_effect
from reproduce.evaluation.verdicts import Contrast, judge_claim


def slow(sd, image_sd, k, margin, truths, gain, number, correlation):
    """Judge claims with draws of the images and seeds, each by the rule as the studies use it."""
    random, said = np.random.default_rng(4), Counter()
    parts = len(truths)

    def kin(*shape):
        common, own = random.normal(size=(*shape, 1)), random.normal(size=(*shape, parts))
        return np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own

    for _ in range(number):
        values = np.array(truths) + sd * kin(k) + image_sd * kin()
        draws = image_sd * kin(200)
        contrasts = [
            Contrast(
                str(part),
                paired_effect(values[:, part], image_draws=draws[:, part], seeds=range(k)),
                "greater", margin, gain,
            )
            for part in range(parts)
        ]  # fmt: skip
        said[judge_claim(contrasts, scale="laptop", data_role="own").verdict] += 1
    return {word: count / number for word, count in said.items()}


@pytest.mark.parametrize(
    ("truths", "correlation"),
    [((2.0,), 0.0), pytest.param((2.5, 2.5, 0.0), 0.5, marks=pytest.mark.thorough)],
)
def test_words_are_as_frequent_as_when_claims_are_judged_one_by_one(truths, correlation):
    number = 300
    expected = slow(1.0, 0.5, 6, 0.4, truths, 4.0, number, correlation)
    found = power(1.0, 0.5, 6, 0.4, len(truths), truths, published_gain=4.0,
                  correlation=correlation, simulations=20_000)  # fmt: skip
    assert sum(found.values()) == pytest.approx(1)
    for word, rate in found.items():
        # Three standard errors of 300, and the joint level estimated rather than known.
        allowed = 3 * np.sqrt(max(rate, 0.02) * (1 - rate) / number) + 0.02
        assert expected.get(word, 0.0) == pytest.approx(rate, abs=allowed), word


def test_power_is_that_of_the_t_test():
    found = power(1.0, 0.0, 10, 0.0, truth=1.2, simulations=40_000, guarded=False)
    noncentral = stats.nct.sf(stats.t.ppf(0.975, 9), 9, 1.2 * np.sqrt(10))
    assert found["holds"] == pytest.approx(noncentral, abs=0.01)


def test_signs_seeds_and_sizes():
    up = power(1.0, 0.3, 8, 0.1, truth=3.0)
    down = power(1.0, 0.3, 8, 0.1, truth=-3.0, expect="less")
    assert up["holds"] == pytest.approx(down["holds"], abs=0.03)
    assert power(1.0, 0.3, 8, 0.1, truth=3.0) == up
    assert power(1.0, 0.3, 8, 0.1, truth=3.0, seed=1) != up
    sized = power(0.1, 0.01, 8, 1.0, truth=-5.0, expect="size", size=-5.0)
    assert sized["holds"] > 0.95
    assert power(0.1, 0.01, 8, 1.0, truth=-9.0, expect="size", size=-5.0)["another size"] > 0.95


def test_a_true_zero_excludes_the_published_size_long_before_it_is_no_difference():
    found = power(1.0, 0.3, 30, 0.1, truth=0.0, published_gain=3.0)
    assert found["undecided, but less than half of it"] > 0.9
    assert found["undecided"] < 0.05


@pytest.mark.parametrize("wrong", [(0.0, 0.0, 5), (-1.0, 0.1, 5), (1.0, 0.1, 1)])
def test_bad_input_is_refused(wrong):
    with pytest.raises(UserError, match="power needs a spread"):
        power(*wrong, 0.1)
