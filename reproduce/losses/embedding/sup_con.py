"""Supervised contrastive loss: pull together what shares a class, push apart everything else."""

import torch

from reproduce.losses import checks
from reproduce.losses.embedding.similarities import (
    anchor_losses,
    closed_form_holds,
    contrast,
    positives,
    products,
    reduced,
    scaled,
)
from reproduce.losses.objective import EmbeddingObjective


def sup_con(
    embeddings: torch.Tensor,
    labels: torch.Tensor,
    *,
    temperature: float = 0.07,
    base_temperature: float | None = None,
    normalize: bool = True,
    reduction: str = "mean",
) -> torch.Tensor:
    r"""Supervised contrastive loss (Eq. 2 of its paper, the form with the sum outside the log).

    .. math::

        L_i = \frac{-1}{|P(i)|} \sum_{p \in P(i)} \log
              \frac{\exp(z_i \cdot z_p / \tau)}{\sum_{a \in A(i)} \exp(z_i \cdot z_a / \tau)},
        \qquad L = \frac{1}{N} \sum_{i=1}^{N} L_i

    :math:`A(i)` are all other rows of the batch and :math:`P(i)` those of them with the anchor's
    class. With two views of each image the batch has both views as rows, and another view of the
    anchor is one of its positives. The gradient pushes a negative away in proportion to its share
    of the denominator, so the most similar negatives are pushed hardest, the more so the lower
    the temperature.

    Parameters
    ----------
    embeddings : Tensor [N, D]
        The outputs of the projection head.
    labels : Tensor [N]
        The classes, any whole numbers.
    temperature : float
        :math:`\tau`; 0.07 in the authors' code, 0.1 in their paper and in most recipes since. The
        texts on balanced contrastive and on difficulty-aware learning print no value.
    base_temperature : float or None
        The authors' code multiplies the loss by temperature / base_temperature with a base of
        0.07, which keeps the step alike when the temperature changes. None (default) leaves this
        factor out, as the equations do.
    normalize : bool
        Scale every embedding to length one, so that products are cosines (the paper's).
    reduction : str
        "mean" over all N anchors (the authors' code), "sum" (the equation of the paper) or "none".

    Differences from the paper
    --------------------------
    The paper and the difficulty-aware text add up the anchors; here, as in the authors' code, the
    mean is taken, which only scales the gradient. The gradient is computed in closed form and has
    no second derivative.

    Edge cases
    ----------
    An anchor without a positive has loss zero and still counts in the mean, as in the authors'
    code; it remains a negative of the others. To leave such anchors out, take "none" and average
    the others. In a batch of one class there are no negatives: the positives of an anchor then
    compete with each other, and the loss is lowest where all are alike. An embedding of zeros has
    cosine zero with everything and receives no gradient. Without normalising, entries beyond 1e14
    are cut.

    References
    ----------
    Khosla, Teterwak, Wang, Sarna, Tian, Isola, Maschinot, Liu, Krishnan (2020). Supervised
    Contrastive Learning.
    """
    checks.parameter("sup_con", "temperature", temperature, above=0)
    embeddings = checks.numbers("sup_con", "embeddings", embeddings, "N, D")
    labels = checks.labels("sup_con", labels, embeddings)
    if closed_form_holds(normalize, temperature):
        classes = _Classes(labels, embeddings.dtype)
        each = contrast(embeddings, classes.mean_of_positives, temperature, classes.has_positive)
    else:
        rows = scaled(embeddings, normalize)
        each = anchor_losses(products(rows, rows), positives(labels), temperature)
    if base_temperature is not None:
        checks.parameter("sup_con", "base_temperature", base_temperature, above=0)
        each = each * (temperature / base_temperature)
    return reduced("sup_con", each, reduction)


class _Classes:
    """Which rows share a class."""

    def __init__(self, labels: torch.Tensor, dtype: torch.dtype):
        ordered, order = labels.sort()
        steps = torch.zeros_like(labels)
        steps[1:] = ordered[1:] != ordered[:-1]
        # Numbers the classes without asking how many there are, which would make a GPU wait.
        self.number = torch.empty_like(labels).scatter_(0, order, steps.cumsum(0))
        size = torch.zeros_like(labels).index_add_(0, self.number, torch.ones_like(labels))
        # |P(i)|
        positives_of_row = size.index_select(0, self.number) - 1
        self.has_positive = (positives_of_row > 0).to(dtype)
        self.divisor = positives_of_row.clamp_min(1).to(dtype)[:, None]

    def mean_of_positives(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the mean of the other rows of every row's class; zero where there is none."""
        total = torch.zeros_like(rows).index_add_(0, self.number, rows)
        return total.index_select(0, self.number).sub_(rows).div_(self.divisor)


class SupCon(EmbeddingObjective):
    """Supervised contrastive loss of a batch's embeddings; has no state."""

    function = staticmethod(sup_con)
