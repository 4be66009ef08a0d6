"""A copy of HAM10000's nevi, melanomas and keratoses, out of the same `ham10000.npz`."""

from pathlib import Path

import numpy as np

from reproduce.data.packed.packed_rows import Packed
from reproduce.data.sources import ham10000_warts
from reproduce.data.sources.npz import read_arrays

COPY = ("ham10000.npz",)
ARRAYS = ("train_images", "train_labels", "train_lesions")


def read(paths: list[Path], options: dict) -> Packed:
    """Read the images of the three diagnoses, and their lesions."""
    found = read_arrays(paths[0], ARRAYS)
    chosen, classes = ham10000_warts.of_three(found["train_labels"].astype(np.int64))
    return Packed(
        found["train_images"][chosen],
        classes,
        ham10000_warts.CLASS_NAMES,
        {"all": np.arange(len(chosen))},
        found["train_lesions"][chosen].astype(np.int64),
    )
