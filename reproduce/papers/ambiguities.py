"""Where a text can be read in more than one way, and which reading this project takes."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from reproduce.papers.claims import Strict, Text, entries, validated


class Reading(Strict):
    """One way to read the text: a short name, and what it means."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    what: Text


class Ambiguity(Strict):
    """A place of a text that fixes less, or other, than an implementation needs."""

    paper: str
    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    place: Text
    printed: Text
    problem: Text
    readings: Annotated[list[Reading], Field(min_length=2)]
    default: str
    why: Text

    @model_validator(mode="after")
    def _default_is_a_reading(self) -> Self:
        names = [reading.name for reading in self.readings]
        if len(set(names)) != len(names):
            raise ValueError("readings: two have the same name")
        if self.default not in names:
            raise ValueError(f"default: '{self.default}' is not one of {', '.join(names)}")
        return self


def load(paper: str) -> list[Ambiguity]:
    """Return the ambiguities recorded for a paper, in the order of the file."""
    return [
        validated(Ambiguity, label, entry)
        for label, entry in entries("ambiguities", paper, "ambiguities")
    ]
