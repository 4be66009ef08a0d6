"""Losses from files of one's own: a plain function, or a class derived from an objective.

A phase asks for one by the name that `reproduce.own_code` gives it, in which the first digits of
its file's SHA-256 stand: a loss that has been rewritten is another one.
"""

import inspect
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from reproduce import own_code
from reproduce.errors import UserError

if TYPE_CHECKING:
    import torch

    from reproduce.losses import Batch
    from reproduce.losses.objective import Objective

# The call shapes, as the folders of the package and the bases of `_bases` have them, with the
# names that a function of each has for its first two arguments.
SHAPES = ("self_supervised", "embedding", "classifier", "segmentation")
ARGUMENTS = (("view1", "view2"), ("embeddings", "labels"), ("logits", "labels"), ("logits", "mask"))
EXPECTED = "; ".join(f"`def loss({', '.join(names)})`" for names in ARGUMENTS)


@cache
def objective(name: str) -> "type[Objective]":
    """Return the class of the objective of this name, from what was taken in here."""
    of_file, _, digits = name.rpartition(own_code.AT)
    file, attribute = own_code.split(of_file)
    source = own_code.known(file, digits)
    if source is None:
        raise own_code.unknown(file, digits)
    return guarded(f"{attribute} of {file}", _class_of(own_code.member(source, attribute), of_file))


def is_loss(found: object) -> bool:
    """Say whether an object is a function with the arguments of a loss, or an objective."""
    if inspect.isclass(found):
        return issubclass(found, _bases()) and getattr(found, "function", None) is not None
    return inspect.isfunction(found) and first_two(found) in ARGUMENTS


def first_two(function: Callable[..., object]) -> tuple[str, ...]:
    """Return the names of a function's first two arguments."""
    return tuple(inspect.signature(function).parameters)[:2]


def _class_of(found: Any, name: str) -> "type[Objective]":
    if not is_loss(found):
        raise UserError(f"{name} is no loss; expected one of {EXPECTED}")
    if inspect.isclass(found):
        return cast("type[Objective]", found)
    more = list(inspect.signature(found).parameters.values())[2:]
    free = [one.name for one in more if one.kind is not one.KEYWORD_ONLY]
    if free:
        raise UserError(
            f"{name} takes {free[0]} by its place; expected parameters by name: put `*, ` before it"
        )
    base = _bases()[ARGUMENTS.index(first_two(found))]
    return type(found.__name__, (base,), {"function": staticmethod(found)})


def guarded(said: str, made: "type[Objective]") -> "type[Objective]":
    """Return an objective whose mistakes are one line, as those of the package are."""
    import torch

    def forward(self: "Objective", batch: "Batch") -> "torch.Tensor":
        try:
            loss = made.forward(self, batch)
        except UserError:
            raise
        except Exception as error:
            raise own_code.stopped(said, error, "mend it, or see where with --debug") from error
        if not isinstance(loss, torch.Tensor) or loss.ndim:
            shape = list(loss.shape) if isinstance(loss, torch.Tensor) else type(loss).__name__
            raise UserError(f"{said} returned {shape}, expected one number: take the mean, say")
        if torch.is_grad_enabled() and not loss.requires_grad:
            raise UserError(f"{said} has no gradient; expected a tensor made of what it is given")
        return loss

    return type(made.__name__, (made,), {"forward": forward})


def shape_of(made: type) -> str:
    """Return how an objective calls its function, one of `SHAPES`, by what it is derived from."""
    return next(s for s, base in zip(SHAPES, _bases(), strict=True) if issubclass(made, base))


def _bases() -> "tuple[type[Objective], ...]":
    # Imported here: the names of losses come without torch.
    from reproduce.losses.classifier.objective import ClassifierObjective
    from reproduce.losses.objective import EmbeddingObjective, ViewsObjective
    from reproduce.losses.segmentation.map_objective import SegmentationObjective

    return (ViewsObjective, EmbeddingObjective, ClassifierObjective, SegmentationObjective)
