"""Logit-adjusted cross-entropy."""

import torch
from torch.nn import functional

from reproduce.losses import checks
from reproduce.losses.classifier import class_weights, rows
from reproduce.losses.classifier.objective import ClassifierObjective


def logit_adjustment(
    logits: torch.Tensor,
    labels: torch.Tensor,
    *,
    counts: checks.Numbers,
    tau: float = 1.0,
    reduction: str = "mean",
) -> torch.Tensor:
    r"""Cross-entropy after the logarithm of the class's share was added to each output.

    .. math::
        L = -\frac{1}{N} \sum_i \log
            \frac{e^{z_{y_i} + \tau \ln \pi_{y_i}}}{\sum_j e^{z_j + \tau \ln \pi_j}},
        \qquad \pi_c = \frac{n_c}{\sum_j n_j} \qquad (10)

    Evaluation uses the plain :math:`z`. The paper's other way trains with cross-entropy and
    subtracts :math:`\tau \ln \pi` afterwards, Eq (9); for tau = 1 that is thresholding.

    Parameters
    ----------
    logits : Tensor [N, C]
        The network's outputs :math:`z`; turned to float32 first.
    labels : Tensor [N]
        The true classes :math:`y`, whole numbers from 0 to C - 1.
    counts : numbers [C]
        Training images per class :math:`n_c`, each above 0.
    tau : float
        Strength of the adjustment; 1 in the paper, 0 is cross-entropy.
    reduction : str
        "mean" over the batch (the paper's), "sum" or "none".

    Differences from the paper
    --------------------------
    None.

    Edge cases
    ----------
    A class absent from the batch still takes its part in the denominator. With equal counts this
    is cross-entropy, for every tau.

    References
    ----------
    A. K. Menon, S. Jayasumana, A. S. Rawat, H. Jain, A. Veit, S. Kumar (2021). Long-tail Learning
    via Logit Adjustment. ICLR.
    """
    logits, labels = rows.checked("logit_adjustment", logits, labels, reduction)
    checks.parameter("logit_adjustment", "tau", tau, least=0)
    counts = class_weights.positive("logit_adjustment", "counts", counts, logits)
    shares = counts / counts.sum()
    return functional.cross_entropy(logits + tau * shares.log(), labels, reduction=reduction)


class LogitAdjustment(ClassifierObjective):
    """Logit-adjusted cross-entropy of a batch's logits; has no state."""

    function = staticmethod(logit_adjustment)
    relative = "thresholding written as a loss"
