"""Numbers claimed in prose against the numbers they were computed from.

The printed operands stand for intervals; the arithmetic is done on the intervals, and the claimed
number must have a true value in common with the result.
"""

import ast
from collections.abc import Mapping
from fractions import Fraction

from reproduce.audit.outcome import Outcome, shown, verdict
from reproduce.audit.printed import Printed, overlap, rounding
from reproduce.errors import UserError

Interval = tuple[Fraction, Fraction]
READINGS = ("difference", "relative")


def claimed(
    number: str,
    expression: str,
    *,
    times: int = 1,
    exact_whole_numbers: bool = True,
    mode: str = "either",
) -> Outcome:
    """Is a claimed number what an expression of printed numbers gives ("97.41 - 92.84")?

    `expression` holds printed numbers, + - * / and brackets; `times` scales its result (100 where
    the claim is a percentage and the operands are fractions). Whole numbers in it are counts and
    exact, unless `exact_whole_numbers` says that they were rounded.
    """
    one = Printed(number.strip().removesuffix("%").strip())
    low, high = interval_of(expression, mode=mode, exact_whole_numbers=exact_whole_numbers)
    low, high = low * times, high * times
    middle = value_of(expression) * times
    holds = overlap((low, high), one.interval(mode))
    if holds and mode in ("half_even", "half_up"):
        holds = _more_than_an_end(one, expression, (low, high), times, mode)
    cut = overlap((low, high), one.interval("any"))
    factor = f" times {times}" if times != 1 else ""
    said = f"{expression}{factor} = {shown(middle)}, claimed is {one.text}"
    if not holds and cut:
        said += " (holds if cut off instead of rounded)"
    evidence = {"claimed": one.text, "expression": expression, "times": times, "result": middle,
                "low": low, "high": high, "holds_if_cut_off": cut}  # fmt: skip
    assumed = (rounding(mode),)
    if exact_whole_numbers:
        assumed += ("whole numbers in the expression are counts, not rounded",)
    return Outcome("claimed", verdict(holds), said, evidence, assumed)


def _more_than_an_end(number, expression, ends: Interval, times: int, mode: str) -> bool:
    """Whether what a claim and its sum have in common is more than one end that no rounding gives.

    Where they only touch, every printed number would have to be rounded from its very end, and a
    mode that sends a half one way forbids some of these. Sums and differences are decided, anything
    else is let pass.
    """
    (low, high), (least, most) = ends, number.interval(mode)
    if high != least and low != most:
        return True
    touched, side = (high, 1) if high == least else (low, 0)
    if not number.allows(touched, mode):
        return False
    terms = _terms(expression)
    return terms is None or all(
        one.allows(one.interval(mode)[side if sign * times > 0 else 1 - side], mode)
        for sign, one in terms
        if one.digits
    )


def change(
    number: str,
    before: str,
    after: str,
    *,
    reading: str | None = None,
    mode: str = "either",
) -> Outcome:
    """Is a claimed change the difference of two printed numbers, or the difference per cent?

    `reading`: "difference" (in the unit of the operands, percentage points of percentages),
    "relative" (per cent of the number before); without one either is accepted, and the evidence
    says which holds. The claim's sign is disregarded: "fell by 4.1" and "rose by 4.1" print alike.
    """
    if reading is not None and reading not in READINGS:
        raise UserError(f"reading: expected {' or '.join(READINGS)}, got {reading!r}")
    one = Printed(number.strip().removesuffix("%").strip())
    first, second = Printed(before, 1), Printed(after, 1)
    results = {"difference": f"{after} - {before}"}
    if first.exact:
        results["relative"] = f"({after} - {before}) / {before} * 100"
    ends = {name: _size(_change(name, first, second, mode)) for name in results}
    wanted = _size(one.interval(mode))
    fits = {name: overlap(end, wanted) for name, end in ends.items()}
    tried = [reading] if reading else list(fits)
    holds = any(fits.get(name, False) for name in tried)
    exact = {name: value_of(expression) for name, expression in results.items()}
    told = ", ".join(f"{name} {shown(abs(exact[name]))}" for name in tried if name in exact)
    said = f"from {before} to {after}: {told}; claimed is {one.text}"
    evidence = {"claimed": one.text, "before": before, "after": after, "fits": fits,
                "results": exact, "intervals": ends}  # fmt: skip
    assumed = (f"reading: {reading or 'either'}", rounding(mode))
    return Outcome("change", verdict(holds), said, evidence, assumed)


def at_least(
    number: str, values: Mapping[str, str], *, times: int = 1, mode: str = "either"
) -> Outcome:
    """Are all printed values above a claimed lower bound ("more than 90 %")?"""
    bound = Printed(number.strip().removesuffix("%").strip())
    cells = {name: Printed(text, 1) for name, text in values.items()}
    if not cells:
        raise UserError("at_least: expected at least one value, got none")
    below = [name for name, one in cells.items() if one.interval(mode)[1] * times < bound.exact]
    said = (
        f"claimed at least {bound.text}; "
        + (", ".join(f"{name} is {cells[name].text}" for name in below) if below
           else f"the lowest is {min(cells.values(), key=lambda one: one.exact).text}")
    )  # fmt: skip
    evidence = {"bound": bound.text, "values": dict(values), "times": times, "below": below}
    return Outcome("at_least", verdict(not below), said, evidence, (rounding(mode),))


def interval_of(
    expression: str, *, mode: str = "either", exact_whole_numbers: bool = True
) -> Interval:
    """Return the ends of what an expression of printed numbers can be."""

    def leaf(text: str) -> Interval:
        number = Printed(text, 1)
        if exact_whole_numbers and number.digits == 0:
            return number.exact, number.exact
        return number.interval(mode)

    return _evaluate(expression, leaf)


def value_of(expression: str) -> Fraction:
    """Return what an expression of printed numbers is, taken as printed."""
    return _evaluate(expression, lambda text: (Printed(text, 1).exact,) * 2)[0]


def _evaluate(expression: str, leaf) -> Interval:
    plain = expression.strip().replace("−", "-").replace("×", "*").replace("%", "")
    # A comma between digits separates thousands; nothing else in such an expression has one.
    plain = plain.replace(",", "")
    try:
        tree = ast.parse(plain, mode="eval").body
    except SyntaxError as error:
        raise UserError(f"expected printed numbers with + - * / between, got {expression!r}") from (
            error
        )

    def walk(node) -> Interval:
        if isinstance(node, ast.Constant):
            return leaf(ast.get_source_segment(plain, node))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            low, high = walk(node.operand)
            return -high, -low
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
            return _OPERATIONS[type(node.op)](walk(node.left), walk(node.right))
        raise UserError(f"expected printed numbers with + - * / between, got {expression!r}")

    return walk(tree)


def _terms(expression: str) -> list[tuple[int, Printed]] | None:
    """Return the signed numbers of a plain sum, None where anything else is in it."""
    parts = expression.replace("−", "-").replace("+", " + ").replace("-", " - ").split()
    found, sign = [], 1
    for part in parts:
        if part in ("+", "-"):
            sign = -1 if part == "-" else 1
        elif not part.replace(",", "").replace(".", "").isdigit():
            return None
        else:
            found.append((sign, Printed(part, 1)))
    return found


def _product(one: Interval, other: Interval) -> Interval:
    ends = [a * b for a in one for b in other]
    return min(ends), max(ends)


def _quotient(one: Interval, other: Interval) -> Interval:
    if other[0] <= 0 <= other[1]:
        raise UserError("the printed numbers divide by what may be zero; nothing can be said")
    return _product(one, (1 / other[1], 1 / other[0]))


_OPERATIONS = {
    ast.Add: lambda one, other: (one[0] + other[0], one[1] + other[1]),
    ast.Sub: lambda one, other: (one[0] - other[1], one[1] - other[0]),
    ast.Mult: _product,
    ast.Div: _quotient,
}


def _change(name: str, before: Printed, after: Printed, mode: str) -> Interval:
    first, second = before.interval(mode), after.interval(mode)
    if name == "difference":
        return second[0] - first[1], second[1] - first[0]
    # after / before - 1: both numbers stand in it once, so its ends are exact.
    low, high = _quotient(second, first)
    return (low - 1) * 100, (high - 1) * 100


def _size(ends: Interval) -> Interval:
    """Return the ends of the absolute value."""
    low, high = ends
    if low >= 0:
        return low, high
    return (-high, -low) if high <= 0 else (Fraction(0), max(-low, high))
