"""How grave a finding is, by a rule: nobody chooses it.

In this order:

1. `ambiguous`: the check needs something that the text does not print (its entry lists it under
   `assumes`), so another plausible reading may hold;
2. `minor`: the same numbers hold if they were cut off instead of rounded: they are less than one
   step of their last digit off;
3. `impossible`: all numbers stand in one printed row, or in one sentence, which contradicts itself:
   no data set whatever has them;
4. `inconsistent`: two printed statements contradict each other.

An entry may name a severity; it is then the gravest that its findings can have.
"""

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from reproduce.audit.outcome import CONSISTENT, Outcome
from reproduce.registry.published import PrintedCell, ProseNumber

SEVERITIES = ("impossible", "inconsistent", "ambiguous", "minor")


def severity(
    assumes: Sequence[str], cut_off: bool, used: Iterable[Any], gravest: str | None = None
) -> str:
    """Return the severity of a finding.

    `cut_off` says whether its numbers hold if they were cut off, `used` is every printed number
    that its checks looked up, `gravest` what its entry allows.
    """
    if assumes:
        found = "ambiguous"
    elif cut_off:
        found = "minor"
    else:
        found = "impossible" if in_one_place(used) else "inconsistent"
    return max(found, gravest or found, key=SEVERITIES.index)


def in_one_place(used: Iterable[Any]) -> bool:
    """Whether all printed numbers stand in one row of one table, or in one sentence."""
    return len({place_of(one) for one in used}) == 1


def place_of(one: PrintedCell | ProseNumber) -> tuple[str, ...]:
    """Return the printed row of a cell, or the sentence of a number."""
    if isinstance(one, PrintedCell):
        return (one.table, one.dataset, one.method, one.class_name)
    return (one.place, one.quote)


def holds_if_cut_off(function: Callable[..., Outcome], arguments: dict[str, Any]) -> bool:
    """Whether a check holds if the numbers were rounded or cut off, nobody knows which."""
    if "mode" not in inspect.signature(function).parameters or arguments.get("mode") == "any":
        return False
    return function(**{**arguments, "mode": "any"}).status == CONSISTENT
