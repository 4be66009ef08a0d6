"""Gaussian clouded logit adjustment."""

from typing import Any

import torch
from torch.nn import functional

from reproduce.losses import checks
from reproduce.losses.classifier import class_weights, rows
from reproduce.losses.classifier.focal import missing_probability
from reproduce.losses.classifier.objective import ClassifierObjective


def gcl(
    logits: torch.Tensor,
    labels: torch.Tensor,
    noise: torch.Tensor | None = None,
    *,
    counts: checks.Numbers,
    nu: float = 0.5,
    scale: float = 30.0,
    margin: float = 0.0,
    gamma: float = 0.0,
    reduction: str = "mean",
) -> torch.Tensor:
    r"""Cross-entropy of cosines that random noise lowers, the more the rarer the class.

    .. math::
        L = -\frac{1}{N} \sum_i (1 - p_{i, y_i})^{\gamma} \log p_{i, y_i}, \qquad
        p_i = \mathrm{softmax}_j \Big( s \big( z_{ij} - \nu \, \delta_j |\varepsilon_{ij}|
            - m [j = y_i] \big) \Big), \qquad
        \delta_j = \frac{\ln n_{\max} - \ln n_j}{\ln n_{\max} - \ln n_{\min}}

    The noise :math:`\varepsilon` is drawn anew for every image and class from
    :math:`N(0, (1/3)^2)` and cut off at -1 and 1; :math:`[j = y_i]` is 1 for the true class and 0
    for the others. A rare class has to win although its cosine is
    lowered, and so gets a wide cloud around its few images.

    Parameters
    ----------
    logits : Tensor [N, C]
        Cosines :math:`z` between features and the columns of the classifier, from -1 to 1;
        turned to float32 first.
    labels : Tensor [N]
        The true classes :math:`y`, whole numbers from 0 to C - 1.
    noise : Tensor [N, C]
        The noise :math:`\varepsilon`; drawn from PyTorch's global generator if None.
    counts : numbers [C]
        Training images per class :math:`n_j`.
    nu : float
        How far the noise reaches; 0.5 in the authors' code.
    scale : float
        Factor :math:`s`; 30 while the network is trained, 20 while the classifier alone is.
    margin : float
        Margin :math:`m` of the true class; 0 while the network is trained, then 0.1.
    gamma : float
        Exponent of the focal factor, through which no gradient passes; 0 (no factor) while the
        network is trained, then 1.
    reduction : str
        "mean" over the batch, "sum" or "none".

    Differences from the paper
    --------------------------
    Margin and focal factor are in the authors' code. The defaults are those of its first stage.

    Edge cases
    ----------
    With equal counts no class is lowered. A class absent from the batch is lowered like any other
    wrong class. Two calls with `noise=None` differ; the objective adds noise in training alone.

    References
    ----------
    M. Li, Y. Cheung, Y. Lu (2022). Long-tailed Visual Recognition via Gaussian Clouded Logit
    Adjustment. CVPR.
    """
    logits, labels = rows.checked("gcl", logits, labels, reduction)
    for name, value in (("nu", nu), ("margin", margin), ("gamma", gamma)):
        checks.parameter("gcl", name, value, least=0)
    checks.parameter("gcl", "scale", scale, above=0)
    counts = class_weights.positive("gcl", "counts", counts, logits)
    if noise is None:
        noise = (torch.randn_like(logits) / 3).clamp(-1, 1)
    lowered = logits - nu * rarity(counts) * noise.abs()
    lowered = lowered - margin * functional.one_hot(labels, logits.shape[1]).to(logits.dtype)
    each = functional.cross_entropy(scale * lowered, labels, reduction="none")
    return rows.reduced(missing_probability(each.detach(), gamma) * each, reduction)


def rarity(counts: torch.Tensor) -> torch.Tensor:
    """Return how rare each class is [C], on a logarithmic scale from 0 to 1."""
    below_largest = (counts.max() / counts).log()
    # With equal counts all are 0, and so is the largest.
    largest = below_largest.max()
    return below_largest / largest.where(largest > 0, 1)


class GCL(ClassifierObjective):
    """GCL of a batch's cosines: noise in training, clean cosines in evaluation; has no state.

    Of mixed images the loss of either label draws noise of its own, as in the authors' code.
    """

    function = staticmethod(gcl)

    def call(self, *tensors: torch.Tensor, **more: Any) -> torch.Tensor:
        """Return the loss of these rows."""
        logits, labels = tensors
        noise = {} if self.training else {"noise": torch.zeros_like(logits)}
        return super().call(logits, labels, **noise, **more)
