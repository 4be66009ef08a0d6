"""BUSI's masks as three classes: background, benign, malignant.

The masks of an image, `NAME_mask.png`, `NAME_mask_1.png` and so on, are joined; what they mark is
of the class of the image's folder. Those of normal images are empty. The parts are those of `busi`.
Not for diagnosis.
"""

from pathlib import Path

import numpy as np

from reproduce.data.sources import busi
from reproduce.data.sources.listing import Listing
from reproduce.errors import UserError
from reproduce.files import relative

CLASS_NAMES = ("background", "benign", "malignant")
SIZE, FIT, CHANNELS = busi.SIZE, busi.FIT, busi.CHANNELS
OPTIONS = busi.OPTIONS
# Nothing is marked in a normal image; if something were, `verify` should see it as benign.
MARKED = {"benign": 1, "malignant": 2, "normal": 1}


def read(root: Path, options: dict) -> Listing:
    """List images and masks."""
    images, masks = busi.images_and_masks(root)
    names = list(images)
    for name, path in images.items():
        if name not in masks:
            raise UserError(f"{relative(root / path)} has no mask; expected '{name}_mask.png'")
    for name, paths in masks.items():
        if name not in images:
            raise UserError(f"{relative(root / paths[0])} is a mask without an image")
    rows, groups = busi.rows_of(options["split"], names, relative(root))
    marked = [MARKED[name.partition(" ")[0]] for name in names]
    return Listing(
        root,
        list(images.values()),
        np.zeros(len(names), dtype=np.int64),
        CLASS_NAMES,
        rows,
        groups=groups,
        masks=[masks[name] for name in names],
        mask_classes=np.array(marked, dtype=np.int64),
        task="segmentation",
    )
