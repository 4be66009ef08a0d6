"""Pilots: a choice that is made once, on seeds of its own, by a rule that was written down before.

A pilot tries the levels of one factor of the recipe (the length of pre-training) and is read on
images that no verdict uses. Its seeds are used by no verdict either.
"""

from datetime import date
from typing import Literal, Self

from pydantic import Field, StrictInt, model_validator

from reproduce.errors import UserError, unknown_name
from reproduce.methods import registry as methods
from reproduce.registry import records
from reproduce.registry.contrasts import Number, require, require_metric
from reproduce.registry.reading import Strict, Text, entries, exists, validated

FILE = "pilots.yaml"


class Pilot(Strict):
    """One registered pilot of a paper.

    Attributes
    ----------
    date
        When it was registered, which is before it was trained.
    english, why
        What is chosen, and why by this measure.
    method, metric, part
        Which arm is read in which metric on which images; more is better.
    factor, levels
        What is tried, the cheapest level first.
    within
        The rule: the first level whose mean over seeds is no more than so much below the best.
    most
        The last level that can be trained at all; beyond it the choice is said, and this one taken.
    seeds
        Used by no verdict.
    outcome
        What came out, noted when it was trained; for whoever has not its networks.
    """

    paper: str
    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    date: date
    english: Text
    why: Text
    method: Text
    metric: str
    part: Literal["held_out"]
    factor: Text
    levels: list[StrictInt] = Field(min_length=2)
    within: Number = Field(ge=0)
    most: StrictInt
    seeds: list[StrictInt] = Field(min_length=1)
    outcome: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        require_metric("metric", self.metric)
        require(self.method in methods.names(), "method", self.method, "method")
        factors = records.work(self.paper).factors
        require(self.factor in factors, "factor", self.factor, "factor of this paper")
        for name in ("levels", "seeds"):
            values = getattr(self, name)
            if sorted(set(values)) != values:
                raise ValueError(f"{name}: list each once, in rising order")
        if self.most not in self.levels:
            raise ValueError("most: must be one of the levels")
        return self

    def chosen(self, means: dict[int, float]) -> int:
        """Return the level that the rule chooses from the mean of each level.

        What cannot be trained is not taken, whatever its mean: see `most`.
        """
        return min(self.preferred(means), self.most)

    def preferred(self, means: dict[int, float]) -> int:
        """Return the level that the rule would choose if every level could be trained."""
        lacking = [level for level in self.levels if level not in means]
        if lacking:
            raise UserError(
                f"the pilot '{self.id}' of {self.paper} has no result at {self.factor} "
                f"{', '.join(map(str, lacking))}; train it before its rule chooses"
            )
        best = max(means[level] for level in self.levels)
        return next(level for level in self.levels if means[level] >= best - self.within - 1e-12)


def load(paper: str) -> list[Pilot]:
    """Return the pilots of a paper, in the order of the file; none without a file."""
    if not exists(paper, FILE):
        return []
    return [validated(Pilot, label, entry) for label, entry in entries(FILE, paper, "pilots")]


def named(paper: str, name: str) -> Pilot:
    """Return the pilot of this name."""
    known = {pilot.id: pilot for pilot in load(paper)}
    if name not in known:
        raise unknown_name(f"pilot of {paper}", name, known)
    return known[name]


def seeds_used(paper: str) -> frozenset[int]:
    """Return the seeds of all pilots of a paper, on which no claim may be judged."""
    return frozenset(seed for pilot in load(paper) for seed in pilot.seeds)
