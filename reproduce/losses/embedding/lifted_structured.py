"""Lifted structured loss."""

import torch

from reproduce.losses import checks
from reproduce.losses.embedding.distances import over_distance, through_distances
from reproduce.losses.embedding.positives import by_class, positives
from reproduce.losses.objective import EmbeddingObjective


def lifted_structured(
    embeddings: torch.Tensor,
    labels: torch.Tensor,
    *,
    margin: float = 1.0,
    squared: bool = False,
    normalize: bool = False,
    reduction: str = "mean",
) -> torch.Tensor:
    r"""Compare every positive pair with all the negatives of both of its images.

    Equation (4) of the metric-learning paper:

    .. math::

        L = \frac{1}{2|P|} \sum_{(i,j) \in P} \left[ \log \left( \sum_{(i,k) \in N}
            e^{\alpha - D_{i,k}} + \sum_{(j,l) \in N} e^{\alpha - D_{j,l}} \right)
            + D_{i,j} \right]_+^2

    P holds the pairs of one class, each once, N those of two classes;
    :math:`D_{ij} = \lVert f(x_i) - f(x_j) \rVert_2`. The logarithm is a smooth form of
    :math:`\alpha` less the distance to the nearest negative.

    Parameters
    ----------
    embeddings : Tensor [N, D]
        The embeddings :math:`f(x)`.
    labels : Tensor [N]
        The classes, any whole numbers.
    margin : float
        The margin :math:`\alpha`. The paper prints no value; 1 is that of the work it cites.
    squared : bool
        Put the squared distance in the place of D. The paper prints the distance. With the square
        the nearest negatives take nearly all of the push, and the pull grows with the distance.
    normalize : bool
        Scale the embeddings to length one first. The paper does not say; the authors of the loss
        do not, and the version of TensorFlow Addons advises against it.
    reduction : str
        "mean", as printed, or "sum": half of the sum over the pairs.

    Differences from the paper
    --------------------------
    None.

    Edge cases
    ----------
    An image without a positive is in no pair, but is a negative for others. Pairs without any
    negative (a batch of one class) are skipped, since the logarithm of the empty sum is minus
    infinity; a batch without any pair gives 0 with a zero gradient. Equal embeddings do not move
    each other. Losses that exceed the largest number of their type are that number. The gradient
    is a closed form without a second derivative.

    References
    ----------
    Song, Xiang, Jegelka, Savarese (2016), Deep metric learning via lifted structured feature
    embedding.
    """
    embeddings = checks.numbers("lifted_structured", "embeddings", embeddings, "N, D")
    labels = checks.labels("lifted_structured", labels, embeddings)
    checks.parameter("lifted_structured", "margin", margin, least=0)
    checks.choice("lifted_structured", "reduction", reduction, ("mean", "sum"))
    labels, order = by_class(labels)

    def arithmetic(squared_distance: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        distance = squared_distance if squared else squared_distance.sqrt_()
        total, pairs, slope = _ordered_pairs(distance, labels, margin)
        # Half of a mean or sum over pairs, each of which is in the total twice.
        share = 1 / 4 if reduction == "sum" else 1 / (2 * pairs.clamp_min(1).double())
        # A distance stands at (i, j) and (j, i); each gets half of what both do together.
        slope = (slope + slope.T).mul_(share / 2)
        return share * total, slope if squared else over_distance(slope, distance).div_(2)

    return through_distances(embeddings.index_select(0, order), arithmetic, normalize=normalize)


def _ordered_pairs(
    distance: torch.Tensor, labels: torch.Tensor, margin: float
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the sum of the squared hinges, the number of pairs, and the sum's derivative."""
    same = labels[:, None] == labels
    columns, counts = positives(labels)
    counts &= ~same.all(1, keepdim=True)
    # alpha - D to every negative, and its log-sum-exp: the pair (i, j) needs that of i and of j.
    nearness = (margin - distance).masked_fill_(same, -torch.inf)
    crowding = nearness.logsumexp(1).nan_to_num(neginf=0.0)
    own, other = crowding[:, None], crowding[columns]
    hinge = torch.logaddexp(own, other).add_(distance.gather(1, columns)).clamp_(min=0).mul_(counts)

    # d hinge^2 = 2 hinge d hinge; row i's negatives are felt through (i, j) and through (j, i).
    pull = 2 * hinge
    push = 2 * (pull * torch.sigmoid(own - other)).sum(1, keepdim=True)
    slope = nearness.sub_(own).exp_().mul_(-push)
    return hinge.square().sum(), counts.sum(), slope.scatter_add_(1, columns, pull)


class LiftedStructured(EmbeddingObjective):
    """The lifted structured loss of a batch; has no state."""

    function = staticmethod(lifted_structured)
