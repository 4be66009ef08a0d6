"""GRIM, GRIMMER and DEBIT under their names, for means of whole numbers of any kind.

GRIM (Brown and Heathers 2017): can n whole numbers have this mean? GRIMMER (Anaya 2016, Allard
2018): this mean and this standard deviation? DEBIT (Heathers and Brown 2019): n zeros and ones?
"""

from fractions import Fraction
from math import ceil, floor

from reproduce.audit.granularity import mean_of_whole_numbers, whole_counts
from reproduce.audit.outcome import CONSISTENT, INCONSISTENT, NOT_TESTABLE, Outcome, shown
from reproduce.audit.printed import Printed, rounding
from reproduce.audit.whole_runs import STEPS, Budget, GaveUp, multiples, numbers
from reproduce.errors import UserError


def grim(mean: str, n: int, *, items: int = 1, mode: str = "either") -> Outcome:
    """Can the mean of n whole numbers (each the mean of `items` of them) print so?"""
    found = mean_of_whole_numbers(mean, n, items=items, mode=mode)
    return Outcome("grim", found.status, found.statement, found.evidence, found.assumptions)


def grimmer(
    mean: str, sd: str, n: int, *, items: int = 1, kind: str = "sample", mode: str = "either",
    low: int | None = None, high: int | None = None,
) -> Outcome:  # fmt: skip
    """Can n whole numbers have this mean and this standard deviation?

    `low` and `high` are the ends of the scale, where it is known (1 and 7 of a seven-point scale).
    With several items each number is their mean, and the sums are searched.
    """
    middle, spread = Printed(mean), Printed(sd)
    if n < 2 or items < 1:
        raise UserError(f"grimmer: expected two numbers or more, got {n} of {items} items")
    evidence = {"mean": mean, "sd": sd, "n": n, "items": items}
    assumed = (f"{n} whole numbers", rounding(mode), f"standard deviation: {kind}")
    told = f"mean {mean} and standard deviation {sd} of {n} whole numbers"
    sums = whole_counts(middle, n * items, mode)
    if not sums:
        said = f"{told}: already the mean is impossible (GRIM)"
        return Outcome("grimmer", INCONSISTENT, said, evidence, assumed)
    least, most = (max(Fraction(0), end) for end in spread.interval(mode))
    budget, gave_up = Budget(STEPS), False
    for total in sums:
        base, rest = divmod(total, n)
        ends = [
            (bound * items - base if bound is not None else fallback)
            for bound, fallback in ((low, -(10**9)), (high, 10**9))
        ]
        for smallest, largest in multiples(kind, n):
            first = ceil(least**2 * items**2 * smallest + Fraction(rest**2, n))
            last = floor(most**2 * items**2 * largest + Fraction(rest**2, n))
            for squares in range(first, last + 1):
                try:
                    budget.spend()
                    found = numbers(n, rest, squares, ends[0], ends[1], budget)
                except GaveUp:
                    gave_up = True
                    continue
                if found is not None:
                    evidence["numbers"] = sorted(Fraction(base + one, items) for one in found)
                    return Outcome("grimmer", CONSISTENT, f"{told} are possible", evidence, assumed)
    if gave_up:
        said = f"{told}: too many possibilities to search"
        return Outcome("grimmer", NOT_TESTABLE, said, evidence, assumed)
    said = f"no {n} whole numbers have mean {mean} and standard deviation {sd}"
    return Outcome("grimmer", INCONSISTENT, said, evidence, assumed)


def debit(mean: str, sd: str, n: int, *, kind: str = "sample", mode: str = "either") -> Outcome:
    """Can n zeros and ones have this mean and this standard deviation?

    The mean of zeros and ones gives away their standard deviation: sqrt(n m (1 - m) / (n - 1)).
    """
    middle, spread = Printed(mean), Printed(sd)
    if n < 2:
        raise UserError(f"debit: expected two numbers or more, got {n}")
    evidence = {"mean": mean, "sd": sd, "n": n}
    assumed = (f"{n} zeros and ones", rounding(mode), f"standard deviation: {kind}")
    least, most = (max(Fraction(0), end) ** 2 for end in spread.interval(mode))
    ones = whole_counts(middle, n, mode, highest=n)
    for one in ones:
        squares = Fraction(one * (n - one), n)
        if any(least * low <= squares <= most * high for low, high in multiples(kind, n)):
            evidence["ones"] = one
            said = f"{one} ones and {n - one} zeros have mean {mean} and standard deviation {sd}"
            return Outcome("debit", CONSISTENT, said, evidence, assumed)
    near = float(middle.exact * (1 - middle.exact) * n / (n - 1)) ** 0.5
    said = f"{n} zeros and ones with mean {mean} have a standard deviation of about " + shown(
        near, spread.digits + 2
    ) + f", printed is {sd}"  # fmt: skip
    return Outcome("debit", INCONSISTENT, said, evidence, assumed)
