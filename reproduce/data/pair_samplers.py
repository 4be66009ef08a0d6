"""Samplers whose batches have a form of their own: P classes x K images, and two batches to mix."""

from dataclasses import dataclass

import numpy as np

from reproduce.data.class_samplers import ClassStream, sorted_by_class
from reproduce.data.samplers import EpochStream, Stream
from reproduce.errors import UserError
from reproduce.randomness import generator


class ClassBatches(EpochStream):
    """P classes x K images: what a metric loss needs to find a positive for every anchor.

    Every batch holds P = batch_size / images_per_class different classes, drawn uniformly, and K
    images of each, side by side. A class with K images or more goes through them in laps, each in
    a new order, and shows none twice in a batch. **A class with fewer than K images is drawn with
    replacement**: all of it is shown, and some again until there are K (`repeated` names these
    classes); a loss then sees pairs of one image with itself.
    """

    def __init__(
        self, labels: np.ndarray, batch_size: int, seed: int, phase: int, images_per_class: int = 4
    ):
        self.classes, self.counts, self._sorted, self._starts = sorted_by_class(labels)
        self.images_per_class = images_per_class
        self.classes_per_batch = _classes_per_batch(batch_size, images_per_class, len(self.classes))
        batches = -(-len(labels) // batch_size)
        super().__init__(batches * batch_size, batch_size)
        self._seed, self._phase = seed, phase

    @property
    def repeated(self) -> tuple[int, ...]:
        """Return the classes that have fewer images than a batch shows of them."""
        return tuple(int(c) for c in self.classes[self.counts < self.images_per_class])

    def order(self, epoch: int) -> np.ndarray:
        """Return the indices of all batches of this epoch, one batch after the other."""
        rng = generator(self._seed, "class batches", self._phase, epoch)
        keys = rng.random((self.batches_per_epoch, len(self.classes)))
        chosen = keys.argsort(axis=1)[:, : self.classes_per_batch].ravel()
        order = np.empty((len(chosen), self.images_per_class), dtype=np.int64)
        by_class = np.argsort(chosen, kind="stable")
        ends = np.cumsum(np.bincount(chosen, minlength=len(self.classes)))
        for c, slots in enumerate(np.split(by_class, ends[:-1])):
            order[slots] = self._of_class(c, len(slots), rng)
        return order.ravel()

    def _of_class(self, c: int, times: int, rng: np.random.Generator) -> np.ndarray:
        """Return `times` rows of K images of class c."""
        n, k = int(self.counts[c]), self.images_per_class
        of_class = self._sorted[self._starts[c] : self._starts[c] + n]
        rows_per_lap = max(n // k, 1)
        laps = rng.permuted(np.tile(of_class, (-(-times // rows_per_lap), 1)), axis=1)
        # Where K does not divide n, the rest of a lap is left out: a row must not span two laps,
        # which could show it one image twice. Which images are left out changes with every lap.
        columns = np.arange(rows_per_lap * k) % n
        return laps[:, columns].reshape(-1, k)[:times]


def _classes_per_batch(batch_size: int, images_per_class: int, present: int) -> int:
    if images_per_class < 2:
        raise UserError(
            f"images_per_class is {images_per_class}, expected 2 or more, so that every image has "
            "another of its class in the batch"
        )
    wanted, rest = divmod(batch_size, images_per_class)
    if rest or wanted < 2:
        raise UserError(
            f"batch_size {batch_size} is not 2 or more classes x {images_per_class} images "
            "(images_per_class); expected a multiple of it, at least twice as large"
        )
    if wanted > present:
        raise UserError(
            f"batch_size {batch_size} with {images_per_class} images a class asks for {wanted} "
            f"classes, the training set has {present}; expected a batch_size of at most "
            f"{present * images_per_class}, or more images_per_class"
        )
    return wanted


@dataclass(frozen=True)
class PairedBatch:
    """Two batches of indices and how much the second counts: (1 - weight) a + weight b."""

    instance: np.ndarray
    balanced: np.ndarray
    weight: float


class BalancedMixUp:
    """An instance-sampled and a class-balanced batch side by side, for Balanced-MixUp.

    Galdran et al. (2021): x = (1 - w) x_instance + w x_balanced, labels alike, one w ~ Beta(alpha,
    1) a batch (mean alpha / (1 + alpha)), two independent loaders, an epoch as long as the shorter
    of them. Their instance loader drops an incomplete last batch; here batches run on across the
    ends of epochs, so none is incomplete.
    """

    def __init__(
        self,
        labels: np.ndarray,
        batch_size: int,
        data_seed: int,
        seed: int,
        phase: int,
        alpha: float = 0.2,
    ):
        if not alpha > 0:
            raise UserError(f"alpha is {alpha}, expected more than 0 (the paper: 0.1, 0.2, 0.3)")
        self.alpha, self._seed, self._phase = alpha, seed, phase
        self.batch_size = batch_size
        self.instance = Stream(labels, "instance", batch_size, data_seed, seed, phase)
        self.balanced = ClassStream(
            labels, "class_balanced", batch_size, seed, phase, purpose="balanced partner"
        )

    @property
    def batches_per_epoch(self) -> int:
        """Return the length of the shorter loader."""
        return min(self.instance.batches_per_epoch, self.balanced.batches_per_epoch)

    def batch(self, number: int) -> PairedBatch:
        """Return the pair of batches with this number and the weight of the balanced one."""
        rng = generator(self._seed, "mixing weight", self._phase, number)
        weight = float(rng.beta(self.alpha, 1.0))
        return PairedBatch(self.instance.batch(number), self.balanced.batch(number), weight)
