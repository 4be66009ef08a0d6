"""How much an effect would move on another test set: its variance over resampled test images."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from reproduce.errors import UserError
from reproduce.evaluation.checked_inputs import checked_labels, checked_scores
from reproduce.evaluation.resampling import resample_counts, resampled_metric


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
    """Return the variance of `bootstrap_draws` over the draws."""
    drawn = bootstrap_draws(arms, labels, weights, metric, draws, seed, stratified=stratified)
    return float(drawn.var(ddof=1))


def bootstrap_draws(
    arms: Sequence[ArrayLike],
    labels: ArrayLike,
    weights: Sequence[float],
    metric: str,
    draws: int = 200,
    seed: int = 0,
    *,
    stratified: bool = True,
) -> np.ndarray:
    """Return sum_t weights[t] * mean_k metric(arms[t][k]) on each resample of images: [draws].

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
    return combination


def image_variance(
    left: ArrayLike, right: ArrayLike, labels: ArrayLike, metric: str, **options: int | bool
) -> float:
    """Return `bootstrap_variance` of the paired difference left - right, arms [k, n, C]."""
    return bootstrap_variance([left, right], labels, [1.0, -1.0], metric, **options)


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
