"""How far several effects stray together: the maximum statistic of a claim with several parts.

Each part of a claim is one more chance to fail falsely. Corrected for their number alone
(Bonferroni), 42 parts could hardly ever be refuted. But the parts share seeds and test images, so
they stray together, and how much is seen in the data.
"""

from collections.abc import Sequence
from math import sqrt

import numpy as np

from reproduce.evaluation.significance import FIXED, Effect, satterthwaite
from reproduce.randomness import generator

RESAMPLES = 4000


def joint_level(
    effects: Sequence[Effect], resamples: int = RESAMPLES, seed: int = 0
) -> float | None:
    """Return the level at which all intervals of the parts hold together with the plain level.

    None where the parts do not share what it needs: seeds, one test part, and draws of its images.
    """
    first = effects[0]
    alike = all(e.seeds and e.seeds == first.seeds and e.design == FIXED for e in effects)
    if first.repeats < 2 or not alike:
        return None
    drawn = [effect.image_draws for effect in effects]
    if all(draws is None for draws in drawn):
        # Without draws the image part must be absent: of a variance alone no one knows the kin.
        if any(effect.share_of_images for effect in effects):
            return None
        image_draws = None
    elif any(draws is None for draws in drawn) or len({len(draws) for draws in drawn}) > 1:
        return None
    else:
        image_draws = np.stack(drawn, axis=1)
    differences = np.stack([effect.differences for effect in effects], axis=1)
    return max_statistic_level(differences, image_draws, first.level, resamples, seed)


def max_statistic_level(
    differences: np.ndarray,
    image_draws: np.ndarray | None = None,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> float:
    """Return the level of each of J intervals such that all hold together with `level`.

    Parameters
    ----------
    differences
        [k, J]: row i holds the differences of all parts at seed i.
    image_draws
        [B, J]: row b holds the mean of all parts on resample b of the test images.

    Notes
    -----
    The null distribution, `resamples` times:

    1. k new rows of seeds are normal with the covariance of the re-centred rows d_i - mean, its
       correlations shrunk to (1 - w) r. The weight w = sum (1 - r^2)^2 / (k - 1) / sum r^2, at
       most 1, sums over pairs of parts (after Schaefer and Strimmer 2005): five seeds show strong
       correlations where there are none, and what looks like kin would be refuted too easily.
    2. The images add one row, normal with the covariance of the draws: a sum of the re-centred
       draws with normal weights, divided by sqrt(B - 1).
    3. Each part's t* = (mean* + images*) / sqrt(s*^2 / k + v*), with s* from its new rows and
       v* = v chi^2(B - 1) / (B - 1), has its own Satterthwaite degrees of freedom. Through them it
       becomes a normal deviate (Wallace's approximation), so that parts of unlike degrees compare.

    Where the largest |deviate| of a claim lies at its `level` quantile, a single part lies beyond
    in a share a of the resamples, and 1 - a is the level returned: only how parts go together is
    taken from the resamples, not how wide an interval is. It lies between that of one part and
    Bonferroni's, 1 - (1 - level) / J. Signs of whole rows are not flipped, as with
    five seeds that gives sixteen cases, none of which can be rarer than 6 %.
    """
    k, parts = differences.shape
    if parts == 1:
        return level
    random = generator(seed, "maximum statistic")
    spread = differences.std(axis=0, ddof=1)
    rows = random.normal(size=(resamples, k, parts)) @ _root(_shrunk(differences)).T * spread
    mean, of_seeds = rows.mean(axis=1), rows.var(axis=1, ddof=1) / k
    of_images, known = np.zeros(()), 1
    if image_draws is not None:
        centred = image_draws - image_draws.mean(axis=0)
        known = len(centred) - 1
        mean = mean + random.normal(size=(resamples, len(centred))) @ centred / sqrt(known)
        certain = random.chisquare(known, size=(resamples, 1)) / known
        of_images = image_draws.var(axis=0, ddof=1) * certain
    squared = of_seeds + of_images
    t = np.divide(np.abs(mean), np.sqrt(squared), out=np.zeros(mean.shape), where=squared > 0)
    return level_together(deviate(t, satterthwaite(of_seeds, k - 1, of_images, known)), level)


def level_together(deviates: np.ndarray, level: float) -> float:
    """Return the level of one part where the largest of all, [resamples, J], is at `level`."""
    alone = (deviates > np.quantile(deviates.max(axis=1), level)).mean()
    return float(np.clip(1 - alone, level, 1 - (1 - level) / deviates.shape[1]))


def deviate(t: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """Return the normal deviate that is about as rare as |t| (Wallace 1959)."""
    return (8 * degrees + 1) / (8 * degrees + 3) * np.sqrt(degrees * np.log1p(t**2 / degrees))


def _shrunk(differences: np.ndarray) -> np.ndarray:
    """Return the correlations of the parts over seeds, the less trusted the fewer the seeds."""
    k, parts = differences.shape
    centred = differences - differences.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    scaled = np.divide(centred, length, out=np.zeros(centred.shape), where=length > 0)
    r = scaled.T @ scaled
    apart = r[np.triu_indices(parts, 1)]
    squares = (apart**2).sum()
    weight = min(1.0, ((1 - apart**2) ** 2).sum() / (k - 1) / squares) if squares else 1.0
    shrunk = (1 - weight) * r
    np.fill_diagonal(shrunk, 1.0)
    return shrunk


def _root(correlations: np.ndarray) -> np.ndarray:
    """Return a matrix whose product with its transpose is the given one."""
    values, vectors = np.linalg.eigh(correlations)
    return vectors * np.sqrt(np.maximum(values, 0.0))
