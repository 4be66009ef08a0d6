"""Ranks: known answers, scipy's statistic, and the conditions without which none are given."""

import numpy as np
import pytest
from scipy.stats import friedmanchisquare

from reproduce.evaluation.ranks import best_together, critical_difference, ranked, why_not

TABLE = np.array([
    [0.9, 0.8, 0.7], [0.6, 0.5, 0.4], [0.95, 0.9, 0.85], [0.3, 0.35, 0.2], [0.5, 0.4, 0.1],
])  # fmt: skip


def test_mean_ranks_count_those_above():
    slow = [np.mean([1 + sum(other > row[m] for other in row) for row in TABLE]) for m in range(3)]
    assert ranked(TABLE).means == pytest.approx(slow)
    assert ranked(TABLE).means == pytest.approx([1.2, 1.8, 3.0])


def test_equal_values_share_the_mean_of_their_ranks():
    assert ranked([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0]]).means == pytest.approx([1.5, 1.5, 3.0])


def test_the_statistic_is_friedmans():
    assert ranked(TABLE).statistic == pytest.approx(friedmanchisquare(*TABLE.T).statistic)


def test_the_permutation_value_is_near_the_exact_one():
    """Of 5 sets and 3 methods Friedman's table has P(statistic >= 8.4) = 0.0085."""
    found = ranked(TABLE)
    assert found.statistic == pytest.approx(8.4)
    assert found.p == pytest.approx(0.0085, abs=0.002)


def test_without_any_difference_nothing_is_told_apart():
    found = ranked(np.ones((6, 4)))
    assert (found.statistic, found.p) == (0.0, 1.0)
    assert best_together(found, "abcd") == list("abcd")


@pytest.mark.parametrize(
    ("methods", "q"), [(2, 1.960), (3, 2.343), (4, 2.569), (5, 2.728), (6, 2.850), (10, 3.164)]
)
def test_the_critical_difference_is_that_of_demsars_table(methods, q):
    expected = q * np.sqrt(methods * (methods + 1) / (6 * 14))
    assert critical_difference(14, methods) == pytest.approx(expected, rel=5e-4)


def test_who_is_not_told_apart_from_the_best():
    found = ranked(np.tile([0.9, 0.8, 0.1, 0.0], (20, 1)))
    assert best_together(found, ["a", "b", "c", "d"]) == ["a", "b"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((5, 6, True, False), ""),
        ((5, 6, False, False), "not named before"),
        ((5, 6, True, True), "share images"),
        ((5, 12, True, False), "12 methods"),
        ((1, 6, True, False), "1 data set passed"),
        ((4, 6, True, False), "4 data sets passed"),
    ],
)
def test_each_condition_is_said(asked, said):
    found = why_not(*asked)
    assert (said in found) and bool(found) == bool(said)
