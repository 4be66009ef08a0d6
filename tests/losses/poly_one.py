"""Poly-1, as somebody who adds a loss to the package would write it: the example of a dry run."""

import torch
from torch.nn import functional

from reproduce.losses import checks
from reproduce.losses.classifier import rows
from reproduce.losses.classifier.objective import ClassifierObjective


def poly_one(
    logits: torch.Tensor, labels: torch.Tensor, *, epsilon: float = 1.0, reduction: str = "mean"
) -> torch.Tensor:
    r"""Cross-entropy and a multiple of the probability that is missing.

    .. math::
        L = \frac{1}{N} \sum_i -\log p_{i, y_i} + \epsilon (1 - p_{i, y_i}) \qquad (5)

    Parameters
    ----------
    logits : Tensor [N, C]
        The network's outputs.
    labels : Tensor [N]
        The true classes, whole numbers from 0 to C - 1.
    epsilon : float
        What the first term of cross-entropy's series gains; 1 in the paper's examples.
    reduction : str
        "mean" over the batch (the paper's), "sum" or "none".

    Differences from the paper
    --------------------------
    None.

    Edge cases
    ----------
    With epsilon = 0 this is cross-entropy.

    References
    ----------
    Z. Leng, M. Tan, C. Liu, E. D. Cubuk, J. Shi, S. Cheng, D. Anguelov (2022). PolyLoss. ICLR.
    """
    logits, labels = rows.checked("poly_one", logits, labels, reduction)
    checks.parameter("poly_one", "epsilon", epsilon, least=-1)
    each = functional.cross_entropy(logits, labels, reduction="none")
    return rows.reduced(each + epsilon * -torch.expm1(-each), reduction, None)


class PolyOne(ClassifierObjective):
    """Poly-1 of a batch's logits; has no state."""

    function = staticmethod(poly_one)
    relative = "a relative of cross-entropy and of the focal loss"
