"""Samplers that choose a class first, then one of its images, anew in every epoch.

`class_probabilities` is the arithmetic; `ClassStream` draws with replacement by it (PyTorch's
`WeightedRandomSampler` with one weight per class does the same, but cannot make batch 1,000
without the 999 before it). `ClassAwareStream` takes turns instead of drawing.
"""

import numpy as np

from reproduce.data.samplers import EpochStream
from reproduce.errors import UserError, unknown_name
from reproduce.randomness import generator

DRAWN = ("class_balanced", "square_root", "effective_number", "progressively_balanced")


def class_probabilities(
    name: str,
    counts: np.ndarray,
    *,
    power: float = 0.5,
    beta: float = 0.9999,
    epoch: int = 0,
    epochs: int | None = None,
) -> np.ndarray:
    """Return with which probability the next image is of each class.

    Parameters
    ----------
    name
        `class_balanced`: 1 / C. `square_root`: n_c^power / sum (power 1 is instance sampling, 0
        class-balanced). `effective_number`: n_c * w_c / sum with Cui et al.'s (2019) weight of one
        image, w_c = (1 - beta) / (1 - beta^n_c); LDAM's code calls this rule "Resample", and as
        the sampler of a later phase it is deferred (DRW). `progressively_balanced`:
        (1 - t) n_c / N + t / C with t = epoch / (epochs - 1), so that the first epoch is
        instance-balanced and the last one class-balanced (Kang et al. 2020 print epoch / epochs,
        their code and Balanced-MixUp's reach 1).
    counts
        Images of each class, all 1 or more.
    power, beta, epoch, epochs
        As above; each belongs to one of the names. An epoch past the last stays class-balanced.
    """
    counts = np.asarray(counts, dtype=np.float64)
    balanced = np.full(len(counts), 1 / len(counts))
    if name == "class_balanced":
        return balanced
    if name == "square_root":
        if not 0 <= power <= 1:
            raise UserError(f"power is {power}, expected 0 (class-balanced) to 1 (instance)")
        mass = counts**power
    elif name == "effective_number":
        if not 0 <= beta < 1:
            raise UserError(f"beta is {beta}, expected 0 (instance) to below 1 (class-balanced)")
        # 1 - beta^n without cancellation, which for n = 1 would leave 12 of 16 digits. Beta 0 has
        # no logarithm; there all images weigh the same.
        effective = -np.expm1(counts * np.log(beta)) if beta else np.ones_like(counts)
        mass = counts / effective
    elif name == "progressively_balanced":
        if epochs is None or epochs < 2:
            raise UserError(
                f"sampler 'progressively_balanced' goes from the first epoch to the last; epochs "
                f"is {epochs}, expected 2 or more"
            )
        t = min(epoch / (epochs - 1), 1.0)
        return (1 - t) * counts / counts.sum() + t * balanced
    else:
        raise unknown_name("sampler", name, DRAWN)
    return mass / mass.sum()


class ClassStream(EpochStream):
    """As many draws an epoch as there are images: a class by its probability, then an image of it.

    Images of a class are drawn uniformly, with replacement. `purpose` names the random stream, so
    that two of these can run side by side.
    """

    def __init__(
        self,
        labels: np.ndarray,
        name: str,
        batch_size: int,
        seed: int,
        phase: int,
        *,
        epochs: int | None = None,
        purpose: str = "class draw",
        **parameters: float,
    ):
        super().__init__(len(labels), batch_size)
        self._name, self._seed, self._phase, self._purpose = name, seed, phase, purpose
        self._parameters = {"epochs": epochs, **parameters}
        self.classes, self.counts, self._sorted, self._starts = sorted_by_class(labels)
        self.probabilities(0)

    def probabilities(self, epoch: int) -> np.ndarray:
        """Return the probability of each class (of those present, in their order)."""
        return class_probabilities(self._name, self.counts, epoch=epoch, **self._parameters)

    def order(self, epoch: int) -> np.ndarray:
        """Return the indices drawn for this epoch."""
        rng = generator(self._seed, self._purpose, self._phase, epoch)
        drawn = rng.choice(len(self.classes), self.epoch_length, p=self.probabilities(epoch))
        return self._sorted[self._starts[drawn] + rng.integers(self.counts[drawn])]


class ClassAwareStream:
    """Classes take turns, in an order shuffled for every round; so do the images of each class.

    As in the code of Kang et al. (2020, classifier re-training, cRT): every turn shows
    `images_per_turn` images of one class (4 in their configurations), an epoch is as long as
    C * n_max images, and neither round starts anew at the end of an epoch: every image of a class
    is shown once before any is shown again. A class with fewer images than a turn repeats them
    within the turn. Batches run on across epochs, where theirs cut the last one short.
    """

    def __init__(
        self, labels: np.ndarray, batch_size: int, seed: int, phase: int, images_per_turn: int = 4
    ):
        for name, value in {"images_per_turn": images_per_turn, "batch_size": batch_size}.items():
            if value < 1:
                raise UserError(f"{name} is {value}, expected 1 or more")
        self.classes, self.counts, self._sorted, self._starts = sorted_by_class(labels)
        self.batch_size, self._turn = batch_size, images_per_turn
        self._seed, self._phase = seed, phase
        self._laps: dict[int, tuple[int, np.ndarray]] = {}

    @property
    def batches_per_epoch(self) -> int:
        """Return how many batches show C * n_max images."""
        return -(-len(self.classes) * int(self.counts.max()) // self.batch_size)

    def batch(self, number: int) -> np.ndarray:
        """Return the indices of the batch with this number, counted from 0."""
        positions = number * self.batch_size + np.arange(self.batch_size)
        turns, within = np.divmod(positions, self._turn)
        rounds, slots = np.divmod(turns, len(self.classes))
        chosen = np.empty(self.batch_size, dtype=np.int64)
        for n in np.unique(rounds):
            of_round = rounds == n
            order = generator(self._seed, "class round", self._phase, int(n))
            chosen[of_round] = order.permutation(len(self.classes))[slots[of_round]]
        # A class has one turn a round, so the round says how many of its images came before.
        laps, places = np.divmod(rounds * self._turn + within, self.counts[chosen])
        indices = np.empty(self.batch_size, dtype=np.int64)
        for c, lap in np.unique(np.stack([chosen, laps], axis=1), axis=0):
            of_lap = (chosen == c) & (laps == lap)
            indices[of_lap] = self._lap(int(c), int(lap))[places[of_lap]]
        return indices

    def _lap(self, c: int, lap: int) -> np.ndarray:
        if c not in self._laps or self._laps[c][0] != lap:
            of_class = self._sorted[self._starts[c] : self._starts[c] + self.counts[c]]
            rng = generator(self._seed, "image round", self._phase, c, lap)
            self._laps[c] = lap, rng.permutation(of_class)
        return self._laps[c][1]


def sorted_by_class(labels: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the classes present, their counts, all indices by class and each class's start."""
    classes, counts = np.unique(labels, return_counts=True)
    starts = np.cumsum(counts) - counts
    return classes, counts, np.argsort(labels, kind="stable"), starts
