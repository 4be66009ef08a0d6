"""How sure a measured effect is: over repeats of the training, and over the test images.

A mean over k repeats is uncertain for two reasons. Another seed, or another draw of the minority,
would have given another difference (spread over repeats); and all repeats were measured on one
test set, so another test set would have shifted them all *together*. More repeats shrink only the
first. SE^2 = s_d^2 / k + v has both. Where each repeat has its own split of the images, the spread
holds the images already, and it is overlap of the training parts that has to be added.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import inf, isfinite, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from reproduce.errors import UserError

FIXED, RESPLIT = "fixed test part", "re-split"
BOOTSTRAP_DRAWS = 200


@dataclass(frozen=True)
class Effect:
    """A mean difference over repeats with its interval.

    `sd` is the spread of the repeats, `standard_error` includes the test images, and
    `share_of_images` is their share of the squared standard error: near 1, more repeats no
    longer help and only more test images would. From one repeat no spread can be measured: the
    interval is infinite, and `sd` and `share_of_images` are NaN. In the re-split design the share
    is that of the overlap of the training parts, which more repeats do not shrink either.

    `degrees` are those of the t quantile, `differences` the k numbers themselves, `seeds` theirs,
    and `image_draws` the mean on each resample of the test images, which tie an effect to others
    on the same images (see `joint`).
    """

    mean: float
    low: float
    high: float
    repeats: int
    sd: float
    standard_error: float
    share_of_images: float
    level: float
    degrees: float = nan
    differences: tuple[float, ...] = ()
    design: str = FIXED
    seeds: tuple[int, ...] = ()
    image_draws: np.ndarray | None = field(default=None, compare=False, repr=False)

    def __post_init__(self):
        if self.degrees != self.degrees:
            object.__setattr__(self, "degrees", float(self.repeats - 1))

    def at(self, level: float) -> "Effect":
        """Return the same effect with its interval at another level of confidence."""
        half = half_width(self.standard_error, self.degrees, level)
        return replace(self, low=self.mean - half, high=self.mean + half, level=level)


def paired_effect(
    differences: ArrayLike,
    image_variance: float | None = None,
    level: float = 0.95,
    *,
    image_draws: ArrayLike | None = None,
    draws: int = BOOTSTRAP_DRAWS,
    seeds: Sequence[int] = (),
) -> Effect:
    """Return the mean of paired differences [k], measured on one test part, with its t interval.

    Parameters
    ----------
    differences
        One difference (method minus baseline) per repeat; both arms of a repeat share the split,
        the initial weights and the minority draw, so what they share cancels.
    image_variance
        Variance of the *mean* difference over resamples of the test images, from
        `bootstrap_variance` on the same arms. By default that of `image_draws`, else 0.
    level
        Confidence of the interval.
    image_draws
        The mean difference on each resample, from `bootstrap_draws`. Claims of several parts are
        refuted with more power if each part has them, on the same images in the same draws.
    draws
        Number of resamples behind `image_variance`, where it is given alone.
    seeds
        The seed of each difference, which pairs the parts of a claim.

    Notes
    -----
    The degrees of freedom are Satterthwaite's, SE^4 / (a^2 / (k - 1) + v^2 / (draws - 1)) with
    a = s_d^2 / k: k - 1 where the images play no part, nearly normal where they dominate.
    """
    values = _checked_differences(differences, seeds)
    drawn = None if image_draws is None else _checked_draws(image_draws)
    if image_variance is None:
        image_variance = 0.0 if drawn is None else float(drawn.var(ddof=1))
    if not (isfinite(image_variance) and image_variance >= 0):
        raise UserError(f"image_variance must be finite and at least 0, received {image_variance}")
    of_seeds = float(values.var(ddof=1)) / len(values) if len(values) > 1 else nan
    known = (draws if drawn is None else len(drawn)) - 1
    degrees = float(satterthwaite(of_seeds, len(values) - 1, image_variance, known))
    found = _effect(values, of_seeds + image_variance, image_variance, degrees, level)
    return replace(found, seeds=tuple(int(seed) for seed in seeds), image_draws=drawn)


def resplit_effect(
    differences: ArrayLike,
    train_images: int,
    test_images: int,
    level: float = 0.95,
    *,
    seeds: Sequence[int] = (),
) -> Effect:
    """Return the mean of differences [k], each on a new split of the images, with its interval.

    The corrected resampled t of Nadeau and Bengio (2003): variance s_d^2 (1 / k + n_test / n_train)
    with k - 1 degrees of freedom. No bootstrap is added, since another test part is in every
    repeat. The second term is there because training parts overlap: the repeats agree with each
    other more than with a repeat on new images, and no number of splits of the same images tells.
    The correction is a rule of thumb: in the simulation among the tests "95 %" misses the truth in
    5 to 8 % of cases, where splits taken as independent miss it in more than 20 %.
    """
    values = _checked_differences(differences, seeds)
    if train_images < 1 or test_images < 1:
        raise UserError(
            "both parts of a split hold at least one image, received "
            f"{train_images} to train and {test_images} to test"
        )
    squared = float(values.var(ddof=1)) if len(values) > 1 else nan
    overlap = squared * test_images / train_images
    found = _effect(values, squared / len(values) + overlap, overlap, len(values) - 1, level)
    return replace(found, design=RESPLIT, seeds=tuple(int(seed) for seed in seeds))


def satterthwaite(
    of_seeds: ArrayLike, seed_degrees: float, of_images: ArrayLike, image_degrees: float
) -> np.ndarray:
    """Return the degrees of freedom of a sum of two estimated variances (of any shape)."""
    of_seeds, of_images = np.asarray(of_seeds, float), np.asarray(of_images, float)
    below = of_seeds**2 / max(seed_degrees, 1) + of_images**2 / image_degrees
    whole = (of_seeds + of_images) ** 2
    return np.divide(whole, below, out=np.full(below.shape, float(seed_degrees)), where=below > 0)


def half_width(standard_error: float, degrees: float, level: float) -> float:
    """Return t * SE with these degrees of freedom, infinite where there are none."""
    if not 0 < level < 1:
        raise UserError(f"level must lie between 0 and 1, received {level}; 95 % is 0.95")
    return t_quantile(level, degrees) * standard_error if degrees > 0 else inf


@lru_cache(maxsize=4096)
def t_quantile(level: float, degrees: float) -> float:
    """Return the two-sided t quantile: |t| stays below it with probability `level`."""
    return float(stats.t.ppf(0.5 + level / 2, degrees))


def cautious_quantile(effect: Effect, level: float) -> float:
    """Return a t quantile that also serves far beyond 95 %, after Cochran and Cox (1957).

    The quantiles of seeds and images, weighted by their shares of SE^2. Satterthwaite's is right
    near 95 %, but at the levels of a claim with several parts (99.6 % for twelve) it is exceeded up
    to 2.4 times too often with five repeats, since few seeds that happen to agree make the images'
    share look large and the degrees many. This one never is; in return it is somewhat wide.
    """
    if not effect.degrees > 0:
        return inf
    plain = t_quantile(effect.level, effect.degrees)
    if effect.design == RESPLIT:
        return max(plain, t_quantile(level, effect.degrees))
    of_seeds, of_images = (
        t_quantile(level, known) for known in (effect.repeats - 1, BOOTSTRAP_DRAWS - 1)
    )
    share = effect.share_of_images
    return max(plain, (1 - share) * of_seeds + share * of_images)


def _effect(
    values: np.ndarray, squared: float, part: float, degrees: float, level: float
) -> Effect:
    """Return the effect whose squared standard error is `squared`, `part` of it not by seeds."""
    repeats, mean = len(values), float(values.mean())
    told = tuple(values.tolist())
    if repeats == 1:
        half_width(inf, 0, level)  # for its check of the level
        return Effect(mean, -inf, inf, 1, nan, inf, nan, level, 0.0, told)
    half = half_width(sqrt(squared), degrees, level)
    return Effect(
        mean, mean - half, mean + half, repeats, float(values.std(ddof=1)), sqrt(squared),
        part / squared if squared else 0.0, level, float(degrees), told,
    )  # fmt: skip


def _checked_differences(differences: ArrayLike, seeds: Sequence[int]) -> np.ndarray:
    values = np.asarray(differences)
    if values.ndim != 1 or values.size == 0 or values.dtype.kind not in "fiu":
        raise UserError(
            "differences must be at least one number per repeat, shape [repeats], received shape "
            f"{values.shape} of {values.dtype}"
        )
    if not np.isfinite(values).all():
        raise UserError("differences must be finite, received NaN or infinity; drop failed repeats")
    if len(seeds) not in (0, len(values)) or len(set(seeds)) < len(seeds):
        raise UserError(
            f"seeds must be one of its own for each of {len(values)} differences, received "
            f"{list(seeds)}"
        )
    return values.astype(np.float64)


def _checked_draws(image_draws: ArrayLike) -> np.ndarray:
    drawn = np.asarray(image_draws, dtype=np.float64)
    if drawn.ndim != 1 or len(drawn) < 2 or not np.isfinite(drawn).all():
        raise UserError(
            "image_draws must be at least 2 finite numbers, shape [draws], received shape "
            f"{drawn.shape}; pass what `bootstrap_draws` returns"
        )
    return drawn
