"""What a packed replication says of itself: a paper run by somebody else, on the paper's own data.

It travels in the manifest of each of its parts. A part that has it is never taken into a store of
ours: what others measured stands beside our results and is not one of them.
"""

import hashlib
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from reproduce.trials.trial import canonical

# Longer is no name, and would not fit where it is shown.
LONGEST_NAME = 80


class Replication(BaseModel):
    """Who ran which paper, when and with which parameters.

    Attributes
    ----------
    who
        The name that the replicator gives.
    when
        The day on which it was packed.
    given
        The parameters that were given, the profile among them; the others follow from these.
    data_departures
        In what the data are not what their makers or the paper state, in words.
    version
        Of this package.
    """

    model_config = ConfigDict(strict=True, extra="forbid")

    paper: str
    who: str = Field(min_length=1, max_length=LONGEST_NAME)
    when: str
    given: dict[str, Any]
    data_departures: list[str] = []
    version: str

    @field_validator("who")
    @classmethod
    def _a_name(cls, who: str) -> str:
        if not who.isprintable() or who != who.strip():
            raise ValueError("a name is printable and neither begins nor ends with a space")
        return who

    @field_validator("when")
    @classmethod
    def _a_day(cls, when: str) -> str:
        date.fromisoformat(when)
        return when

    @property
    def identity(self) -> str:
        """Return what tells it from others; the same for all of its parts."""
        return hashlib.sha256(canonical(self.model_dump()).encode()).hexdigest()[:12]
