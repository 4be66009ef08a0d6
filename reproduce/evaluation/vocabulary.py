"""The words a verdict may use, and the things it is said about. `verdicts` alone chooses them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import isinf, nan

from reproduce.evaluation.margins import EXPECTATIONS as EXPECTATIONS
from reproduce.evaluation.significance import Effect


class Verdict(StrEnum):
    """What a claim may be called; the book prints no other word."""

    HOLDS = "holds"
    HOLDS_SMALLER = "holds, smaller"
    HOLDS_IN_PART = "holds in part"
    NO_DIFFERENCE = "no practical difference"
    ANOTHER_SIZE = "another size"
    OPPOSITE = "opposite"
    UNDECIDED = "undecided"
    SIZE_EXCLUDED = "undecided, but the published size is excluded"
    LESS_THAN_HALF = "undecided, but less than half of it"
    DEPENDS = "depends on reading"
    TEST_BED = "this test bed cannot tell"
    ILLUSTRATION = "illustration, no verdict"
    MECHANISM_SEEN = "mechanism seen"
    MECHANISM_IN_PART = "mechanism seen in part"
    MECHANISM_NOT_SEEN = "mechanism not seen"
    MECHANISM_OPPOSITE = "opposite mechanism"
    MECHANISM_UNDECIDED = "mechanism undecided"
    BY_CONSTRUCTION = "true by construction"
    NOT_ATTEMPTED = "not attempted"


SCALES = ("smoke", "quick", "laptop", "paper", "custom")
ILLUSTRATION_SCALES = ("smoke", "quick")
DATA_ROLES = ("own", "real stand-in", "generated")
FEWEST_REPEATS = 5
HOLDING = (Verdict.HOLDS, Verdict.HOLDS_SMALLER)
FAILING = (Verdict.NO_DIFFERENCE, Verdict.ANOTHER_SIZE, Verdict.OPPOSITE)
OPEN = (Verdict.UNDECIDED, Verdict.SIZE_EXCLUDED, Verdict.LESS_THAN_HALF)
# Words that say something of the claim, right or wrong; the others keep it open.
FIRM = (
    *HOLDING, Verdict.HOLDS_IN_PART, *FAILING, Verdict.MECHANISM_SEEN, Verdict.MECHANISM_IN_PART,
    Verdict.MECHANISM_NOT_SEEN, Verdict.MECHANISM_OPPOSITE,
)  # fmt: skip
# What each verdict is called where the images are generated: they make no claim hold or fail.
MECHANISM = {
    **dict.fromkeys(HOLDING, Verdict.MECHANISM_SEEN),
    Verdict.HOLDS_IN_PART: Verdict.MECHANISM_IN_PART,
    Verdict.NO_DIFFERENCE: Verdict.MECHANISM_NOT_SEEN,
    Verdict.OPPOSITE: Verdict.MECHANISM_OPPOSITE,
    # Something moves, but not as claimed: neither seen nor absent.
    Verdict.ANOTHER_SIZE: Verdict.MECHANISM_UNDECIDED,
    **dict.fromkeys(OPEN, Verdict.MECHANISM_UNDECIDED),
}


@dataclass(frozen=True)
class Contrast:
    """A measured effect with what the claim expects of it.

    `margin` is the smallest difference that matters, in the unit of the metric. `published_gain`
    is the paper's effect in the claimed direction, so it is positive for "less" too. `restricted`
    says where it was measured, if on a part of what it speaks of; its name then says so as well.
    `size` is the claimed effect, with its sign, where the claim is about a size. `metric` is what
    was measured, by the name of its registry; `over` says whether points are averaged ("mean") or
    counted ("majority": the share of points above zero minus the share below).
    """

    name: str
    effect: Effect
    expect: str
    margin: float
    published_gain: float | None = None
    restricted: str = ""
    size: float | None = None
    metric: str = ""
    over: str = "mean"

    @property
    def direction(self) -> str:
        """Say where the mean lies, whatever its interval."""
        mean = self.effect.mean
        if self.expect == "equal":
            return "inside the margin" if abs(mean) <= self.margin else "outside the margin"
        if self.expect == "at_most":
            return f"{'no more' if mean <= self.margin else 'more'} than the margin"
        if self.expect == "size" and self.size is not None:
            near = abs(mean - self.size) <= self.margin
            where = "inside" if near else "outside"
            return f"{where} {self.size:+.4g} ± {self.margin:.4g}"
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
    """A contrast with the verdict that counts for the whole claim, and what stands beside it.

    `reading` names the reading that it is a part of, where that is not the claim's own.
    `withheld` is the word that its interval alone would have had, where the guard took it back.
    `sign_flip` is NaN and `carried_by` empty where the single differences are not known;
    `carried_by` pairs each repeat (its seed, else its place) with the word there would be without.
    """

    verdict: Verdict = Verdict.UNDECIDED
    reading: str = ""
    withheld: Verdict | None = None
    sign_flip: float = nan
    carried_by: tuple[tuple[int, Verdict], ...] = ()


@dataclass(frozen=True)
class Control:
    """A registered positive control: can this test bed see anything of the kind at all?

    `seen` has its numbers, for the reader: "SimCLR minus its start, linear probe: -1.2 [-3, +1]".
    `measured` are what was compared; empty where the control was not run.
    """

    name: str
    passed: bool
    seen: str
    measured: tuple[Contrast, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """The verdict on a claim, its parts, and why.

    `on_stand_in` says that the data were real but not the paper's own: such a verdict speaks of
    the stand-in, never of the paper's data. `by_reading` has the verdict under each reading where
    there are several; parts of other readings than the default carry the reading in their names.
    `word` is the verdict with its numbers, as pages print it; `of_parts` are the parts that the
    verdict is about and all of them, `repeats` those made and those that were registered.
    `controls` are the positive controls that the claim needs. `conditions` are registered controls
    that were not met, to be said beside the verdict; `first_registered` is what published editions
    said of the claim, by edition, the oldest first.
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
    of_parts: tuple[int, int] = (0, 0)
    repeats: tuple[int, int] = (0, 0)
    controls: tuple[Control, ...] = ()
    conditions: tuple[str, ...] = ()
    first_registered: Mapping[str, str] = field(default_factory=dict)

    @property
    def unmet(self) -> tuple[Control, ...]:
        """Return the positive controls that were not passed or not run."""
        return tuple(control for control in self.controls if not control.passed)

    @property
    def word(self) -> str:
        """Return the verdict with its numbers: "holds in part (2 of 3)"."""
        if self.verdict is Verdict.ILLUSTRATION:
            made, registered = self.repeats
            if made < registered:
                return f"illustration ({made} of {registered} repeats)"
            return f"illustration ({self.scale} scale)"
        some, parts = self.of_parts
        if self.verdict in (Verdict.HOLDS_IN_PART, Verdict.MECHANISM_IN_PART):
            return f"{self.verdict} ({some} of {parts})"
        if self.verdict in (Verdict.UNDECIDED, Verdict.MECHANISM_UNDECIDED):
            verb = "hold" if self.verdict is Verdict.UNDECIDED else "seen"
            return f"{self.verdict} ({some} of {parts} parts {verb})" if some else str(self.verdict)
        return f"{self.verdict} (in {some} of {parts} parts)" if some < parts else str(self.verdict)
