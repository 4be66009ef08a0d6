"""The rule from numbers to words, on arrays: one experiment or ten thousand go the same way.

The effect is first turned so that *positive* is the claimed direction. An interval is mean +-
multiple x SE, and which multiple counts depends on what the word would be wrong about:

- `plain`: the t quantile of the part alone, for *holds*;
- `failing`: for words that make a claim of several parts fail, which get more chances to be false;
- `upper`: the same for what is said of the upper end (*smaller*, *published size excluded*);
- `guard`: no word is given that a wider interval would not give too, in case the repeats hide a
  lopsided spread (see `guard`). It grows with the other two as they grow beyond the plain one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from reproduce.evaluation.vocabulary import Verdict

WORDS = (
    Verdict.UNDECIDED, Verdict.SIZE_EXCLUDED, Verdict.LESS_THAN_HALF, Verdict.HOLDS,
    Verdict.HOLDS_SMALLER, Verdict.NO_DIFFERENCE, Verdict.OPPOSITE, Verdict.ANOTHER_SIZE,
)  # fmt: skip
CODE = {word: number for number, word in enumerate(WORDS)}


@dataclass(frozen=True)
class Multiples:
    """How many standard errors an interval reaches, by what is read off it."""

    plain: ArrayLike
    failing: ArrayLike
    upper: ArrayLike
    guard: ArrayLike = 0.0

    @property
    def to_hold(self) -> np.ndarray:
        """Return the multiple for *holds*."""
        return np.maximum(self.plain, self.guard)

    @property
    def to_fail(self) -> np.ndarray:
        """Return the multiple for a failing word."""
        return np.maximum(self.failing, _scaled(self.guard, self.failing, self.plain))

    @property
    def at_most(self) -> np.ndarray:
        """Return the multiple for a bound from above."""
        return np.maximum(self.upper, _scaled(self.guard, self.upper, self.plain))


def _scaled(guard: ArrayLike, multiple: ArrayLike, plain: ArrayLike) -> np.ndarray:
    # Without degrees of freedom both are infinite, and so is every interval.
    wide, narrow = np.asarray(multiple, float), np.asarray(plain, float)
    ratio = np.divide(wide, narrow, out=np.ones(np.broadcast(wide, narrow).shape),
                      where=np.isfinite(narrow))  # fmt: skip
    return guard * np.maximum(ratio, 1.0)


def words(
    mean: ArrayLike,
    standard_error: ArrayLike,
    multiples: Multiples,
    expect: str,
    margin: ArrayLike,
    published_gain: ArrayLike | None = None,
    size: float | None = None,
) -> np.ndarray:
    """Return the place in `WORDS` of each effect's word.

    greater, less: inside +-margin is *no practical difference*, even where zero is excluded; above
    zero *holds*, and *holds, smaller* with the upper end below half of the published gain; below
    zero *opposite*. What is left is *undecided*, with the published size excluded where the upper
    end is below it, and *less than half of it* below half.
    equal: inside +-margin *holds*; wholly outside *opposite*.
    at_most: wholly below the margin *holds*, however far; wholly above it *opposite*.
    size: inside size +- margin *holds*; inside +-margin of zero *no practical difference*; wholly
    beyond zero *opposite*; wholly outside size +- margin, on its side of zero, *another size*.
    """
    mean, error = np.asarray(mean, dtype=np.float64), np.asarray(standard_error, np.float64)
    low, high = _ends(mean, error, multiples.to_hold)
    low_wide, high_wide = _ends(mean, error, multiples.to_fail)
    found = np.full(np.broadcast(mean, low_wide).shape, CODE[Verdict.UNDECIDED])

    def call(where: np.ndarray, word: Verdict) -> None:
        found[where & (found == CODE[Verdict.UNDECIDED])] = CODE[word]

    if expect == "equal":
        call((low >= -margin) & (high <= margin), Verdict.HOLDS)
        call((low_wide > margin) | (high_wide < -margin), Verdict.OPPOSITE)
        return found
    if expect == "at_most":
        call(high <= margin, Verdict.HOLDS)
        call(low_wide > margin, Verdict.OPPOSITE)
        return found
    if expect == "less" or (expect == "size" and size < 0):
        (low, high), (low_wide, high_wide) = (-high, -low), (-high_wide, -low_wide)
        mean = -mean
    if expect == "size":
        least, most = abs(size) - margin, abs(size) + margin
        call((low >= least) & (high <= most), Verdict.HOLDS)
        call((low_wide >= -margin) & (high_wide <= margin), Verdict.NO_DIFFERENCE)
        call(high_wide < 0, Verdict.OPPOSITE)
        call((low_wide > most) | ((high_wide < least) & (low_wide > 0)), Verdict.ANOTHER_SIZE)
        return found
    plain_low, plain_high = _ends(mean, error, multiples.plain)
    small = (plain_low >= -margin) & (plain_high <= margin)
    call((low_wide >= -margin) & (high_wide <= margin), Verdict.NO_DIFFERENCE)
    holds, top = (low > 0) & ~small, _ends(mean, error, multiples.at_most)[1]
    if published_gain is not None:
        call(holds & (top < np.asarray(published_gain) / 2), Verdict.HOLDS_SMALLER)
    call(holds, Verdict.HOLDS)
    call((high_wide < 0) & ~small, Verdict.OPPOSITE)
    if published_gain is not None:
        call(top < np.asarray(published_gain) / 2, Verdict.LESS_THAN_HALF)
        call(top < published_gain, Verdict.SIZE_EXCLUDED)
    return found


def failing_multiple(
    mean: ArrayLike,
    standard_error: ArrayLike,
    expect: str,
    margin: ArrayLike,
    size: float | None = None,
) -> np.ndarray:
    """Return the widest multiple at which the word would be a failing one, negative if none."""
    mean = np.asarray(mean, dtype=np.float64)
    if expect == "equal":
        room = np.abs(mean) - margin
    elif expect == "at_most":
        room = mean - margin
    else:
        turned = -mean if expect == "less" or (expect == "size" and size < 0) else mean
        room = np.maximum(-turned, margin - np.abs(turned))
        if expect == "size":
            beyond = turned - abs(size) - margin
            short = np.minimum(abs(size) - margin - turned, turned)
            room = np.maximum(room, np.maximum(beyond, short))
    error = np.asarray(standard_error, dtype=np.float64)
    certain = np.where(room >= 0, np.inf, -np.inf)
    return np.divide(room, error, out=certain, where=error > 0)


def _ends(mean: np.ndarray, error: np.ndarray, multiple: ArrayLike) -> tuple:
    # Equal repeats have no error, but where there are no degrees of freedom nothing is known.
    endless = np.isinf(multiple) | np.isinf(error)
    half = np.where(endless, np.inf, np.where(endless, 0.0, multiple) * np.where(endless, 0, error))
    return mean - half, mean + half
