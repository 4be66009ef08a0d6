"""Random streams that derive from what they are for, never from global state.

Two methods that share a seed get the same initial weights, the same minority draw and the same
image order, because no stream depends on the method: comparisons are paired by construction.
And because a stream can be made anew from its name, a resumed run needs no saved random state.
"""

import hashlib
from functools import cache

import numpy as np


def derive(seed: int, purpose: str, *position: int) -> int:
    """Return the 63-bit seed of the stream for `purpose` at `position` (phase, epoch, ...)."""
    name = ":".join([str(int(seed)), purpose, *(str(int(p)) for p in position)])
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> 1


def generator(seed: int, purpose: str, *position: int) -> np.random.Generator:
    """Return a NumPy generator for the stream."""
    return np.random.default_rng(derive(seed, purpose, *position))


def seed_torch(seed: int, purpose: str, *position: int) -> None:
    """Put torch's generators (CPU and accelerators) at the start of the stream."""
    import torch

    drawn = derive(seed, purpose, *position)
    if _accelerated():
        torch.manual_seed(drawn)
    else:
        # The same without a look for accelerators, of which torch keeps a stack trace a call:
        # a seventh of a millisecond a step, and memory that only grows.
        torch.default_generator.manual_seed(drawn)


@cache
def _accelerated() -> bool:
    import torch

    return torch.accelerator.is_available()
