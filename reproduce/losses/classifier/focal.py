"""Focal loss: cross-entropy that attends to what is still classified badly."""

import torch
from torch.nn import functional

from reproduce.losses import checks
from reproduce.losses.classifier import class_weights as weights_of
from reproduce.losses.classifier import rows
from reproduce.losses.classifier.objective import ClassifierObjective


def focal(
    logits: torch.Tensor,
    labels: torch.Tensor,
    *,
    gamma: float = 2.0,
    class_weights: str | checks.Numbers | None = None,
    counts: checks.Numbers | None = None,
    beta: float = 0.9999,
    reduction: str = "mean",
) -> torch.Tensor:
    r"""Focal loss: cross-entropy times a power of the probability still missing.

    .. math::
        L = -\frac{1}{N} \sum_i (1 - p_{i, y_i})^{\gamma} \log p_{i, y_i} \qquad (4)

    An image that is classified well already hardly counts any more. With class weights, Eq (5):
    each term times :math:`w_{y_i}`, and the mean divides by the sum of the weights.

    Parameters
    ----------
    logits : Tensor [N, C]
        The network's outputs :math:`z`, :math:`p = \mathrm{softmax}(z)`; turned to float32 first.
    labels : Tensor [N]
        The true classes :math:`y`, whole numbers from 0 to C - 1.
    gamma : float
        How strongly easy images are turned down; 2 in the paper, 0 is cross-entropy.
    class_weights : None, str or numbers [C]
        None, "effective_number" (then this is the class-balanced focal loss), "inverse" or the
        weights themselves: the paper's :math:`\alpha_t`.
    counts : numbers [C]
        Training images per class; only read for weights asked for by name.
    beta : float
        Of the effective number; 0.9999 in LDAM's code.
    reduction : str
        "mean" over the batch, "sum" or "none".

    Differences from the paper
    --------------------------
    The paper detects objects with one sigmoid per class and alpha = 0.25; for one class out of
    many, :math:`p` is the softmax, as in the papers on long tails. The paper divides by the number
    of objects. LDAM's code takes :math:`p = \exp(-w_y\,\mathrm{CE})`, so that the weight leaks
    into the probability, and divides by N; here :math:`p` is the probability itself. Without
    weights the two are the same. The gradient passes through :math:`(1 - p)^\gamma`.

    Edge cases
    ----------
    A class absent from the batch adds nothing. Loss and gradient are 0 where p is 1, for every
    gamma above 0.

    References
    ----------
    T.-Y. Lin, P. Goyal, R. Girshick, K. He, P. Dollár (2017). Focal Loss for Dense Object
    Detection. ICCV.
    """
    logits, labels = rows.checked("focal", logits, labels, reduction)
    checks.parameter("focal", "gamma", gamma, least=0)
    weights = weights_of.chosen("focal", class_weights, counts=counts, beta=beta, like=logits)
    each = functional.cross_entropy(logits, labels, reduction="none")
    each = missing_probability(each, gamma) * each
    return rows.reduced(each, reduction, None if weights is None else weights[labels])


def missing_probability(cross_entropy: torch.Tensor, gamma: float) -> torch.Tensor:
    """Return (1 - p) ** gamma of p = exp(-cross_entropy)."""
    # expm1 keeps the digits of 1 - p where p is near 1.
    return rows.power(-torch.expm1(-cross_entropy), gamma)


class Focal(ClassifierObjective):
    """Focal loss of a batch's logits; has no state."""

    function = staticmethod(focal)
