"""A given number of whole numbers with a given sum and a given sum of squares: are there any?

The search behind every check of a printed spread. First all but a few of the numbers are tried as
the two whole numbers next to the mean, which finds nearly all that there is. That none was found so
is no proof: then a few numbers are searched through, and of many the search says that it gave up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import isqrt, sqrt

from reproduce.errors import UserError

KINDS = ("sample", "population", "either", "se", "ci95")
# Steps of one search; a longer one is given up, and proves nothing.
STEPS = 100_000
# So many numbers are searched through; all but `FAR` of those above `FEW` lie near the mean first.
MANY, FEW, FAR = 12, 4, 5


class GaveUp(Exception):
    """The search took too many steps."""


@dataclass
class Budget:
    """Steps that are left."""

    steps: int

    def spend(self) -> None:
        """Take one step, or give up."""
        self.steps -= 1
        if self.steps < 0:
            raise GaveUp


def multiples(kind: str, k: int) -> list[tuple[Fraction, Fraction]]:
    """Return the ends of D for each reading of ±: its square times D is the sum of squares.

    The sum is of the deviations of k numbers from their mean. A standard error is taken of either
    standard deviation; a 95 % interval with 1.96, with 2 and with the quantile of Student's t.
    """
    if kind not in KINDS:
        raise UserError(f"kind: expected one of {', '.join(KINDS)}, got {kind!r}")
    return list(_multiples(kind, k))


@lru_cache(maxsize=1000)
def _multiples(kind: str, k: int) -> tuple[tuple[Fraction, Fraction], ...]:
    sample, population = Fraction(k - 1), Fraction(k)
    if kind in ("sample", "population", "either"):
        kept = {"sample": [sample], "population": [population]}.get(kind, [sample, population])
        return tuple((one, one) for one in kept)
    errors = (sample * k, population * k)
    if kind == "se":
        return tuple((one, one) for one in errors)
    from scipy.special import stdtrit

    student = Fraction(float(stdtrit(k - 1, 0.975))).limit_denominator(10**6)
    # Quantiles are used with three or four digits; the interval allows for that.
    ends = [(z - Fraction(6, 10**4), z + Fraction(6, 10**4)) for z in (Fraction("1.96"), student)]
    ends.append((Fraction(2), Fraction(2)))
    return tuple((one / high**2, one / low**2) for one in errors for low, high in ends)


def widened(spread: tuple[Fraction, Fraction], unit: Fraction, k: int, least: Fraction):
    """Return what a spread can be whose k numbers were rounded to this unit first.

    Each moves by half a unit at most, so the root of the sum of squares by half a unit times
    sqrt(k); `least` is the smallest multiple (see `multiples`).
    """
    reach = Fraction(float(unit) / 2 * sqrt(k / float(least)) * (1 + 1e-9))
    return spread[0] - reach, spread[1] + reach


def numbers(
    k: int, total: int, squares: int, low: int, high: int, budget: Budget
) -> Sequence[int] | None:
    """Return k whole numbers between low and high with this sum and sum of squares, or None."""
    # Cauchy and Schwarz: the sum of squares is at least that of numbers next to each other.
    base, rest = divmod(total, k)
    least = (k - rest) * base**2 + rest * (base + 1) ** 2
    if (total - squares) % 2 or squares < least or not k * low <= total <= k * high:
        return None
    if k > FEW:
        found = _near(k, total, squares, low, high, budget)
        if found is not None:
            return found
    if k > MANY:
        raise GaveUp
    return _few(k, total, squares, low, high, budget)


def _few(k: int, total: int, squares: int, low: int, high: int, budget) -> list[int] | None:
    budget.spend()
    if (total - squares) % 2 or squares * k < total**2 or not k * low <= total <= k * high:
        return None
    if k == 1:
        return [total] if total**2 == squares else None
    if k == 2:
        root = isqrt(2 * squares - total**2)
        if root**2 != 2 * squares - total**2 or (total + root) % 2:
            return None
        pair = [(total - root) // 2, (total + root) // 2]
        return pair if low <= pair[0] and pair[1] <= high else None
    # No number is farther from the mean than sqrt((k - 1) / k) times the root of the squares.
    reach = isqrt((k - 1) * (squares * k - total**2)) // k + 1
    middle = -(-total // k)
    # The largest number first: it is at least the mean, and the others are no larger.
    for first in range(min(high, middle + reach), middle - 1, -1):
        rest = _few(k - 1, total - first, squares - first**2, low, first, budget)
        if rest is not None:
            return [first, *rest]
    return None


def _near(k: int, total: int, squares: int, low: int, high: int, budget) -> list[int] | None:
    """Find numbers of which all but a few are next to the mean, or None: then others may exist."""
    base = total // k
    sides = [(base, base + 1), (base - 1, base)]
    for far in range(1, min(FAR, k) + 1):
        near = k - far
        for under, over in sides:
            if under < low or over > high:
                continue
            for ups in range(near + 1):
                left = total - (near - ups) * under - ups * over
                over_squares = squares - (near - ups) * under**2 - ups * over**2
                if over_squares * far < left**2:
                    continue
                found = _few(far, left, over_squares, low, high, budget)
                if found is not None:
                    return [*found, *[over] * ups, *[under] * (near - ups)]
    return None
