"""In which order, and how often, training images are shown.

A sampler turns labels into the multiset of images that one epoch passes through; a `Stream` then
shuffles it anew for every epoch and cuts batches. Batches run on across the ends of epochs, so
every batch is full, also for a set smaller than a batch, and any batch can be made from its
number alone: a resumed run needs no saved position but that number.
"""

from collections.abc import Callable

import numpy as np

from reproduce.errors import UserError, unknown_name
from reproduce.randomness import generator


def instance(labels: np.ndarray, seed: int) -> np.ndarray:
    """Every image once."""
    return np.arange(len(labels))


def oversampling(labels: np.ndarray, seed: int) -> np.ndarray:
    """Random minority oversampling to full balance: images replicated at random, drawn once."""
    groups = _by_class(labels)
    largest = max(len(of_class) for of_class in groups.values())
    chosen = []
    for c, of_class in groups.items():
        extra = generator(seed, "resample", c).choice(of_class, largest - len(of_class))
        chosen += [of_class, extra]
    return np.concatenate(chosen)


def undersampling(labels: np.ndarray, seed: int) -> np.ndarray:
    """Random majority undersampling to full balance: images removed at random, once for all."""
    groups = _by_class(labels)
    smallest = min(len(of_class) for of_class in groups.values())
    kept = [
        generator(seed, "resample", c).permutation(of_class)[:smallest]
        for c, of_class in groups.items()
    ]
    return np.concatenate(kept)


SAMPLERS: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "instance": instance,
    "oversampling": oversampling,
    "undersampling": undersampling,
}


def _by_class(labels: np.ndarray) -> dict[int, np.ndarray]:
    return {int(c): np.flatnonzero(labels == c) for c in np.unique(labels)}


class Stream:
    """Batches of training indices, by number."""

    def __init__(self, labels, name: str, batch_size: int, data_seed: int, seed: int, phase: int):
        if name not in SAMPLERS:
            raise unknown_name("sampler", name, SAMPLERS)
        if batch_size < 1:
            raise UserError(f"batch_size is {batch_size}, expected 1 or more")
        # What is drawn belongs to the data (data_seed); in which order it is shown to the run.
        self.pool = SAMPLERS[name](labels, data_seed)
        self.batch_size = batch_size
        self._seed, self._phase = seed, phase
        self._epoch, self._order = -1, self.pool

    @property
    def batches_per_epoch(self) -> int:
        """Return how many batches it takes to show every image of the multiset once."""
        return -(-len(self.pool) // self.batch_size)

    def batch(self, number: int) -> np.ndarray:
        """Return the indices of the batch with this number, counted from 0."""
        position, wanted = number * self.batch_size, self.batch_size
        pieces = []
        while wanted:
            epoch, offset = divmod(position, len(self.pool))
            piece = self._shuffled(epoch)[offset : offset + wanted]
            pieces.append(piece)
            position, wanted = position + len(piece), wanted - len(piece)
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    def _shuffled(self, epoch: int) -> np.ndarray:
        if epoch != self._epoch:
            rng = generator(self._seed, "order", self._phase, epoch)
            self._epoch, self._order = epoch, rng.permutation(self.pool)
        return self._order
