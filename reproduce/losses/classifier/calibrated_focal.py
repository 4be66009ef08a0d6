"""Dual focal loss of 2023: a focal loss for calibration."""

import torch
from torch.nn import functional

from reproduce.losses import checks
from reproduce.losses.classifier import rows
from reproduce.losses.classifier.objective import ClassifierObjective


def calibrated_focal(
    logits: torch.Tensor, labels: torch.Tensor, *, gamma: float = 5.0, reduction: str = "mean"
) -> torch.Tensor:
    r"""Focal loss whose factor also sees the class that is next less likely than the true one.

    .. math::
        L = -\frac{1}{N} \sum_i (1 - p_{i, y_i} + q_i)^{\gamma} \log p_{i, y_i}, \qquad
        q_i = \max \{ p_{ij} : p_{ij} < p_{i, y_i} \}

    The focal loss makes a network less sure of itself, often too little sure; :math:`q` counters
    that: as long as another class comes close to the true one, the image keeps its weight. The
    paper calls it dual focal loss, as another paper of 2021 called its own (`dual_focal`).

    Parameters
    ----------
    logits : Tensor [N, C]
        The network's outputs :math:`z`, :math:`p = \mathrm{softmax}(z)`; turned to float32 first.
    labels : Tensor [N]
        The true classes :math:`y`, whole numbers from 0 to C - 1.
    gamma : float
        How strongly easy images are turned down. The paper chooses it on validation images for
        every network, about 5 in most cases; 0 is cross-entropy.
    reduction : str
        "mean" over the batch, "sum" or "none".

    Differences from the paper
    --------------------------
    The authors' code sums over the batch unless told otherwise.

    Edge cases
    ----------
    If no class lies strictly below the true one, q is 0 and this is the focal loss. Where two
    classes below the true one change places the loss has a kink; where the true class passes
    another one, it has a jump.

    References
    ----------
    L. Tao, M. Dong, C. Xu (2023). Dual Focal Loss for Calibration. ICML.
    """
    logits, labels = rows.checked("calibrated_focal", logits, labels, reduction)
    checks.parameter("calibrated_focal", "gamma", gamma, least=0)
    probabilities = logits.softmax(1)
    true = probabilities.gather(1, labels[:, None])
    # q of the equation.
    next_lower = probabilities.where(probabilities < true, 0).amax(1)
    each = functional.cross_entropy(logits, labels, reduction="none")
    missing = -torch.expm1(-each) + next_lower
    return rows.reduced(rows.power(missing, gamma) * each, reduction)


class CalibratedFocal(ClassifierObjective):
    """Calibrated focal loss of a batch's logits; has no state."""

    function = staticmethod(calibrated_focal)
    relative = "the other loss that is called dual focal"
