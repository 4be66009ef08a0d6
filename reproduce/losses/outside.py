"""Losses from outside the package: written in a notebook, for trials in the same process."""

import hashlib
import inspect
from collections.abc import Callable

from reproduce.errors import UserError

# The call shapes, as the folders of the package and the bases of `_bases` have them.
SHAPES = ("self_supervised", "embedding", "classifier", "segmentation")
# By the names that `register` gave.
OBJECTIVES: dict[str, type] = {}
# Stands between a name given to `register` and the first digits of its code.
CODE = "@"


def register(name: str, objective: type) -> str:
    """Take in a loss from outside the package; return the name that phases ask for it by.

    That name ends in the first digits of a hash of its code (the function and the methods of the
    class): a trial is stored under the name of its loss, and one that has been rewritten must not
    find the results of the old one.

    Parameters
    ----------
    name
        A word in lower case that no loss of the package is called by.
    objective
        A class derived from the objective of its call shape (`ClassifierObjective` and its like);
        its `function` does the arithmetic.
    """
    from reproduce.losses import LOSSES

    if not (name.isidentifier() and name == name.lower()):
        raise UserError(f"a loss's name is a word in lower case with underscores, not '{name}'")
    if name in LOSSES:
        raise UserError(f"'{name}' is a loss of the package; give yours another name")
    shape_of(objective)
    if getattr(objective, "function", None) is None:
        raise UserError(f"{objective.__name__} has no function; name the one that it calls")
    full = f"{name}{CODE}{hashlib.sha256(_code_of(objective).encode()).hexdigest()[:8]}"
    OBJECTIVES[full] = objective
    return full


def _code_of(objective: type) -> str:
    """Return the source of a class from outside, method by method.

    Python finds the source of a function that was typed into a notebook, and not that of a class.
    """
    parts = []
    for one in objective.__mro__:
        if one.__module__.startswith(("reproduce.", "torch.", "builtins")):
            continue
        for name, value in sorted(vars(one).items()):
            plain = value.__func__ if isinstance(value, staticmethod | classmethod) else value
            if inspect.isfunction(plain):
                parts.append(f"{name}: {_source(plain, objective)}")
            elif isinstance(value, str | int | float | tuple) and not name.startswith("__"):
                parts.append(f"{name}: {value!r}")
    return "\n".join(parts)


def _source(function: Callable, objective: type) -> str:
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        raise UserError(
            f"the code of {objective.__name__} cannot be read; write it into a file or a cell of a "
            "notebook, so that its results can be told from those of another version"
        ) from None


def is_one(name: str) -> bool:
    """Say whether a loss of this name comes from outside the package, known here or not."""
    return CODE in name


def objective(name: str) -> type:
    """Return the class that was registered under this name."""
    if name not in OBJECTIVES:
        raise UserError(
            f"objective '{name}' comes from outside the package and its code is not known in this "
            "process: register the same code here first, and train in this process (one worker); "
            "a loss that workers and other machines shall know belongs into reproduce/losses"
        )
    return OBJECTIVES[name]


def shape_of(objective: type) -> str:
    """Return how an objective calls its function, one of `SHAPES`, by what it is derived from."""
    bases = _bases()
    for shape, base in zip(SHAPES, bases, strict=True):
        if isinstance(objective, type) and issubclass(objective, base):
            return shape
    known = ", ".join(base.__name__ for base in bases)
    raise UserError(f"an objective is a class derived from one of {known}, not {objective!r}")


def _bases() -> tuple[type, ...]:
    # Imported here: the names of losses come without torch.
    from reproduce.losses.classifier.objective import ClassifierObjective
    from reproduce.losses.objective import EmbeddingObjective, ViewsObjective
    from reproduce.losses.segmentation.map_objective import SegmentationObjective

    return (ViewsObjective, EmbeddingObjective, ClassifierObjective, SegmentationObjective)
