"""Embedding losses of label maps: a draw from the pixels of a batch takes the place of images."""

from abc import ABC, abstractmethod

import torch
from torch.nn import functional

from reproduce.errors import UserError
from reproduce.losses import Batch, Context, checks
from reproduce.losses.checks import IGNORED
from reproduce.losses.objective import Objective

# Embeddings [n, D] and labels [n] that are compared with each other.
Rows = tuple[torch.Tensor, torch.Tensor]

PAIRS = ("sampled_per_class", "sampled_at_random")
COMPARED = ("within_each_image", "across_the_batch")


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
    never drawn. Only what is drawn is copied, at most `per_class` times `classes` rows, so that
    what a loss keeps in memory does not grow with the maps; of each pixel there is a whole number
    or two, while it is drawn.
    """
    embeddings = of_maps(loss, embeddings, masks)
    # Floats hold every label exactly, and interpolation takes nothing else.
    near = functional.interpolate(
        masks[:, None].float(), size=embeddings.shape[2:], mode="nearest-exact"
    )
    near = near.squeeze(1).long()
    checks.labels(loss, near, embeddings, classes, ignored=IGNORED)
    labels = near.reshape(-1)
    known = (labels != IGNORED).nonzero().squeeze(1)
    drawn = known[draw(labels[known], classes, per_class, pairs)]
    width, area = near.shape[2], near[0].numel()
    rows = embeddings.movedim(1, -1)[drawn // area, drawn % area // width, drawn % width]
    return rows, labels[drawn]


def of_maps(loss: str, embeddings: torch.Tensor, masks: torch.Tensor) -> torch.Tensor:
    """Return embeddings [N, D, h, w] that have a mask [H, W] each."""
    embeddings = checks.numbers(loss, "embeddings", embeddings, "N, D, h, w")
    if masks.ndim != 3 or len(masks) != len(embeddings):
        raise UserError(
            f"{loss}: labels expected [{len(embeddings)}, H, W] beside pixel embeddings "
            f"{list(embeddings.shape)}, received {list(masks.shape)}"
        )
    return embeddings


class PixelsOrImages(Objective, ABC):
    """Gives a loss its rows: the images of a batch, or pixels drawn from it.

    Pixels are compared within their own image, as BDCL's text has it, or with those of the whole
    batch. What a loss keeps of the classes follows the pixels of the batch either way.
    """

    reads = "embeddings"

    def __init__(
        self, context: Context, segmentation_pairs: str, pixels_per_class: int, compared: str
    ):
        super().__init__(context)
        self.named = type(self).function.__name__
        checks.choice(self.named, "segmentation_pairs", segmentation_pairs, PAIRS)
        checks.choice(self.named, "compared", compared, COMPARED)
        checks.parameter(self.named, "pixels_per_class", pixels_per_class, least=1)
        self.segmentation_pairs, self.pixels_per_class = segmentation_pairs, pixels_per_class
        self.compared = compared

    def prepare(self, rows: torch.Tensor, labels: torch.Tensor) -> None:
        """Do what the loss does with all rows [n, D] of a batch before it compares them."""

    @abstractmethod
    def of_rows(self, rows: torch.Tensor, labels: torch.Tensor, views: int) -> torch.Tensor:
        """Return the loss of each of the rows [n, D], which are `views` views of each image."""

    def finish(self, loss: torch.Tensor, rows: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the loss of the batch, and do what has to wait for it."""
        return loss

    def forward(self, batch: Batch) -> torch.Tensor:
        """Return the loss of the batch, all views together; zero where no pixel is known."""
        if batch.mixed is not None:
            raise UserError(
                f"{self.named}: expected images of known classes, received mixed ones; take the "
                "mixing out of this phase"
            )
        if batch.embeddings.ndim != 4:
            return self._of_batch([(batch.embeddings, batch.all_labels)], batch.views)
        parts = [part for part in self._drawn(batch.embeddings, batch.all_labels) if len(part[0])]
        return self._of_batch(parts, 1) if parts else (batch.embeddings[:0]).sum()

    def _drawn(self, embeddings: torch.Tensor, masks: torch.Tensor) -> list[Rows]:
        """Return rows and labels of the pixels that are compared with each other."""
        embeddings = of_maps(self.named, embeddings, masks)
        at_once = 1 if self.compared == "within_each_image" else max(1, len(embeddings))
        return [
            pixels(
                self.named,
                embeddings[start : start + at_once],
                masks[start : start + at_once],
                classes=self.context.classes,
                per_class=self.pixels_per_class,
                pairs=self.segmentation_pairs,
            )
            for start in range(0, len(embeddings), at_once)
        ]

    def _of_batch(self, parts: list[Rows], views: int) -> torch.Tensor:
        """Return the mean over all rows, each compared with the rows of its own part."""
        rows, labels = parts[0] if len(parts) == 1 else map(torch.cat, zip(*parts, strict=True))
        self.prepare(rows, labels)
        each = [self.of_rows(*part, views) for part in parts]
        return self.finish((each[0] if len(each) == 1 else torch.cat(each)).mean(), rows, labels)

    def of_own_size(self, rows: torch.Tensor) -> None:
        """Refuse embeddings of another width than the vectors kept for the classes."""
        if rows.ndim == 2 and rows.shape[1] != self.context.embedding_size:
            raise UserError(
                f"{self.named}: embeddings expected [N, {self.context.embedding_size}], received "
                f"{list(rows.shape)}; build the objective with that embedding_size"
            )
