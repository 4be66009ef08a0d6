"""Contrastive loss on all pairs of a batch."""

import torch

from reproduce.errors import UserError
from reproduce.losses import checks
from reproduce.losses.embedding.distances import closed_form, over_distance, pair_blocks
from reproduce.losses.objective import EmbeddingObjective


def contrastive(
    embeddings: torch.Tensor,
    labels: torch.Tensor,
    *,
    margin: float = 1.0,
    squared: bool = True,
    reading: str = "printed",
    normalize: bool = True,
    reduction: str = "mean",
) -> torch.Tensor:
    r"""Pull the images of a class together, push others apart up to a margin.

    Equation (1) of the metric-learning paper, on all pairs :math:`i < j` of the batch:

    .. math::

        L = \frac{1}{2} \sum_{i, j} y_{ij} D_{ij}^2 + (1 - y_{ij}) [\alpha - D_{ij}]_+^2

    with :math:`D_{ij} = \lVert f(x_i) - f(x_j) \rVert_2`, and :math:`y_{ij} = 1` for two images of
    one class, else 0.

    Parameters
    ----------
    embeddings : Tensor [N, D]
        The embeddings :math:`f(x)`.
    labels : Tensor [N]
        The classes, any whole numbers.
    margin : float
        The margin :math:`\alpha`. The paper prints no value; 1 is customary.
    squared : bool
        Square the distance and the hinge (the paper's). Without squares every violating pair is
        moved with the same force; with them the force is proportional to the violation.
    reading : str
        "printed": half of the sum above, divided by the number of pairs. With C classes about one
        pair in C is positive, so most of the force comes from the negatives, at first; pairs
        beyond the margin add zeros to the mean.
        "separate_means": the mean over the positive pairs plus the mean over the negative ones,
        pairs without violation left out, no factor of a half. Both kinds then weigh the same, and
        the gradient does not fade as violations become rare.
    normalize : bool
        Scale the embeddings to length one first; the paper does not say, and the margin is meant
        for that scale.
    reduction : str
        "mean" over the pairs, or "sum", the printed sum. They differ in a factor that depends on
        nothing but the size of the batch. "separate_means" is a mean only.

    Differences from the paper
    --------------------------
    The mean over pairs stands for the sum, which grows with the square of the batch. Every
    unordered pair counts once; counted in both orders, as the printed indices can be read, the sum
    doubles and the mean is the same.

    Edge cases
    ----------
    Without positives, or without negatives (a batch of one class), that part of the sum is empty
    and adds nothing; a batch of one image gives 0. Two equal embeddings of different classes add
    their term but no gradient: no direction leads apart. A zero vector stays zero when normalised
    and gets no gradient. The gradient is a closed form without a second derivative.

    References
    ----------
    Hadsell, Chopra, LeCun (2006), Dimensionality reduction by learning an invariant mapping.
    """
    embeddings = checks.numbers("contrastive", "embeddings", embeddings, "N, D")
    labels = checks.labels("contrastive", labels, embeddings)
    checks.parameter("contrastive", "margin", margin, least=0)
    checks.choice("contrastive", "reading", reading, ("printed", "separate_means"))
    checks.choice("contrastive", "reduction", reduction, ("mean", "sum"))
    if reading == "separate_means" and reduction == "sum":
        raise UserError(
            "contrastive: reading 'separate_means' expected reduction 'mean', received 'sum'; "
            "use reading 'printed' for a sum"
        )
    # Between embeddings of length one nothing can overflow, and once the distances are known
    # float32 is exact enough for float32 embeddings.
    precision = embeddings.dtype if normalize else torch.float64

    def arithmetic(rows, wanted):
        blocks = _violations(rows, labels, margin, precision)
        share, weights = 1.0, None
        if reading == "separate_means":
            blocks = list(blocks)
            weights = _one_by_number(block[2] for block in blocks)
        else:
            pairs = len(labels) * (len(labels) - 1) // 2
            share = 0.5 if reduction == "sum" else 0.5 / max(pairs, 1)
        return _sum(blocks, rows.to(precision), squared, weights, share, wanted)

    return closed_form(embeddings, arithmetic, normalize=normalize)


def _violations(rows, labels, margin, precision):
    """Say, block by block, how far every pair is from where it should be, and its distance.

    A violation above zero is a pair too far apart, one below zero a pair too close.
    """
    for first, second, squared_distance in pair_blocks(rows):
        distance = squared_distance.to(precision).sqrt_()
        same = labels[first, None] == labels[second]
        violation = torch.where(same, distance, (distance - margin).clamp_(max=0))
        violation[:, : len(violation)].triu_(1)
        yield first, second, violation, distance


def _one_by_number(violations):
    """Return what a pair too far apart and one too close count in separate means."""
    signs = torch.stack([torch.stack([(v > 0).sum(), (v < 0).sum()]) for v in violations])
    return 1 / signs.sum(0).clamp_min(1).double()


def _sum(blocks, rows, squared, weights, share, wanted):
    """Return `share` times the weighted sum over all pairs, and its gradient."""
    loss = torch.zeros((), dtype=torch.float64, device=rows.device)
    gradient, inward = torch.zeros_like(rows), torch.zeros_like(rows[:, 0])
    for first, second, violation, distance in blocks:
        weighted = violation.clone() if squared else violation.sign()
        if weights is not None:
            weighted.mul_(torch.where(violation > 0, *weights.to(weighted.dtype)))
        loss += (weighted * violation).sum()
        if wanted:
            # d D^2 = 2 (x_i - x_j) dx_i: the part of x_i is collected in `inward`.
            slope = over_distance(weighted, distance)
            inward[first] += slope.sum(1)
            inward[second] += slope.sum(0)
            gradient[first].addmm_(slope, rows[second], alpha=-1)
            gradient[second].addmm_(slope.T, rows[first], alpha=-1)
    gradient.addcmul_(inward[:, None], rows).mul_(2 * share if squared else share)
    return share * loss, gradient


class Contrastive(EmbeddingObjective):
    """The contrastive loss of a batch; has no state."""

    function = staticmethod(contrastive)
