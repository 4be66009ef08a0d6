"""What a network predicts while it learns: the same images at evenly spaced iterations.

Looking changes nothing: no random number is drawn and no weight moves, so a trial that is watched
has the digits of one that is not.
"""

import numpy as np

from reproduce.data.preparation import Images
from reproduce.evaluation import metrics
from reproduce.randomness import generator
from reproduce.training.prediction import predict

POINTS = 20
# Training images that are looked at, of each class at most: enough for a recall within 3 points.
OF_EACH_CLASS = 200


class LearningCurve:
    """Predictions on test images, and on a part of the training images, at points in time."""

    def __init__(self, train: Images, test: Images, classes: int, device, precision: str):
        self.train, self.test, self.classes = watched(train), test, classes
        self.device, self.precision = device, precision
        self.phases, self.iterations, self.areas = [], [], []
        self.of_train, self.of_test = [], []

    def __call__(self, phase: int, iteration: int, network) -> None:
        """Note what the network predicts now."""
        self.phases.append(phase)
        self.iterations.append(iteration)
        scores = [
            metrics.softmax(predict(network, images, self.device, self.precision)[0])
            for images in (self.train, self.test)
        ]
        for kept, found in zip((self.of_train, self.of_test), scores, strict=True):
            kept.append(found.argmax(axis=1).astype(np.uint16))
        self.areas.append(metrics.summary(scores[1], self.test.labels, self.classes)["auc"])

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what was noted, as arrays for the store."""
        return {
            "curve/phase": np.array(self.phases, dtype=np.int16),
            "curve/iteration": np.array(self.iterations, dtype=np.int32),
            "curve/test_auc": np.array(self.areas),
            "curve/test_predictions": np.stack(self.of_test),
            "curve/test_labels": self.test.labels.astype(np.int16),
            "curve/train_predictions": np.stack(self.of_train),
            "curve/train_labels": self.train.labels.astype(np.int16),
        }


def every(iterations: int) -> int:
    """Return after how many iterations to look, so that there are about `POINTS` of a phase."""
    return max(1, iterations // POINTS)


def watched(train: Images) -> Images:
    """Return the training images to look at: the same for all trials on this sample."""
    chosen = []
    for c in np.unique(train.labels):
        of_class = np.flatnonzero(train.labels == c)
        chosen.append(generator(0, "watched", int(c)).permutation(of_class)[:OF_EACH_CLASS])
    return train.part(np.sort(np.concatenate(chosen)))
