"""The words a verdict may use, and the things it is said about. `verdicts` alone chooses them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isinf

from reproduce.evaluation.significance import Effect


class Verdict(StrEnum):
    """What a claim may be called; the book prints no other word."""

    HOLDS = "holds"
    HOLDS_SMALLER = "holds, smaller"
    NO_DIFFERENCE = "no practical difference"
    OPPOSITE = "opposite"
    UNDECIDED = "undecided"
    DEPENDS = "depends on reading"
    ILLUSTRATION = "illustration, no verdict"
    MECHANISM_SEEN = "mechanism seen"
    MECHANISM_NOT_SEEN = "mechanism not seen"
    NOT_ATTEMPTED = "not attempted"


class CellVerdict(StrEnum):
    """What a published table cell may be called."""

    AGREES = "agrees"
    CANNOT_TELL = "cannot tell"
    DISAGREES = "disagrees"


EXPECTATIONS = ("greater", "less", "equal")
SCALES = ("smoke", "quick", "laptop", "paper", "custom")
ILLUSTRATION_SCALES = ("smoke", "quick")
DATA_ROLES = ("own", "real stand-in", "generated")
FEWEST_REPEATS = 5
HOLDING = (Verdict.HOLDS, Verdict.HOLDS_SMALLER)
FAILING = (Verdict.NO_DIFFERENCE, Verdict.OPPOSITE)


@dataclass(frozen=True)
class Contrast:
    """A measured effect with what the claim expects of it.

    `margin` is the smallest difference that matters, in the unit of the metric. `published_gain`
    is the paper's effect in the claimed direction, so it is positive for "less" too. `restricted`
    says where it was measured, if on a part of what it speaks of; its name then says so as well.
    """

    name: str
    effect: Effect
    expect: str
    margin: float
    published_gain: float | None = None
    restricted: str = ""

    @property
    def direction(self) -> str:
        """Say where the mean lies, whatever its interval."""
        mean = self.effect.mean
        if self.expect == "equal":
            return "inside the margin" if abs(mean) <= self.margin else "outside the margin"
        if mean == 0:
            return "in no direction"
        claimed = (mean > 0) == (self.expect == "greater")
        return "in the claimed direction" if claimed else "against the claimed direction"

    @property
    def seen(self) -> str:
        """Say name, effect, interval, repeats and direction, in the unit of the metric."""
        effect = self.effect
        interval = f"[{effect.low:+.4f}, {effect.high:+.4f}]"
        if isinf(effect.high):
            interval = "[no interval]"
        repeats = "1 repeat" if effect.repeats == 1 else f"{effect.repeats} repeats"
        name = f"{self.name}: " if self.name else ""
        return f"{name}{effect.mean:+.4f} {interval} over {repeats}, {self.direction}"


@dataclass(frozen=True)
class Part(Contrast):
    """A contrast with the verdict that counts for the whole claim."""

    verdict: Verdict = Verdict.UNDECIDED


@dataclass(frozen=True)
class Judgement:
    """The verdict on a claim, its parts, and why.

    `on_stand_in` says that the data were real but not the paper's own: such a verdict speaks of
    the stand-in, never of the paper's data. `by_reading` has the verdict under each reading where
    there are several; parts of other readings than the default carry the reading in their names.
    """

    claim_id: str
    english: str
    verdict: Verdict
    parts: tuple[Part, ...]
    reason: str
    scale: str = ""
    data_role: str = ""
    on_stand_in: bool = False
    by_reading: Mapping[str, Verdict] | None = None
