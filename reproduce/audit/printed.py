"""A number as it was printed, and the true values that print so.

`0.8` and `0.80` are two statements: the first allows 0.75 to 0.85, the second 0.795 to 0.805. How
a paper rounded is seldom said, so it is an argument of every check:

- `half_even`: to the nearest, a half to the even digit;
- `half_up`: to the nearest, a half away from zero;
- `either` (the default): to the nearest, a half either way;
- `truncated`: cut off towards zero;
- `ceiling`: rounded up;
- `any`: to the nearest or cut off, unknown which;
- `rounded_twice`: the mean of numbers that had been rounded to as many digits before.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from reproduce.errors import UserError

MODES = ("either", "half_even", "half_up", "truncated", "ceiling", "any", "rounded_twice")
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?", re.ASCII)
_MEAN_AND_SPREAD = re.compile(r"(?P<mean>.+?)\s*(±|\+/-|\+-|\\pm)\s*(?P<spread>.+)")


@dataclass(frozen=True)
class Printed:
    """A number as printed: `Printed("97.41", scale=100)` is the share 0.9741, known to 0.00005.

    `scale` is what the number was multiplied by before it was printed: 100 for a percentage
    (assumed where the text ends in %), else 1. All other fields follow from the two:

    Attributes
    ----------
    value, exact
        The number itself, divided by the scale, as a decimal number and as a fraction.
    digits
        How many digits were printed after the point.
    unit
        One step of the last printed digit, divided by the scale.
    """

    text: str
    scale: int | None = None
    value: Decimal = field(init=False, compare=False, repr=False)
    exact: Fraction = field(init=False, compare=False, repr=False)
    digits: int = field(init=False, compare=False, repr=False)
    unit: Fraction = field(init=False, compare=False, repr=False)
    _nearest: tuple[Fraction, Fraction] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise UserError(
                f"a printed number must be given as text, or its zeros are lost: got {self.text!r}"
            )
        for name, value in _read(self.text, self.scale).items():
            object.__setattr__(self, name, value)

    def interval(self, mode: str = "either") -> tuple[Fraction, Fraction]:
        """Return the smallest and the largest true value that may have printed so.

        Both ends are meant to be included. That is exact for "either"; for truncation it allows
        for arithmetic in floating point, which may fall just short of a round number. Where the
        printed number is zero, true values of both signs are allowed.
        """
        if mode in ("either", "half_even", "half_up"):
            return self._nearest
        _known(mode)
        exact, unit = self.exact, self.unit
        if mode in ("ceiling", "rounded_twice"):
            return exact - unit, exact + (unit if mode == "rounded_twice" else 0)
        towards_zero = unit / 2 if mode == "any" else Fraction(0)
        if exact == 0:
            return -unit, unit
        if exact < 0:
            return exact - unit, exact + towards_zero
        return exact - towards_zero, exact + unit

    def allows(self, true: Fraction | int, mode: str = "either") -> bool:
        """Whether a true value may have printed so; with "half_even", "half_up": exactly."""
        low, high = self.interval(mode)
        if not low <= true <= high:
            return False
        if mode not in ("half_even", "half_up") or low < true < high:
            return True
        if mode == "half_even":
            return (self.exact / self.unit).numerator % 2 == 0
        # A half goes away from zero: the end nearer to zero belongs to this number.
        return true == (low if self.exact > 0 else high) and self.exact != 0


def parse_mean_sd(text: str, scale: int | None = None) -> tuple[Printed, Printed]:
    """Take "74.54 ± 0.40" apart into mean and spread; a % after either holds for both."""
    found = _MEAN_AND_SPREAD.fullmatch(text.strip().strip("()"))
    if not found:
        raise UserError(f"expected a mean and a spread such as 74.54 ± 0.40, got {text!r}")
    if scale is None:
        scale = 100 if "%" in text else 1
    return Printed(found["mean"].strip(), scale), Printed(found["spread"].strip(), scale)


def parse_count_share(text: str) -> tuple[Printed, Printed]:
    """Take "1,010 (40.2)" apart into a count and its percentage."""
    found = re.fullmatch(r"\s*([\d,]+)\s*\(\s*([\d.]+)\s*%?\s*\)\s*", text)
    if not found:
        raise UserError(f"expected a count and its percentage such as 1,010 (40.2), got {text!r}")
    return Printed(found[1]), Printed(found[2], scale=100)


def count(text: str) -> int:
    """Return a printed whole number, such as "2,515"."""
    if isinstance(text, str) and text.isascii() and text.isdigit():
        return int(text)
    number = Printed(text)
    if number.digits or number.scale != 1 or number.exact < 0:
        raise UserError(f"expected a count (a whole number, not below zero), got {text!r}")
    return int(number.exact)


def numbers(texts: Iterable[str], scale: int | None = None) -> tuple[Printed, ...]:
    """Return printed numbers of one scale."""
    return tuple(Printed(text, scale) for text in texts)


def rounding(mode: str) -> str:
    """Return a mode in words, for the assumptions of an outcome."""
    _known(mode)
    return {
        "either": "rounded to the nearest, a half either way",
        "half_even": "rounded to the nearest, a half to the even digit",
        "half_up": "rounded to the nearest, a half away from zero",
        "truncated": "cut off after the last digit",
        "ceiling": "rounded up",
        "any": "rounded or cut off",
        "rounded_twice": "averaged from numbers rounded before",
    }[mode]


def overlap(one: tuple[Fraction, Fraction], other: tuple[Fraction, Fraction]) -> bool:
    """Whether two intervals, ends included, have a number in common."""
    return max(one[0], other[0]) <= min(one[1], other[1])


def _known(mode: str) -> None:
    if mode not in MODES:
        raise UserError(f"mode: expected one of {', '.join(MODES)}, got {mode!r}")


# A table's numbers are read over and over, one check after the other.
@lru_cache(maxsize=10_000)
def _read(text: str, scale: int | None) -> dict:
    percent = text.strip().endswith("%")
    plain = text.strip().replace("−", "-").removesuffix("%").strip()
    if not plain or not _NUMBER.fullmatch(plain) or not any(map(str.isdigit, plain)):
        raise UserError(
            f"expected a number as printed, such as 0.80, 97.41% or 1,010; got {text!r}"
        )
    scale = scale if scale is not None else 100 if percent else 1
    if isinstance(scale, bool) or not isinstance(scale, int) or scale < 1:
        raise UserError(f"scale: expected 1, or 100 for percentages, got {scale!r}")
    number = Decimal(plain.replace(",", ""))
    digits = max(0, -number.as_tuple().exponent)
    exact, unit = Fraction(number) / scale, Fraction(1, 10**digits * scale)
    return {"scale": scale, "value": number / scale, "exact": exact, "digits": digits,
            "unit": unit, "_nearest": (exact - unit / 2, exact + unit / 2)}  # fmt: skip
