"""How sure a measured effect is: over repeats of the training, and over the test images.

A mean over k repeats is uncertain for two reasons. Another seed, or another draw of the minority,
would have given another difference (spread over repeats); and all repeats were measured on one
test set, so another test set would have shifted them all *together*. More repeats shrink only the
first. SE^2 = s_d^2 / k + v has both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf, isfinite, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from reproduce.errors import UserError
from reproduce.evaluation.inputs import checked_labels, checked_scores
from reproduce.evaluation.resampling import resample_counts, resampled_metric


@dataclass(frozen=True)
class Effect:
    """A mean difference over repeats with its interval.

    `sd` is the spread of the repeats, `standard_error` includes the test images, and
    `share_of_images` is their share of the squared standard error: near 1, more repeats no
    longer help and only more test images would. From one repeat no spread can be measured: the
    interval is infinite, and `sd` and `share_of_images` are NaN.
    """

    mean: float
    low: float
    high: float
    repeats: int
    sd: float
    standard_error: float
    share_of_images: float
    level: float

    def at(self, level: float) -> "Effect":
        """Return the same effect with its interval at another level of confidence."""
        half = half_width(self.standard_error, self.repeats, level)
        return Effect(
            self.mean, self.mean - half, self.mean + half, self.repeats, self.sd,
            self.standard_error, self.share_of_images, level,
        )  # fmt: skip


def paired_effect(
    differences: ArrayLike, image_variance: float = 0.0, level: float = 0.95
) -> Effect:
    """Return the mean of paired differences [k] with its t interval.

    Parameters
    ----------
    differences
        One difference (method minus baseline) per repeat; both arms of a repeat share the split,
        the initial weights and the minority draw, so what they share cancels.
    image_variance
        Variance of the *mean* difference over resamples of the test images, from
        `bootstrap_variance` on the same arms.
    level
        Confidence of the interval.

    Notes
    -----
    The t quantile has k - 1 degrees of freedom although the image part is known better than that,
    so the interval errs on the wide side, the more so the larger the share of the images.
    """
    values = np.asarray(differences)
    if values.ndim != 1 or values.size == 0 or values.dtype.kind not in "fiu":
        raise UserError(
            "differences must be at least one number per repeat, shape [repeats], received shape "
            f"{values.shape} of {values.dtype}"
        )
    if not np.isfinite(values).all():
        raise UserError("differences must be finite, received NaN or infinity; drop failed repeats")
    if not (isfinite(image_variance) and image_variance >= 0):
        raise UserError(f"image_variance must be finite and at least 0, received {image_variance}")
    repeats, mean = len(values), float(values.mean())
    if repeats == 1:
        half_width(inf, 1, level)  # for its check of the level
        return Effect(mean, -inf, inf, 1, nan, inf, nan, level)
    sd = float(values.std(ddof=1))
    squared = sd**2 / repeats + image_variance
    share = image_variance / squared if squared else 0.0
    half = half_width(sqrt(squared), repeats, level)
    return Effect(mean, mean - half, mean + half, repeats, sd, sqrt(squared), share, level)


def bootstrap_variance(
    arms: Sequence[ArrayLike],
    labels: ArrayLike,
    weights: Sequence[float],
    metric: str,
    draws: int = 200,
    seed: int = 0,
    *,
    stratified: bool = True,
) -> float:
    """Return the variance, over test images, of sum_t weights[t] * mean_k metric(arms[t][k]).

    Parameters
    ----------
    arms
        One array [k repeats, n images, C classes] of post-processed scores per term, all on the
        same images in the same order. `[method, baseline]` with weights `[1, -1]` is the paired
        difference; an effect averaged over several points has two terms per point.
    labels
        True classes [n].
    weights
        One number per term.
    metric
        A name of `reproduce.evaluation.registry.SUMMARY`.
    draws, seed
        The variance of 200 draws has itself a relative error of about 10 %, 5 % of the interval.
    stratified
        Resample within classes, see `resample_counts`.

    Notes
    -----
    In each draw the same images serve all terms and repeats: an image that is hard for everyone
    cancels from a difference, as it does in the measured effect. With one arm of weight 1 the
    result is the test-sample variance of a published level. Effects on *different* test sets are
    independent: add up their variances, times their squared weights. A class of m test images has
    its variance understated by the factor (m - 1) / m, which only matters for a handful.
    """
    terms, labels = _checked_arms(arms, labels, weights)
    counts = resample_counts(labels, draws, seed, stratified=stratified)
    combination = np.zeros(draws)
    for weight, repeats in zip(weights, terms, strict=True):
        for scores in repeats:
            combination += weight / len(repeats) * resampled_metric(scores, labels, metric, counts)
    return float(combination.var(ddof=1))


def image_variance(
    left: ArrayLike, right: ArrayLike, labels: ArrayLike, metric: str, **options: int | bool
) -> float:
    """Return `bootstrap_variance` of the paired difference left - right, arms [k, n, C]."""
    return bootstrap_variance([left, right], labels, [1.0, -1.0], metric, **options)


def half_width(standard_error: float, repeats: int, level: float) -> float:
    """Return t * SE with repeats - 1 degrees of freedom, infinite from one repeat."""
    if not 0 < level < 1:
        raise UserError(f"level must lie between 0 and 1, received {level}; 95 % is 0.95")
    return inf if repeats < 2 else t_quantile(level, repeats - 1) * standard_error


@lru_cache(maxsize=1024)
def t_quantile(level: float, degrees: int) -> float:
    """Return the two-sided t quantile: |t| stays below it with probability `level`."""
    return float(stats.t.ppf(0.5 + level / 2, degrees))


def _checked_arms(
    arms: Sequence[ArrayLike], labels: ArrayLike, weights: Sequence[float]
) -> tuple[list[list[np.ndarray]], np.ndarray]:
    terms = [[checked_scores(scores) for scores in arm] for arm in arms]
    if not terms or len(terms) != len(weights) or not np.isfinite(weights).all():
        raise UserError(
            f"expected one finite weight per arm, received {len(terms)} arms and weights "
            f"{list(weights)}"
        )
    shapes = {scores.shape for repeats in terms for scores in repeats}
    counts = {len(repeats) for repeats in terms}
    if len(shapes) != 1 or len(counts) != 1:
        raise UserError(
            "all arms must have the same repeats, images and classes (the design is paired), "
            f"received {sorted(counts)} repeats and score shapes {sorted(shapes)}"
        )
    images, classes = next(iter(shapes))
    return terms, checked_labels(labels, classes, images)
