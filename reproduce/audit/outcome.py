"""What a check of printed numbers says: the verdict, the numbers that prove it, the assumptions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import numpy as np

CONSISTENT = "consistent"
INCONSISTENT = "inconsistent"
NOT_TESTABLE = "not_testable"
# Possible, and yet a reader should know it; and what only raises a question.
NOTABLE = "notable"
HINT = "hint"
STATUSES = (CONSISTENT, INCONSISTENT, NOT_TESTABLE, NOTABLE, HINT)


@dataclass(frozen=True)
class Outcome:
    """The verdict of one check.

    `statement` is one line with the numbers in it. `evidence` holds what proves it, in types that
    JSON knows. `assumptions` are what must hold for an "inconsistent" to be a proof.
    """

    check: str
    status: str
    statement: str
    evidence: dict = field(default_factory=dict)
    assumptions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"status: expected one of {', '.join(STATUSES)}, got {self.status!r}")
        object.__setattr__(self, "evidence", _plain(self.evidence))
        object.__setattr__(self, "assumptions", tuple(self.assumptions))

    @property
    def inconsistent(self) -> bool:
        """Whether the printed numbers cannot all hold."""
        return self.status == INCONSISTENT

    def to_json(self) -> dict:
        """Return the outcome in types that JSON knows."""
        return {
            "check": self.check,
            "status": self.status,
            "statement": self.statement,
            "evidence": self.evidence,
            "assumptions": list(self.assumptions),
        }


def verdict(holds: bool) -> str:
    """Return "consistent" where the condition holds, else "inconsistent"."""
    return CONSISTENT if holds else INCONSISTENT


def shown(value: Fraction | Decimal | float, digits: int = 6) -> str:
    """Return a number for a statement: at most so many digits after the point, no idle zeros."""
    text = f"{float(value):.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain(value):
    """Turn exact numbers and arrays into what JSON knows."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset, range)):
        return [_plain(one) for one in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    if isinstance(value, Decimal):
        return str(value)
    return value
