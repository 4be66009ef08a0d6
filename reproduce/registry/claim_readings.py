"""Readings of a claim: what its contrasts are if the text is read another way."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from reproduce.registry.ambiguities import DATED
from reproduce.registry.contrasts import Contrast, Where, require_names_differ
from reproduce.registry.reading import Strict, Text


class Reading(Strict):
    """Another plausible reading of a claim than the one its own contrasts stand for.

    Attributes
    ----------
    name, what
        As tables call it, and what the text means by it.
    ambiguity
        The ambiguity of this paper that it comes from; it is one of the readings named there.
    contrasts
        What is compared under it, in place of the claim's contrasts.
    where
        Or what is added to every contrast of the claim.
    unjudged
        Or since when, why, and what it would take: "2026-11-28: no trial ...; needs ...".
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    what: Text
    ambiguity: Text | None = None
    contrasts: list[Contrast] | None = Field(default=None, min_length=1)
    where: Where | None = Field(default=None, min_length=1)
    unjudged: Annotated[str, Field(pattern=DATED)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [self.contrasts, self.where, self.unjudged]
        if sum(one is not None for one in given) != 1:
            raise ValueError(f"{self.name}: give one of contrasts, where, unjudged")
        if self.name == "default":
            raise ValueError("a reading needs a name that says what it is, not 'default'")
        require_names_differ(self.contrasts or [])
        return self

    def applied(self, contrasts: list[Contrast]) -> list[Contrast]:
        """Return what is compared under it, from the claim's own contrasts; none if unjudged."""
        if self.unjudged:
            return []
        if self.contrasts is not None:
            return list(self.contrasts)
        return [
            contrast.model_copy(update={"where": {**contrast.where, **self.where}})
            for contrast in contrasts
        ]
