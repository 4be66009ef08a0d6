"""Label-distribution-aware margin loss."""

import torch
from torch.nn import functional

from reproduce.losses import checks
from reproduce.losses.classifier import class_weights as weights_of
from reproduce.losses.classifier import rows
from reproduce.losses.classifier.objective import ClassifierObjective


def ldam(
    logits: torch.Tensor,
    labels: torch.Tensor,
    *,
    counts: checks.Numbers,
    max_margin: float = 0.5,
    scale: float = 30.0,
    class_weights: str | checks.Numbers | None = None,
    beta: float = 0.9999,
    reduction: str = "mean",
) -> torch.Tensor:
    r"""Cross-entropy with a margin around every class, wider the fewer images it has.

    .. math::
        L = -\frac{1}{N} \sum_i \log
            \frac{e^{s (z_{y_i} - \Delta_{y_i})}}
                 {e^{s (z_{y_i} - \Delta_{y_i})} + \sum_{j \ne y_i} e^{s z_j}},
        \qquad \Delta_c = \Delta_{\max} \left( \frac{n_{\min}}{n_c} \right)^{1/4}

    The paper writes :math:`\Delta_c = K / n_c^{1/4}`, with the constant K such that the rarest
    class has the largest margin.

    Parameters
    ----------
    logits : Tensor [N, C]
        Cosines :math:`z` between features and the columns of the classifier, from -1 to 1 (the
        network's "cosine" classifier); turned to float32 first.
    labels : Tensor [N]
        The true classes :math:`y`, whole numbers from 0 to C - 1.
    counts : numbers [C]
        Training images per class :math:`n_c`.
    max_margin : float
        Margin of the rarest class; 0.5 in the authors' code, 0 is cross-entropy of the scaled
        cosines.
    scale : float
        Factor :math:`s` of the cosines; 30 in the authors' code.
    class_weights : None, str or numbers [C]
        None; "effective_number" in the last epochs is the paper's deferred re-weighting (DRW), a
        second phase with the same loss; "inverse" or the weights themselves.
    beta : float
        Of the effective number; 0.9999 in the authors' code.
    reduction : str
        "mean" over the batch, "sum" or "none". The weighted mean divides by the sum of the
        weights.

    Differences from the paper
    --------------------------
    The scale is in the authors' code, not in the paper's equation; without it cosines are too
    close together for a softmax.

    Edge cases
    ----------
    A class absent from the batch adds nothing to the numerator, and its margin is unused. With
    equal counts every class has the largest margin.

    References
    ----------
    K. Cao, C. Wei, A. Gaidon, N. Arechiga, T. Ma (2019). Learning Imbalanced Datasets with
    Label-Distribution-Aware Margin Loss. NeurIPS.
    """
    logits, labels = rows.checked("ldam", logits, labels, reduction)
    checks.parameter("ldam", "max_margin", max_margin, least=0)
    checks.parameter("ldam", "scale", scale, above=0)
    counts = weights_of.positive("ldam", "counts", counts, logits)
    weights = weights_of.chosen("ldam", class_weights, counts=counts, beta=beta, like=logits)
    margins = class_margins(counts, max_margin)
    # Only the true class is moved, so that it must win by its margin.
    moved = logits - functional.one_hot(labels, logits.shape[1]) * margins
    return functional.cross_entropy(scale * moved, labels, weight=weights, reduction=reduction)


def class_margins(counts: torch.Tensor, max_margin: float = 0.5) -> torch.Tensor:
    """Return the margins of the classes [C], the largest for the rarest class."""
    return max_margin * (counts.min() / counts) ** 0.25


class LDAM(ClassifierObjective):
    """LDAM of a batch's cosines; has no state."""

    function = staticmethod(ldam)
