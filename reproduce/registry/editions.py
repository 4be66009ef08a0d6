"""Published editions, frozen: which seeds they used and what their verdicts were.

Verdicts as first registered stay here as data, whatever is amended later. A claim that was amended
after an edition is judged only on seeds that no edition has used.
"""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, StrictInt, model_validator

from reproduce.errors import UserError
from reproduce.registry.reading import Strict, Text, entries, exists, validated

FILE = "editions.yaml"


class FrozenVerdict(Strict):
    """What an edition said of one claim, word for word, and whose data it said it stood on."""

    verdict: Text
    data_role: str = ""
    reason: Text


class Edition(Strict):
    """One published edition.

    Attributes
    ----------
    name
        What amendments call it.
    date, commit
        When its results were made and by which commit.
    scale, data, seeds
        Its profile, the data sets it stands on, and every seed it used for any claim.
    verdicts
        By claim, as it was printed.
    """

    paper: str
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_]*$")
    date: date
    commit: Annotated[str, Field(pattern=r"^[0-9a-f]{7,40}$")]
    scale: Literal["laptop", "paper", "custom"]
    data: list[Text] = Field(min_length=1)
    seeds: list[StrictInt] = Field(min_length=1)
    verdicts: dict[str, FrozenVerdict] = Field(min_length=1)

    @model_validator(mode="after")
    def _seeds_once(self) -> Self:
        if sorted(set(self.seeds)) != self.seeds:
            raise ValueError("seeds: list each seed once, in order")
        return self


def load(paper: str) -> list[Edition]:
    """Return the editions of a paper, the oldest first; none without a file."""
    if not exists(paper, FILE):
        return []
    found = entries(FILE, paper, "editions", named="name")
    editions = [validated(Edition, label, entry) for label, entry in found]
    dates = [edition.date for edition in editions]
    if dates != sorted(dates):
        raise UserError(f"{paper}/{FILE}: editions must stand in the order of their dates")
    return editions


def seeds_used(paper: str) -> frozenset[int]:
    """Return the seeds that some edition of a paper has used."""
    return frozenset(seed for edition in load(paper) for seed in edition.seeds)


def as_first_registered(paper: str, claim: str) -> list[tuple[Edition, FrozenVerdict]]:
    """Return each edition that spoke of a claim and what it said, the oldest first."""
    return [
        (edition, edition.verdicts[claim]) for edition in load(paper) if claim in edition.verdicts
    ]
