"""What every paper's parameter class shares: profiles, validation, one-line errors.

A parameter whose default depends on the profile is `None` ("as the profile says") until it is
resolved. Parameters are checked before anything executes, by the command and again by the
notebook, against one and the same class.
"""

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from reproduce import own_code, own_objects
from reproduce.errors import UserError, unknown_name

PROFILES = ("smoke", "quick", "laptop", "paper")
# Larger whole numbers are no seeds to other programs, and no lengths to anybody.
BITS = 64
LEADING_ZERO = re.compile(r"[+-]?0\d+")  # ten to one program and eight to another
# A choice of nothing, where nothing can be chosen.
NONE = "none"


def as_list(value: Any) -> Any:
    """Accept a scalar, a list, or text for either: JSON, or names between commas or brackets."""
    if isinstance(value, str):
        text = value.strip()
        bare = text[1:-1] if text[:1] + text[-1:] == "[]" else text
        value = [part.strip(" '\"") for part in bare.split(",")]
        for attempt in (f"[{text}]", text):
            with suppress(json.JSONDecodeError):
                value = json.loads(attempt)
    return list(value) if isinstance(value, list | tuple) else [value]


def _as_list_or_none(value: Any) -> Any:
    return None if value is None or value == "None" else as_list(value)


Number = Annotated[float, Field(allow_inf_nan=False)]
NamesOrProfile = Annotated[list[str] | None, BeforeValidator(_as_list_or_none)]
NumbersOrProfile = Annotated[list[Number] | None, BeforeValidator(_as_list_or_none)]
SeedsOrProfile = Annotated[
    list[Annotated[int, Field(ge=0)]] | None, BeforeValidator(_as_list_or_none)
]


class Parameters(BaseModel):
    """The parameters of one paper's notebook."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    paper: ClassVar[str]
    # What the profile fills in where a parameter is None.
    by_profile: ClassVar[dict[str, dict[str, Any]]]
    # A run is labelled with a profile only if all of these equal the profile's.
    scale_bearing: ClassVar[tuple[str, ...]]
    # Of these, what says how long a run trains.
    length: ClassVar[tuple[str, ...]] = ()
    # The names that a list may hold, by parameter; where "none" is among them, it may be empty.
    known: ClassVar[dict[str, Iterable[str]]] = {}
    # What a parameter is where neither the profile nor the data set says anything of it.
    fallback: ClassVar[dict[str, Any]] = {}
    # What a data set asks for where the profile leaves it open.
    by_dataset: ClassVar[dict[str, dict[str, Any]]] = {}
    # Of what a profile says, the part that suits its own data set alone.
    of_its_data: ClassVar[tuple[str, ...]] = ()
    # What the profile `paper` says on the paper's other data sets.
    in_the_paper: ClassVar[dict[str, dict[str, Any]]] = {}
    # By parameter, the experiment that alone uses it.
    used_by: ClassVar[dict[str, str]] = {}

    profile: Literal["smoke", "quick", "laptop", "paper"] = Field(
        "quick", description="scale of the run: smoke, quick, laptop or paper"
    )
    # Every paper has data, and describes them in its own words.
    dataset: str | None = None

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> "Parameters":
        """Validate names, types and ranges; raise one line for the first thing wrong."""
        for name in values:
            if name not in cls.model_fields:
                raise unknown_name(f"parameter of {cls.paper}", name, cls.model_fields)
        cleaned = {k: None if v == "None" else _by_name(v) for k, v in values.items()}
        try:
            asked = cls(**cleaned)
        except ValidationError as error:
            raise UserError(_explain(cls, error)) from None
        found = asked.resolved()
        given = {n for n, f in cls.model_fields.items() if getattr(asked, n) != f.default}
        for contradiction in found.contradictions(given):
            raise UserError(f"{contradiction} (`reproduce params {cls.paper}` lists all)")
        return found

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse true and false: Python would count with them as with 1 and 0."""
        annotation = str(cls.model_fields[info.field_name or ""].annotation)
        parts = as_list(value) if "list" in annotation else [value]
        if "bool" not in annotation and any(isinstance(part, bool) for part in parts):
            raise ValueError("true and false are neither numbers nor names")
        if any(LEADING_ZERO.fullmatch(str(part).strip()) for part in parts):
            raise ValueError("a number does not begin with 0: write it without")
        return value

    @field_validator("*")
    @classmethod
    def _sensible(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse what has the right type and cannot be meant."""
        name = info.field_name or ""
        known = cls.known.get(name)
        if isinstance(value, list):
            value = [own_code.canonical(p) if own_code.is_one(p) else p for p in value]
            _check_list(value, name, known)
            return [part for part in value if part != NONE]
        if isinstance(value, str) and not value.strip():
            raise ValueError("an empty text names nothing")
        _check_bits(value)
        return value

    @classmethod
    def given(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the validated values of just the parameters that were given, as plain JSON."""
        cleaned = {k: None if v == "None" else v for k, v in values.items()}
        return cls(**cleaned).model_dump(mode="json", include=set(values))

    @classmethod
    def from_notebook(cls, namespace: Mapping[str, Any], again: bool = False) -> "Parameters":
        """Validate what a notebook's parameters cell (and papermill's injected one) defined.

        Literals only: what was imported before is no parameter, and names that IPython keeps for
        itself are not either. Where the notebook runs `again` in one kernel, the variables of its
        later cells are there too, so only names that look like a misspelt parameter are refused.
        """
        literals = (str, int, float, bool, list, tuple, dict, type(None))
        kept_by_ipython = {"In", "Out"}
        values = {
            name: value
            for name, value in namespace.items()
            if not name.startswith("_")
            and name not in kept_by_ipython
            and isinstance(value, literals)
        }
        if again:
            for name in set(values) - set(cls.model_fields):
                if not get_close_matches(name, cls.model_fields, n=1, cutoff=0.8):
                    del values[name]
        return cls.read(values)

    def resolved(self) -> "Parameters":
        """Return a copy in which the profile, then the data set, filled in what was left open."""
        dataset = self.dataset or self.by_profile[self.profile]["dataset"]
        defaults = self.defaults(dataset)
        left = [name for name in type(self).model_fields if getattr(self, name) is None]
        return self.model_copy(update={name: defaults.get(name) for name in left})

    def defaults(self, dataset: str) -> dict[str, Any]:
        """Return what is taken on a data set where nothing was asked for."""
        profile = dict(self.by_profile[self.profile])
        if dataset != profile["dataset"]:
            profile = {k: v for k, v in profile.items() if k not in self.of_its_data}
        if self.profile == "paper":
            profile |= self.in_the_paper.get(dataset, {})
        on_it = self.by_dataset.get(dataset, {})
        return {**self.fallback, **on_it, **profile, "dataset": dataset}

    def contradictions(self, given: set[str]) -> Iterable[str]:
        """Yield what was asked for and cannot be had together, a line each.

        `self` is resolved; `given` are the names of the parameters that are not at their default.
        A paper adds its own to what any paper with a second data set, or with a parameter that one
        experiment alone uses, would refuse.
        """
        experiments: Iterable[str] = getattr(self, "experiments", None) or ()
        for name, experiment in self.used_by.items():
            if name in given and experiment not in experiments:
                yield (
                    f"{name} is used by the experiment '{experiment}' alone, which is not run: "
                    f"name it in experiments, or leave {name} out"
                )
        second = getattr(self, "second_dataset", None)
        if second is not None and second == self.dataset and "second" in experiments:
            yield (
                f"second_dataset is {second}, as dataset is: name another, or leave the experiment "
                "'second' out"
            )

    def scale(self) -> str:
        """Return the profile's name if every scale-bearing parameter equals it, else 'custom'."""
        plain = type(self)(profile=self.profile).resolved()
        same = all(getattr(self, n) == getattr(plain, n) for n in self.scale_bearing)
        return self.profile if same else "custom"

    def changed(self) -> dict[str, Any]:
        """Return the parameters that differ from the default profile's defaults."""
        plain = type(self)().resolved()
        return {
            name: getattr(self, name)
            for name in type(self).model_fields
            if getattr(self, name) != getattr(plain, name)
        }

    @classmethod
    def table(cls) -> list[dict[str, str]]:
        """Return one row per parameter: name, type, default at each profile, help."""
        at = {profile: cls(profile=profile).resolved() for profile in PROFILES}
        return [
            {
                "name": name,
                "type": type_name(field.annotation),
                **{profile: _short(getattr(at[profile], name)) for profile in PROFILES},
                "help": field.description or "",
            }
            for name, field in cls.model_fields.items()
        ]


def _by_name(value: Any) -> Any:
    """Return a list in which objects of a notebook stand by the names of the files they went to."""
    if not isinstance(value, list | tuple):
        return value
    return [own_objects.named(part) if callable(part) else part for part in value]


def _check_list(values: list[Any], name: str, known: Iterable[str] | None) -> None:
    if not values and NONE not in (known or ()):
        raise ValueError("an empty list leaves nothing to run")
    for number, value in enumerate(values):
        _check_bits(value)
        if known is not None and value not in known:
            raise ValueError(str(unknown_name(_one_of(name), value, known)))
        if value in values[:number]:
            shown = f"{value:g}" if isinstance(value, float) else value
            raise ValueError(f"{shown} is there twice; give it once")
    if NONE in values and len(values) > 1:
        raise ValueError(f"'{NONE}' cannot stand beside others; leave it or them out")


def _one_of(names: str) -> str:
    """Return the singular of a parameter's name: methods -> method, losses -> loss."""
    return names.removesuffix("es") if names.endswith("sses") else names.removesuffix("s")


def _check_bits(value: Any) -> None:
    if isinstance(value, int) and value >= 2**BITS:
        raise ValueError(f"a whole number of more than {BITS} bits")


def type_name(annotation: Any) -> str:
    """Return a type as a person would say it."""
    text = str(annotation)
    if "Literal" in text:
        # An optional one is a union of the literal and None.
        inner = [a for a in get_args(annotation) if "Literal" in str(a)]
        values = get_args(inner[0] if inner else annotation)
        return " or ".join(str(value) for value in values if value is not None)
    words = {"list[str]": "list of names", "list": "list of numbers"}
    for key, word in words.items():
        if key in text:
            return "list of whole numbers" if "int" in text else word
    for kind, word in (("int", "whole number"), ("float", "number"), ("bool", "True or False")):
        if kind in text:
            return word
    return "text"


def _short(value: Any) -> str:
    if isinstance(value, list) and len(value) > 6 and not isinstance(value[0], str):
        return f"{value[0]:g} ... {value[-1]:g} ({len(value)} values)"
    if isinstance(value, list):
        return ", ".join(f"{v:g}" if isinstance(v, float) else str(v) for v in value)
    return str(value)


def _explain(cls: type[Parameters], error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = [str(part) for part in first["loc"]]
    name = where[0] if where else "parameters"
    received = first.get("input")
    field = cls.model_fields.get(name)
    expected = f"expected {type_name(field.annotation)}" if field else "expected other values"
    reason = first["msg"].removeprefix("Value error, ")
    return (
        f"parameter '{name}' is {received!r}: {reason[:1].lower() + reason[1:]}; {expected} "
        f"(`reproduce params {cls.paper}` lists all parameters)"
    )
