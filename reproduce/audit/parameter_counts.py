"""Printed parameter counts against the count of the architecture that is named."""

import re
from collections.abc import Mapping
from fractions import Fraction

from reproduce.audit.outcome import Outcome, verdict
from reproduce.audit.printed import Printed, rounding
from reproduce.errors import UserError

SUFFIXES = {"": 1, "k": 10**3, "K": 10**3, "m": 10**6, "M": 10**6, "b": 10**9, "B": 10**9}


def parameter_count(printed: str, counted: Mapping[str, int], *, mode: str = "either") -> Outcome:
    """Is a printed count ("23,587,712", "25.6M") that of an architecture, under any reading?

    `counted` maps readings ("without the classifier", "trainable only") to their exact counts.
    Inconsistent means: with none of the readings given.
    """
    if not counted:
        raise UserError("parameter_count: expected the count of at least one reading")
    found = re.fullmatch(r"\s*([\d,.]+)\s*([kKmMbB]?)\s*", printed)
    if not found:
        raise UserError(f"expected a count such as 23,587,712 or 25.6M, got {printed!r}")
    number, factor = Printed(found[1]), SUFFIXES[found[2]]
    exact = factor == 1 and number.digits == 0
    fits = [
        name for name, true in counted.items()
        if (number.exact == true if exact else number.allows(Fraction(true, factor), mode))
    ]  # fmt: skip
    nearest = min(counted, key=lambda name: abs(counted[name] - number.exact * factor))
    apart = number.exact * factor - counted[nearest]
    said = (
        f"printed {printed} is the count {', '.join(fits)}" if fits
        else f"printed {printed}, the nearest count is {counted[nearest]:,} ({nearest}), "
        f"{abs(int(apart)):,} {'less' if apart > 0 else 'more'}"
    )  # fmt: skip
    evidence = {"printed": printed, "counted": dict(counted), "fits": fits, "nearest": nearest,
                "difference": apart}  # fmt: skip
    assumed = ("the architecture named, in one of the readings given",
               "printed to the last parameter" if exact else rounding(mode))  # fmt: skip
    return Outcome("parameter_count", verdict(bool(fits)), said, evidence, assumed)
