"""In which order, and how often, training images are shown.

A sampler turns labels into the multiset of images that one epoch passes through; a `Stream` then
shuffles it anew for every epoch and cuts batches. Batches run on across the ends of epochs, so
every batch is full, also for a set smaller than a batch, and any batch can be made from its
number alone: a resumed run needs no saved position but that number. Samplers that draw anew for
every epoch are in `class_samplers`, those that put batches together by class in `pair_samplers`;
`streams` builds all of them by name.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from reproduce.data.balancing import oversampled_counts, undersampled_counts
from reproduce.errors import UserError, unknown_name
from reproduce.randomness import generator


def instance(labels: np.ndarray, seed: int) -> np.ndarray:
    """Every image once."""
    return np.arange(len(labels))


def oversampling(labels: np.ndarray, seed: int, ratio: float = 1.0) -> np.ndarray:
    """Random minority oversampling: images replicated at random, drawn once.

    To full balance, or until largest over smallest class is `ratio` (see `balancing`). Every class
    has a random stream of its own, so that what is drawn of it does not depend on the others.
    """
    groups = _by_class(labels)
    targets = oversampled_counts([len(of_class) for of_class in groups.values()], ratio)
    chosen = []
    for (c, of_class), target in zip(groups.items(), targets, strict=True):
        extra = generator(seed, "resample", c).choice(of_class, target - len(of_class))
        chosen += [of_class, extra]
    return np.concatenate(chosen)


def undersampling(labels: np.ndarray, seed: int, ratio: float = 1.0) -> np.ndarray:
    """Random majority undersampling: images removed at random, once for all.

    To full balance, or until largest over smallest class is `ratio` (see `balancing`). For one
    seed the samples are nested: what is kept at a smaller ratio is kept at a larger one.
    """
    groups = _by_class(labels)
    targets = undersampled_counts([len(of_class) for of_class in groups.values()], ratio)
    kept = [
        generator(seed, "resample", c).permutation(of_class)[:target]
        for (c, of_class), target in zip(groups.items(), targets, strict=True)
    ]
    return np.concatenate(kept)


SAMPLERS: dict[str, Callable[..., np.ndarray]] = {
    "instance": instance,
    "oversampling": oversampling,
    "undersampling": undersampling,
}


def _by_class(labels: np.ndarray) -> dict[int, np.ndarray]:
    return {int(c): np.flatnonzero(labels == c) for c in np.unique(labels)}


class EpochStream(ABC):
    """Batches of training indices, by number, cut from one epoch after the other.

    What an epoch shows, and in which order, is for the class that derives from this one to say.
    """

    def __init__(self, epoch_length: int, batch_size: int):
        if batch_size < 1:
            raise UserError(f"batch_size is {batch_size}, expected 1 or more")
        self.epoch_length, self.batch_size = epoch_length, batch_size
        self._epoch, self._order = -1, np.empty(0, dtype=np.int64)

    @abstractmethod
    def order(self, epoch: int) -> np.ndarray:
        """Return all indices that this epoch shows, in their order."""

    @property
    def batches_per_epoch(self) -> int:
        """Return how many batches it takes to show every image of the multiset once."""
        return -(-self.epoch_length // self.batch_size)

    def batch(self, number: int) -> np.ndarray:
        """Return the indices of the batch with this number, counted from 0."""
        position, wanted = number * self.batch_size, self.batch_size
        pieces = []
        while wanted:
            epoch, offset = divmod(position, self.epoch_length)
            piece = self._kept(epoch)[offset : offset + wanted]
            pieces.append(piece)
            position, wanted = position + len(piece), wanted - len(piece)
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    def _kept(self, epoch: int) -> np.ndarray:
        if epoch != self._epoch:
            self._epoch, self._order = epoch, self.order(epoch)
        return self._order


class Stream(EpochStream):
    """Batches of a multiset that is drawn once and shuffled for every epoch."""

    def __init__(
        self,
        labels: np.ndarray,
        name: str,
        batch_size: int,
        data_seed: int,
        seed: int,
        phase: int,
        **parameters: Any,
    ):
        if name not in SAMPLERS:
            raise unknown_name("sampler", name, SAMPLERS)
        # What is drawn belongs to the data (data_seed); in which order it is shown to the run.
        self.pool = SAMPLERS[name](labels, data_seed, **parameters)
        super().__init__(len(self.pool), batch_size)
        self._seed, self._phase = seed, phase

    def order(self, epoch: int) -> np.ndarray:
        """Return the multiset, shuffled for this epoch."""
        return generator(self._seed, "order", self._phase, epoch).permutation(self.pool)
