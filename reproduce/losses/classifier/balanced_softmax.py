"""Balanced softmax."""

import torch
from torch.nn import functional

from reproduce.losses import checks
from reproduce.losses.classifier import class_weights, rows
from reproduce.losses.classifier.objective import ClassifierObjective


def balanced_softmax(
    logits: torch.Tensor, labels: torch.Tensor, *, counts: checks.Numbers, reduction: str = "mean"
) -> torch.Tensor:
    r"""Cross-entropy of a softmax in which each class counts as often as it has images.

    .. math::
        L = -\frac{1}{N} \sum_i \log \frac{n_{y_i} e^{z_{y_i}}}{\sum_j n_j e^{z_j}}

    In training :math:`z + \ln n` has to fit the images as they are; the plain :math:`z`, used in
    evaluation, then suits a world where all classes are equally frequent. The same as
    `logit_adjustment` with tau = 1.

    Parameters
    ----------
    logits : Tensor [N, C]
        The network's outputs :math:`z`; turned to float32 first.
    labels : Tensor [N]
        The true classes :math:`y`, whole numbers from 0 to C - 1.
    counts : numbers [C]
        Training images per class :math:`n_j`, each above 0.
    reduction : str
        "mean" over the batch (the paper's), "sum" or "none".

    Differences from the paper
    --------------------------
    None. The paper's meta sampler is a way of showing images, not part of the loss.

    Edge cases
    ----------
    A class absent from the batch still takes its part in the denominator. With equal counts this
    is cross-entropy.

    References
    ----------
    J. Ren, C. Yu, S. Sheng, X. Ma, H. Zhao, S. Yi, H. Li (2020). Balanced Meta-Softmax for
    Long-Tailed Visual Recognition. NeurIPS.
    """
    logits, labels = rows.checked("balanced_softmax", logits, labels, reduction)
    counts = class_weights.positive("balanced_softmax", "counts", counts, logits)
    return functional.cross_entropy(logits + counts.log(), labels, reduction=reduction)


class BalancedSoftmax(ClassifierObjective):
    """Balanced softmax of a batch's logits; has no state."""

    function = staticmethod(balanced_softmax)
    relative = "a relative of logit adjustment"
