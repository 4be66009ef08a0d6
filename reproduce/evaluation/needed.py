"""How many seeds, and how many test images, a gain of a given size would have needed.

A gain of several seeds on one test part has the squared error s^2 / k + v: s the spread of paired
differences over seeds, v what the test images add, which falls with their number. It is found where
the interval lies above 0, which takes a larger gain than the half of that interval.
"""

from math import ceil, isfinite, sqrt

from scipy.stats import nct, t

from reproduce.errors import UserError
from reproduce.evaluation.significance import BOOTSTRAP_DRAWS, satterthwaite

POWER, LEVEL = 0.8, 0.95
MOST_SEEDS = 1000


def chance(gain: float, sd: float, image_sd: float, seeds: int, level: float = LEVEL) -> float:
    """Return how likely the interval of a true gain lies above 0, with so many seeds.

    The effect over its standard error follows a noncentral t, with Satterthwaite's degrees as the
    interval has them.
    """
    _check(gain, sd, image_sd)
    if seeds < 2:
        raise UserError(f"seeds is {seeds}, expected 2 or more: one alone has no spread")
    of_seeds, of_images = sd**2 / seeds, image_sd**2
    error = sqrt(of_seeds + of_images)
    if error == 0:
        return 1.0
    degrees = float(satterthwaite(of_seeds, seeds - 1, of_images, BOOTSTRAP_DRAWS - 1))
    return float(nct.sf(t.ppf(0.5 + level / 2, degrees), degrees, gain / error))


def seeds_needed(
    gain: float, sd: float, image_sd: float = 0.0, power: float = POWER, level: float = LEVEL
) -> int | None:
    """Return the fewest seeds with which the gain is found with this power.

    None where no number of them is enough, since the test images alone leave too much open.
    """
    _check(gain, sd, image_sd)
    if chance(gain, sd, image_sd, MOST_SEEDS, level) < power:
        return None
    low, high = 1, MOST_SEEDS
    while high - low > 1:
        middle = (low + high) // 2
        enough = chance(gain, sd, image_sd, middle, level) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high


def images_needed(
    gain: float, image_sd: float, images: int, power: float = POWER, level: float = LEVEL
) -> int:
    """Return how many test images would do with any number of seeds.

    `image_sd` is of a part of `images` images; the variance falls with their number. With endless
    seeds it alone is left: (t + t') sd must not be more than the gain.
    """
    _check(gain, 0.0, image_sd)
    if images < 1:
        raise UserError(f"images is {images}, expected 1 or more")
    degrees = BOOTSTRAP_DRAWS - 1
    both = float(t.ppf(0.5 + level / 2, degrees) + t.ppf(power, degrees))
    return max(1, ceil(images * (both * image_sd / gain) ** 2))


def _check(gain: float, sd: float, image_sd: float) -> None:
    good = isfinite(gain) and gain > 0 and all(isfinite(x) and x >= 0 for x in (sd, image_sd))
    if not good:
        raise UserError(
            f"expected a gain above 0 and spreads of 0 or more, received gain {gain}, sd {sd} and "
            f"image_sd {image_sd}"
        )
