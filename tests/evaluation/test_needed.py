"""How many seeds and images a gain needs: against simulated experiments."""

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.evaluation.needed import chance, images_needed, seeds_needed
from reproduce.evaluation.significance import paired_effect
from reproduce.randomness import generator


def simulated(gain, sd, image_sd, seeds, times=3000):
    """Return how often the interval of the house lies above 0, one experiment at a time."""
    random = generator(0, "simulated gains")
    above = 0
    for _ in range(times):
        differences = gain + image_sd * random.normal() + sd * random.normal(size=seeds)
        draws = differences.mean() + image_sd * random.normal(size=200)
        above += paired_effect(differences, image_draws=draws).low > 0
    return above / times


@pytest.mark.parametrize(
    ("gain", "sd", "image_sd", "seeds"),
    [(1.0, 1.0, 0.0, 6), (1.0, 0.5, 0.3, 5), (0.5, 1.0, 0.1, 20), (1.0, 0.01, 0.4, 3)],
)
def test_the_chance_is_that_of_simulated_experiments(gain, sd, image_sd, seeds):
    assert chance(gain, sd, image_sd, seeds) == pytest.approx(
        simulated(gain, sd, image_sd, seeds), abs=0.04
    )


def test_the_fewest_seeds_are_enough_and_one_fewer_is_not():
    found = seeds_needed(1.0, 1.5, 0.1)
    slow = next(k for k in range(2, 1000) if chance(1.0, 1.5, 0.1, k) >= 0.8)
    assert found == slow


def test_the_textbook_paired_test():
    """A gain of one standard deviation needs 10 pairs for 80 % at 5 %, two-sided."""
    assert seeds_needed(1.0, 1.0) == 10


def test_no_number_of_seeds_makes_up_for_too_few_images():
    assert seeds_needed(0.01, 0.001, image_sd=0.02) is None


def test_images_shrink_the_variance_by_their_number():
    need = images_needed(0.01, 0.02, images=500)
    left = 0.02 * np.sqrt(500 / need)
    assert chance(0.01, 0.0, left, 50) == pytest.approx(0.8, abs=0.01)
    assert images_needed(0.02, 0.02, images=500) == pytest.approx(need / 4, rel=0.01)


@pytest.mark.parametrize("wrong", [(0.0, 1.0), (1.0, -1.0), (float("nan"), 1.0)])
def test_what_is_no_gain_is_refused(wrong):
    with pytest.raises(UserError, match="a gain above 0"):
        seeds_needed(*wrong)
