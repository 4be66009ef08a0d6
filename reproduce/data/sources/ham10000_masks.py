"""HAM10000's lesion masks as three classes: background, benign, malignant.

The mask of an image lies in `HAM10000_segmentations_lesion_tschandl` as `NAME_segmentation.png` and
is bright where the lesion is; actinic keratoses, basal cell carcinomas and melanomas are malignant.
The parts are those of `ham10000`; the official test has no such masks. Not for diagnosis.
"""

from pathlib import Path

import numpy as np

from reproduce.data.names import Option
from reproduce.data.sources import ham10000
from reproduce.data.sources.listing import Listing, numbered
from reproduce.files import relative

CLASS_NAMES = ("background", "benign", "malignant")
SIZE, FIT, CHANNELS = 256, "crop", 3
OPTIONS = {"split": Option("lesions", "which split", ("lesions", "all"))}
MASKS = "HAM10000_segmentations_lesion_tschandl"


def read(root: Path, options: dict) -> Listing:
    """List images and masks; the class of what a mask marks comes from the diagnosis."""
    table, names, labels, lesions = ham10000.read_metadata(root)
    groups, own = numbered(lesions), np.zeros(len(names), dtype=bool)
    numbers = [ham10000.number_of(name) for name in names]
    masks = ham10000.pictures(root, (MASKS,), names, "_segmentation")
    return Listing(
        root,
        ham10000.pictures(root, ham10000.PICTURES, names),
        np.zeros(len(names), dtype=np.int64),
        CLASS_NAMES,
        ham10000.rows_of(options["split"], numbers, own, groups, relative(root)),
        [table],
        groups=groups,
        masks=[(mask,) for mask in masks],
        mask_classes=class_of_lesion(np.array(labels)),
        task="segmentation",
    )


def class_of_lesion(labels: np.ndarray) -> np.ndarray:
    """Return 2 for malignant diagnoses, 1 for the others."""
    malignant = [ham10000.CLASS_NAMES.index(name) for name in ham10000.MALIGNANT]
    return np.where(np.isin(labels, malignant), 2, 1).astype(np.int64)
