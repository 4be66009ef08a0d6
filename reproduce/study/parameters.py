"""What every paper's parameter class shares: profiles, validation, one-line errors.

A parameter whose default depends on the profile is `None` ("as the profile says") until it is
resolved. Parameters are checked before anything executes, by the command and again by the
notebook, against one and the same class.
"""

import json
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from reproduce.errors import UserError, unknown_name

PROFILES = ("smoke", "quick", "laptop", "paper")


def as_list(value: Any) -> Any:
    """Accept a scalar, a list, or JSON (or comma-separated) text for either."""
    if isinstance(value, str):
        text = value.strip()
        for attempt in (text, f"[{text}]"):
            try:
                value = json.loads(attempt)
                break
            except json.JSONDecodeError:
                value = [part.strip() for part in text.split(",")]
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

    profile: Literal["smoke", "quick", "laptop", "paper"] = Field(
        "quick", description="scale of the run: smoke, quick, laptop or paper"
    )

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> "Parameters":
        """Validate names, types and ranges; raise one line for the first thing wrong."""
        for name in values:
            if name not in cls.model_fields:
                raise unknown_name(f"parameter of {cls.paper}", name, cls.model_fields)
        cleaned = {k: None if v == "None" else v for k, v in values.items()}
        try:
            return cls(**cleaned).resolved()
        except ValidationError as error:
            raise UserError(_explain(cls, error)) from None

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
        """Return a copy in which the profile has filled in what was left to it."""
        raise TypeError(f"{type(self).__name__} does not say how its profile resolves")

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
