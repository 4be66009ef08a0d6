"""The expected best of k against every set of k written out."""

from itertools import combinations

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.evaluation.best_of import curve, expected_best, mean_gain

SCORES = [0.31, 0.9, 0.42, 0.42, 0.77, 0.05]
VALUES = [0.5, 0.2, 0.9, 0.1, 0.4, 0.8]


@pytest.mark.parametrize("k", range(1, 7))
def test_the_expected_best_is_the_mean_over_all_sets(k):
    slow = np.mean([max(chosen) for chosen in combinations(SCORES, k)])
    assert expected_best(SCORES, k) == pytest.approx(slow, rel=1e-12)


def test_the_ends_of_the_curve_are_the_mean_and_the_largest():
    found = curve(SCORES)
    assert found[0] == pytest.approx(np.mean(SCORES))
    assert found[-1] == max(SCORES)
    assert found == sorted(found)


def test_a_gain_begins_at_none_and_is_a_mean_over_methods():
    found = mean_gain([[0.0, 1.0], [0.5, 0.5]])
    assert found == [0.0, pytest.approx(0.25)]


@pytest.mark.parametrize("k", [0, 7])
def test_more_than_there_are_is_refused(k):
    with pytest.raises(UserError, match="expected 1 to the number of configurations, 6"):
        expected_best(SCORES, k)
