"""Contrasts: arithmetic on arms, as claims, their readings and positive controls use it.

How a contrast is read. The effect is the sum over terms of `weight * metric(arm)`, paired by seed:
one number per seed. `where` of the contrast restricts every term, `where` of a term that term
alone; a list means "any of these, averaged". A factor that some term fixes is not free any more;
over all other factors the effect is averaged over the points that every term has results for, or
with `over: majority` counted at them.
"""

from collections.abc import Iterable
from math import isclose, isfinite
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StrictFloat, StrictInt, StrictStr, model_validator

from reproduce.errors import nearest
from reproduce.evaluation.registry import METRICS, is_metric
from reproduce.methods import registry as methods
from reproduce.registry.reading import Strict, Text
from reproduce.registry.records import Work


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
    difference, whose weights sum to zero.

    Attributes
    ----------
    expect
        greater or less than zero, equal (inside +- margin), size (inside `size` +- margin), or
        at_most ("no larger", "no advantage": below the margin, however far).
    size
        The signed effect that a claim of size speaks of, as in "loses about 5 percent": -0.05.
    over
        How the points that no term fixes become one number per seed. "mean" averages them.
        "majority" counts them: the share of points above zero minus the share below, from -1 to
        1, so that expect, less too, is read as of any other effect.
    metric, margin, published_gain
        Instead of the claim's own, where one comparison of several has another unit or another
        published effect.
    headroom, headroom_from
        How far the metric can move in the claimed direction at all, and where that is known from,
        where it is little: a margin of that size would decide the claim before the run.
    """

    name: Text
    expect: Literal["greater", "less", "equal", "size", "at_most"]
    size: Number | None = None
    over: Literal["mean", "majority"] = "mean"
    metric: str | None = None
    margin: Number | None = Field(default=None, ge=0)
    published_gain: Number | None = None
    headroom: Number | None = Field(default=None, gt=0)
    headroom_from: Text | None = None
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

    @model_validator(mode="after")
    def _in_agreement(self) -> Self:
        said = f"contrast '{self.name}'"
        if (self.expect == "size") != (self.size is not None):
            raise ValueError(f"{said}: expect size, and nothing else, needs a size")
        of_itself = self.expect in ("size", "at_most")
        if self.over == "majority" and (len(self.terms) < 2 or of_itself):
            raise ValueError(
                f"{said}: over majority needs a difference, and no expect size or at_most"
            )
        if self.over == "majority" and self.published_gain is not None:
            raise ValueError(f"{said}: over majority has no published_gain, its unit is a share")
        if (self.headroom is None) != (self.headroom_from is None):
            raise ValueError(f"{said}: headroom and headroom_from go together")
        return self


def require_known(contrasts: Iterable[Contrast], paper: Work) -> None:
    """Refuse contrasts that name a metric, method or factor which this paper does not know."""
    for contrast in contrasts:
        place = f"contrast '{contrast.name}'"
        if contrast.metric is not None:
            require_metric(f"{place}: metric", contrast.metric)
        for term in contrast.terms:
            known = term.method in paper.methods or term.method in methods.names()
            require(known, f"{place}: method", term.method, "method")
        for where in (contrast.where, *(term.where for term in contrast.terms)):
            require_factors(place, where, paper)


def require_names_differ(contrasts: Iterable[Contrast]) -> None:
    """Refuse contrasts of one claim that could not be told apart."""
    names = [contrast.name for contrast in contrasts]
    if len(set(names)) != len(names):
        raise ValueError("contrasts: two have the same name")


def require_factors(place: str, where: Where, paper: Work) -> None:
    """Refuse a restriction by what is no factor of this paper."""
    for factor in where:
        require(factor in paper.factors, f"{place}: where", factor, "factor of this paper")


def require_metric(field: str, name: str) -> None:
    """Refuse a metric that nothing registers."""
    if not is_metric(name):
        raise ValueError(f"{field}: '{name}' is no known metric{nearest(name, METRICS)}")


def require(known: bool, field: str, name: str, kind: str) -> None:
    """Refuse an unknown name, with the field it stands in."""
    if not known:
        raise ValueError(f"{field}: '{name}' is no known {kind}")
