"""What the rule will say of a registered claim, if the truth is this: before any training."""

from collections import Counter
from collections.abc import Sequence
from math import sqrt

import numpy as np
from scipy import special

from reproduce.errors import UserError
from reproduce.evaluation.guard import guarded_multiple
from reproduce.evaluation.joint import deviate, level_together
from reproduce.evaluation.rule import WORDS, Multiples, words
from reproduce.evaluation.several import whole
from reproduce.evaluation.significance import BOOTSTRAP_DRAWS
from reproduce.evaluation.simulated import Experiments, experiments
from reproduce.evaluation.vocabulary import Verdict

LEVEL = 0.95


def power(
    sd: float,
    image_sd: float,
    k: int,
    margin: float,
    parts: int = 1,
    truth: float | Sequence[float] = 0.0,
    *,
    expect: str = "greater",
    published_gain: float | None = None,
    size: float | None = None,
    family: str = "normal",
    correlation: float = 0.0,
    simulations: int = 4000,
    seed: int = 0,
    guarded: bool = True,
    resplit: bool = False,
) -> dict[Verdict, float]:
    """Return the probability of each word for the whole claim.

    Parameters
    ----------
    sd
        Spread of the paired differences over repeats.
    image_sd
        Standard deviation of the *mean* difference over test images (the root of what
        `image_variance` returns).
    k, margin, parts, expect, published_gain, size
        As registered; all parts are alike.
    truth
        The true difference with its sign (negative for a true loss), one for all parts or one each.
    family, correlation
        How differences are spread (see `simulated`), and how parts go together over seeds and
        images. The joint level is taken at that correlation, as many seeds would show it.
    guarded
        False leaves the guard out, so that one sees what it costs.
    resplit
        Each repeat has a split of its own: `image_sd` is then due to the overlap of the training
        parts, and the guard is that of no images (see `several.guard_of`).
    """
    if not (sd >= 0 and image_sd >= 0 and sd + image_sd > 0) or k < 2 or parts < 1:
        raise UserError(
            f"power needs a spread above 0, at least 2 repeats and 1 part, received sd {sd}, "
            f"image_sd {image_sd}, k {k}, parts {parts}"
        )
    truths = np.broadcast_to(np.asarray(truth, dtype=np.float64), (parts,))
    error = sqrt(sd**2 / k + image_sd**2)
    shape = {"k": k, "share": image_sd**2 / error**2, "number": simulations, "seed": seed}
    shape |= {"parts": parts, "correlation": correlation}
    found = experiments(family, **shape)
    level = LEVEL
    if parts > 1:
        level = together(experiments("normal", **shape))
    codes = words(
        truths + error * found.mean, error * found.standard_error,
        reach(found, k, level, guarded=guarded, resplit=resplit),
        expect, margin, published_gain, size,
    )  # fmt: skip
    return rates_of(codes)


def reach(
    found: Experiments,
    k: int,
    level: float = LEVEL,
    *,
    guarded: bool = True,
    resplit: bool = False,
) -> Multiples:
    """Return the multiples of many experiments; `level` is the joint one of their parts."""
    wide = plain = special.stdtrit(found.degrees, 0.5 + LEVEL / 2)
    if found.mean.shape[1] > 1:
        # As `cautious_quantile`, for many at once.
        of_seeds, of_images = (
            special.stdtrit(degrees, 0.5 + level / 2) for degrees in (k - 1, BOOTSTRAP_DRAWS - 1)
        )
        wide = np.maximum(plain, (1 - found.share) * of_seeds + found.share * of_images)
    guard = guarded_multiple(k, 0.0 if resplit else found.share) if guarded else 0.0
    return Multiples(plain, wide, wide, guard)


def together(null: Experiments) -> float:
    """Return the level of single intervals at which those of all parts hold together."""
    t = np.abs(null.mean / null.standard_error)
    return level_together(deviate(t, null.degrees), LEVEL)


def rates_of(codes: np.ndarray) -> dict[Verdict, float]:
    """Return how often each word is said of a claim whose parts have these [claims, parts]."""
    # The order of the parts does not matter, so few different claims are left to be named.
    kinds, counts = np.unique(np.sort(codes, axis=1), axis=0, return_counts=True)
    said: Counter = Counter()
    for kind, count in zip(kinds, counts, strict=True):
        said[whole([WORDS[code] for code in kind])[0]] += int(count)
    possible = (*WORDS, Verdict.HOLDS_IN_PART) if codes.shape[1] > 1 else WORDS
    return {word: said[word] / len(codes) for word in possible}
