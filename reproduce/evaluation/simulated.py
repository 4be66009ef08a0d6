"""Experiments whose truth is known: how a rule behaves is seen on these, and its guard is set.

An experiment has k paired differences and a test set. Its mean difference has standard error 1, of
whose square a share is due to the test images; the rest is spread over repeats, in a family of
distributions that all have mean 0 and variance 1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import e, sqrt

import numpy as np

from reproduce.errors import unknown_name
from reproduce.evaluation.significance import BOOTSTRAP_DRAWS, satterthwaite
from reproduce.randomness import generator

# One repeat in ten collapses, by so many standard deviations of the others.
COLLAPSE = 0.1


def _collapsing(depth: float) -> Callable:
    mean, spread = COLLAPSE * depth, sqrt(1 + COLLAPSE * (1 - COLLAPSE) * depth**2)

    def draw(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        fallen = random.random(shape) < COLLAPSE
        return (random.normal(size=shape) - depth * fallen + mean) / spread

    return draw


FAMILIES: dict[str, Callable] = {
    "normal": lambda random, shape: random.normal(size=shape),
    "t with 3 degrees": lambda random, shape: random.standard_t(3, size=shape) / sqrt(3),
    "exponential": lambda random, shape: random.exponential(size=shape) - 1,
    "log-normal": lambda random, shape: (
        (np.exp(random.normal(size=shape)) - sqrt(e)) / sqrt(e * (e - 1))
    ),
    "collapse by 5 sd": _collapsing(5.0),
    "collapse by 10 sd": _collapsing(10.0),
    "collapse by 20 sd": _collapsing(20.0),
}
EVEN = ("normal", "t with 3 degrees")
LOPSIDED = tuple(name for name in FAMILIES if name not in EVEN)


@dataclass(frozen=True)
class Experiments:
    """What many experiments found, each of `parts` effects: arrays [experiments, parts].

    `mean` is the error of the measured mean (so the truth is 0), `image_draws` [experiments,
    draws, parts] are there on request only.
    """

    differences: np.ndarray
    mean: np.ndarray
    standard_error: np.ndarray
    share: np.ndarray
    degrees: np.ndarray
    image_draws: np.ndarray | None = None


def experiments(
    family: str,
    k: int,
    share: float,
    number: int,
    seed: int = 0,
    *,
    parts: int = 1,
    correlation: float = 0.0,
    keep_draws: bool = False,
) -> Experiments:
    """Simulate `number` experiments of k repeats, `share` of the squared error due to images.

    The bootstrap knows the image variance as 200 draws do. Parts share their seeds and images:
    normal ones by a common summand, others by having the same value in a share of the repeats,
    which keeps the shape of each.
    """
    if family not in FAMILIES:
        raise unknown_name("family", family, FAMILIES)
    random = generator(seed, f"simulated {family}", k, round(1000 * share))
    shape = (number, k, parts)
    errors = FAMILIES[family](random, shape)
    if correlation:
        common = FAMILIES[family](random, (number, k, 1))
        if family == "normal":
            errors = sqrt(correlation) * common + sqrt(1 - correlation) * errors
        else:
            errors = np.where(random.random(shape) < correlation, common, errors)
    seen = errors * sqrt((1 - share) * k)
    images = sqrt(share) * _correlated(random, (number, 1, parts), correlation)
    drawn, known = None, BOOTSTRAP_DRAWS - 1
    if keep_draws:
        drawn = sqrt(share) * _correlated(random, (number, BOOTSTRAP_DRAWS, parts), correlation)
        of_images = drawn.var(axis=1, ddof=1)
    else:
        of_images = share * random.chisquare(known, size=(number, parts)) / known
    of_seeds = seen.var(axis=1, ddof=1) / k
    squared = of_seeds + of_images
    return Experiments(
        seen + images, (seen + images).mean(axis=1), np.sqrt(squared), of_images / squared,
        satterthwaite(of_seeds, k - 1, of_images, known), drawn,
    )  # fmt: skip


def _correlated(
    random: np.random.Generator, shape: tuple[int, ...], correlation: float
) -> np.ndarray:
    common, own = random.normal(size=(*shape[:-1], 1)), random.normal(size=shape)
    return sqrt(correlation) * common + sqrt(1 - correlation) * own
