"""The positives of every image of a batch, as a table."""

import torch


def by_class(labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the labels with those of a class together, and the order that brings them so."""
    return labels.sort(stable=True)


def positives(labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the columns of each row's class [N, K] and which of them are positives of the row.

    `labels` are in the order of `by_class`; K is the size of the largest class. A row is not its
    own positive; rows of smaller classes are filled up with columns that do not count.
    """
    # In that order a class is a stretch; two searches find its ends.
    first = torch.searchsorted(labels, labels)[:, None]
    end = torch.searchsorted(labels, labels, right=True)[:, None]
    places = torch.arange(len(labels), device=labels.device)
    columns = first + places[: int((end - first).amax())]
    counts = (columns < end).logical_and_(columns != places[:, None])
    return columns.clamp_(max=len(labels) - 1), counts
