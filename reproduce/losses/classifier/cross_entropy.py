"""Softmax cross-entropy."""

import torch
from torch import nn
from torch.nn import functional


def cross_entropy(
    logits: torch.Tensor, labels: torch.Tensor, *, reduction: str = "mean"
) -> torch.Tensor:
    r"""Softmax cross-entropy, :math:`-\log p_{y}(x)` with :math:`p = \mathrm{softmax}(z)`.

    Parameters
    ----------
    logits : Tensor [N, C]
        The network's outputs :math:`z`; turned to float32 first, also under autocast.
    labels : Tensor [N]
        The true classes :math:`y`, whole numbers from 0 to C - 1.
    reduction : str
        "mean" over the batch (the paper's), "sum" or "none".

    Differences from the paper
    --------------------------
    None.

    Edge cases
    ----------
    A class absent from the batch adds nothing; an empty batch is NaN, as a mean of nothing is.
    """
    return functional.cross_entropy(logits.float(), labels, reduction=reduction)


class CrossEntropy(nn.Module):
    """Cross-entropy of a batch's logits; has no state."""

    def __init__(self, context):
        super().__init__()

    def forward(self, batch) -> torch.Tensor:
        """Return the mean loss of the batch."""
        return cross_entropy(batch.logits, batch.labels)
