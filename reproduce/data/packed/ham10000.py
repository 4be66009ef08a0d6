"""A copy of HAM10000: `ham10000.npz`, with lesions, numbers of images, and the official test."""

from pathlib import Path

import numpy as np

from reproduce.data.packed.packed_rows import Packed
from reproduce.data.sources import ham10000
from reproduce.data.sources.npz import read_arrays
from reproduce.files import relative

COPY = ("ham10000.npz",)
ARRAYS = ("train_images", "train_labels", "train_lesions", "train_ids")
TEST = ("test_images", "test_labels", "test_ids")


def read(paths: list[Path], options: dict) -> Packed:
    """Read images, classes and lesions; the split is that of the release's numbers."""
    found, where = read_arrays(paths[0], ARRAYS + TEST), relative(paths[0])
    numbers = np.concatenate([found["train_ids"], found["test_ids"]])
    challenge = np.arange(len(numbers)) >= len(found["train_ids"])
    lesions = found["train_lesions"].astype(np.int64)
    # Nothing is known of the lesions of the official test; an image counts as one of its own.
    alone = lesions.max() + 1 + np.arange(challenge.sum())
    groups = np.concatenate([lesions, alone])
    names = [str(number) for number in numbers.tolist()]
    return Packed(
        np.concatenate([found["train_images"], found["test_images"]]),
        np.concatenate([found["train_labels"], found["test_labels"]]).astype(np.int64),
        ham10000.CLASS_NAMES,
        ham10000.rows_of(options["split"], names, challenge, groups, where),
        groups,
        extra={"challenge": challenge},
    )
