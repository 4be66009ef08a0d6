"""Granularity: a share of n images is a whole number over n, and so is a mean of whole numbers.

With 292 test images an accuracy of 79.3 % is no whole number of images. The test is known as GRIM
(Brown and Heathers 2017) for means of whole-number answers; a mean over k runs on the same n images
is a whole number over k n.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor, lcm

from reproduce.audit.outcome import CONSISTENT, INCONSISTENT, NOT_TESTABLE, Outcome, shown, verdict
from reproduce.audit.printed import Printed, rounding
from reproduce.errors import UserError

# Beyond so many steps of the common denominator a mean of rates is not searched.
SEARCHED_STEPS = 20_000_000


def whole_counts(printed: Printed, n: int, mode: str = "either", highest: int | None = None):
    """Return the whole numbers c for which c / n may have printed so, as a range.

    `highest` bounds them from above (n where c counts a part of n), and then 0 from below.
    """
    low, high = printed.interval(mode)
    # Whole numbers from low n, rounded up, to high n, rounded down.
    first, last = -(-low.numerator * n // low.denominator), high.numerator * n // high.denominator
    if highest is not None:
        first, last = max(first, 0), min(last, highest)
    if mode not in ("half_even", "half_up"):
        return range(first, last + 1)
    # Only the two ends can be excluded, where a mode says which way a half goes.
    while first <= last and not printed.allows(Fraction(first, n), mode):
        first += 1
    while first <= last and not printed.allows(Fraction(last, n), mode):
        last -= 1
    return range(first, last + 1)


def mean_of_whole_numbers(
    printed: str, n: int, *, items: int = 1, mode: str = "either", scale: int | None = None
) -> Outcome:
    """GRIM: can the mean of n whole numbers (each the mean of `items` of them) print so?"""
    number = Printed(printed, scale)
    steps = _positive("n", n) * _positive("items", items)
    found = whole_counts(number, steps, mode)
    assumed = (f"a mean of {steps} whole numbers", rounding(mode))
    return _granular("mean_of_whole_numbers", number, steps, found, assumed, None)


def proportion(
    printed: str, n: int, *, runs: int = 1, mode: str = "either", scale: int | None = None
) -> Outcome:
    """Can a share of n images, or its mean over k runs on the same n images, print so?"""
    number = Printed(printed, scale)
    steps = _positive("n", n) * _positive("runs", runs)
    found = whole_counts(number, steps, mode, highest=steps)
    over = f", a mean over {runs} runs on as many images each" if runs > 1 else ""
    assumed = (f"a share of {n} images{over}", rounding(mode))
    if runs > 1:
        assumed += ("the runs were averaged before anything was rounded",)
    return _granular("proportion", number, steps, found, assumed, steps)


def shared_size(
    printed: Mapping[str, str],
    sizes: Sequence[int],
    *,
    stated: int | None = None,
    runs: int = 1,
    mode: str = "either",
    scale: int | None = None,
) -> Outcome:
    """Of the sizes given, on which can all these shares have been measured?

    Consistent if on the stated size, or where none is stated on at least one; evidence lists for
    every size how many of the shares fit it.
    """
    cells = {name: Printed(text, scale) for name, text in printed.items()}
    tried = sorted({*sizes, *([stated] if stated else [])})
    if not tried or not cells:
        raise UserError("shared_size: expected at least one share and one size to try")
    misfits = {
        n: [name for name, one in cells.items()
            if not whole_counts(one, _positive("size", n) * runs, mode, highest=n * runs)]
        for n in tried
    }  # fmt: skip
    fit = [n for n in tried if not misfits[n]]
    holds = stated in fit if stated else bool(fit)
    asked = f"{stated} images" if stated else f"any of {tried[0]} to {tried[-1]} images"
    wrong = misfits[stated] if stated else []
    statement = (
        f"all {len(cells)} shares can be measured on {asked}" if holds
        else f"{len(wrong) or 'not all'} of {len(cells)} shares cannot be measured on {asked}"
        + (f"; all can on {', '.join(map(str, fit[:6]))}" if fit else "; on no size tried can all")
    )  # fmt: skip
    evidence = {
        "stated": stated, "sizes_that_fit_all": fit, "do_not_fit_the_stated": wrong,
        "misfits_by_size": {n: len(names) for n, names in misfits.items()},
    }  # fmt: skip
    if not (misfits[stated] if stated else any(misfits.values())) and all(
        _always(one, n * runs) for one in cells.values() for n in tried
    ):
        return Outcome("shared_size", NOT_TESTABLE, "the shares are printed too coarsely", evidence)
    assumed = ("all shares are of the same images", rounding(mode))
    return Outcome("shared_size", verdict(holds), statement, evidence, assumed)


def mean_of_rates(
    printed: str,
    sizes: Sequence[int],
    *,
    runs: int = 1,
    mode: str = "either",
    scale: int | None = None,
) -> Outcome:
    """Can the plain mean of one rate per class, of classes of these sizes, print so?

    Macro recall is such a mean: a sum of whole numbers over each class's size.
    """
    number = Printed(printed, scale)
    sizes = [_positive("size", n) * _positive("runs", runs) for n in sizes]
    step = lcm(*sizes)
    whole = step * len(sizes)
    assumed = (f"the plain mean over {len(sizes)} classes of the given sizes", rounding(mode))
    if whole > SEARCHED_STEPS:
        said = f"{number.text}: {len(sizes)} classes allow more than {SEARCHED_STEPS} values"
        return Outcome("mean_of_rates", NOT_TESTABLE, said, {"sizes": sizes}, assumed)
    reachable = 1
    for n in sizes:
        reachable = _with_multiples(reachable, step // n, n)
    found = whole_counts(number, whole, mode, highest=whole)
    hit = next((c for c in found if reachable >> c & 1), None)
    near = [c for c in _nearest_bits(reachable, number.exact * whole)]
    statement = (
        f"{number.text} can be the mean of {len(sizes)} rates of whole numbers of images"
        if hit is not None
        else f"{number.text} is no mean of {len(sizes)} rates of whole numbers of images; the "
        f"nearest are {' and '.join(shown(Fraction(c, whole) * number.scale) for c in near)}"
    )
    evidence = {"sizes": sizes, "nearest": [Fraction(c, whole) for c in near]}
    return Outcome("mean_of_rates", verdict(hit is not None), statement, evidence, assumed)


def _granular(check, number, steps, found, assumed, highest) -> Outcome:
    below, above = floor(number.exact * steps), ceil(number.exact * steps)
    near = sorted({c for c in (below, above) if highest is None or 0 <= c <= highest})
    evidence = {
        "printed": number.text, "scale": number.scale, "n": steps,
        "counts_that_print_so": [found[0], found[-1]] if found else [],
        "nearest": {f"{c}/{steps}": float(Fraction(c * number.scale, steps)) for c in near},
    }  # fmt: skip
    if not found:
        values = ", ".join(
            f"{c}/{steps} = {shown(Fraction(c, steps) * number.scale)}" for c in near
        )
        statement = f"{number.text} is no whole number over {steps}" + (
            f": the nearest are {values}" if near else ", nor between 0 and 1"
        )
        return Outcome(check, INCONSISTENT, statement, evidence, assumed)
    if _always(number, steps):
        said = f"{number.text} is printed too coarsely to test on {steps}: every value fits"
        return Outcome(check, NOT_TESTABLE, said, evidence, assumed)
    many = f"{found[0]} to {found[-1]}" if len(found) > 1 else str(found[0])
    return Outcome(check, CONSISTENT, f"{number.text} is {many} over {steps}", evidence, assumed)


def _always(number: Printed, steps: int) -> bool:
    """Whether whole numbers over `steps` lie as close as printed numbers: nothing can be wrong."""
    return number.unit * steps >= 1


def _with_multiples(bits: int, step: int, times: int) -> int:
    """Add 0 to `times` steps to every number whose bit is set."""
    done, block = 0, 1
    while done < times:
        block = min(block, times - done)
        bits |= bits << step * block
        done, block = done + block, block * 2
    return bits


def _nearest_bits(bits: int, place: Fraction) -> list[int]:
    """Return the set bits next to a place, below and above."""
    below = bits & ((1 << max(0, floor(place) + 1)) - 1)
    above = bits >> max(0, ceil(place))
    found = {below.bit_length() - 1} if below else set()
    if above:
        found.add(max(0, ceil(place)) + (above & -above).bit_length() - 1)
    return sorted(found)


def _positive(name: str, number: int) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise UserError(f"{name}: expected a whole number of at least 1, got {number!r}")
    return number
