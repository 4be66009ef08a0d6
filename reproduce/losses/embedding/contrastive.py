"""Contrastive loss on all pairs of a batch."""

from collections.abc import Iterable, Iterator

import torch
from torch.nn import functional

from reproduce.errors import UserError
from reproduce.losses import checks
from reproduce.losses.embedding.distances import closed_form, over_distance, pair_blocks
from reproduce.losses.objective import EmbeddingObjective

# Rows, the rows that they are compared with, how far each pair is off, and its distance.
Block = tuple[slice, slice, torch.Tensor, torch.Tensor]


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

    Equation (1) of the metric-learning paper, for all pairs of the batch:

    .. math::

        L = \frac{1}{2} \sum_{i < j} \left( y_{ij} D_{ij}^2
            + (1 - y_{ij}) [\alpha - D_{ij}]_+^2 \right)

    with :math:`D_{ij} = \lVert f(x_i) - f(x_j) \rVert_2`, and :math:`y_{ij} = 1` for two images of
    one class, else 0; :math:`[x]_+ = \max(0, x)`.

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
    unordered pair counts once. Printed is a sum over i, j: counted in both orders, as that can be
    read, the sum doubles and the mean is the same.

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

    def arithmetic(rows: torch.Tensor, wanted: bool) -> tuple[torch.Tensor, torch.Tensor]:
        blocks: Iterable[Block] = _violations(rows, labels, margin, precision)
        if reading == "separate_means":
            seen = list(blocks)
            blocks = seen
            share, ratio = _of_separate_means([block[2] for block in seen])
        else:
            pairs = len(labels) * (len(labels) - 1) // 2
            share, ratio = 0.25 if reduction == "sum" else 0.25 / max(pairs, 1), 1.0
        return _sum(blocks, rows.to(precision), squared, share, ratio, wanted)

    return closed_form(embeddings, arithmetic, normalize=normalize)


def _violations(
    rows: torch.Tensor, labels: torch.Tensor, margin: float, precision: torch.dtype
) -> Iterator[Block]:
    """Say, block by block, how far every pair is from where it should be, and its distance.

    A violation above zero is a pair too far apart, one below zero a pair too close.
    """
    for first, second, squared_distance in pair_blocks(rows):
        distance = squared_distance.to(precision).sqrt_()
        same = labels[first, None] == labels[second]
        violation = torch.where(same, distance, (distance - margin).clamp_(max=0))
        yield first, second, violation, distance


def _both_orders(block: torch.Tensor) -> torch.Tensor:
    """Return the sum over the pairs of a block in both orders.

    Its first columns are its own rows, so that they hold both orders; the others hold one.
    """
    rows, columns = block.shape
    total = block.sum(dtype=torch.float64)
    return total if rows == columns else 2 * total - block[:, :rows].sum(dtype=torch.float64)


def _of_separate_means(violations: Iterable[torch.Tensor]) -> tuple[float, float]:
    """Return what a pair too far apart counts, and how many times that a pair too close counts."""
    balance = count = torch.zeros((), dtype=torch.float64)
    for violation in violations:
        sign = violation.sign()
        balance = balance + _both_orders(sign)
        count = count + _both_orders(sign.abs_())
    far, near = (max(float(twice) / 2, 1) for twice in (count + balance, count - balance))
    return 1 / far, far / near


def _sum(
    blocks: Iterable[Block],
    rows: torch.Tensor,
    squared: bool,
    share: float,
    ratio: float,
    wanted: bool,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return `share` times the sum over all pairs in both orders, and its gradient.

    A pair too close counts `ratio` times.
    """
    loss = rows.new_zeros((), dtype=torch.float64)
    gradient, inward = torch.zeros_like(rows), torch.zeros_like(rows[:, 0])
    for first, second, violation, distance in blocks:
        weighted = violation if squared else violation.sign()
        if ratio != 1:
            weighted = functional.leaky_relu(weighted, ratio)
        loss = loss + _both_orders(weighted * violation)
        if wanted:
            # d D^2 = 2 (x_i - x_j) dx_i: the part of x_i is collected in `inward`.
            slope = over_distance(weighted, distance)
            inward[first] += slope.sum(1)
            gradient[first].addmm_(slope, rows[second], alpha=-1)
            later, across = slice(first.start + len(slope), None), slope[:, len(slope) :]
            if across.numel():
                inward[later] += across.sum(0)
                gradient[later].addmm_(across.T, rows[first], alpha=-1)
    gradient.addcmul_(inward[:, None], rows).mul_((4 if squared else 2) * share)
    return share * loss, gradient


class Contrastive(EmbeddingObjective):
    """The contrastive loss of a batch; has no state."""

    function = staticmethod(contrastive)
