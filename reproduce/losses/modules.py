"""A registered loss as a module that any training loop of PyTorch can call.

The study's own loop hands objectives a `Batch`; elsewhere a loss is called as its shape says:
`loss(logits, labels)`, `loss(embeddings, labels)`, `loss(view1, view2)`.
"""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, cast

import torch
from torch import nn

from reproduce import losses
from reproduce.errors import UserError
from reproduce.losses import Batch, Context
from reproduce.losses.embedding.pixels import PixelsOrImages
from reproduce.losses.objective import Objective

# What a loop hands over: logits, embeddings, labels, or the outputs of several heads by name.
View = torch.Tensor | Mapping[str, torch.Tensor]

# A loss that reads no counts is built with these, which it never looks at.
NO_COUNTS = (1,)


class LossModule(nn.Module):
    """A loss with its state: parameters that learn, prototypes, targets.

    Give `parameters()` to an optimizer (those named in `ascent` climb: give them `maximize=True`),
    and call `after_step()` after each of its steps, and `begin_epoch(number)` before each epoch,
    where a loss keeps bounds or counts epochs; both do nothing for the others.
    """

    objective: Objective

    def __init__(self, name: str, objective: Objective):
        super().__init__()
        self.name, self.shape, self.objective = name, losses.shape(name), objective

    @property
    def ascent(self) -> tuple[str, ...]:
        """Return the names of the parameters that climb."""
        return tuple(f"objective.{name}" for name in self.objective.ascent)

    def forward(self, first: View, second: View) -> torch.Tensor:
        """Return the mean loss of a batch.

        Parameters
        ----------
        first, second
            Logits [N, C] and labels [N]; logits [N, C, H, W] and a mask [N, H, W]; embeddings
            [V N, D], the first of V views first, and labels [N]; or two views of the same N
            images, [N, D] each. A loss that reads several heads takes each view as a dictionary
            of them by name.
        """
        loss: torch.Tensor = self.objective(self._batch(first, second))
        return loss

    def _batch(self, first: View, second: View) -> Batch:
        if self.shape == "self_supervised":
            return self._of_views(first, second)
        # Of the other shapes none reads heads.
        outputs, labels = cast("tuple[torch.Tensor, torch.Tensor]", (first, second))
        views = self._views(outputs, labels)
        if self.shape == "embedding":
            return Batch(labels=labels, views=views, embeddings=outputs)
        return Batch(labels=labels, views=views, logits=outputs)

    def _views(self, first: torch.Tensor, labels: torch.Tensor) -> int:
        if not len(labels) or len(first) % len(labels):
            raise UserError(
                f"{self.name}: {len(first)} rows for {len(labels)} labels; expected as many rows, "
                "or as many for each view"
            )
        return len(first) // len(labels)

    def _of_views(self, first: View, second: View) -> Batch:
        heads: dict[str, torch.Tensor] = {}
        if self.objective.heads:
            pairs = [view if isinstance(view, Mapping) else {} for view in (first, second)]
            missing = [n for n in self.objective.heads if any(n not in view for view in pairs)]
            if missing:
                raise UserError(
                    f"{self.name} reads the heads {', '.join(self.objective.heads)}: give each "
                    f"view as a dictionary of them; {', '.join(missing)} is missing"
                )
            heads = {n: torch.cat([view[n] for view in pairs]) for n in self.objective.heads}
            joined = heads[self.objective.heads[0]]
        else:
            joined = torch.cat(cast("tuple[torch.Tensor, torch.Tensor]", (first, second)))
        labels = torch.zeros(len(joined) // 2, dtype=torch.long, device=joined.device)
        return Batch(labels=labels, embeddings=joined, heads=heads, views=2)

    def after_step(self) -> None:
        """Do what the loss does after a step of the optimizer, such as keeping a bound."""
        self.objective.after_step()

    def begin_epoch(self, epoch: int) -> None:
        """Do what the loss does before an epoch."""
        self.objective.begin_epoch(epoch)

    def extra_repr(self) -> str:
        """Return the name of the loss."""
        return self.name


def module(
    name: str,
    *,
    counts: Sequence[int] | None = None,
    classes: int | None = None,
    embedding_size: int | None = None,
    iterations: int = 1,
    **parameters: Any,
) -> LossModule:
    """Return a registered loss as a module; `losses.module` describes the parameters."""
    made_by = losses.objective_class(name)
    classes = len(counts) if classes is None and counts is not None else classes
    if counts is None and _needs_counts(made_by, parameters):
        raise UserError(f"{name} needs counts, the training images of each class; give counts=[..]")
    if issubclass(made_by, PixelsOrImages) and not (classes and embedding_size):
        raise UserError(
            f"{name} keeps vectors of the classes: give embedding_size, and classes or counts"
        )
    known = NO_COUNTS * (classes or 1) if counts is None else tuple(counts)
    if classes is not None and len(known) != classes:
        raise UserError(f"{name}: {len(known)} counts for {classes} classes; expected one each")
    context = Context(classes or len(known), known, embedding_size or 0, iterations)
    return LossModule(name, losses.build(name, context, **parameters))


def _needs_counts(made_by: Any, parameters: Mapping[str, Any]) -> bool:
    taken = inspect.signature(made_by.function).parameters.get("counts")
    if taken is None:
        return False
    return taken.default is taken.empty or isinstance(parameters.get("class_weights"), str)
