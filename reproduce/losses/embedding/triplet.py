"""Triplet loss."""

import torch

from reproduce.losses import checks
from reproduce.losses.embedding.distances import over_distance, through_distances
from reproduce.losses.embedding.mining import all_triplets, batch_hard, semi_hard
from reproduce.losses.embedding.positives import by_class
from reproduce.losses.objective import EmbeddingObjective

MINING = {"all": all_triplets, "semi_hard": semi_hard, "batch_hard": batch_hard}
# Equation (3) is 3 / (2 m) times a sum over triplets: with m images there are m / 3 triplets.
FACTORS = {"m_images": 1 / 2, "m_triplets": 3 / 2}


def triplet(
    embeddings: torch.Tensor,
    labels: torch.Tensor,
    *,
    margin: float = 0.2,
    mining: str = "all",
    squared: bool = True,
    average: str = "all",
    reading: str = "m_images",
    normalize: bool = True,
    reduction: str = "mean",
) -> torch.Tensor:
    r"""Keep every negative further from the anchor than the positive, by a margin.

    Equation (3) of the metric-learning paper:

    .. math::

        L = \frac{3}{2m} \sum_i \left[ \lVert f(x_a^{(i)}) - f(x_p^{(i)}) \rVert_2^2
            - \lVert f(x_a^{(i)}) - f(x_n^{(i)}) \rVert_2^2 + \alpha \right]_+

    where the anchor and the positive are two images of one class and the negative is of another.

    Parameters
    ----------
    embeddings : Tensor [N, D]
        The embeddings :math:`f(x)`.
    labels : Tensor [N]
        The classes, any whole numbers.
    margin : float
        The margin :math:`\alpha`. The paper prints no value; 0.2 is customary for squared
        distances of embeddings of length one.
    mining : str
        Which triplets the sum runs over; the paper does not say.
        "all": every anchor, positive and negative of the batch.
        "semi_hard": every anchor and positive with the nearest negative further than the positive,
        or the furthest negative where none is.
        "batch_hard": every anchor with its furthest positive and nearest negative.
    squared : bool
        Compare squared distances (the paper's). With them the pull on a pair grows with its
        distance and vanishes for equal embeddings; without, every pull is of the same size.
    average : str
        "all": the mean over all triplets looked at, as the printed factor says; triplets that keep
        the margin add zeros, so the gradient fades as the batch becomes easy. "active": the mean
        over the triplets above zero, whose gradient does not fade.
    reading : str
        Of the printed factor. "m_images": m counts images, so there are m/3 triplets and the loss
        is half of their mean. "m_triplets": m counts triplets, 3/2 of the mean. The gradient is
        three times as large, its direction is the same.
    normalize : bool
        Scale the embeddings to length one first; the paper does not say.
    reduction : str
        "mean", or "sum": the same factor times the sum over the triplets.

    Differences from the paper
    --------------------------
    The paper leaves open how triplets are formed; here they come from the batch, and their number
    takes the place of m/3 (or m).

    Edge cases
    ----------
    An anchor without a positive, or without a negative (a batch of one class), is in no triplet. A
    batch without any triplet, and with average="active" one without any above zero, gives 0 with a
    zero gradient. Of equally hard images one is taken. A zero vector stays zero when normalised and
    gets no gradient. The gradient is a closed form without a second derivative.

    References
    ----------
    Schroff, Kalenichenko, Philbin (2015), FaceNet: a unified embedding for face recognition and
    clustering. Hermans, Beyer, Leibe (2017), In defense of the triplet loss for person
    re-identification.
    """
    embeddings = checks.numbers("triplet", "embeddings", embeddings, "N, D")
    labels = checks.labels("triplet", labels, embeddings)
    checks.parameter("triplet", "margin", margin, least=0)
    checks.choice("triplet", "mining", mining, tuple(MINING))
    checks.choice("triplet", "average", average, ("all", "active"))
    checks.choice("triplet", "reading", reading, tuple(FACTORS))
    checks.choice("triplet", "reduction", reduction, ("mean", "sum"))
    labels, order = by_class(labels)

    def arithmetic(squared_distance: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        distance = squared_distance if squared else squared_distance.sqrt_()
        total, looked_at, active, slope = MINING[mining](distance, labels, margin)
        share = torch.full_like(total, FACTORS[reading])
        if reduction == "mean":
            share /= (active if average == "active" else looked_at).clamp_min(1)
        # A distance stands at (i, j) and (j, i); each gets half of what both do together, and its
        # square half of that again.
        slope = (slope + slope.T).mul_(share / (2 if squared else 4))
        return share * total, slope if squared else over_distance(slope, distance)

    return through_distances(embeddings.index_select(0, order), arithmetic, normalize=normalize)


class Triplet(EmbeddingObjective):
    """The triplet loss of a batch; has no state."""

    function = staticmethod(triplet)
