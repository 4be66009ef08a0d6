"""Versions of the code that measures, in the names under which stores and editions keep values.

Whoever mends a measure raises its number here. Its name then carries the number (`auc@2`), and what
older code left under the older name is never shown again: it is computed anew from what the trial
kept or, where that is not at hand, is missing and said to be.

What is not listed is of version 1, and a name of version 1 carries no number. So all that was kept
before there were versions is version 1: this is the code that computed it, to the last digit of
every published number.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

# By the name of a metric of a summary, of a post-hoc step, or of a kind of derived value as its
# name begins or has it between slashes: {"auc": 2, "divide_by_prior": 2, "calibration": 3}.
VERSIONS: dict[str, int] = {}

Value = TypeVar("Value")
_BETWEEN = re.compile(r"([/+])")
_NUMBER = re.compile(r"@\d+(?=[/+]|$)")


def versioned(name: str, of: Iterable[str] = ()) -> str:
    """Return a name with the version of every part of it that is beyond the first.

    `of` are other measures that the value is made of, named only where they are beyond it too.
    """
    if not VERSIONS:
        return name
    parts = [_with_number(part) for part in _BETWEEN.split(name)]
    beyond = [_with_number(other) for other in of if VERSIONS.get(other, 1) > 1]
    return "".join(parts) + "".join(f"/{other}" for other in beyond)


def plain(name: str) -> str:
    """Return a name without its versions."""
    return _NUMBER.sub("", name)


def is_current(name: str) -> bool:
    """Say whether the code that is here computes what is kept under this name."""
    return versioned(plain(name)) == name


def current(values: Mapping[str, Value]) -> dict[str, Value]:
    """Return what the code that is here computes, by names without versions."""
    return {plain(name): value for name, value in values.items() if is_current(name)}


def _with_number(part: str) -> str:
    number = VERSIONS.get(part, 1)
    return part if number == 1 else f"{part}@{number}"
