"""One quantity printed in several places must be one number."""

from collections.abc import Mapping

from reproduce.audit.outcome import NOT_TESTABLE, Outcome, verdict
from reproduce.audit.printed import Printed, rounding
from reproduce.errors import UserError


def same_quantity(
    printed: Mapping[str, str],
    *,
    scales: Mapping[str, int] | None = None,
    mode: str = "either",
) -> Outcome:
    """Can one true value have printed so in every place?

    `printed` maps places ("Table 2", "abstract") to the number there; places may print with
    different numbers of digits, or as percentage and fraction (`scales`: place to 100).
    """
    cells = {place: Printed(text, (scales or {}).get(place)) for place, text in printed.items()}
    if not cells:
        raise UserError("same_quantity: expected the number in at least one place")
    told = ", ".join(f"{one.text} in {place}" for place, one in cells.items())
    ends = {place: one.interval(mode) for place, one in cells.items()}
    low = max(ends.values(), key=lambda end: end[0])[0]
    high = min(ends.values(), key=lambda end: end[1])[1]
    evidence = {"printed": dict(printed), "low": low, "high": high}
    assumed = ("all places mean the same quantity, rounded in one way", rounding(mode))
    if len(cells) < 2:
        return Outcome("same_quantity", NOT_TESTABLE, f"only one place: {told}", evidence, assumed)
    # Rounded in one way to equally many digits, one number prints in one way.
    prints: dict = {}
    for one in cells.values():
        prints.setdefault(one.unit, set()).add(one.exact)
    holds = low <= high and (mode == "any" or all(len(same) == 1 for same in prints.values()))
    alike = len({one.exact for one in cells.values()}) == 1
    said = told if alike or not holds else f"{told}: one number, printed to different digits"
    return Outcome("same_quantity", verdict(holds), said, evidence, assumed)
