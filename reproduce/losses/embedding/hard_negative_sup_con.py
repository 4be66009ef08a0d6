"""Supervised contrastive loss whose negatives are tilted towards those like the anchor."""

import torch

from reproduce.losses import checks
from reproduce.losses.embedding.similarities import (
    anchor_losses,
    positives,
    products,
    reduced,
    scaled,
)
from reproduce.losses.objective import EmbeddingObjective


def hard_negative_sup_con(
    embeddings: torch.Tensor,
    labels: torch.Tensor,
    *,
    beta: float = 10.0,
    temperature: float = 0.5,
    reduction: str = "mean",
) -> torch.Tensor:
    r"""Supervised contrastive loss with hard negatives by exponential tilting (H-SCL).

    .. math::

        L_i = \frac{-1}{|P(i)|} \sum_{p \in P(i)} \log \frac{\exp(s_{ip} / \tau)}
              {\sum_{q \in P(i)} \exp(s_{iq} / \tau) + \sum_{n \in N(i)} w_{in} \exp(s_{in} / \tau)}

        w_{in} = \frac{|N(i)| \exp(\beta s_{in})}{\sum_{m \in N(i)} \exp(\beta s_{im})}

    with cosines :math:`s`. The weights of an anchor's negatives have mean one: they do not add
    negatives, they draw them from a distribution tilted towards those most like the anchor. No
    gradient passes through them, so a negative is pushed with :math:`w_{in}` times its former
    exponential.

    Parameters
    ----------
    embeddings : Tensor [N, D]
        The outputs of the projection head; scaled to length one here.
    labels : Tensor [N]
        The classes, any whole numbers.
    beta : float
        :math:`\beta`, the hardness; 0 gives the plain supervised contrastive loss. The authors'
        code has 5 on :math:`s / \tau` with :math:`\tau = 0.5`, which is 10 on the cosine.
    temperature : float
        :math:`\tau`; 0.5 in the authors' code. Take that of the loss it is compared with.
    reduction : str
        "mean" over all N anchors, "sum" or "none".

    Differences from the paper
    --------------------------
    The authors' code compares one positive at a time, the other view, with the negatives, and
    counts two fewer negatives than rows whatever the classes. Here the denominator has all
    positives, and as many negatives as there are, as in the plain loss, so that the tilting is
    the only difference between the two.

    Edge cases
    ----------
    An anchor without a positive has loss zero and still counts in the mean. An anchor without a
    negative, as in a batch of one class, has the plain loss. An embedding of zeros has cosine
    zero with everything and receives no gradient.

    References
    ----------
    Jiang, Nguyen, Ishwar, Aeron (2022). Supervised Contrastive Learning with Hard Negative
    Samples. Robinson, Chuang, Sra, Jegelka (2021). Contrastive Learning with Hard Negative
    Samples.
    """
    name = "hard_negative_sup_con"
    checks.parameter(name, "temperature", temperature, above=0)
    checks.parameter(name, "beta", beta, least=0)
    rows = scaled(checks.numbers(name, "embeddings", embeddings, "N, D"))
    labels = checks.labels(name, labels, rows)
    return of_similarities(products(rows, rows), labels, beta=beta, temperature=temperature,
                           reduction=reduction)  # fmt: skip


def of_similarities(
    similarities: torch.Tensor, labels: torch.Tensor, *, beta: float = 10.0,
    temperature: float = 0.5, reduction: str = "mean",
) -> torch.Tensor:  # fmt: skip
    """Return the loss from the cosines [N, N]; parameters as in `hard_negative_sup_con`."""
    each = anchor_losses(
        similarities,
        positives(labels),
        temperature,
        log_weights=_log_tilt(beta * similarities.detach(), labels),
    )
    return reduced("hard_negative_sup_con", each, reduction)


def _log_tilt(tilt: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return log w: of mean one over the negatives of an anchor, zero elsewhere."""
    same = labels[:, None] == labels
    count = (~same).sum(1, keepdim=True)
    # A finite number stands for what is left out, since an anchor may have no negative at all.
    total = tilt.masked_fill(same, torch.finfo(tilt.dtype).min).logsumexp(1, keepdim=True)
    return (tilt - total + count.to(tilt.dtype).log()).masked_fill(same, 0)


class HardNegativeSupCon(EmbeddingObjective):
    """Supervised contrastive loss with tilted negatives; has no state."""

    function = staticmethod(hard_negative_sup_con)
    relative = "a published relative of the difficulty-aware loss"
