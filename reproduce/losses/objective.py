"""What the training loop asks of an objective, and the plain ones that only call a function."""

import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Literal

import torch
from torch import nn

from reproduce.errors import UserError
from reproduce.losses import Batch, Context


class Objective(nn.Module):
    """A loss with the state its method needs; called with a `Batch`, returns one number.

    An objective that only calls a function names it and needs no more code: the function's
    keyword-only parameters are its parameters, and `counts`, where the function has them, come
    from the context unless they are given. Learned parameters (`nn.Parameter`) descend with the
    network unless the phase gives them a learning rate of their own; those named in `ascent`
    climb. `heads` names the projection heads an objective reads by name. One that sums several
    terms leaves them, weighted, in `terms` by name, for the history. `relative` says what a loss
    that no paper of the book names is akin to.
    """

    function: ClassVar[Callable[..., torch.Tensor]]
    reads: ClassVar[Literal["logits", "embeddings", "both"]]
    views: ClassVar[int] = 1
    heads: tuple[str, ...] = ()
    relative: ClassVar[str] = ""
    ascent: tuple[str, ...] = ()
    terms: Mapping[str, torch.Tensor] = MappingProxyType({})
    counts: torch.Tensor

    def __init__(self, context: Context, **parameters: Any):
        super().__init__()
        self.context = context
        self.parameters_given = parameters
        if "counts" in self.parameters_taken():
            counts = parameters.pop("counts", context.counts)
            # A buffer, so that it lies on the device; not saved, since the context knows it.
            self.register_buffer("counts", torch.tensor(counts), persistent=False)

    @classmethod
    def parameters_taken(cls) -> tuple[str, ...]:
        """Return the names of the parameters that a phase may give."""
        own = cls.__init__ is not Objective.__init__
        made_by = inspect.signature(cls.__init__ if own else cls.function)
        named = [p.name for p in made_by.parameters.values() if p.kind is p.KEYWORD_ONLY]
        return tuple(name for name in named if name != "reduction")

    def call(self, *tensors: torch.Tensor, **more: Any) -> torch.Tensor:
        """Return what the function says of these tensors, with the objective's parameters."""
        if "counts" in self.parameters_taken():
            more["counts"] = self.counts
        return type(self).function(*tensors, **{**self.parameters_given, **more})

    def measured(self, batch: Batch) -> dict[str, torch.Tensor]:
        """Return what else the history shall say at the end of a block, with its last batch."""
        return {}

    def begin_epoch(self, epoch: int) -> None:
        """Do what the method does between epochs; called before the first as well."""

    def after_step(self) -> None:
        """Do what the method does after the optimizer's step, such as keeping a bound."""


class EmbeddingObjective(Objective):
    """Calls `function(embeddings [V N, D], labels [V N])`."""

    reads = "embeddings"

    def forward(self, batch: Batch) -> torch.Tensor:
        """Return the loss of the batch, all views together."""
        if batch.mixed is not None:
            raise UserError(
                f"{type(self).__name__} compares images of known classes and cannot take mixed "
                "ones; take the mixing out of this phase"
            )
        return self.call(batch.embeddings, batch.all_labels)


class ViewsObjective(Objective):
    """Calls `function(view1 [N, D], view2 [N, D])`; needs two views of each image."""

    reads = "embeddings"
    views = 2

    def forward(self, batch: Batch) -> torch.Tensor:
        """Return the loss of the batch."""
        return self.call(*two_views(batch, batch.embeddings))


def two_views(batch: Batch, outputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Return what a head made of the first and of the second views."""
    if batch.views != 2:
        raise UserError(f"the objective needs 2 views of each image, received {batch.views}")
    return outputs.chunk(2)
