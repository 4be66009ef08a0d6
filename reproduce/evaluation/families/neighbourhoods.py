"""Whether images of one class lie together in the embedding of test images.

In a resample the images that are *judged* are drawn again. Who votes as their neighbours stays as
it is; the distances of the silhouette are those to the images drawn.
"""

import numpy as np

from reproduce.evaluation.families.centres import embedded
from reproduce.evaluation.neighbours import elected_by_others
from reproduce.evaluation.resampling import resample_counts
from reproduce.evaluation.silhouettes import silhouette

NEIGHBOURS = 10


def prepared(arrays) -> dict[str, np.ndarray]:
    """Return the class that the nearest others give each image."""
    embeddings, labels = embedded(arrays)
    return {"elected": elected_by_others(embeddings, labels, NEIGHBOURS).astype(np.int16)}


def values(arrays) -> dict[str, float]:
    """Return the accuracy of the nearest neighbours, left out themselves, and the silhouette."""
    embeddings, labels = embedded(arrays)
    return {
        "knn_accuracy": float((arrays["elected"] == labels).mean()),
        "silhouette": float(silhouette(embeddings, labels)),
    }


def draws(arrays, draws: int) -> dict[str, np.ndarray]:
    """Return both on resamples of the test images."""
    embeddings, labels = embedded(arrays)
    counts = resample_counts(labels, draws)
    right = (arrays["elected"] == labels).astype(np.float64)
    return {
        "knn_accuracy": right @ counts / len(labels),
        "silhouette": silhouette(embeddings, labels, counts),
    }
