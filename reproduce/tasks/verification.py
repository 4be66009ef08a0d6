"""Verification: whether two images show the same identity, one that training never saw.

Kept are embeddings and identities; the scores of pairs are computed from them whenever they are
asked for. Pairs grow with the square of the images: of a large part some images of every identity
are compared, the same for every trial.
"""

import numpy as np

from reproduce.data.targets import IDENTITY
from reproduce.errors import unknown_name
from reproduce.evaluation import resampling, verification
from reproduce.randomness import generator
from reproduce.tasks.task import Predicted, Task

# Two million pairs: a quarter of a second to measure, a hundred megabytes.
IMAGES_COMPARED = 2000


class Verification(Task):
    """Scores are embeddings [n, d], the truth is an identity an image [n]."""

    name = "verification"
    targets = IDENTITY
    network = "classification"
    headline, headline_words = "eer", "equal error rate"
    keeps = ("embeddings",)
    carried = ("embeddings", "embedding_rows", "labels")

    def correct(self, logits, targets):
        """Return how many training images are given to their identity, where a loss reads that."""
        return (logits.argmax(dim=-1) == targets).sum()

    def predict(
        self, network, images, classes: int, device, precision: str, keep=(), known=None
    ) -> Predicted:
        """Return embeddings and identities of the images that are compared, and keep them."""
        from reproduce.tasks.prediction import predict

        rows = compared(images.labels, IMAGES_COMPARED)
        _, embeddings = predict(network, images.part(rows), device, precision)
        arrays = {}
        if "embeddings" in keep:
            labels = images.labels.astype(np.int32)
            arrays = {"embeddings": embeddings, "embedding_rows": rows, "labels": labels}
        return Predicted(embeddings, images.labels[rows], arrays)

    def summary(self, scores: np.ndarray, truth: np.ndarray, classes: int) -> dict[str, float]:
        """Return the measures of all unordered pairs of images."""
        return verification.measures(verification.pairs_of(scores, truth))

    def scores(self, result, part: str = "test") -> tuple[np.ndarray, np.ndarray]:
        """Return the embeddings [n, d] and the identities [n]."""
        names = ("embeddings", "embedding_rows", "labels")
        embeddings, rows, labels = self.stored(result, part, *names)
        return embeddings, labels[rows].astype(np.int64)

    def resampled(
        self, scores: np.ndarray, truth: np.ndarray, metric: str, draws: int, seed: int = 0
    ) -> np.ndarray:
        """Resample identities, each with all its images and their pairs.

        An identity that is drawn twice is there twice: its genuine pairs count twice, and an
        impostor pair counts once for each two copies of its identities. Between the two copies of
        one identity no pair is made: they would be genuine pairs that are there already, or images
        with themselves, and never impostors.
        """
        if metric not in verification.MEASURES:
            raise unknown_name("measure of verification", metric, verification.MEASURES)
        pairs = verification.pairs_of(scores, truth)
        drawn = resampling.resample_counts(np.zeros(pairs.identities, dtype=int), draws, seed)
        measure = verification.MEASURES[metric]
        return np.array(
            [measure(pairs, verification.identity_weights(pairs, copies)) for copies in drawn.T]
        )


def compared(identities: np.ndarray, most: int) -> np.ndarray:
    """Return which images are compared, in order: all, or equally many of each identity.

    As many of each as keep the whole within `most`, but always two, and all of those who have
    fewer; drawn without regard to anything but the data.
    """
    _, numbers, counts = np.unique(identities, return_inverse=True, return_counts=True)
    each = int(counts.max())
    while each > 2 and np.minimum(counts, each).sum() > most:
        each -= 1
    chosen = [
        generator(0, "compared", c).permutation(np.flatnonzero(numbers == c))[:each]
        for c in range(len(counts))
    ]
    return np.sort(np.concatenate(chosen)).astype(np.int32)
