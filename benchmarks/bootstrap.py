"""Bootstrap of the multi-class AUC: weighted sums against repeating rows with scikit-learn."""

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks import timing
from reproduce.evaluation.resampling import resample_counts, resampled_metric

IMAGES, CLASSES, DRAWS = 10_000, 10, 200
# The peer is so slow that a few draws stand for all; the table scales them up.
PEER_DRAWS = 4


def run() -> None:
    """Print seconds for 200 draws on 10,000 images of 10 classes."""
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(CLASSES), IMAGES // CLASSES)
    scores = random.normal(size=(IMAGES, CLASSES))
    scores[np.arange(IMAGES), labels] += 2
    counts = resample_counts(labels, DRAWS)

    def ours() -> None:
        resampled_metric(scores, labels, "auc", counts)

    def peer() -> None:
        for draw in range(PEER_DRAWS):
            rows = np.repeat(np.arange(IMAGES), counts[:, draw].astype(int))
            one_hot = np.eye(CLASSES)[labels[rows]]
            roc_auc_score(one_hot, scores[rows], average="macro")

    seconds = timing.race({"this project": ours, "scikit-learn, rows repeated": peer}, rounds=3)
    peer_name = "scikit-learn, rows repeated"
    seconds[peer_name] = [value * DRAWS / PEER_DRAWS for value in seconds[peer_name]]
    timing.table(seconds)
