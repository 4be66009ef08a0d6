"""Where a text can be read in more than one way, and which reading this project takes."""

import json
import shlex
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from reproduce.registry import records
from reproduce.registry.reading import Strict, Text, entries, validated

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
# A dated reason: since when, why, and what it would take.
DATED = r"^2\d{3}-\d\d-\d\d: \S"
ASKED = ("objective", "function", "dataset", "recipe", "notebook")


class Ask(Strict):
    """How a reading is asked for: one thing of this project, and the parameters to give it.

    Attributes
    ----------
    objective
        The name of a loss in `reproduce.losses`.
    function
        A function, by its name below `reproduce`.
    dataset
        A data set with its options, as the catalog reads it.
    recipe
        A list of augmentations, by its name.
    notebook
        The key of a paper whose notebook takes the parameters.
    """

    objective: str | None = None
    function: str | None = None
    dataset: str | None = None
    recipe: str | None = None
    notebook: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        given = [name for name in ASKED if getattr(self, name)]
        if len(given) != 1:
            said = ", ".join(given) or "none"
            raise ValueError(f"name one of {', '.join(ASKED)}, received {said}")
        if self.parameters and not (self.objective or self.notebook):
            raise ValueError("parameters go with an objective or a notebook only")
        return self

    def __str__(self) -> str:
        """Return it as one would type it."""
        if self.objective:
            given = ", ".join(f"{name}={value!r}" for name, value in self.parameters.items())
            return f"losses.{self.objective}({given})"
        if self.notebook:
            words = [
                f"-p {name} {shlex.quote(value if isinstance(value, str) else json.dumps(value))}"
                for name, value in self.parameters.items()
            ]
            return " ".join([f"reproduce run {self.notebook}", *words])
        if self.function:
            return f"reproduce.{self.function}"
        return self.dataset or f"recipe {self.recipe}"


class Reading(Strict):
    """One way to read the text: a short name, what it means, and how to ask for it.

    Where it cannot be asked for, `unasked` may say why.
    """

    name: Identifier
    what: Text
    ask: Ask | None = None
    unasked: Text | None = None


class Ambiguity(Strict):
    """A place of a text that fixes less, or other, than an implementation needs.

    Attributes
    ----------
    claims
        The claims whose verdict turns on it: each registers the other readings as its own.
    unjudged
        Why other readings, or those of other claims, are not judged: "2026-11-28: ...".
    """

    paper: str
    id: Identifier
    place: Text
    about: Literal["loss", "network", "data", "training", "evaluation", "text"]
    printed: Text
    problem: Text
    readings: Annotated[list[Reading], Field(min_length=2)]
    default: str
    why: Text
    claims: list[Identifier] = []
    unjudged: Annotated[str, Field(pattern=DATED)] | None = None

    @model_validator(mode="after")
    def _default_is_a_reading(self) -> Self:
        names = [reading.name for reading in self.readings]
        if len(set(names)) != len(names):
            raise ValueError("readings: two have the same name")
        if self.default not in names:
            raise ValueError(f"default: '{self.default}' is not one of {', '.join(names)}")
        return self

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if not self.claims and self.unjudged is None:
            raise ValueError(
                "claims: name those that turn on it, or say in unjudged, after a date, why no "
                "claim is judged under the other readings"
            )
        return self

    @model_validator(mode="after")
    def _readings_of_a_loss_can_be_asked_for(self) -> Self:
        for reading in self.readings:
            if reading.ask and reading.unasked:
                raise ValueError(f"{reading.name}: give `ask` or `unasked`, not both")
            if self.about == "loss" and not (reading.ask or reading.unasked):
                raise ValueError(
                    f"{reading.name}: a reading of a loss says how to `ask` for it, or by "
                    "`unasked` why it cannot be asked for"
                )
        return self


def load(paper: str) -> list[Ambiguity]:
    """Return the ambiguities recorded for a paper, in the order of the file.

    None where there is no text to read: of a study of our own, which has no such file.
    """
    if paper in records.own_studies():
        return []
    return [
        validated(Ambiguity, label, entry)
        for label, entry in entries("ambiguities.yaml", paper, "ambiguities")
    ]


def as_data(found: Ambiguity) -> dict[str, Any]:
    """Return an ambiguity as plain data for other programs, with every `ask` as it is typed."""
    data = found.model_dump(exclude_none=True)
    for reading, plain in zip(found.readings, data["readings"], strict=True):
        plain["asked_as"] = str(reading.ask) if reading.ask else None
        plain["is_default"] = reading.name == found.default
    return data
