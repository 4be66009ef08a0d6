"""What stands beside a firm word: its rarity among flipped signs, and which repeat carries it."""

from collections.abc import Callable, Sequence
from math import sqrt
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from reproduce.errors import UserError
from reproduce.evaluation.significance import RESPLIT, Effect
from reproduce.randomness import generator

Word = TypeVar("Word")
ENUMERATED = 12
SAMPLED = 20_000


def sign_flip_value(differences: ArrayLike, seed: int = 0) -> float:
    """Return how often the mean would lie as far from 0 if each difference had a random sign.

    All 2^k signs up to k = 12, else 20,000 drawn ones with the observed among them. It takes the
    differences to be symmetric around 0 and nothing else, but it sees the repeats only: the test
    images play no part. Of k repeats it cannot be smaller than 2 / 2^k: 0.06 for five.
    """
    values = np.asarray(differences, dtype=np.float64)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise UserError(
            f"differences must be finite, shape [repeats], received shape {values.shape}"
        )
    k = len(values)
    if k <= ENUMERATED:
        signs = 1 - 2 * (np.arange(2**k)[:, None] >> np.arange(k) & 1)
    else:
        signs = 1 - 2 * generator(seed, "sign flips").integers(2, size=(SAMPLED, k))
        signs[0] = 1
    # Sums that are equal but for rounding count as equal.
    seen = abs(values.sum()) - 1e-12 * np.abs(values).sum()
    return float((np.abs(signs @ values) >= seen).mean())


def without(effect: Effect, position: int) -> tuple[float, float]:
    """Return mean and standard error with one repeat left out; the image variance stays."""
    kept = np.delete(np.asarray(effect.differences), position)
    of_others = effect.share_of_images * effect.standard_error**2
    squared = float(kept.var(ddof=1)) if len(kept) > 1 else np.inf
    if effect.design == RESPLIT and effect.sd:
        of_others *= squared / effect.sd**2
    return float(kept.mean()), sqrt(squared / len(kept) + of_others)


def leave_one_out(
    effect: Effect, word: Callable[[float, float], Word]
) -> tuple[tuple[int, Word], ...]:
    """Return the repeats without which the word would be another, each with that word.

    `word` names an effect by its mean and standard error, so that the multiples of the standard
    error stay those of all k repeats: what changes is what the one repeat says, not their number.
    A repeat is named by its seed where the effect has seeds, else by its place.
    """
    if len(effect.differences) < 3:
        return ()
    whole = word(effect.mean, effect.standard_error)
    names: Sequence[int] = effect.seeds or range(len(effect.differences))
    others = [word(*without(effect, position)) for position in range(len(effect.differences))]
    return tuple((name, other) for name, other in zip(names, others, strict=True) if other != whole)
