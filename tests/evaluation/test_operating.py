"""Verification at a threshold, against counting pairs one by one."""

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.evaluation import operating
from reproduce.evaluation.pair_measures import Pairs


def pairs(genuine, impostor) -> Pairs:
    """Return pairs with these scores; only whether the identities are equal matters here."""
    scores = np.array([*genuine, *impostor], dtype=float)
    first = np.zeros(len(scores), dtype=int)
    second = np.array([0] * len(genuine) + [1] * len(impostor))
    order = np.argsort(scores, kind="stable")
    place = np.unique(scores[order], return_inverse=True)[1]
    return Pairs(scores[order], first[order], second[order], place, 2)


def drawn(seed, ties=False) -> Pairs:
    """Return a few hundred pairs whose genuine scores lie higher, with ties where asked for."""
    random = np.random.default_rng(seed)
    genuine, impostor = random.normal(1, 1, 60), random.normal(0, 1, 200)
    return pairs(genuine.round(1), impostor.round(1)) if ties else pairs(genuine, impostor)


def counted(given: Pairs, threshold):
    """Return both rates, pair by pair."""
    wrong, of = {True: 0, False: 0}, {True: 0, False: 0}
    for score, genuine in zip(given.scores, given.genuine, strict=True):
        of[bool(genuine)] += 1
        wrong[bool(genuine)] += (score >= threshold) != genuine
    return wrong[False] / of[False], wrong[True] / of[True]


def test_a_score_at_the_threshold_is_accepted():
    found = operating.rates_at(pairs([0.2, 0.5, 0.9], [0.1, 0.5, 0.6, 0.7]), 0.5)
    assert found.false_acceptance == 0.75 and found.false_rejection == pytest.approx(1 / 3)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_both_rates_agree_with_counting(seed, ties):
    given = drawn(seed, ties)
    for threshold in (-1.0, 0.0, 0.5, 2.0):
        found = operating.rates_at(given, threshold)
        expected = counted(given, threshold)
        assert (found.false_acceptance, found.false_rejection) == pytest.approx(expected)


@pytest.mark.parametrize("share", [0.004, 0.01, 0.1, 0.5, 0.99])
@pytest.mark.parametrize("ties", [False, True])
def test_a_threshold_keeps_to_its_share_and_is_the_lowest_that_does(share, ties):
    given = drawn(7, ties)
    threshold = operating.threshold_for(given, share)
    assert counted(given, threshold)[0] <= share
    lower = max(score for score in given.scores[~given.genuine] if score < threshold)
    assert counted(given, lower)[0] > share


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.5])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(UserError, match=f"false_acceptance is {share}, expected between 0 and 1"):
        operating.threshold_for(drawn(0), share)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_where_both_rates_are_equal(seed, ties):
    """The first score, going up, at which no fewer genuine pairs are rejected than accepted."""
    given = drawn(seed, ties)
    found = operating.threshold_where_equal(given)
    for score in sorted(set(given.scores)):
        accepted, rejected = counted(given, score)
        if rejected >= accepted:
            assert found == score
            return
    pytest.fail("no score has equal rates")


def test_pairs_that_lie_apart_are_told_apart_without_an_error():
    apart = pairs([2.0, 3.0], [0.0, 1.0])
    found = operating.rates_at(apart, operating.threshold_where_equal(apart))
    assert (found.false_acceptance, found.false_rejection) == (0, 0)
    assert (operating.rejected_at(apart) == 0).all()


def test_the_curve_of_normal_scores_is_the_known_one():
    """Impostors N(0, 1), genuine N(2, 1): FRR = Phi(Phi^-1(1 - FAR) - 2)."""
    from scipy.stats import norm

    grid = (np.arange(20_000) + 0.5) / 20_000
    given = pairs(norm.ppf(grid) + 2, norm.ppf(grid))
    expected = norm.cdf(norm.ppf(1 - operating.RATES) - 2)
    assert operating.rejected_at(given) == pytest.approx(expected, abs=2e-3)


def test_reversed_scores_reject_what_is_genuine():
    assert (operating.rejected_at(pairs([0.0, 0.1], [2.0, 3.0])) == 1).all()
