"""Every sampler by its name: one door for the training loop.

A built stream has `batches_per_epoch` and `batch(number)`: indices into the training part, or a
`PairedBatch` where two batches are to be mixed.
"""

import inspect
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from reproduce.data.class_samplers import DRAWN, ClassAwareStream, ClassStream
from reproduce.data.pair_samplers import BalancedMixUp, ClassBatches, PairedBatch
from reproduce.data.samplers import SAMPLERS, Stream
from reproduce.errors import UserError, unknown_name

# The parameters a sampler takes, where its signature does not say: these names share one class.
_OF_DRAWN = {"square_root": ("power",), "effective_number": ("beta",)}
_OF_THEIR_OWN: dict[str, Callable] = {
    "class_aware": ClassAwareStream,
    "class_batches": ClassBatches,
    "balanced_mixup": BalancedMixUp,
}
NAMES = (*SAMPLERS, *DRAWN, *_OF_THEIR_OWN)
_GIVEN = {"labels", "batch_size", "data_seed", "seed", "phase"}


class Batches(Protocol):
    """What the training loop reads."""

    @property
    def batches_per_epoch(self) -> int: ...

    def batch(self, number: int) -> np.ndarray | PairedBatch: ...


def parameters_of(name: str) -> tuple[str, ...]:
    """Return which parameters a sampler takes beside the labels, the batch size and the seeds."""
    if name in DRAWN:
        return _OF_DRAWN.get(name, ())
    if name not in NAMES:
        raise unknown_name("sampler", name, NAMES)
    made_by = SAMPLERS.get(name) or _OF_THEIR_OWN[name]
    return tuple(p for p in inspect.signature(made_by).parameters if p not in _GIVEN)


def shown(name: str, labels: np.ndarray, data_seed: int, **parameters: Any) -> np.ndarray:
    """Return which training images a sampler ever shows: undersampling leaves most of them out."""
    if name not in SAMPLERS:
        return np.arange(len(labels))
    return np.unique(SAMPLERS[name](labels, data_seed, **parameters))


def build(
    name: str,
    labels: np.ndarray,
    *,
    batch_size: int,
    data_seed: int,
    seed: int,
    phase: int,
    epochs: int | None = None,
    **parameters: Any,
) -> Batches:
    """Return the stream of batches for a phase.

    Parameters
    ----------
    name
        One of `NAMES`.
    labels
        The labels of the training part after imbalance.
    data_seed, seed, phase
        What is drawn once belongs to `data_seed`; order and what is drawn anew to `seed`, by phase.
    epochs
        The length of the phase; only `progressively_balanced` reads it.
    **parameters
        Those of the sampler: `ratio` (over- and undersampling), `power`, `beta`,
        `images_per_turn`, `images_per_class`, `alpha`.
    """
    known = parameters_of(name)
    for given in parameters:
        if given not in known:
            takes = f"it takes: {', '.join(known)}" if known else "it takes none"
            raise UserError(f"sampler '{name}' has no parameter '{given}' ({takes})")
    if name in SAMPLERS:
        return Stream(labels, name, batch_size, data_seed, seed, phase, **parameters)
    if name in DRAWN:
        return ClassStream(labels, name, batch_size, seed, phase, epochs=epochs, **parameters)
    if name == "balanced_mixup":
        return BalancedMixUp(labels, batch_size, data_seed, seed, phase, **parameters)
    return _OF_THEIR_OWN[name](labels, batch_size, seed, phase, **parameters)
