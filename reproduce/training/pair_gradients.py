"""Which pairs a loss works on while a network learns: looked at on the same images throughout.

Looking changes nothing: no random number is drawn from a stream that training reads, and no weight
and no statistic moves, so a trial that is watched has the digits of one that is not.
"""

import io
import zipfile
from pathlib import Path

import numpy as np
import torch

from reproduce.data.preparation import Images
from reproduce.evaluation.pair_measures import HARDEST
from reproduce.files import write_bytes
from reproduce.losses.embedding.pair_gradients import pair_gradients
from reproduce.losses.embedding.similarities import positives, products, scaled
from reproduce.randomness import generator
from reproduce.tasks.prediction import predict
from reproduce.training.phases import Phase

POINTS = 10
# As a batch of the trials has them.
IDENTITIES, IMAGES_EACH = 32, 4
EDGES = np.linspace(-1, 1, 41)
# Of each identity as the anchor: of its positives' gradient all of it and that on the hardest
# tenth, then the same of its negatives'.
COLUMNS = ("positives", "hardest_positives", "negatives", "hardest_negatives")


class PairGradients:
    """The gradient by pairs of a batch of training images, at points in time.

    What was noted is kept in `file` until the trial is done, for a run that goes on after an
    interruption.
    """

    def __init__(self, train: Images, phase: Phase, device, precision: str, file: Path):
        self.images = watched(train)
        self.phase, self.device, self.precision, self.file = phase, device, precision, file
        self.points = _read(file)

    def __call__(self, phase: int, iteration: int, network) -> None:
        """Note which pairs the loss works on now."""
        _, embeddings = predict(network, self.images, self.device, self.precision)
        if np.isfinite(embeddings).all():
            labels = torch.from_numpy(np.unique(self.images.labels, return_inverse=True)[1])
            self.points[iteration] = looked_at(
                self.phase.objective, torch.from_numpy(embeddings), labels,
                self.phase.objective_parameters,
            )  # fmt: skip
            self.keep()

    def keep(self) -> None:
        """Write the points so far, none at first: the file says that the run is watched."""
        content = io.BytesIO()
        np.savez(content, **{f"{at}/{n}": one for at, of in self.points.items()
                             for n, one in enumerate(of)})  # fmt: skip
        write_bytes(self.file, content.getvalue())

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what was noted, as arrays for the store, and forget the file."""
        self.file.unlink(missing_ok=True)
        moments = sorted(self.points)
        shares, by_cosine = zip(*(self.points[at] for at in moments), strict=True)
        return {
            "gradients/iteration": np.array(moments, dtype=np.int32),
            "gradients/shares": np.stack(shares),
            "gradients/by_cosine": np.stack(by_cosine),
        }


def watched(train: Images) -> Images:
    """Return the training images to look at: of some identities some images each."""
    random = generator(0, "gradients")
    known = np.unique(train.labels)
    chosen = [
        random.permutation(np.flatnonzero(train.labels == c))[:IMAGES_EACH]
        for c in random.permutation(known)[:IDENTITIES]
    ]
    return train.part(np.concatenate(chosen))


def looked_at(
    objective: str, embeddings: torch.Tensor, labels: torch.Tensor, parameters
) -> tuple[np.ndarray, np.ndarray]:
    """Return the size of the gradient by identity [I, 4] and by kind and cosine [2, 40]."""
    rows = scaled(embeddings.double())
    cosines = products(rows, rows)
    size = pair_gradients(objective, cosines, labels, parameters).abs()
    same, identities = positives(labels), int(labels.max()) + 1
    other = labels[:, None] != labels
    shares, by_cosine = torch.zeros(identities, 4, dtype=torch.float64), []
    for column, (kind, hardness) in enumerate(((same, -cosines), (other, cosines))):
        inside = hardest(kind, hardness)
        for place, part in ((2 * column, kind), (2 * column + 1, inside)):
            shares[:, place].index_add_(0, labels, (size * part).sum(1))
        found = np.histogram(cosines[kind].numpy(), EDGES, weights=size[kind].numpy())[0]
        by_cosine.append(found)
    return shares.numpy(), np.stack(by_cosine)


def hardest(kind: torch.Tensor, hardness: torch.Tensor) -> torch.Tensor:
    """Return which pairs of a kind are its hardest tenth, as a mask; one at the least."""
    count = max(1, round(HARDEST * int(kind.sum())))
    values = hardness.masked_fill(~kind, -torch.inf).flatten()
    found = torch.zeros_like(values, dtype=torch.bool)
    found[values.topk(count).indices] = True
    return found.view_as(kind)


def every(iterations: int) -> int:
    """Return after how many iterations to look; 0, after every epoch, where that is not known."""
    return max(1, iterations // POINTS) if iterations else 0


def _read(file: Path) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Return the points of an interrupted run, none where there was none or they are damaged."""
    try:
        with np.load(file, allow_pickle=False) as stored:
            moments = {int(name.partition("/")[0]) for name in stored.files}
            return {at: (stored[f"{at}/0"], stored[f"{at}/1"]) for at in moments}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return {}
