"""Of one's own table found clean: how many one-digit misprints would the checks have found?"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import monotonic

from reproduce.audit.stated import Stated
from reproduce.audit.table_checks import accused
from reproduce.audit.table_rows import Line
from reproduce.errors import UserError

# So many misprints are drawn, the same every time, and no more are begun after so many seconds.
DRAWN, SECONDS, SEED = 100, 5.0, 1


@dataclass(frozen=True)
class Power:
    """Misprints that were tried, and those found."""

    tried: int
    found: int

    def told(self) -> str:
        """Return it in words."""
        if not self.tried:
            return "no misprint could be tried"
        return (
            f"of {self.tried} misprints of one digit the checks would have found {self.found} "
            f"({self.found / self.tried:.0%})"
        )


def power(lines: Sequence[Line], stated: Stated | None = None, seconds: float = SECONDS) -> Power:
    """Change one digit of the printed numbers at a time, and count how often that is found.

    The lines are taken to be clean. A misprint that makes a number no number, such as an accuracy
    above one, counts as found.
    """
    places = [
        (i, kind, name, place, digit)
        for i, line in enumerate(lines)
        for kind in ("scores", "predicted")
        for name, text in getattr(line, kind).items()
        for place, sign in enumerate(text) if sign.isdigit()
        for digit in "0123456789" if digit != sign
    ]  # fmt: skip
    drawn = random.Random(SEED).sample(places, min(DRAWN, len(places)))
    started, tried, found = monotonic(), 0, 0
    for i, kind, name, place, digit in drawn:
        cells = dict(getattr(lines[i], kind))
        cells[name] = cells[name][:place] + digit + cells[name][place + 1 :]
        changed = [*lines[:i], _with(lines[i], kind, cells), *lines[i + 1 :]]
        tried += 1
        try:
            found += accused(changed, stated)
        except UserError:
            found += 1
        if monotonic() - started > seconds:
            break
    return Power(tried, found)


def _with(line: Line, kind: str, cells: dict[str, str]) -> Line:
    return replace(line, scores=cells) if kind == "scores" else replace(line, predicted=cells)
