"""The samplers of the study as batch samplers of PyTorch, for any `DataLoader`.

`DataLoader(dataset, batch_sampler=batch_sampler("oversampling", labels, batch_size=64))`. Unlike in
the training loop here, an iteration is an epoch; the next one shows other batches.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from torch.utils.data import Sampler

from reproduce.data import streams
from reproduce.data.pair_samplers import PairedBatch
from reproduce.errors import UserError


class BatchSampler(Sampler[list[int]]):
    """Batches of indices, one epoch an iteration.

    Every batch is full: batches run on across the ends of epochs. The order depends on the seed and
    on `epoch` alone, which counts up by itself and can be set, to go on where a run has stopped.
    """

    def __init__(self, stream: streams.Batches):
        self.stream, self.epoch = stream, 0

    def __len__(self) -> int:
        """Return the number of batches of an epoch."""
        return self.stream.batches_per_epoch

    def __iter__(self) -> Iterator[list[int]]:
        """Yield the batches of this epoch."""
        first = self.epoch * len(self)
        self.epoch += 1
        for number in range(first, first + len(self)):
            rows = self.stream.batch(number)
            # Two batches that are to be mixed are refused before.
            assert not isinstance(rows, PairedBatch)
            yield rows.tolist()


def batch_sampler(
    name: str,
    labels,
    *,
    batch_size: int,
    seed: int = 0,
    epochs: int | None = None,
    **parameters: Any,
) -> BatchSampler:
    """Return a sampler of `streams.NAMES` for a `DataLoader`.

    Parameters
    ----------
    name
        Such as "oversampling", "undersampling", "class_balanced", "class_aware", "class_batches".
    labels
        The class of every training image, in the order of the data set.
    seed
        Of what is drawn, and of the order.
    epochs
        How long training lasts; `progressively_balanced` needs it.
    **parameters
        Those of the sampler, such as `ratio` or `images_per_class`.

    Examples
    --------
    >>> sampler = batch_sampler("oversampling", [0, 0, 0, 0, 0, 0, 1, 1], batch_size=4)
    >>> len(sampler), sum(i > 5 for batch in sampler for i in batch)
    (3, 6)
    """
    stream = streams.build(
        name,
        np.asarray(labels),
        batch_size=batch_size,
        data_seed=seed,
        seed=seed,
        phase=0,
        epochs=epochs,
        **parameters,
    )
    if isinstance(stream.batch(0), PairedBatch):
        raise UserError(
            f"sampler '{name}' gives two batches that are mixed, which a DataLoader has no place "
            "for; take another, and mix in your loop"
        )
    return BatchSampler(stream)
