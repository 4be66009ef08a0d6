"""A copy of HAM10000's masks: `ham10000_masks.npz`, classes of pixels, beside `ham10000.npz`."""

from pathlib import Path

import numpy as np

from reproduce.data.packed.packed_rows import Packed
from reproduce.data.sources import ham10000, ham10000_masks
from reproduce.data.sources.npz import read_arrays
from reproduce.errors import UserError
from reproduce.files import relative

COPY = ("ham10000.npz", "ham10000_masks.npz")


def read(paths: list[Path], options: dict) -> Packed:
    """Read images and masks of the same numbers."""
    found = read_arrays(paths[0], ("train_images", "train_lesions", "train_ids"))
    of_masks = read_arrays(paths[1], ("train_masks", "train_ids"))
    masks, numbers = of_masks["train_masks"], found["train_ids"]
    if not np.array_equal(of_masks["train_ids"], numbers) or (
        masks.shape != found["train_images"].shape[:3]
    ):
        raise UserError(
            f"{relative(paths[1])} does not belong to {relative(paths[0])}: expected a mask of the "
            "same size for each image, in the same order; get both again"
        )
    groups = found["train_lesions"].astype(np.int64)
    own = np.zeros(len(numbers), dtype=bool)
    names = [str(number) for number in numbers.tolist()]
    return Packed(
        found["train_images"],
        masks.max(axis=(1, 2)).astype(np.int64),
        ham10000_masks.CLASS_NAMES,
        ham10000.rows_of(options["split"], names, own, groups, relative(paths[0])),
        groups,
        masks=masks,
        task="segmentation",
    )
