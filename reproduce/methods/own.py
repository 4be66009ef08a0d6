"""Methods from files of one's own: a function of the recipe, or a loss and nothing else."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from reproduce import losses, own_code
from reproduce.errors import UserError, unknown_name
from reproduce.losses import outside
from reproduce.methods import plainest
from reproduce.methods.entry import TASKS, Entry
from reproduce.methods.method import POSTHOC, Method
from reproduce.own_code import Source
from reproduce.training.phases import Phase

ORIGIN = "code of your own"
# What a method calls its only argument that is not given by name.
RECIPE = "recipe"


def entry(name: str) -> Entry:
    """Return the entry of an object in a file of one's own, which is read anew."""
    source, found = own_code.find(name)
    _, attribute = own_code.split(name)
    label = own_code.label(name)
    if inspect.isfunction(found) and outside.first_two(found)[:1] == (RECIPE,):
        _refuse_what_is_missing(label, found)
        made = Entry(f"a method of {source.file}", ORIGIN, dict.fromkeys(TASKS, found), label)
    elif outside.is_loss(found):
        made = plainest.of_loss(source.qualified(attribute), f"the loss {label}", ORIGIN)
    else:
        raise UserError(
            f"{label} is {_kind(found)}; expected a method, `def {attribute}({RECIPE})`, or a "
            f"loss: {outside.EXPECTED}"
        )
    return replace(made, label=label, source=source)


def _kind(found: object) -> str:
    if inspect.isfunction(found):
        return f"a function of {', '.join(inspect.signature(found).parameters) or 'nothing'}"
    return f"of the type {type(found).__name__}"


def _refuse_what_is_missing(label: str, function: Callable) -> None:
    others = list(inspect.signature(function).parameters.values())[1:]
    open_ones = [p.name for p in others if p.default is p.empty and p.kind is not p.VAR_KEYWORD]
    if open_ones:
        raise UserError(f"{label} needs {open_ones[0]}; expected a default for it, give it one")


def method_of(found: Entry, task: str, recipe: Phase, options: Mapping[str, Any]) -> Method:
    """Return a method of one's own, its phases marked with its file."""
    try:
        made = found.builders[task](recipe, **options)
    except (UserError, ValidationError):
        raise
    except Exception as error:
        advice = "mend it, or see where with --debug"
        raise own_code.stopped(str(found.label), error, advice) from error
    method = _as_method(str(found.label), made)
    for step in method.posthoc:
        if step not in POSTHOC:
            raise unknown_name("post-hoc step", step, POSTHOC)
    source = found.source
    assert source is not None, "only what is from a file is built here"
    return replace(method, phases=tuple(_marked(source, phase) for phase in method.phases))


def _as_method(label: str, made: object) -> Method:
    if isinstance(made, Method):
        return made
    several = list(made) if isinstance(made, Sequence) else [made]
    phases = [one for one in several if isinstance(one, Phase)]
    if not phases or len(phases) < len(several):
        raise UserError(
            f"{label} returned {type(made).__name__}; expected a Method, a Phase or several: "
            f"`return {RECIPE}.but(...)`, say"
        )
    return Method(tuple(phases))


def _marked(source: Source, phase: Phase) -> Phase:
    """Return a phase that says which file it is from, and calls its losses by their full names."""
    name = phase.objective
    space = vars(own_code.module(source))
    if own_code.is_own(source, space.get(name)):
        name = source.qualified(name)
    elif name not in losses.names() and not own_code.is_one(name):
        raise UserError(
            f"a phase of {source.file} asks for the loss '{name}', which neither the file nor the "
            f"package has; expected one of the file, or of: {', '.join(losses.names())}"
        )
    losses.shape(name)
    return phase.but(code=source.mark, objective=name)
