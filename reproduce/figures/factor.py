"""A factor as a figure shows it: its column, its words, its scale, and how a value is written."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reproduce.errors import UserError, unknown_name
from reproduce.figures.by_seed import numbers_along
from reproduce.figures.wording import plain

SCALES = ("linear", "log", "even", "names")


@dataclass(frozen=True)
class Factor:
    """What runs along an axis of a figure, or what its panels stand for.

    Attributes
    ----------
    name
        The column of the rows that holds it.
    words
        What the axis says.
    scale
        "linear"; "log", which the axis says too; "even", equal steps whatever the numbers; "names",
        which are no numbers and keep the order of the rows.
    tick
        How a value stands at the axis.
    say
        How a value stands in a sentence, after "at"; the name and the value where left out.
    """

    name: str
    words: str = ""
    scale: str = "linear"
    tick: Callable[[Any], str] = plain
    say: Callable[[Any], str] | None = None

    def __post_init__(self) -> None:
        if self.scale not in SCALES:
            raise unknown_name("scale", self.scale, SCALES)

    def said(self, value: Any) -> str:
        """Return a value as a sentence names it: "rho 100"; a name in code is told by its words."""
        name = self.words if "_" in self.name and self.words else self.name
        return self.say(value) if self.say else f"{name} {plain(value)}"

    def label(self) -> str:
        """Return what the axis says."""
        return f"{self.words} (log axis)" if self.scale == "log" else self.words

    def values(self, found: Iterable[Any]) -> list[Any]:
        """Return the distinct values in their order; refuse what the scale cannot show."""
        distinct = list(dict.fromkeys(found))
        if self.scale == "names":
            return distinct
        numbers = numbers_along(distinct, self.name)
        if self.scale == "log" and numbers and numbers[0] <= 0:
            raise UserError(
                f"{self.name} is {plain(numbers[0])}, expected numbers above 0 for its log axis"
            )
        return numbers

    def places(self, values: Sequence[Any], shift: float = 0.0) -> dict[Any, float]:
        """Return where each value lies on the axis, moved by a share of the smallest step."""
        if self.scale in ("even", "names"):
            steps = np.arange(len(values), dtype=float)
        else:
            steps = np.asarray(values, dtype=float)
            steps = np.log(steps) if self.scale == "log" else steps
        moved = steps + shift * min(np.diff(steps), default=1.0)
        moved = np.exp(moved) if self.scale == "log" else moved
        return dict(zip(values, moved.tolist(), strict=True))
