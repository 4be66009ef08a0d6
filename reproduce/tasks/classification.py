"""Classification: one class an image."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from reproduce.data.targets import CLASS_OF_IMAGE
from reproduce.evaluation import metrics, resampling
from reproduce.tasks.task import Predicted, Stored, Task

if TYPE_CHECKING:
    import torch

    from reproduce.data.preparation import Images
    from reproduce.models.network import Network

# Embeddings of so many test images are kept where a map is drawn from them; 2,000 images of 500
# numbers are 4 MB.
EMBEDDINGS_KEPT = 2000


class Classification(Task[np.ndarray]):
    """Scores are class probabilities [n, C], the truth is a label an image [n]."""

    name = "classification"
    targets = CLASS_OF_IMAGE
    network = "classification"
    headline, headline_words = "accuracy", "accuracy"
    keeps = ("logits", "embeddings", "curve", "half_way", "encoders")
    carried = ("logits", "labels")
    stackable = posthoc = True

    def correct(self, logits: "torch.Tensor", targets: "torch.Tensor") -> "torch.Tensor":
        """Return how many images have their highest logit at their class; a number a network."""
        return (logits.argmax(dim=-1) == targets).sum(dim=0)

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
        """Return probabilities and labels; keep logits, and embeddings of some images."""
        from reproduce.tasks.prediction import predict

        logits, embeddings = known, None
        if logits is None or "embeddings" in keep:
            logits, embeddings = predict(network, images, device, precision)
        arrays = _kept(images.labels, logits, embeddings, keep)
        return Predicted(metrics.softmax(logits), images.labels, arrays)

    def summary(self, scores: np.ndarray, truth: np.ndarray, classes: int) -> dict[str, float]:
        """Return every metric of `reproduce.evaluation.METRICS`."""
        return metrics.summary(scores, truth, classes)

    def table(self, scores: np.ndarray, truth: np.ndarray, classes: int) -> np.ndarray:
        """Count images by true and predicted class."""
        return metrics.confusion(truth, scores.argmax(axis=1), classes)

    def of_table(self, table: np.ndarray) -> dict[str, float]:
        """Return every measure but the AUC."""
        return {name: float(of(table)) for name, of in metrics.FROM_CONFUSION.items()}

    def scores(self, result: Stored, part: str = "test") -> tuple[np.ndarray, np.ndarray]:
        """Return class probabilities [n, C] and labels [n]."""
        logits, labels = self.stored(result, part, "logits", "labels")
        return metrics.softmax(logits), labels.astype(np.int64)

    def resampled(
        self, scores: np.ndarray, truth: np.ndarray, metric: str, draws: int, seed: int = 0
    ) -> np.ndarray:
        """Resample images within classes."""
        counts = resampling.resample_counts(truth, draws, seed)
        return resampling.resampled_metric(scores, truth, metric, counts)


def _kept(
    labels: np.ndarray,
    logits: np.ndarray,
    embeddings: np.ndarray | None,
    keep: Iterable[str],
) -> dict[str, np.ndarray]:
    from reproduce.tasks.prediction import evenly

    kept = {}
    if keep:
        kept["labels"] = labels.astype(np.int16)
    if "logits" in keep:
        kept["logits"] = logits
    if "embeddings" in keep and embeddings is not None:
        # The same images for every trial on this data, so that maps can be compared.
        rows = evenly(len(labels), EMBEDDINGS_KEPT)
        kept["embedding_rows"] = rows.astype(np.int32)
        kept["embeddings"] = embeddings[rows]
    return kept
