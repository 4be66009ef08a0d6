"""How evenly the classes' centres are spread over the sphere of embeddings."""

import numpy as np

from reproduce.evaluation.centres import class_centre_cosine
from reproduce.evaluation.families import LABELS
from reproduce.evaluation.resampling import resample_counts


def values(arrays) -> dict[str, float]:
    """Return the mean cosine between the centres of the classes."""
    return {"class_centre_cosine": float(class_centre_cosine(*embedded(arrays)))}


def draws(arrays, draws: int) -> dict[str, np.ndarray]:
    """Return it on resamples of the test images."""
    embeddings, labels = embedded(arrays)
    counts = resample_counts(labels, draws)
    return {"class_centre_cosine": class_centre_cosine(embeddings, labels, counts)}


def embedded(arrays) -> tuple[np.ndarray, np.ndarray]:
    """Return the embeddings that were kept, and the labels of their images."""
    labels = arrays[LABELS][arrays["test/embedding_rows"]].astype(np.int64)
    return arrays["test/embeddings"], labels
