"""The intervals of the comparison on simulated experiments whose truth is known.

An image has a difficulty that all networks share, a training a skill of its own: so the test images
shift all repeats together. Whether a method is better than the baseline is known exactly.
"""

from math import sqrt
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import norm

from reproduce.papers.comparison.gains import widened
from reproduce.randomness import generator
from reproduce.study.contrasts import Arm
from reproduce.study.effects import effect_of

REPEATS, IMAGES, DRAWS = 5, 300, 200
OF_IMAGES, OF_SEEDS, OF_BOTH = 0.8, 0.15, 0.4
SKILL = {"baseline": 0.5, "one": 0.5, "two": 2.0, "three": 0.2, "four": 0.6}


def truth(method: str) -> float:
    """Return the accuracy of a method over all trainings and all images."""
    spread = sqrt(1 + OF_IMAGES**2 + OF_SEEDS**2 + OF_BOTH**2)
    return float(norm.cdf(SKILL[method] / spread))


class Simulated:
    """What a cell's accuracy is on the test images, and on the same resamples for all."""

    said = ""

    def __init__(self, random):
        self.difficulty = OF_IMAGES * random.normal(size=IMAGES)
        self.counts = random.multinomial(IMAGES, np.full(IMAGES, 1 / IMAGES), size=DRAWS)
        self.right = {
            (method, seed): self._right(random, method)
            for seed in range(REPEATS) for method in SKILL
        }  # fmt: skip

    def _right(self, random, method):
        skill = SKILL[method] + OF_SEEDS * random.normal() + OF_BOTH * random.normal(size=IMAGES)
        return random.random(IMAGES) < norm.cdf(skill + self.difficulty)

    def value(self, cell) -> float:
        return self.right[cell.method, cell.seed].mean()

    def draws(self, cell) -> np.ndarray:
        return self.counts @ self.right[cell.method, cell.seed] / IMAGES


def gains(part):
    """Return the gain of each method, with its interval for all together."""
    found = {}
    for method in [name for name in SKILL if name != "baseline"]:
        arms = [
            Arm(sign, sign, (), SimpleNamespace(method=name, seed=seed))
            for name, sign in ((method, 1.0), ("baseline", -1.0)) for seed in range(REPEATS)
        ]  # fmt: skip
        found[method] = widened(effect_of(arms, part, range(REPEATS)), len(SKILL) - 1)
    return found


@pytest.fixture(scope="module")
def experiments():
    random = generator(0, "simulated comparisons")
    return [gains(Simulated(random)) for _ in range(200)]


def test_plain_intervals_hold_the_truth_about_as_often_as_they_say(experiments):
    held = [
        gain.effect.low <= truth(method) - truth("baseline") <= gain.effect.high
        for found in experiments for method, gain in found.items()
    ]  # fmt: skip
    assert 0.93 <= np.mean(held) <= 0.98


def test_no_method_that_is_no_better_is_called_so_more_often_than_in_a_twentieth(experiments):
    wrong = [found["one"].low > 0 or found["one"].high < 0 or found["three"].low > 0
             for found in experiments]  # fmt: skip
    assert np.mean(wrong) <= 0.05


def test_what_is_far_better_is_found(experiments):
    assert np.mean([found["two"].low > 0 for found in experiments]) > 0.5
