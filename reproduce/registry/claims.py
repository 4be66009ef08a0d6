"""The registry of claims: what each text says, and the contrast that would show it.

A claim is registered before any result that judges it exists. Its contrasts are arithmetic on
*arms* (a method at a point of the experiment): code, not a reader, decides what is compared.

How a contrast is read. The effect is the sum over terms of `weight * metric(arm)`, paired by seed:
one number per seed. `where` of the contrast restricts every term, `where` of a term that term
alone; a list means "any of these, averaged". A factor that some term fixes is not free any more;
over all other factors the effect is averaged over the points that every term has results for.
"""

from math import isclose, isfinite
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StrictFloat, StrictInt, StrictStr, model_validator

from reproduce.data.entries import entries as known_data
from reproduce.errors import nearest
from reproduce.evaluation.registry import METRICS, is_metric
from reproduce.methods import registry as methods
from reproduce.registry import records
from reproduce.registry.reading import Strict, Text, entries, validated


def _finite(number: float) -> float:
    if not isfinite(number):
        raise ValueError(f"{number} is not a finite number")
    return number


Number = Annotated[float, AfterValidator(_finite)]
Level = StrictInt | StrictFloat | StrictStr
Where = dict[str, Level | Annotated[list[Level], Field(min_length=1)]]


class Term(Strict):
    """One arm of a contrast and its weight."""

    weight: Number
    method: Text
    where: Where = {}


class Contrast(Strict):
    """One comparison and the direction the text claims for it.

    A single term is a level compared with zero (a correlation, a gap); several terms are a
    difference, whose weights sum to zero. `margin` and `published_gain` replace the claim's own
    where one comparison of several has another unit or another published effect.
    """

    name: Text
    expect: Literal["greater", "less", "equal"]
    metric: str | None = None
    margin: Number | None = Field(default=None, ge=0)
    published_gain: Number | None = None
    terms: list[Term] = Field(min_length=1)
    where: Where = {}

    @model_validator(mode="after")
    def _weights(self) -> Self:
        weights = [term.weight for term in self.terms]
        if not any(weights):
            raise ValueError(f"contrast '{self.name}': terms: all weights are zero")
        if len(weights) > 1 and not isclose(sum(weights), 0, abs_tol=1e-9):
            raise ValueError(
                f"contrast '{self.name}': terms: the weights of a difference must sum to 0, "
                f"they sum to {sum(weights):g}"
            )
        return self


class Data(Strict):
    """The data the text used, in its own words, and the data sets this project judges it on.

    Where a copy of the text's own data is at hand, the claim may be judged on it as well.
    """

    own: list[Text]
    here: list[str]


class Claim(Strict):
    """One empirical claim of one text."""

    paper: str
    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    quote: str
    english: Text
    place: Text
    says: Literal["paper", "summary", "post"]
    source: Text | None = None
    type: Literal["superiority", "ordering", "equivalence", "conjunction", "mechanism"]
    estimand: Text
    metric: str
    data: Data
    margin: Number = Field(ge=0)
    margin_reason: Text
    repeats: int = Field(ge=1)
    controls: list[Text]
    status: Literal["confirmatory", "exploratory"]
    published_gain: Number | None = None
    published_from: Text | None = None
    contrasts: list[Contrast] = []
    not_attempted: Text | None = None

    def metric_of(self, contrast: Contrast) -> str:
        """Return the metric a contrast is stated in."""
        return contrast.metric or self.metric

    def margin_of(self, contrast: Contrast) -> float:
        """Return the largest difference that does not matter, in the contrast's metric."""
        return self.margin if contrast.margin is None else contrast.margin

    def gain_of(self, contrast: Contrast) -> float | None:
        """Return the published effect in the claimed direction (negative: against the claim)."""
        return self.published_gain if contrast.published_gain is None else contrast.published_gain

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if bool(self.contrasts) == (self.not_attempted is not None):
            raise ValueError("contrasts: expected contrasts, or a reason in not_attempted")
        if not self.quote and self.source is None:
            raise ValueError("quote: may be empty only where source says who confirmed the claim")
        gains = [self.published_gain, *(contrast.published_gain for contrast in self.contrasts)]
        if any(gain is not None for gain in gains) and self.published_from is None:
            raise ValueError("published_gain: needs published_from")
        if len({contrast.name for contrast in self.contrasts}) != len(self.contrasts):
            raise ValueError("contrasts: two have the same name")
        return self

    @model_validator(mode="after")
    def _equivalence(self) -> Self:
        for contrast in self.contrasts:
            if contrast.expect != "equal":
                continue
            if self.margin_of(contrast) <= 0:
                raise ValueError(f"contrast '{contrast.name}': expect equal needs a margin above 0")
            if self.gain_of(contrast) is not None:
                raise ValueError(f"contrast '{contrast.name}': expect equal has no published_gain")
        return self

    @model_validator(mode="after")
    def _known_names(self) -> Self:
        for name in self.data.here:
            _require(name in known_data(), "data.here", name, "data set")
        paper = records.paper(self.paper)
        _require_metric("metric", self.metric)
        for contrast in self.contrasts:
            place = f"contrast '{contrast.name}'"
            metric = self.metric_of(contrast)
            _require_metric(f"{place}: metric", metric)
            for term in contrast.terms:
                known = term.method in paper.methods or term.method in methods.names()
                _require(known, f"{place}: method", term.method, "method")
            for where in (contrast.where, *(term.where for term in contrast.terms)):
                for factor in where:
                    known = factor in paper.factors
                    _require(known, f"{place}: where", factor, "factor of this paper")
        if self.contrasts and not self.data.here:
            raise ValueError("data.here: a claim with contrasts needs a data set to judge it on")
        return self


def _require(known: bool, field: str, name: str, kind: str) -> None:
    if not known:
        raise ValueError(f"{field}: '{name}' is no known {kind}")


def _require_metric(field: str, name: str) -> None:
    if not is_metric(name):
        raise ValueError(f"{field}: '{name}' is no known metric{nearest(name, METRICS)}")


def load(paper: str) -> list[Claim]:
    """Return the claims registered for a paper, in the order of the file."""
    return [
        validated(Claim, label, entry) for label, entry in entries("claims.yaml", paper, "claims")
    ]


def all_claims() -> list[Claim]:
    """Return the claims of all papers."""
    return [claim for paper in records.papers() for claim in load(paper)]
