"""Supervised contrastive loss that weighs pairs by how hard they are."""

import torch

from reproduce.errors import UserError
from reproduce.losses import checks
from reproduce.losses.embedding.similarities import (
    anchor_losses,
    positives,
    products,
    reduced,
    scaled,
)
from reproduce.losses.objective import EmbeddingObjective

NAME = "difficulty_aware_sup_con"
# Each a choice of the same name in the list of what the text leaves open.
CHOICES = {
    "reading": ("intended", "printed"),
    "gate_of_positive_weight": ("gated", "printed"),
    "gate_of_negative_weight": ("gated", "printed"),
    "gradient_through_weights": ("detached", "attached"),
    "normalisation": ("per_anchor", "printed", "weighted_mean"),
    "sum_over_k": ("without_anchor", "with_anchor"),
}


def difficulty_aware_sup_con(
    embeddings: torch.Tensor,
    labels: torch.Tensor,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    positive_threshold: float = 0.5,
    negative_threshold: float = 0.5,
    temperature: float = 0.07,
    reading: str = "intended",
    gate_of_positive_weight: str = "gated",
    gate_of_negative_weight: str = "gated",
    gradient_through_weights: str = "detached",
    normalisation: str = "per_anchor",
    sum_over_k: str = "without_anchor",
    reduction: str = "mean",
) -> torch.Tensor:
    r"""Difficulty-aware supervised contrastive loss (section 4 of its text).

    With cosines :math:`s`, hard positives and hard negatives weigh more than one,

    .. math::

        w^+_{ip} = 1 + \alpha \max\left(0, \frac{\theta^+ - s_{ip}}{\theta^+}\right), \qquad
        w^-_{in} = 1 + \beta \max\left(0, \frac{s_{in} - \theta^-}{1 - \theta^-}\right)

    and the loss as it is intended, for :math:`\alpha = \beta = 0` the same as `sup_con`, is

    .. math::

        L = \frac{1}{N} \sum_i \frac{1}{|P(i)|} \sum_{p \in P(i)} w^+_{ip} \left(
            \log\Big[ \sum_{q \in P(i)} e^{s_{iq} / \tau}
                + \sum_{n \in N(i)} w^-_{in} e^{s_{in} / \tau} \Big] - s_{ip} / \tau \right)

    Parameters
    ----------
    embeddings : Tensor [N, D]
        What is compared: in our study the encoder's output itself, since the text mentions no
        projection head. Scaled to length one here, as the text has cosines.
    labels : Tensor [N]
        The classes, any whole numbers.
    alpha, beta : float
        :math:`\alpha` and :math:`\beta`: weight of the hardest positives and negatives. The text
        gives no value for these nor for the next three; 1 is ours.
    positive_threshold, negative_threshold : float
        :math:`\theta^+` and :math:`\theta^-`: from where on a pair is hard. 0.5 is ours.
    temperature : float
        :math:`\tau`; 0.07 is that of the plain loss in its authors' code.
    reading : str
        "intended": weights of negatives act in the denominator, so that a hard negative is pushed
        harder. "printed": the text multiplies them by an indicator that is zero for every
        negative, so they never act and :math:`\beta` has no effect.
    gate_of_positive_weight, gate_of_negative_weight : str
        "gated": easy pairs weigh one, as above. "printed": the bracket is not cut, easy pairs
        weigh less than one. An easy positive may then even weigh less than zero, and is pushed
        away, if alpha is large. A negative whose weight would be below zero weighs zero, since it
        stands in a logarithm.
    gradient_through_weights : str
        "detached": weights are constants of the step. "attached": the gradient also changes the
        weights; raising a positive's cosine then pays twice, and a negative's weight adds its own
        push beyond the threshold.
    normalisation : str
        "per_anchor": as above. "weighted_mean": divided by the sum of the weights instead of
        :math:`|P(i)|`, so that an anchor whose positives are all hard counts no more than
        another. "printed": plain sums over anchors and positives, so that anchors of frequent
        classes dominate.
    sum_over_k : str
        "without_anchor": the denominator leaves the anchor out. "with_anchor": it has the
        anchor's own term :math:`e^{1 / \tau}`, the largest possible, so the loss cannot reach
        zero and the pull of positives never ends.
    reduction : str
        "mean" over all N anchors (their sum under the printed normalisation), "sum" or "none".

    Differences from the paper
    --------------------------
    The default departs from the printed formula in the four places that `reading`, the two gates
    and `normalisation` name. To have it as printed, set these to "printed".

    Edge cases
    ----------
    An anchor without a positive has loss zero and still counts in the mean. In a batch of one
    class only the weights of positives act. An embedding of zeros has cosine zero with everything
    and receives no gradient.

    References
    ----------
    SupConLoss vs Difficulty-Aware SupConLoss, a post on a personal page; no paper was found.
    """
    chosen = {
        "reading": reading,
        "gate_of_positive_weight": gate_of_positive_weight,
        "gate_of_negative_weight": gate_of_negative_weight,
        "gradient_through_weights": gradient_through_weights,
        "normalisation": normalisation,
        "sum_over_k": sum_over_k,
    }
    for choice, value in chosen.items():
        checks.choice(NAME, choice, value, CHOICES[choice])
    _check_ranges(alpha, beta, positive_threshold, negative_threshold, temperature)
    if normalisation == "weighted_mean" and gate_of_positive_weight == "printed":
        _refuse_weights_below_zero(alpha, positive_threshold)

    rows = scaled(checks.numbers(NAME, "embeddings", embeddings, "N, D"))
    labels = checks.labels(NAME, labels, rows)
    return of_similarities(
        products(rows, rows), labels, alpha=alpha, beta=beta,
        positive_threshold=positive_threshold, negative_threshold=negative_threshold,
        temperature=temperature, reduction=reduction, **chosen,
    )  # fmt: skip


def of_similarities(
    similarities: torch.Tensor, labels: torch.Tensor, *, alpha: float = 1.0, beta: float = 1.0,
    positive_threshold: float = 0.5, negative_threshold: float = 0.5, temperature: float = 0.07,
    reduction: str = "mean", **choices: str,
) -> torch.Tensor:  # fmt: skip
    """Return the loss from the cosines [N, N]; parameters as in `difficulty_aware_sup_con`."""
    read = {choice: choices.get(choice, values[0]) for choice, values in CHOICES.items()}
    positive = positives(labels)
    seen = similarities
    if read["gradient_through_weights"] == "detached":
        seen = similarities.detach()
    # (theta+ - s) / theta+
    hardness = 1 - seen / positive_threshold
    gated = read["gate_of_positive_weight"] == "gated"
    weights = 1 + alpha * (hardness.relu() if gated else hardness)
    log_weights = None
    if read["reading"] == "intended":
        gated = read["gate_of_negative_weight"] == "gated"
        log_weights = _log_weights(seen, labels, beta, negative_threshold, gated)
    each = anchor_losses(
        similarities,
        positive,
        temperature,
        weights=weights,
        divisor=_divisor(read["normalisation"], weights, positive),
        log_weights=log_weights,
        with_anchor=read["sum_over_k"] == "with_anchor",
    )
    if read["normalisation"] == "printed" and reduction == "mean":
        return each.sum()
    return reduced(NAME, each, reduction)


def _divisor(
    normalisation: str, weights: torch.Tensor, positive: torch.Tensor
) -> torch.Tensor | None:
    """Return what the sum over an anchor's positives is divided by; None: by their number."""
    if normalisation == "per_anchor":
        return None
    if normalisation == "printed":
        return torch.ones_like(weights[:, 0])
    # An anchor without a positive divides zero by one.
    return weights.masked_fill(~positive, 0).sum(1) + ~positive.any(1)


def _log_weights(
    similarities: torch.Tensor, labels: torch.Tensor, beta: float, threshold: float, gated: bool
) -> torch.Tensor:
    """Return log w- of negative pairs, zero elsewhere."""
    hardness = (similarities - threshold) / (1 - threshold)
    weights = 1 + beta * (hardness.relu() if gated else hardness)
    # The smallest positive number in place of zero, which has no logarithm.
    weights = weights.clamp_min(torch.finfo(weights.dtype).tiny)
    return weights.log().masked_fill(labels[:, None] == labels, 0)


def _check_ranges(
    alpha: float, beta: float, positive_threshold: float, negative_threshold: float,
    temperature: float,
) -> None:  # fmt: skip
    checks.parameter(NAME, "alpha", alpha, least=0)
    checks.parameter(NAME, "beta", beta, least=0)
    checks.parameter(NAME, "positive_threshold", positive_threshold, above=0, most=1)
    checks.parameter(NAME, "negative_threshold", negative_threshold, least=-1)
    if negative_threshold >= 1:
        raise UserError(
            f"{NAME}: negative_threshold expected less than 1, received {negative_threshold:g}"
        )
    checks.parameter(NAME, "temperature", temperature, above=0)


def _refuse_weights_below_zero(alpha: float, threshold: float) -> None:
    least = 1 + alpha * (threshold - 1) / threshold
    if least <= 0:
        raise UserError(
            f"{NAME}: normalisation 'weighted_mean' expected weights above zero, received "
            f"{least:g} for the easiest positive; lower alpha or take the gated weights"
        )


class DifficultyAwareSupCon(EmbeddingObjective):
    """Difficulty-aware supervised contrastive loss of a batch's embeddings; has no state."""

    function = staticmethod(difficulty_aware_sup_con)
