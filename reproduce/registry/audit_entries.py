"""The entries of `papers/<key>/audit.yaml`: which check is run on which printed numbers."""

from itertools import product
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from reproduce.registry.addresses import Numbers
from reproduce.registry.ambiguities import Identifier
from reproduce.registry.reading import Strict, Text, entries, validated

Bound = dict[str, str]


class Called(Strict):
    """A function of `reproduce.audit` ("sums.matrix_total"), its arguments or their addresses."""

    check: Annotated[str, Field(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")]
    numbers: Annotated[dict[str, Any], Field(min_length=1)]


class Check(Called):
    """One entry.

    Attributes
    ----------
    table, row
        Where a finding stands: a table as `published` names it (or several), or a section.
    assumes
        What the check needs and the text does not print; a finding is then ambiguous.
    severity
        The gravest that a finding can have; where it is left out, what the rule says
        (`reproduce.registry.severity`).
    about
        What is compared, in words; it opens the statement of a finding.
    each
        Run once for each of these: names of fields (every combination that the cells `among` have),
        a list of mappings, or several such lists (every combination). `{name}` in any text is
        filled in.
    gather
        Names among those of `each`: checks alike in these make one finding together.
    note
        What a reader should know beside the arithmetic.
    says
        Who states it; needed only where the numbers come from several.
    unless
        Other readings. A finding only if they do not hold either.
    remedy
        A check run where this one finds something, such as the smallest repair; its statement
        closes the finding's.
    """

    paper: str
    id: Identifier
    table: Text | list[Text]
    row: str = ""
    assumes: list[Text] = Field(default_factory=list)
    severity: Literal["impossible", "inconsistent", "ambiguous", "minor"] | None = None
    about: Text
    each: list[str] | list[Bound] | list[list[Bound]] | None = None
    among: dict[str, str | list[str]] | None = None
    gather: list[str] | None = None
    note: Text | None = None
    says: Literal["paper", "summary", "post"] | None = None
    unless: list[Called] = Field(default_factory=list)
    remedy: Called | None = None

    @model_validator(mode="after")
    def _fields_are_among_something(self) -> Self:
        named = bool(self.each) and isinstance(self.each[0], str)
        if named != (self.among is not None):
            raise ValueError("`among` goes with `each` where that names fields, and only there")
        if self.gather is not None and not self.each:
            raise ValueError("`gather` goes with `each`")
        return self

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables or sections, always as a tuple."""
        return (self.table,) if isinstance(self.table, str) else tuple(self.table)

    def bindings(self, numbers: Numbers) -> list[Bound]:
        """Return what is bound to the names in each run of the check."""
        if not self.each:
            return [{}]
        first = self.each[0]
        if isinstance(first, str):
            return numbers.values_of(self.each, self.among or {})
        if isinstance(first, dict):
            return [dict(one) for one in self.each]
        merged = []
        for combination in product(*self.each):
            bound: Bound = {}
            for part in combination:
                bound |= part
            merged.append(bound)
        return merged


def declared(paper: str) -> list[Check]:
    """Return the checks declared for a paper, in the order of the file."""
    found = entries("audit.yaml", paper, "checks")
    return [validated(Check, label, entry) for label, entry in found]
