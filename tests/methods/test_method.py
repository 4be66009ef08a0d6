"""What methods are put together from: parts of a recipe, a second stage, post-hoc steps."""

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.evaluation.thresholding import divide_by_prior, logit_adjustment
from reproduce.methods.method import Method, part, parted, scores_after
from reproduce.training.phases import Optimizer, Phase

SGD = Optimizer(name="sgd", learning_rate=0.1)
COUNTS = np.array([100, 400, 500])


def recipe(**changed):
    return Phase(**{"batch_size": 8, "optimizer": SGD, "epochs": 200, **changed})


@pytest.mark.parametrize(
    ("share", "length", "expected"), [(0.25, 200, 50), (0.15, 10, 2), (0.01, 10, 1), (1.0, 7, 7)]
)
@pytest.mark.parametrize("unit", ["epochs", "iterations"])
def test_a_part_is_a_share_of_the_length_and_never_nothing(share, length, expected, unit):
    whole = recipe(**{"epochs": 0, unit: length})
    shorter = part(whole, share, sampler="oversampling")
    assert getattr(shorter, unit) == expected and shorter.sampler == "oversampling"
    assert shorter.but(**{unit: length}, sampler="instance") == whole


@pytest.mark.parametrize(
    ("share", "length", "first"), [(0.8, 200, 160), (0.1, 200, 20), (0.99, 3, 2), (0.01, 3, 1)]
)
@pytest.mark.parametrize("unit", ["epochs", "iterations"])
def test_two_parts_are_together_as_long_as_the_whole(share, length, first, unit):
    whole = recipe(**{"epochs": 0, unit: length})
    one, other = parted(whole, share)
    assert (getattr(one, unit), getattr(other, unit)) == (first, length - first)
    assert (one.continued, other.continued) == (False, True)
    assert one.but(**{unit: length}) == other.but(**{unit: length}, continued=False) == whole


def test_a_recipe_too_short_to_part_is_one_line():
    with pytest.raises(UserError, match="lasts 1 epochs; expected 2 or more, give more epochs"):
        parted(recipe(epochs=1), 0.5)


def test_logit_adjustment_subtracts_the_logarithm_of_the_shares():
    """By hand: ln 0.2 - ln 0.1, ln 0.2 - ln 0.4, ln 0.6 - ln 0.5."""
    probabilities = np.array([[0.2, 0.2, 0.6]])
    scores = scores_after(Method((), ("logit_adjustment",)), probabilities, COUNTS)
    assert scores == pytest.approx(np.log([[2.0, 0.5, 1.2]]), abs=1e-12)
    half = logit_adjustment(probabilities, COUNTS, tau=0.5)
    assert half == pytest.approx(
        np.log([[0.2 / 0.1**0.5, 0.2 / 0.4**0.5, 0.6 / 0.5**0.5]]), abs=1e-12
    )
    assert logit_adjustment(probabilities, COUNTS, tau=0) == pytest.approx(np.log(probabilities))


def test_logit_adjustment_of_the_outputs_themselves_has_the_same_winners():
    """z - tau ln pi on logits; rows of log-probabilities differ from them by one number each."""
    logits = np.random.default_rng(0).normal(size=(50, 3)) * 4
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    for tau in (0.5, 1.0, 2.0):
        wanted = logits - tau * np.log(COUNTS / COUNTS.sum())
        apart = logit_adjustment(probabilities, COUNTS, tau=tau) - wanted
        assert np.ptp(apart, axis=1).max() < 1e-9
    thresholded = np.log(divide_by_prior(probabilities, COUNTS))
    assert logit_adjustment(probabilities, COUNTS) == pytest.approx(thresholded, abs=1e-12)


def test_a_probability_of_zero_has_a_finite_score_and_never_wins():
    scores = logit_adjustment([[0.0, 1.0], [1.0, 0.0]], [1, 10**9])
    assert np.isfinite(scores).all() and scores.argmax(axis=1).tolist() == [1, 0]


@pytest.mark.parametrize("tau", [-1.0, float("nan"), float("inf")])
def test_an_impossible_strength_is_one_line(tau):
    with pytest.raises(UserError, match=r"expected 0 .* or more; the paper takes 1"):
        logit_adjustment([[0.5, 0.5]], [1, 1], tau=tau)


@pytest.mark.parametrize("counts", [[1, 2], [1, 2, 0], [1, 2, -3]])
def test_counts_that_are_no_shares_are_refused(counts):
    with pytest.raises(UserError, match="counts must be"):
        logit_adjustment([[0.2, 0.2, 0.6]], counts)
