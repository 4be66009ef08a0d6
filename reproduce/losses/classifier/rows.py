"""What the losses of a classifier share: the check of their rows, and the mean over them."""

import torch

from reproduce.losses import checks

REDUCTIONS = ("mean", "sum", "none")


def checked(
    loss: str, logits: torch.Tensor, labels: torch.Tensor, reduction: str
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return logits [N, C], float32 at least, and labels [N]."""
    logits = checks.numbers(loss, "logits", logits, "N, C")
    labels = checks.labels(loss, labels, logits, classes=logits.shape[1])
    checks.choice(loss, "reduction", reduction, REDUCTIONS)
    return logits, labels


def power(base: torch.Tensor, exponent: float) -> torch.Tensor:
    """Return base ** exponent of a base from 0; its derivative is finite at 0 as well."""
    return base.clamp_min(torch.finfo(base.dtype).tiny) ** exponent


def reduced(
    each: torch.Tensor, reduction: str, weights: torch.Tensor | None = None
) -> torch.Tensor:
    """Return the mean, the sum or the losses themselves [N], each times its weight [N].

    The weighted mean divides by the sum of the weights, as that of PyTorch's cross-entropy does.
    """
    weighted = each if weights is None else weights * each
    if reduction == "none":
        return weighted
    if reduction == "sum":
        return weighted.sum()
    return each.mean() if weights is None else weighted.sum() / weights.sum()
