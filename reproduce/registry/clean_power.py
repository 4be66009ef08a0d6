"""Of a table found clean: how many one-digit misprints in it would the checks have found?

Every printed number of the table is changed in one digit, and the checks that looked it up are run
again. What they would not have found is what "clean" leaves open.
"""

import random
from dataclasses import dataclass
from functools import cache

from reproduce.registry.addresses import Numbers
from reproduce.registry.auditing import audit, fails
from reproduce.registry.causes import changed, one_digit

# Of many misprints so many are drawn; the draw is the same every time.
DRAWN, SEED = 150, 1


@dataclass(frozen=True)
class Power:
    """Misprints of a table that were tried, those found, and those in numbers no check looks at."""

    table: str
    tried: int
    found: int
    unlooked: int

    @property
    def share(self) -> float:
        """The share of the misprints that would have been found."""
        return self.found / self.tried if self.tried else 0.0


@cache
def power(paper: str) -> tuple[Power, ...]:
    """Return the power of the checks in every table found clean."""
    audited, numbers = audit(paper), Numbers(paper)
    found = []
    for table in audited.clean:
        cells = [one for one in numbers.cells if one.table == table]
        every = [(cell, value) for cell in cells for value in one_digit(cell.value)]
        drawn = random.Random(SEED).sample(every, min(DRAWN, len(every)))
        looked = {cell: [hit for hit in audited.held if cell in hit.used] for cell in cells}
        seen = sum(
            any(fails(hit, changed(numbers, cell, value)) for hit in looked[cell])
            for cell, value in drawn
        )
        alone = sum(not looked[cell] for cell, _ in drawn)
        found.append(Power(table, len(drawn), seen, alone))
    return tuple(found)
