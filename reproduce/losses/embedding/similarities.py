"""Similarities of all rows of a batch, and the softmax over them: what contrastive losses share."""

from collections.abc import Callable
from typing import Any

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from reproduce.losses import checks

# Unscaled embeddings are cut here, so that no product of two of them overflows float32.
LARGEST_ENTRY = 1e14
# A direction is not worth following where the vector is shorter than this.
SHORTEST = 1e-12
# With cosines in [-1, 1] the exponentials span exp(2 / temperature); from here on float32 holds
# all of them beside one common largest exponent.
LEAST_COMMON_TEMPERATURE = 0.04


def scaled(rows: torch.Tensor, normalize: bool = True) -> torch.Tensor:
    """Return rows [B, D] of length one, or as they are (but cut) where `normalize` is false."""
    if not normalize:
        return rows.clamp(-LARGEST_ENTRY, LARGEST_ENTRY)
    # PyTorch leaves `apply` untyped, here and below.
    unit: torch.Tensor = _Direction.apply(rows)  # type: ignore[no-untyped-call]
    return unit


def products(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Return the inner products [A, B] of rows, in full precision also under autocast."""
    with torch.autocast(first.device.type, enabled=False):
        return first @ second.T


def positives(labels: torch.Tensor) -> torch.Tensor:
    """Return a mask [B, B]: the other rows of the same class."""
    return (labels[:, None] == labels).fill_diagonal_(False)


def contrast(
    rows: torch.Tensor,
    mean_of_positives: Callable[[torch.Tensor], torch.Tensor],
    temperature: float,
    counted: torch.Tensor | None = None,
) -> torch.Tensor:
    """Return the loss of every anchor [B], of rows that it scales to length one itself.

    It is `anchor_losses` without weights, by a closed form that never builds the matrix of
    positive pairs. `mean_of_positives` maps rows v [B, D] to the mean of v over the positives of
    each; that must be a symmetric map. Anchors that are not `counted` have loss zero.
    """
    each: torch.Tensor = _Contrast.apply(  # type: ignore[no-untyped-call]
        rows, mean_of_positives, temperature, counted
    )
    return each


def closed_form_holds(normalize: bool, temperature: float) -> bool:
    """Tell whether `contrast` can be used: of cosines, at a temperature that is not tiny."""
    return normalize and temperature >= LEAST_COMMON_TEMPERATURE


def anchor_losses(
    similarities: torch.Tensor,
    positive: torch.Tensor,
    temperature: float,
    *,
    weights: torch.Tensor | None = None,
    divisor: torch.Tensor | None = None,
    log_weights: torch.Tensor | None = None,
    with_anchor: bool = False,
) -> torch.Tensor:
    """Return the contrastive loss of every anchor [B]; zero for one without a positive.

    `weights` [B, B] multiply the terms of positive pairs, `divisor` [B] takes the place of the
    number of positives, and `log_weights` [B, B] are added to the exponents of the denominator.
    """
    exponents = similarities / temperature
    candidates = exponents if log_weights is None else exponents + log_weights
    if not with_anchor:
        candidates = _without_anchor(candidates)
    terms = candidates.logsumexp(1, keepdim=True) - exponents
    if weights is not None:
        terms = terms * weights
    if divisor is None:
        divisor = positive.sum(1).clamp_min(1)
    return terms.masked_fill(~positive, 0).sum(1) / divisor


def reduced(loss: str, each: torch.Tensor, reduction: str) -> torch.Tensor:
    """Return the mean or the sum over the anchors, or the losses as they are."""
    checks.choice(loss, "reduction", reduction, ("mean", "sum", "none"))
    return each if reduction == "none" else getattr(each, reduction)()


def _without_anchor(exponents: torch.Tensor) -> torch.Tensor:
    # A finite number, since the logarithm of an empty sum would have no gradient.
    anchor = torch.eye(len(exponents), dtype=torch.bool, device=exponents.device)
    return exponents.masked_fill(anchor, torch.finfo(exponents.dtype).min)


def _directions(rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    # In float64, since the squares of large or small entries leave the range of float32.
    length = torch.linalg.vector_norm(rows, 2, 1, keepdim=True, dtype=torch.float64)
    length = length.to(rows.dtype)
    inverse = length.clamp_min(SHORTEST).reciprocal_()
    # No gradient where there is hardly a direction: it would be of size 1 / length.
    return rows * inverse, inverse * (length >= SHORTEST)


def _through_directions(
    gradient: torch.Tensor, unit: torch.Tensor, slope: torch.Tensor
) -> torch.Tensor:
    along = (gradient * unit).sum(1, keepdim=True)
    return torch.addcmul(gradient, along, unit, value=-1).mul_(slope)


class _Direction(Function):
    """x / |x| of any finite row."""

    @staticmethod
    def forward(ctx: Any, rows: torch.Tensor) -> torch.Tensor:
        unit, slope = _directions(rows)
        ctx.save_for_backward(unit, slope)
        return unit

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> torch.Tensor:
        return _through_directions(gradient, *ctx.saved_tensors)


class _Contrast(Function):
    """The loss of every anchor, with P = E / sum the softmax over the others of the batch.

    The exponentials are kept beside one common exponent, so that their matrix E is symmetric and
    the gradient (P + Pᵀ) z needs one product of matrices instead of two.
    """

    @staticmethod
    def forward(
        ctx: Any,
        rows: torch.Tensor,
        mean_of_positives: Callable[[torch.Tensor], torch.Tensor],
        temperature: float,
        counted: torch.Tensor | None,
    ) -> torch.Tensor:
        unit, slope = _directions(rows)
        pull = mean_of_positives(unit)
        common = 1 / temperature
        with torch.autocast(rows.device.type, enabled=False):
            exponents = torch.addmm(rows.new_full((), -common), unit, unit.T, alpha=common)
        exponentials = exponents.exp_().fill_diagonal_(0)
        # A batch of one row has no others.
        total = exponentials.sum(1).clamp_min_(torch.finfo(rows.dtype).tiny)
        ctx.save_for_backward(unit, slope, pull, exponentials, total, counted)
        ctx.mean_of_positives, ctx.temperature = mean_of_positives, temperature
        similarity = (unit * pull).sum(1)
        each = total.log().add_(similarity.neg_().add_(1), alpha=common)
        return each if counted is None else each.mul_(counted)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        unit, slope, pull, exponentials, total, counted = ctx.saved_tensors
        gradient = gradient / ctx.temperature
        if counted is not None:
            gradient *= counted
        share = gradient / total
        both = torch.add(share[:, None], share).mul_(exponentials)
        column = gradient[:, None]
        pulled = ctx.mean_of_positives(unit * column).addcmul_(pull, column)
        with torch.autocast(unit.device.type, enabled=False):
            pushed = torch.addmm(pulled, both, unit, beta=-1)
        return _through_directions(pushed, unit, slope), None, None, None
