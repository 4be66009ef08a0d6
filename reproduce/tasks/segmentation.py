"""Segmentation: one class a pixel.

Of the logits of maps only a batch is ever in memory: what is kept is the class of each pixel, and
how often each class was taken for each in every image, from which all measures follow.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from reproduce.data.targets import CLASS_OF_PIXEL
from reproduce.evaluation import label_maps, resampling
from reproduce.evaluation.checked_inputs import require_finite
from reproduce.tasks.task import Predicted, Stored, Task

if TYPE_CHECKING:
    import torch

    from reproduce.data.preparation import Images
    from reproduce.models.network import Network

# Pixels whose logits are in memory together.
PIXELS_AT_ONCE = 2**18
# Images whose masks an edition carries, to be drawn beside the truth.
SHOWN = 24


class Segmentation(Task[np.ndarray]):
    """Scores are the pixels of each image by true and predicted class [n, C, C].

    The truth is the class of each image [n], by which they are sampled and resampled; that of the
    pixels is in the scores.
    """

    name = "segmentation"
    targets = CLASS_OF_PIXEL
    network = "segmentation"
    headline, headline_words = "miou", "mean IoU"
    keeps = ("masks",)
    carried = ("pixels", "labels", "shown_rows", "shown_masks")

    def correct(self, logits: "torch.Tensor", targets: "torch.Tensor") -> "torch.Tensor":
        """Add up over images the share of their known pixels that have the right class."""
        from reproduce.losses.checks import IGNORED

        known = targets != IGNORED
        right = (logits.argmax(dim=1) == targets) & known
        return (right.sum(dim=(1, 2)).double() / known.sum(dim=(1, 2)).clamp(min=1)).sum()

    def predict(
        self,
        network: "Network",
        images: "Images",
        classes: int,
        device: "torch.device",
        precision: str,
        keep: Iterable[str] = (),
        known: np.ndarray | None = None,
    ) -> Predicted[np.ndarray]:
        """Return the pixels of each image, counted batch by batch; keep them and the masks."""
        from reproduce.tasks.prediction import evenly, passes

        number, size = len(images.labels), images.size
        pixels = np.empty((number, classes, classes), dtype=np.uint32)
        masks = np.empty((number, size, size), dtype=np.uint8)
        at_once = max(1, PIXELS_AT_ONCE // size**2)
        for rows, logits, _ in passes(network, images, device, precision, at_once):
            # A pixel without a score would count as one of the first class.
            require_finite(logits.cpu().numpy(), "logits")
            masks[rows] = logits.argmax(dim=1).cpu().numpy()
            pixels[rows] = label_maps.pixel_counts(images.targets(rows), masks[rows], classes)
        arrays = {}
        if "masks" in keep:
            labels = images.labels.astype(np.int16)
            # The same images for every trial on this data, so that methods can be set side by side.
            shown = evenly(number, SHOWN)
            arrays = {
                "masks": masks,
                "pixels": pixels,
                "labels": labels,
                "shown_rows": shown.astype(np.int32),
                "shown_masks": masks[shown],
            }
        return Predicted(pixels, images.labels, arrays)

    def summary(self, scores: np.ndarray, truth: np.ndarray, classes: int) -> dict[str, float]:
        """Return the measures of overlap, pixels pooled over all images, and image by image."""
        pooled = label_maps.summary(self.table(scores, truth, classes))
        return pooled | label_maps.summary_of_images(scores)

    def table(self, scores: np.ndarray, truth: np.ndarray, classes: int) -> np.ndarray:
        """Count pixels by true and predicted class, over all images."""
        table: np.ndarray = scores.sum(axis=0, dtype=np.int64)
        return table

    def of_table(self, table: np.ndarray) -> dict[str, float]:
        """Return the measures of overlap over all pixels."""
        return label_maps.summary(table)

    def images_trained_on(self, counts: Iterable[int], size: int) -> int:
        """Return about how many images these pixels are of: those not known are in no count."""
        return round(sum(counts) / size**2)

    def scores(self, result: Stored, part: str = "test") -> tuple[np.ndarray, np.ndarray]:
        """Return the counted pixels of each image [n, C, C] and its class [n]."""
        pixels, labels = self.stored(result, part, "pixels", "labels")
        return pixels, labels.astype(np.int64)

    def resampled(
        self, scores: np.ndarray, truth: np.ndarray, metric: str, draws: int, seed: int = 0
    ) -> np.ndarray:
        """Resample images, never pixels, within the images of a class."""
        return label_maps.resampled(scores, metric, resampling.resample_counts(truth, draws, seed))
