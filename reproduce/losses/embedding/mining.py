"""Which triplets of a batch count: all of them, the semi-hard ones, or the hardest per anchor.

Each function takes distances [N, N] (squared or not) between rows in the order of their classes,
and returns the sum of the hinges [D_ap - D_an + margin]_+, how many triplets it looked at, how many
of them are above zero, and the derivative of the sum with respect to every distance.
"""

import torch

from reproduce.losses.embedding.positives import positives

# The sum, how many were looked at, how many are above zero, and the derivative.
Found = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]


def all_triplets(distance: torch.Tensor, labels: torch.Tensor, margin: float) -> Found:
    """Every anchor with every positive and every negative, without a matrix of triplets.

    A negative is too close for all positives whose distance plus margin lies above its own, which
    is a range of the sorted positives: O(N^2 log N) instead of O(N^3), exact sum and count.
    """
    size = len(labels)
    columns, counts = positives(labels)
    limits = (distance.gather(1, columns) + margin).masked_fill_(~counts, torch.inf)
    limits, order = limits.sort(1)
    number = counts.sum(1, keepdim=True)
    # The anchor's own class lies beyond every limit.
    same = labels[:, None] == labels
    distance = distance.masked_fill(same, torch.finfo(distance.dtype).max)
    below = torch.searchsorted(limits, distance, right=True)

    # How many negatives each limit exceeds: those with at most so many limits at or below them.
    # Numbers of images and triplets are exact in float64, which spares turning one into another.
    width = columns.shape[1]
    negatives = distance.new_zeros(size, width + 1)
    negatives.scatter_add_(1, below, distance.new_ones(1, 1).expand(size, size))
    missing = limits == torch.inf
    negatives = negatives.cumsum(1)[:, :width].masked_fill_(missing, 0)
    slope = below.sub_(number).to(distance.dtype)
    # At its peak this function holds about a dozen matrices of N x N; what is done with goes.
    del below, same
    total = (negatives * limits.masked_fill_(missing, 0)).sum() + (slope * distance).sum()
    of_positives = torch.zeros_like(limits).scatter_(1, order, negatives)
    looked_at = (number * (size - 1 - number)).sum()
    return total, looked_at, negatives.sum(), slope.scatter_add_(1, columns, of_positives)


def semi_hard(distance: torch.Tensor, labels: torch.Tensor, margin: float) -> Found:
    """Every positive pair with the nearest negative that is further than the positive.

    Where all negatives are nearer, the furthest of them is taken.
    """
    same = labels[:, None] == labels
    columns, counts = positives(labels)
    number = (~same).sum(1, keepdim=True)
    ranked, order = distance.masked_fill(same, torch.inf).sort(1)
    further = torch.searchsorted(ranked, distance.gather(1, columns), right=True)
    negatives = order.gather(1, torch.minimum(further, (number - 1).clamp_min(0)))
    return _chosen(distance, columns, negatives, counts & (number > 0), margin)


def batch_hard(distance: torch.Tensor, labels: torch.Tensor, margin: float) -> Found:
    """Every anchor with its furthest positive and its nearest negative."""
    same = labels[:, None] == labels
    positive = same.clone().fill_diagonal_(False)
    furthest = distance.masked_fill(~positive, -1).argmax(1, keepdim=True)
    nearest = distance.masked_fill(same, torch.inf).argmin(1, keepdim=True)
    counts = positive.any(1, keepdim=True) & ~same.all(1, keepdim=True)
    return _chosen(distance, furthest, nearest, counts, margin)


def _chosen(
    distance: torch.Tensor,
    positives: torch.Tensor,
    negatives: torch.Tensor,
    counts: torch.Tensor,
    margin: float,
) -> Found:
    """Sum over the triplets (row, positives[row, k], negatives[row, k]) that count."""
    hinge = distance.gather(1, positives) - distance.gather(1, negatives) + margin
    active = (hinge > 0) & counts
    one = active.to(distance.dtype)
    slope = torch.zeros_like(distance)
    slope.scatter_add_(1, positives, one).scatter_add_(1, negatives, -one)
    return hinge.mul_(one).sum(), counts.sum(), active.sum(), slope
