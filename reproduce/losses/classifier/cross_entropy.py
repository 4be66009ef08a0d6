"""Softmax cross-entropy."""

import torch
from torch.nn import functional

from reproduce.losses import checks
from reproduce.losses.classifier import class_weights as weights_of
from reproduce.losses.classifier import rows
from reproduce.losses.classifier.objective import ClassifierObjective


def cross_entropy(
    logits: torch.Tensor,
    labels: torch.Tensor,
    *,
    class_weights: str | checks.Numbers | None = None,
    counts: checks.Numbers | None = None,
    beta: float = 0.9999,
    reduction: str = "mean",
) -> torch.Tensor:
    r"""Softmax cross-entropy, the minus logarithm of the true class's probability.

    .. math::
        L = -\frac{1}{N} \sum_i \log p_{i, y_i}, \qquad p_i = \mathrm{softmax}(z_i)

    With class weights, :math:`L = -\sum_i w_{y_i} \log p_{i, y_i} / \sum_i w_{y_i}`: an image of a
    rare class pulls harder, and the size of the loss does not depend on who is in the batch.

    Parameters
    ----------
    logits : Tensor [N, C]
        The network's outputs :math:`z`; turned to float32 first, also under autocast.
    labels : Tensor [N]
        The true classes :math:`y`, whole numbers from 0 to C - 1.
    class_weights : None, str or numbers [C]
        None (the papers' baseline), "effective_number", "inverse" or the weights themselves.
    counts : numbers [C]
        Training images per class; only read for weights asked for by name.
    beta : float
        Of the effective number; 0.9999 in LDAM's code.
    reduction : str
        "mean" over the batch (the paper's), "sum" or "none". The weighted mean divides by the sum
        of the weights, as PyTorch's does; the other two do not divide.

    Differences from the paper
    --------------------------
    None.

    Edge cases
    ----------
    A class absent from the batch adds nothing. In a batch of one class the weights cancel out.
    """
    logits, labels = rows.checked("cross_entropy", logits, labels, reduction)
    weights = weights_of.chosen(
        "cross_entropy", class_weights, counts=counts, beta=beta, like=logits
    )
    return functional.cross_entropy(logits, labels, weight=weights, reduction=reduction)


class CrossEntropy(ClassifierObjective):
    """Cross-entropy of a batch's logits; has no state."""

    function = staticmethod(cross_entropy)
