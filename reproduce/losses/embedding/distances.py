"""Losses that see a batch only through the distances between its embeddings.

Each of them knows the derivative of its value with respect to every squared distance, so that a
matrix product turns it into the gradient of the embeddings, and nothing the size of the square of
the batch is kept between the forward and the backward pass. All of it is done in float64: a
distance is the root of a difference of large numbers, and float32 would lose half of its digits.
"""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import torch
from torch.autograd.function import once_differentiable

from reproduce.errors import UserError

# Of the rows, and whether a gradient is wanted: the loss and its gradient.
Arithmetic = Callable[[torch.Tensor, bool], tuple[torch.Tensor, torch.Tensor | None]]
# A shorter vector has no direction.
SHORTEST = 1e-12
# Vectors of these lengths can be squared as they are.
ORDINARY = (1e-6, 1e100)
# A block of this many distances stays in the processor's cache.
BLOCK = 2**15


def closed_form(
    embeddings: torch.Tensor,
    arithmetic: Arithmetic,
    *,
    normalize: bool,
) -> torch.Tensor:
    """Return a loss whose gradient is computed along with it; it has no second derivative.

    Parameters
    ----------
    embeddings : Tensor [N, D]
        float32 or float64.
    arithmetic : callable
        Given the rows in float64, moved to have mean zero, and whether a gradient is wanted,
        returns the loss and its gradient [N, D]. The loss must depend on distances only.
    normalize : bool
        Scale the embeddings to length one first.
    """
    wanted = torch.is_grad_enabled() and embeddings.requires_grad
    # PyTorch leaves `apply` untyped, here and below.
    loss: torch.Tensor = _ClosedForm.apply(  # type: ignore[no-untyped-call]
        embeddings, arithmetic, normalize, wanted
    )
    return loss


def through_distances(
    embeddings: torch.Tensor,
    arithmetic: Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor]],
    *,
    normalize: bool,
) -> torch.Tensor:
    """Return the loss that `arithmetic` makes of the squared distances [N, N].

    It may overwrite them, and returns the loss and its derivative with respect to every entry, a
    symmetric matrix.
    """

    def of_rows(rows: torch.Tensor, wanted: bool) -> tuple[torch.Tensor, torch.Tensor | None]:
        loss, slope = arithmetic(squared_distances(rows))
        if not wanted:
            return loss, None
        # Row i stands in entries (i, j) and (j, i), and d |x_i - x_j|^2 = 2 (x_i - x_j) dx_i.
        gradient = torch.addmm(slope.sum(1, keepdim=True) * rows, slope, rows, alpha=-1)
        return loss, gradient.mul_(4)

    return closed_form(embeddings, of_rows, normalize=normalize)


def squared_distances(rows: torch.Tensor) -> torch.Tensor:
    """Return the squared Euclidean distance of every row to every other [N, N]."""
    lengths = rows.square().sum(1)
    squared = torch.addmm(lengths, rows, rows.T, alpha=-2).add_(lengths[:, None])
    return torch.threshold_(squared, _rounding(rows, lengths), 0)


def pair_blocks(rows: torch.Tensor) -> Iterator[tuple[slice, slice, torch.Tensor]]:
    """Go through the squared distances of all pairs a block at a time.

    A block holds the distances of the rows `first` to the rows `second`, which are the same rows
    and all after them: above the diagonal of the block every pair stands exactly once.
    """
    lengths = rows.square().sum(1)
    rounding = _rounding(rows, lengths)
    size = max(BLOCK // len(rows), 32)
    for start in range(0, len(rows), size):
        first, second = slice(start, start + size), slice(start, None)
        squared = torch.addmm(lengths[second], rows[first], rows[second].T, alpha=-2)
        squared.add_(lengths[first, None])
        yield first, second, torch.threshold_(squared, rounding, 0)


def over_distance(slope: torch.Tensor, distance: torch.Tensor) -> torch.Tensor:
    """Turn the derivative by D into that by half of D squared; overwrites `slope`.

    Equal embeddings, whose distance has no derivative, get zero.
    """
    return slope.div_(distance).nan_to_num_(0, posinf=0, neginf=0)


def unit_rows(rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the rows scaled to length one, and the factors [N, 1]; a row of zeros gets zero."""
    length = torch.linalg.vector_norm(rows, dim=1, keepdim=True)
    shortest, longest = (float(bound) for bound in torch.aminmax(length))
    if shortest > ORDINARY[0] and longest < ORDINARY[1]:
        factor = length.reciprocal_()
        return rows * factor, factor
    # Divided by its largest entry first, a row of huge or tiny numbers can be squared.
    largest = rows.abs().amax(1, keepdim=True)
    factor = (1 / largest.clamp_min(SHORTEST)).mul_(largest > SHORTEST)
    scaled = rows * factor
    shrink = scaled.square().sum(1, keepdim=True).clamp_min_(0.5).rsqrt_()
    return scaled.mul_(shrink), factor.mul_(shrink)


def _rounding(rows: torch.Tensor, lengths: torch.Tensor) -> float:
    """Return the largest squared distance that equal rows can seem to have.

    Below it a distance is taken for zero: it would depend on the order of the rows, and point
    nowhere.
    """
    return (rows.shape[1] + 8) * torch.finfo(rows.dtype).eps * float(lengths.amax())


def _finite(value: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Turn float64 into `dtype`; what is too large for it becomes its largest number."""
    largest = torch.finfo(dtype).max
    return value.clamp(-largest, largest).to(dtype)


class _ClosedForm(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, embeddings: torch.Tensor, arithmetic: Arithmetic, normalize: bool, wanted: bool
    ) -> torch.Tensor:
        rows = embeddings.double()
        if normalize:
            rows, factors = unit_rows(rows)
        # Setting autocast costs as much as a few products of a small batch.
        mixed = torch.is_autocast_enabled(rows.device.type)
        with torch.autocast(rows.device.type, enabled=False) if mixed else nullcontext():
            # Seen from their mean, rows that have come close together keep their digits.
            loss, gradient = arithmetic(rows - rows.mean(0), wanted)
        if wanted and gradient is not None:
            gradient = gradient.double()
            if normalize:
                along = (gradient * rows).sum(1, keepdim=True)
                gradient = gradient.addcmul(rows, along, value=-1).mul_(factors)
            ctx.save_for_backward(embeddings, _finite(gradient, embeddings.dtype))
        return _finite(loss, embeddings.dtype)

    @staticmethod
    def backward(ctx: Any, upstream: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        embeddings, gradient = ctx.saved_tensors
        # Only where somebody asks for a graph of the gradient; it would leave this part out.
        if torch.is_grad_enabled():
            gradient = _Final.apply(gradient, embeddings)  # type: ignore[no-untyped-call]
        return upstream * gradient, None, None, None


class _Final(torch.autograd.Function):
    """A gradient that depends on the embeddings, but refuses to say how."""

    @staticmethod
    def forward(ctx: Any, gradient: torch.Tensor, embeddings: torch.Tensor) -> torch.Tensor:
        return gradient.clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, upstream: torch.Tensor) -> torch.Tensor:
        raise UserError(
            "the loss has a closed-form gradient, expected to be differentiated once, received a "
            "request for the second derivative; take the penalty on its gradient out"
        )
