"""How evenly classes lie on the sphere of embeddings: the mean cosine between class centres.

For C classes spread as far apart as they can be (a regular simplex) it is -1 / (C - 1); where all
classes share a direction it is 1.
"""

import numpy as np

SHORTEST = 1e-12


def class_centre_cosine(
    embeddings: np.ndarray, labels: np.ndarray, counts: np.ndarray | None = None
) -> np.ndarray:
    """Return the mean cosine between the centres of all pairs of classes.

    Embeddings [n, d] are first scaled to length one; a centre is the mean of its class. `counts`
    [n, draws] says how often each image is in each resample; the result is then [draws].
    """
    rows = np.asarray(embeddings, dtype=np.float64)
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), SHORTEST)
    weights = np.ones((len(labels), 1)) if counts is None else counts
    sums = [weights[labels == c].T @ rows[labels == c] for c in np.unique(labels)]
    centres = np.stack(sums, axis=1)
    centres /= np.maximum(np.linalg.norm(centres, axis=2, keepdims=True), SHORTEST)
    classes = centres.shape[1]
    # All cosines, less the diagonal's ones, over ordered pairs.
    total = (centres.sum(axis=1) ** 2).sum(axis=1) - (centres**2).sum(axis=(1, 2))
    mean = total / (classes * (classes - 1))
    return mean[0] if counts is None else mean
