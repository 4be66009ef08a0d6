"""The scale of a run in a reader's words: "custom" alone says nothing of how long was trained."""

from collections.abc import Mapping
from typing import Any

from reproduce.study.parameters import Parameters

# The data set is named beside the scale wherever it stands.
_SAID_ELSEWHERE = {"dataset"}
_MOST_NAMED = 3
# Between the profile and what differs from it.
_BUT = ", but "


def in_words(parameters: Parameters) -> str:
    """Return "laptop scale", or "laptop scale, but iterations 10,000 (as at paper scale)".

    Other seeds, as many as the profile has, are no other scale to a reader.
    """
    named = f"{parameters.profile} scale"
    if parameters.scale() == parameters.profile:
        return named
    plain, paper = (
        type(parameters)(profile=profile).resolved() for profile in (parameters.profile, "paper")
    )
    differ = [
        name
        for name in parameters.scale_bearing
        if name not in _SAID_ELSEWHERE
        and _size(name, getattr(parameters, name)) != _size(name, getattr(plain, name))
    ]
    if not differ:
        seeds = [getattr(one, "seeds", None) for one in (parameters, plain)]
        return f"{named} with other seeds" if seeds[0] != seeds[1] else "custom scale"
    said = [
        _said(name, getattr(parameters, name))
        + (" (as at paper scale)" if getattr(parameters, name) == getattr(paper, name) else "")
        for name in differ
    ]
    more = [f"{len(said) - _MOST_NAMED} more"] if len(said) > _MOST_NAMED else []
    return f"{named}{_BUT}{', '.join([*said[:_MOST_NAMED], *more])}"


def of_stamp(stamp: Mapping[str, Any]) -> str:
    """Return the same of a kept edition; an older one has the label alone."""
    return stamp.get("scale_in_words") or f"{stamp.get('scale', 'custom')} scale"


def of_stamp_in_brief(stamp: Mapping[str, Any]) -> str:
    """Return "laptop scale", or "changed laptop scale" where the page itself says what is."""
    return _brief(of_stamp(stamp))


def in_brief(parameters: Parameters) -> str:
    """Return the same of a run, as it stands beside each of its figures."""
    return _brief(in_words(parameters))


def _brief(said: str) -> str:
    profile, _, changed = said.partition(_BUT)
    return f"changed {profile}" if changed else profile


def _size(name: str, value: Any) -> Any:
    return len(value) if name == "seeds" else value


def _said(name: str, value: Any) -> str:
    if name == "seeds":
        return f"{len(value)} seed{'s' if len(value) != 1 else ''}"
    if isinstance(value, list | tuple) and len(value) > _MOST_NAMED:
        words = name.replace("_", " ")
        return f"{len(value)} {words}" if words.endswith("s") else f"{len(value)} values of {words}"
    return f"{name.replace('_', ' ')} {_shown(value)}"


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " and ".join(_shown(one) for one in value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
