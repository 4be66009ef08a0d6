"""Dual focal loss of 2021: also what the wrong classes are given counts."""

import torch
from torch.nn import functional

from reproduce.errors import UserError
from reproduce.losses import checks
from reproduce.losses.classifier import rows
from reproduce.losses.classifier.objective import ClassifierObjective

LEAST_ARGUMENT = 0.001


def dual_focal(
    logits: torch.Tensor,
    labels: torch.Tensor,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    gamma: float = 1.0,
    rho: float = 1.0,
    reading: str = "printed",
    reduction: str = "mean",
) -> torch.Tensor:
    r"""Dual focal loss: cross-entropy of every class against the rest, plus the distance.

    .. math::
        L = -\frac{1}{N C} \sum_{i, c} \left[ T_{ic} \log Y_{ic}
            + \beta (1 - T_{ic}) \log(\rho - Y_{ic}) - \alpha |T_{ic} - Y_{ic}|^{\gamma} \right]

    with the probabilities :math:`Y = \mathrm{softmax}(z)` and the truth :math:`T`, 1 for the true
    class and 0 for the others. Not the dual focal loss of 2023, which is `calibrated_focal`.

    The readings differ in the gradient alone. "printed" derives the loss above. "code" is the
    backward pass that the authors released,

    .. math::
        \frac{\partial L}{\partial Y_{ic}} = \frac{1}{N} \left[ -\frac{T_{ic}}{Y_{ic}}
            + \frac{\beta (1 - T_{ic})}{\rho - Y_{ic}} - \alpha (2 T_{ic} - 1)^{\gamma} \right]

    It is C times as large, since it does not divide by the classes; goes on where the logarithm is
    cut off; and for gamma other than 1 is not the derivative: at gamma = 2 its last term pulls the
    probabilities of wrong classes up as well, against the term before it.

    Parameters
    ----------
    logits : Tensor [N, C]
        The network's outputs :math:`z`; turned to float32 first.
    labels : Tensor [N]
        The true classes, whole numbers from 0 to C - 1.
    alpha : float
        Weight of the distance; 1 in the paper.
    beta : float
        Weight of the wrong classes; 1 in the paper.
    gamma : float
        Exponent of the distance; 1 in the paper.
    rho : float
        What a wrong class's probability is taken from; 1 in the paper, more softens that term.
    reading : str
        "printed" (default) or "code", see above.
    reduction : str
        "mean" over the batch, "sum" or "none" (one number per image, the mean over classes).

    Differences from the paper
    --------------------------
    The arguments of both logarithms are at least 0.001, as in the authors' code. There the number
    shown during training is the mean distance :math:`|T - Y|`, not this loss.

    Edge cases
    ----------
    In the reading "printed" a true class below 0.001 has only the distance to pull it up. The
    softmax makes every pull vanish there that does not grow like 1 / Y: badly wrong images learn
    slowly in both readings. With one class the loss is 0.

    References
    ----------
    M. S. Hossain, J. M. Betts, A. P. Paplinski (2021). Dual Focal Loss to Address Class Imbalance
    in Semantic Segmentation. Neurocomputing 462.
    """
    logits, labels = rows.checked("dual_focal", logits, labels, reduction)
    for name, value in (("alpha", alpha), ("beta", beta), ("gamma", gamma)):
        checks.parameter("dual_focal", name, value, least=0)
    checks.parameter("dual_focal", "rho", rho, least=1)
    checks.choice("dual_focal", "reading", reading, ("printed", "code"))
    # T and Y of the equation.
    truth = functional.one_hot(labels, logits.shape[1]).to(logits.dtype)
    probabilities = logits.softmax(1)
    of_true = probabilities.clamp_min(LEAST_ARGUMENT)
    of_false = (rho - probabilities).clamp_min(LEAST_ARGUMENT)
    distance = rows.power((truth - probabilities).abs(), gamma)
    terms = -truth * of_true.log() - beta * (1 - truth) * of_false.log() + alpha * distance
    if reading == "code":
        if gamma != int(gamma):
            raise UserError(
                "dual_focal: gamma expected a whole number for reading 'code', which takes powers "
                f"of -1, received {gamma:g}"
            )
        slope = -truth / of_true + beta * (1 - truth) / of_false - alpha * (2 * truth - 1) ** gamma
        terms = with_slope(terms, probabilities, logits.shape[1] * slope)
    return rows.reduced(terms.mean(dim=1), reduction)


def with_slope(value: torch.Tensor, argument: torch.Tensor, slope: torch.Tensor) -> torch.Tensor:
    """Return the value, but with this derivative by the argument in place of its own."""
    line = slope.detach() * argument
    return value.detach() + (line - line.detach())


class DualFocal(ClassifierObjective):
    """Dual focal loss of a batch's logits; has no state."""

    function = staticmethod(dual_focal)
