"""The spread of k runs: not every standard deviation fits a mean of whole numbers of images.

Every run's score is a whole number c of n images, so the sum of the c and the sum of their squares
are whole numbers, of equal parity; the printed mean leaves few sums, the printed spread few sums of
squares. What is left is searched for k whole numbers that have both.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor

from reproduce.audit.granularity import whole_counts
from reproduce.audit.outcome import CONSISTENT, INCONSISTENT, NOT_TESTABLE, Outcome, shown
from reproduce.audit.printed import Printed, parse_mean_sd, rounding
from reproduce.audit.whole_runs import STEPS, Budget, GaveUp, multiples, numbers, widened
from reproduce.errors import UserError

# How many sums of squares are tried for the nearest spread above and below.
NEAREST_TRIED, NEAREST_STEPS = 200, 1000
CALLED = {
    "sample": "standard deviation, k - 1 below", "population": "standard deviation, k below",
    "either": "standard deviation, either kind", "se": "standard error",
    "ci95": "half of a 95 % interval",
}  # fmt: skip


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

    `kind` is what ± says: a standard deviation with runs - 1 ("sample") or runs ("population")
    below it or unknown which ("either"), a standard error ("se") or half of a 95 % interval.
    """
    mean, spread = parse_mean_sd(printed, scale)
    _checked(n, runs, kind)
    assumed = (f"{runs} runs, each a share of the same number ({n}) of images", rounding(mode),
               f"± is the {CALLED[kind]}",
               *(("the runs were averaged before anything was rounded",)
                 if mode != "rounded_twice" else ()))  # fmt: skip
    evidence = {"mean": mean.text, "spread": spread.text, "n": n, "runs": runs}
    sums = whole_counts(mean, n * runs, mode, highest=n * runs)
    evidence["sums_of_images"] = [sums[0], sums[-1]] if sums else []
    if not sums:
        said = f"no {runs} whole numbers of {n} images have the mean {mean.text}"
        return Outcome("spread_of_runs", INCONSISTENT, said, evidence, assumed)
    ends = _ends(mean, spread, runs, kind, mode)
    try:
        found = next(_all_runs(sums, ends, n, runs, kind, Budget(STEPS)), None)
    except GaveUp:
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
    bound = best * (1 - best) * runs / min(low for low, _ in multiples(kind, runs))
    least = _ends(mean, spread, runs, kind, mode)[0]
    holds = low <= high and least**2 <= bound
    evidence = {"mean": mean.text, "spread": spread.text, "largest_variance": bound}
    said = (
        f"{printed}: {runs} numbers between 0 and 1 with this mean spread by at most "
        f"{shown(float(bound) ** 0.5 * mean.scale)}"
    )
    assumed = ("scores between 0 and 1", rounding(mode), f"± is the {CALLED[kind]}")
    return Outcome("largest_spread", CONSISTENT if holds else INCONSISTENT, said, evidence, assumed)


def _ends(mean: Printed, spread: Printed, runs: int, kind: str, mode: str):
    """Return the ends of the spread; where runs were rounded first they are farther apart."""
    if mode != "rounded_twice":
        low, high = spread.interval(mode)
    else:
        least = min(low for low, _ in multiples(kind, runs))
        low, high = widened(spread.interval(), mean.unit, runs, least)
    return max(low, Fraction(0)), max(high, Fraction(0))


def _all_runs(sums, ends, n, runs, kind, budget) -> Iterator[list[int]]:
    low, high = ends
    for smallest, largest in multiples(kind, runs):
        for total in sums:
            base, rest = divmod(total, runs)
            # About `base` the sum of squares is small: squares - rest^2 / runs = D spread^2.
            least = ceil(low**2 * n**2 * smallest + Fraction(rest**2, runs))
            most = floor(high**2 * n**2 * largest + Fraction(rest**2, runs))
            for squares in range(least, most + 1):
                budget.spend()
                found = numbers(runs, rest, squares, -base, n - base, budget)
                if found is not None:
                    yield sorted(base + one for one in found)


def _nearest_spreads(sums, spread, n, runs, kind) -> list[float]:
    """Return the spreads nearest to the printed one, below and above, that runs can have."""
    divisor = float(multiples(kind, runs)[0][0])
    place, found = float(spread.exact) ** 2 * n**2 * divisor, []
    budget = Budget(NEAREST_STEPS)
    for direction in (-1, 1):
        options = []
        for total in (sums[0], sums[-1]):
            base, rest = divmod(total, runs)
            start = floor(place + rest**2 / runs) + (direction > 0)
            for squares in range(start, start + direction * NEAREST_TRIED, direction):
                try:
                    hit = squares >= 0 and numbers(runs, rest, squares, -base, n - base, budget)
                except GaveUp:
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


def _checked(n: int, runs: int, kind: str) -> None:
    for name, number, least in (("n", n, 1), ("runs", runs, 2)):
        if isinstance(number, bool) or not isinstance(number, int) or number < least:
            raise UserError(f"{name}: expected a whole number of at least {least}, got {number!r}")
    multiples(kind, runs)
