"""Resampled identities: against pairs weighted one by one; how often intervals hold the truth."""

import numpy as np
import pytest

from reproduce.evaluation import identity_draws
from reproduce.evaluation.compared import Shown, pairs
from reproduce.evaluation.identity_draws import identity_counts, resampled
from reproduce.evaluation.pair_measures import eer, identity_weights, measures, pairs_of

DIMENSIONS = 6


def people(random, identities: int, each: int, apart: float = 1.0):
    """Return embeddings of people whose own spread differs, as real people's does."""
    labels = np.repeat(np.arange(identities), each)
    centres = random.normal(size=(identities, DIMENSIONS))
    spread = np.exp(0.4 * random.normal(size=identities))[labels, None]
    return apart * centres[labels] + spread * random.normal(size=(len(labels), DIMENSIONS)), labels


def test_draws_are_those_of_pairs_weighted_one_by_one(monkeypatch):
    """With as many bins as scores nothing is lost; with 512 of 1,770 the rates move little."""
    rows, labels = people(np.random.default_rng(0), 15, 4)
    found = pairs_of(rows, labels)
    drawn = identity_counts(labels, 12, seed=4)
    slow = [measures(found, identity_weights(found, copies)) for copies in drawn.T]
    for bins, within in ((5000, 1e-12), (512, 2e-3)):
        monkeypatch.setattr(identity_draws, "BINS", bins)
        fast = resampled(found, drawn)
        for name in slow[0]:
            expected = [of[name] for of in slow]
            assert fast[name] == pytest.approx(expected, abs=within), (name, bins)


def test_templates_and_probes_are_resampled_by_both_identities():
    rows, labels = people(np.random.default_rng(1), 6, 25)
    found = pairs(rows, Shown(labels, rule="template5"))
    drawn = identity_counts(labels, 5)
    slow = [measures(found, identity_weights(found, copies))["eer"] for copies in drawn.T]
    assert resampled(found, drawn)["eer"] == pytest.approx(slow, abs=1e-12)


def test_a_person_counts_as_often_in_whatever_sample():
    """So draws of two splits that share people are of the same people."""
    both, other = (identity_counts(np.arange(start, start + 20), 50) for start in (0, 10))
    assert (both[10:] == other[:10]).all() and (both[:10] != other[10:]).any()
    assert abs(identity_counts(np.arange(500), 200).mean() - 1) < 0.02


def interval(drawn: np.ndarray, value: float) -> tuple[float, float]:
    half = 1.96 * drawn.std(ddof=1)
    return value - half, value + half


def of_images(rows, labels, random, draws: int) -> np.ndarray:
    """Return the rate on resampled *pairs*, as if each were of people of its own."""
    found = pairs_of(rows, labels)
    kinds = [np.flatnonzero(found.genuine == kind) for kind in (True, False)]
    values = []
    for _ in range(draws):
        weights = np.zeros(len(found.scores))
        for own in kinds:
            weights[own] = np.bincount(random.integers(len(own), size=len(own)), minlength=len(own))
        values.append(eer(found, weights))
    return np.array(values)


@pytest.mark.thorough
def test_intervals_of_resampled_identities_hold_the_truth_and_those_of_pairs_do_not():
    """100 samples of 80 people from one population; the truth is that of 1,200 of them."""
    random = np.random.default_rng(7)
    truth = eer(pairs_of(*people(random, 1200, 2)))
    held, held_by_pairs, tried = 0, 0, 0
    for number in range(100):
        rows, labels = people(random, 80, 3)
        found = pairs_of(rows, labels)
        value = eer(found)
        low, high = interval(
            resampled(found, identity_counts(labels, 100, seed=number))["eer"], value
        )
        held += low <= truth <= high
        if number % 4 == 0:
            tried += 1
            low, high = interval(of_images(rows, labels, random, 50), value)
            held_by_pairs += low <= truth <= high
    assert 0.90 <= held / 100 <= 0.99
    assert held_by_pairs / tried < held / 100 - 0.05


def test_a_draw_of_one_person_is_drawn_again():
    few = identity_counts(np.array([0, 1]), 300)
    assert (np.count_nonzero(few, axis=0) == 2).all()
