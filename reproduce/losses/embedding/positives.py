"""The positives of every image of a batch, as a table."""

import torch


def by_class(labels: torch.Tensor) -> torch.Tensor:
    """Return the order that brings the images of a class together."""
    return labels.argsort(stable=True)


def positives(labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the columns of each row's class [N, K] and which of them are positives of the row.

    `labels` are in the order of `by_class`; K is the size of the largest class. A row is not its
    own positive; rows of smaller classes are filled up with columns that do not count.
    """
    _, which, sizes = labels.unique_consecutive(return_inverse=True, return_counts=True)
    rows = torch.arange(len(labels), device=labels.device)[:, None]
    steps = torch.arange(int(sizes.max()), device=labels.device)
    columns = (sizes.cumsum(0) - sizes)[which, None] + steps
    counts = (steps < sizes[which, None]) & (columns != rows)
    return columns.clamp_(max=len(labels) - 1), counts
