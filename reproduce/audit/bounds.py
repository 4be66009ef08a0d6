"""A number, or what follows from printed numbers, against the range that its quantity can have."""

from reproduce.audit.differences import interval_of, value_of
from reproduce.audit.outcome import Outcome, shown, verdict
from reproduce.audit.printed import rounding
from reproduce.errors import UserError


def within(
    expression: str, *, low: str | None = None, high: str | None = None, mode: str = "either"
) -> Outcome:
    """Can the result of an expression of printed numbers lie between these ends, both included?

    The ends are exact. Whole numbers in the expression are exact as well.
    """
    if low is None and high is None:
        raise UserError("within: expected a lower end, an upper end or both")
    ends = interval_of(expression, mode=mode)
    least, most = (None if one is None else value_of(one) for one in (low, high))
    too_low = least is not None and ends[1] < least
    too_high = most is not None and ends[0] > most
    result = shown(value_of(expression))
    told = expression if expression.replace(",", "") == result else f"{expression} = {result}"
    allowed = " and ".join(
        f"{word} {end}" for word, end in (("at least", low), ("at most", high)) if end is not None
    )
    wrong = f"less than {low}" if too_low else f"more than {high}" if too_high else ""
    said = f"{told} is {wrong}" if wrong else f"{told} is {allowed}"
    evidence = {"expression": expression, "result": value_of(expression), "low": low, "high": high}
    return Outcome("within", verdict(not wrong), said, evidence, (rounding(mode),))
