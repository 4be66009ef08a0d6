"""The spread of k runs: not every standard deviation fits a mean of whole numbers of images.

Every run's score is a whole number c of n images, so the sum of the c and the sum of their squares
are whole numbers, of equal parity; the printed mean leaves few sums, the printed spread few sums of
squares. What is left is searched for k whole numbers that have both.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor, isqrt

from reproduce.audit.granularity import whole_counts
from reproduce.audit.outcome import CONSISTENT, INCONSISTENT, NOT_TESTABLE, Outcome, shown
from reproduce.audit.printed import parse_mean_sd, rounding
from reproduce.errors import UserError

KINDS = ("sample", "population", "either")
# Steps of the search for k whole numbers; one that takes longer is not called impossible.
STEPS = 200_000
# How many sums of squares are tried for the nearest spread above and below.
NEAREST_TRIED = 500


class _GaveUp(Exception):
    """The search took too many steps."""


def spread_of_runs(
    printed: str,
    n: int,
    runs: int,
    *,
    kind: str = "either",
    mode: str = "either",
    scale: int | None = None,
) -> Outcome:
    """Are there `runs` shares of n images with this mean and spread ("74.54 ± 0.40")?

    `kind` is the divisor of the spread: runs - 1 ("sample"), runs ("population"), unknown which.
    """
    mean, spread = parse_mean_sd(printed, scale)
    _checked(n, runs, kind)
    assumed = (f"{runs} runs, each a share of the same number ({n}) of images", rounding(mode),
               f"standard deviation: {kind}",
               "the runs were averaged before anything was rounded")  # fmt: skip
    evidence = {"mean": mean.text, "spread": spread.text, "n": n, "runs": runs}
    sums = whole_counts(mean, n * runs, mode, highest=n * runs)
    evidence["sums_of_images"] = [sums[0], sums[-1]] if sums else []
    if not sums:
        said = f"no {runs} whole numbers of {n} images have the mean {mean.text}"
        return Outcome("spread_of_runs", INCONSISTENT, said, evidence, assumed)
    budget = [STEPS]
    try:
        found = next(_all_runs(sums, spread, n, runs, kind, mode, budget), None)
    except _GaveUp:
        said = f"{printed}: too many possible runs of {n} images to search"
        return Outcome("spread_of_runs", NOT_TESTABLE, said, evidence, assumed)
    if found:
        evidence["runs_that_print_so"] = found
        said = f"{printed} is possible: runs with {', '.join(map(str, found))} of {n} images"
        return Outcome("spread_of_runs", CONSISTENT, said, evidence, assumed)
    near = _nearest_spreads(sums, spread, n, runs, kind)
    evidence["nearest_spreads"] = near
    said = f"{printed}: no {runs} whole numbers of {n} images have this mean and this spread"
    if near:
        said += f"; with this mean the nearest spreads are {', '.join(map(shown, near))}"
    return Outcome("spread_of_runs", INCONSISTENT, said, evidence, assumed)


def largest_spread(
    printed: str,
    runs: int,
    *,
    kind: str = "either",
    mode: str = "either",
    scale: int | None = None,
) -> Outcome:
    """Can `runs` numbers between 0 and 1 with this mean spread so widely, whatever n is?"""
    mean, spread = parse_mean_sd(printed, scale)
    _checked(1, runs, kind)
    low, high = mean.interval(mode)
    low, high = max(low, Fraction(0)), min(high, Fraction(1))
    # m (1 - m) is largest nearest to one half.
    best = min(max(Fraction(1, 2), low), high)
    bound = best * (1 - best) * (Fraction(runs, runs - 1) if kind != "population" else 1)
    least = max(spread.interval(mode)[0], Fraction(0))
    holds = low <= high and least**2 <= bound
    evidence = {"mean": mean.text, "spread": spread.text, "largest_variance": bound}
    said = (
        f"{printed}: {runs} numbers between 0 and 1 with this mean spread by at most "
        f"{shown(float(bound) ** 0.5 * mean.scale)}"
    )
    assumed = ("scores between 0 and 1", rounding(mode), f"standard deviation: {kind}")
    return Outcome("largest_spread", CONSISTENT if holds else INCONSISTENT, said, evidence, assumed)


def _all_runs(sums, spread, n, runs, kind, mode, budget) -> Iterator[list[int]]:
    low, high = spread.interval(mode)
    low, high = max(low, Fraction(0)), max(high, Fraction(0))
    for divisor in _divisors(kind, runs):
        for total in sums:
            base, rest = divmod(total, runs)
            # About `base` the sum of squares is small: squares - rest^2 / runs = divisor variance.
            least = ceil(low**2 * n**2 * divisor + Fraction(rest**2, runs))
            most = floor(high**2 * n**2 * divisor + Fraction(rest**2, runs))
            for squares in range(least, most + 1):
                found = _numbers(runs, rest, squares, -base, n - base, budget)
                if found is not None:
                    yield sorted(base + one for one in found)


def _numbers(k: int, total: int, squares: int, low: int, high: int, budget) -> list[int] | None:
    """Return k whole numbers between low and high with this sum and sum of squares, or None."""
    budget[0] -= 1
    if budget[0] < 0:
        raise _GaveUp
    # Cauchy and Schwarz: the sum of squares is at least that of equal numbers.
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
    reach = isqrt(squares)
    # The largest number first: it is at least the mean, and the others are no larger.
    for first in range(min(high, reach), -(-total // k) - 1, -1):
        rest = _numbers(k - 1, total - first, squares - first**2, low, first, budget)
        if rest is not None:
            return [first, *rest]
    return None


def _nearest_spreads(sums, spread, n, runs, kind) -> list[float]:
    """Return the spreads nearest to the printed one, below and above, that runs can have."""
    divisor = _divisors(kind, runs)[0]
    place, found = float(spread.exact) ** 2 * n**2 * divisor, []
    for direction in (-1, 1):
        options = []
        for total in (sums[0], sums[-1]):
            base, rest = divmod(total, runs)
            start = floor(place + rest**2 / runs) + (direction > 0)
            for squares in range(start, start + direction * NEAREST_TRIED, direction):
                try:
                    hit = squares >= 0 and _numbers(runs, rest, squares, -base, n - base, [2000])
                except _GaveUp:
                    break
                if hit:
                    variance = (squares - rest**2 / runs) / divisor
                    options.append(variance**0.5 / n * spread.scale)
                    break
                if squares < 0:
                    break
        if options:
            found.append(
                min(options, key=lambda one: abs(one - float(spread.exact) * spread.scale))
            )
    return found


def _divisors(kind: str, runs: int) -> list[int]:
    return {"sample": [runs - 1], "population": [runs], "either": [runs - 1, runs]}[kind]


def _checked(n: int, runs: int, kind: str) -> None:
    if kind not in KINDS:
        raise UserError(f"kind: expected one of {', '.join(KINDS)}, got {kind!r}")
    for name, number, least in (("n", n, 1), ("runs", runs, 2)):
        if isinstance(number, bool) or not isinstance(number, int) or number < least:
            raise UserError(f"{name}: expected a whole number of at least {least}, got {number!r}")
