"""Embedding losses of label maps: a draw from the pixels of a batch takes the place of images."""

from abc import ABC, abstractmethod

import torch
from torch.nn import functional

from reproduce.errors import UserError
from reproduce.losses import Batch, Context, checks
from reproduce.losses.checks import IGNORED
from reproduce.losses.objective import Objective

PAIRS = ("sampled_per_class", "sampled_at_random")


def draw(labels: torch.Tensor, classes: int, per_class: int, pairs: str) -> torch.Tensor:
    """Return which of the pixels [n] to compare, drawn with torch's generator of their device.

    "sampled_per_class": `per_class` of every class, or all where a class has fewer;
    "sampled_at_random": as many in all, from the pixels of the batch as they come.
    """
    order = torch.randperm(len(labels), device=labels.device)
    if pairs == "sampled_at_random":
        return order[: per_class * classes]
    order = order[labels[order].argsort(stable=True)]
    sizes = torch.bincount(labels, minlength=classes)
    first = (sizes.cumsum(0) - sizes)[labels[order]]
    place = torch.arange(len(labels), device=labels.device) - first
    return order[place < per_class]


def pixels(
    loss: str,
    embeddings: torch.Tensor,
    masks: torch.Tensor,
    *,
    classes: int,
    per_class: int,
    pairs: str,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the embeddings [n, D] and labels [n] of pixels drawn from embeddings [N, D, h, w].

    The masks [N, H, W] are brought to h x w by their nearest pixels; unknown pixels (255) are
    never drawn.
    """
    embeddings = checks.numbers(loss, "embeddings", embeddings, "N, D, h, w")
    if masks.ndim != 3 or len(masks) != len(embeddings):
        raise UserError(
            f"{loss}: labels expected [{len(embeddings)}, H, W] beside pixel embeddings "
            f"{list(embeddings.shape)}, received {list(masks.shape)}"
        )
    # Floats hold every label exactly, and interpolation takes nothing else.
    near = functional.interpolate(
        masks[:, None].float(), size=embeddings.shape[2:], mode="nearest-exact"
    )
    labels = near.long().reshape(-1)
    known = (labels != IGNORED).nonzero().squeeze(1)
    rows = embeddings.permute(0, 2, 3, 1).reshape(-1, embeddings.shape[1])
    checks.labels(loss, labels, rows, classes, ignored=IGNORED)
    drawn = known[draw(labels[known], classes, per_class, pairs)]
    return rows[drawn], labels[drawn]


class PixelsOrImages(Objective, ABC):
    """Gives a loss its rows: the images of a batch, or pixels drawn from it."""

    reads = "embeddings"

    def __init__(self, context: Context, *, segmentation_pairs: str, pixels_per_class: int):
        super().__init__(context)
        self.named = type(self).function.__name__
        checks.choice(self.named, "segmentation_pairs", segmentation_pairs, PAIRS)
        checks.parameter(self.named, "pixels_per_class", pixels_per_class, least=1)
        self.segmentation_pairs, self.pixels_per_class = segmentation_pairs, pixels_per_class

    @abstractmethod
    def of_rows(self, rows: torch.Tensor, labels: torch.Tensor, views: int) -> torch.Tensor:
        """Return the loss of rows [n, D], which are `views` views of each image."""

    def forward(self, batch: Batch) -> torch.Tensor:
        """Return the loss of the batch, all views together; zero where no pixel is known."""
        if batch.mixed is not None:
            raise UserError(
                f"{self.named}: expected images of known classes, received mixed ones; take the "
                "mixing out of this phase"
            )
        if batch.embeddings.ndim != 4:
            return self.of_rows(batch.embeddings, batch.all_labels, batch.views)
        rows, labels = pixels(
            self.named,
            batch.embeddings,
            batch.all_labels,
            classes=self.context.classes,
            per_class=self.pixels_per_class,
            pairs=self.segmentation_pairs,
        )
        return self.of_rows(rows, labels, 1) if len(rows) else (rows * 0).sum()

    def of_own_size(self, rows: torch.Tensor) -> None:
        """Refuse embeddings of another width than the vectors kept for the classes."""
        if rows.ndim == 2 and rows.shape[1] != self.context.embedding_size:
            raise UserError(
                f"{self.named}: embeddings expected [N, {self.context.embedding_size}], received "
                f"{list(rows.shape)}; build the objective with that embedding_size"
            )
