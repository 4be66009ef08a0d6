"""A copy of BUSI's masks, classes of pixels, in the same `busi.npz` as its images."""

from pathlib import Path

import numpy as np

from reproduce.data.packed import busi
from reproduce.data.packed.packed_rows import Packed
from reproduce.data.sources import busi_masks

COPY = busi.COPY


def read(paths: list[Path], options: dict) -> Packed:
    """Read images, masks and groups."""
    found = busi.arrays(paths[0], ("images", "labels", "groups", "masks"))
    labels = found["labels"].astype(np.int64)
    split = options["split"]
    rows, groups = busi.rows_of(split, found["lengths"], labels, found["groups"], paths[0])
    return Packed(
        found["images"],
        found["masks"].max(axis=(1, 2)).astype(np.int64),
        busi_masks.CLASS_NAMES,
        rows,
        groups,
        masks=found["masks"],
        task="segmentation",
    )
