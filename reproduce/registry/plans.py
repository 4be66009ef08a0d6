"""The registered plan of a paper's next edition: what it trains, in which order, at what cost.

It is `plan.yaml` in the paper's folder, committed before any of it is trained, and this is what it
means:

- `profile` and `parameters` are those of the whole edition, as `reproduce run` would take them;
- each step, the first the most important, selects cells of that edition by `cells`: values of
  `experiment` ("grid", or the name of one beside it), `method`, `seed` and the paper's factors, one
  or a list each. A step without `cells` takes all that is left;
- a trial belongs to the first step that selects it. What no step selects is not in the edition;
- `hours` are core-hours, estimated before;
- a step is published when all of it is done: a mean is never taken over half of a step. What is not
  done when the edition is published is shown there as not attempted, with its share.
"""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StrictFloat, StrictInt, StrictStr, model_validator

from reproduce.errors import UserError, unknown_name
from reproduce.registry import editions, records
from reproduce.registry.reading import Strict, Text, exists, mapping, validated

FILE = "plan.yaml"
# What tells cells apart beside the factors of their paper.
OF_EVERY_CELL = ("experiment", "method", "seed")

Value = StrictInt | StrictFloat | StrictStr
Values = Value | Annotated[list[Value], Field(min_length=1)]


class Step(Strict):
    """What is trained together and shown together.

    Attributes
    ----------
    name
        In words, for the table of the page.
    hours
        Core-hours that it was estimated to take.
    cells
        Which cells of the edition, by their values; all that are left where nothing is said.
    apart
        Where it was trained, if not with this plan, and what became of its networks.
    """

    name: Text
    hours: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    cells: dict[str, Values] = {}
    apart: str = ""


class RegisteredPlan(Strict):
    """The plan of a paper's next edition.

    Attributes
    ----------
    registered
        When it was written.
    after
        The last edition that was published before; its seeds, and those of editions before it,
        have been seen and are used by no step.
    profile, parameters
        What the whole edition is made with.
    steps
        In the order in which they are trained.
    """

    paper: str
    registered: date
    after: Text | None = None
    profile: Literal["laptop", "paper", "quick", "smoke"]
    parameters: dict[str, Any] = {}
    steps: list[Step] = Field(min_length=1)

    @property
    def values(self) -> dict[str, Any]:
        """Return all parameters, the profile among them, as a command takes them."""
        return {"profile": self.profile, **self.parameters}

    def seeds_seen(self) -> frozenset[int]:
        """Return the seeds of editions that were published before the plan was registered."""
        published = editions.load(self.paper)
        names = [edition.name for edition in published]
        last = names.index(self.after) if self.after else -1
        return frozenset(
            seed for place, edition in enumerate(published) for seed in edition.seeds
            if place <= last or edition.date < self.registered
        )  # fmt: skip

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if "profile" in self.parameters:
            raise ValueError("parameters: the profile stands beside the parameters, not in them")
        names = [step.name for step in self.steps]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"steps: '{name}' is the name of two steps; names are unique")
        known = [edition.name for edition in editions.load(self.paper)]
        if self.after and self.after not in known:
            raise ValueError(f"after: {unknown_name('edition', self.after, known)}")
        for step in self.steps:
            for name in step.cells:
                factors = [*OF_EVERY_CELL, *records.work(self.paper).factors]
                if name not in factors:
                    raise ValueError(f"step '{step.name}': {unknown_name('factor', name, factors)}")
        return self


def load(paper: str) -> RegisteredPlan | None:
    """Return the registered plan of a paper, or None where it has none."""
    if not exists(paper, FILE):
        return None
    content = mapping(paper, FILE)
    if content.get("paper") != paper:
        raise UserError(f"{paper}/{FILE}: paper is '{content.get('paper')}', expected '{paper}'")
    return validated(RegisteredPlan, f"{paper}/{FILE}", content)


def of(paper: str) -> RegisteredPlan:
    """Return the registered plan of a paper, or say that it has none."""
    found = load(records.work(paper).key)
    if found is None:
        have = ", ".join(key for key in records.works() if exists(key, FILE)) or "none"
        raise UserError(
            f"no plan is registered for '{paper}': expected reproduce/papers/{paper}/{FILE} "
            f"(papers that have one: {have})"
        )
    return found
