"""What a network predicts while it learns: the same images at evenly spaced iterations.

Looking changes nothing: no random number is drawn and no weight moves, so a trial that is watched
has the digits of one that is not.
"""

import io
import zipfile
from pathlib import Path

import numpy as np

from reproduce.data.preparation import Images
from reproduce.evaluation import metrics
from reproduce.files import write_bytes
from reproduce.randomness import generator
from reproduce.tasks.prediction import predict

POINTS = 20
# Where only the gap half-way and at the end is asked for.
HALF_WAY = 2
# Training images that are looked at, of each class at most: enough for a recall within 3 points.
OF_EACH_CLASS = 200


class LearningCurve:
    """Predictions on test images, and on a part of the training images, at points in time.

    What was noted is kept in `file` until the trial is done, so that a run that goes on after an
    interruption has the points from before; a point that is looked at again replaces itself.
    """

    def __init__(
        self, train: Images, test: Images, classes: int, device, precision: str, file: Path
    ):
        self.train, self.test, self.classes = watched(train), test, classes
        self.device, self.precision, self.file = device, precision, file
        self.points = _read(file)

    def __call__(self, phase: int, iteration: int, network) -> None:
        """Note what the network predicts now."""
        logits = [
            predict(network, images, self.device, self.precision)[0]
            for images in (self.train, self.test)
        ]
        if not all(np.isfinite(found).all() for found in logits):
            return  # The loop stops at the next loss, and says why.
        scores = [metrics.softmax(found) for found in logits]
        of_train, of_test = (found.argmax(axis=1).astype(np.uint16) for found in scores)
        area = metrics.summary(scores[1], self.test.labels, self.classes)["auc"]
        self.points[phase, iteration] = (np.array(area), of_train, of_test)
        self.keep()

    def keep(self) -> None:
        """Write the points so far, none at first: the file says that the run is watched."""
        content = io.BytesIO()
        named = {f"{p}/{i}/{n}": a for (p, i), of in self.points.items() for n, a in enumerate(of)}
        np.savez(content, **named)
        write_bytes(self.file, content.getvalue())

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what was noted, as arrays for the store, and forget the file."""
        self.file.unlink(missing_ok=True)
        places = sorted(self.points)
        areas, of_train, of_test = zip(*(self.points[place] for place in places), strict=True)
        return {
            "curve/phase": np.array([phase for phase, _ in places], dtype=np.int16),
            "curve/iteration": np.array([time for _, time in places], dtype=np.int32),
            "curve/test_auc": np.array(areas, dtype=np.float64),
            "curve/test_predictions": np.stack(of_test),
            "curve/test_labels": self.test.labels.astype(np.int16),
            "curve/train_predictions": np.stack(of_train),
            "curve/train_labels": self.train.labels.astype(np.int16),
        }


def _read(file: Path) -> dict[tuple[int, int], tuple[np.ndarray, ...]]:
    """Return the points of an interrupted run, none where there was none or they are damaged."""
    points: dict[tuple[int, int], dict[int, np.ndarray]] = {}
    try:
        with np.load(file, allow_pickle=False) as stored:
            for name in stored.files:
                phase, iteration, number = (int(part) for part in name.split("/"))
                points.setdefault((phase, iteration), {})[number] = stored[name]
    except (OSError, ValueError, zipfile.BadZipFile):
        return {}
    return {place: (of[0], of[1], of[2]) for place, of in points.items()}


def every(iterations: int, points: int = POINTS) -> int:
    """Return after how many iterations to look, so that there are about so many of a phase.

    0, after every epoch, of a phase whose length is not given in iterations.
    """
    return max(1, iterations // points) if iterations else 0


def watched(train: Images) -> Images:
    """Return the training images to look at: the same for all trials on this sample."""
    chosen = []
    for c in np.unique(train.labels):
        of_class = np.flatnonzero(train.labels == c)
        chosen.append(generator(0, "watched", int(c)).permutation(of_class)[:OF_EACH_CLASS])
    return train.part(np.sort(np.concatenate(chosen)))
