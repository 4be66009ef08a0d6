"""ISIC 2019: dermoscopic images in eight classes, several of one lesion.

Labels come from `ISIC_2019_Training_GroundTruth.csv` (one column a class, one of them 1), lesions
from `ISIC_2019_Training_Metadata.csv`; an image without a lesion there is a lesion of its own.
Splits (option `split`): `all`, or `grouped`, 8:2 with all images of a lesion on one side.
"""

from pathlib import Path

import numpy as np

from reproduce.data.grouped_splits import assign
from reproduce.data.names import Option
from reproduce.data.sources.listing import (
    Listing,
    check_classes,
    first_of,
    numbered,
    plain_name,
    read_table,
)
from reproduce.errors import UserError
from reproduce.files import relative

CLASS_NAMES = ("MEL", "NV", "BCC", "AK", "BKL", "DF", "VASC", "SCC")
SIZE, FIT, CHANNELS = 256, "crop", 3
OPTIONS = {
    "split": Option("all", "which split", ("all", "grouped")),
    "seed": Option(0, "seed of split=grouped", low=0, high=2**32 - 1),
}
PICTURES = "ISIC_2019_Training_Input"
TRUTH = "ISIC_2019_Training_GroundTruth.csv"
METADATA = "ISIC_2019_Training_Metadata.csv"


def read(root: Path, options: dict) -> Listing:
    """List the images by the table of labels."""
    truth = first_of(root, (TRUTH, f"{PICTURES}/{TRUTH}"), f"table of ISIC 2019 ({TRUTH})")
    # The archive holds a folder of its own name, so unpacking it by hand often nests it.
    nested = root / PICTURES / PICTURES
    pictures = nested if nested.is_dir() else root / PICTURES
    names, labels = _read_truth(truth)
    tables = [str(truth.relative_to(root))]
    lesions = [""] * len(names)
    if (root / METADATA).is_file():
        tables.append(METADATA)
        rows = read_table(root / METADATA, ("image", "lesion_id"))
        lesion_of = {row["image"]: row["lesion_id"].strip() for row in rows}
        lesions = [lesion_of.get(name, "") for name in names]
    elif options["split"] == "grouped":
        raise UserError(
            f"split=grouped needs {relative(root / METADATA)}, which says which lesion an image "
            "shows; get it from the page of the challenge"
        )
    units = [lesion or f"image {name}" for lesion, name in zip(lesions, names, strict=True)]
    groups = numbered(units)
    prefix = pictures.relative_to(root)
    listing = Listing(
        root,
        [str(prefix / f"{name}.jpg") for name in names],
        labels,
        CLASS_NAMES,
        _rows(options, labels, groups),
        tables,
        groups=groups,
    )
    return check_classes(listing)


def _read_truth(path: Path) -> tuple[list[str], np.ndarray]:
    names, labels = [], []
    for number, row in enumerate(read_table(path, ("image", *CLASS_NAMES)), start=2):
        where = f"{relative(path)}, line {number}"
        marked = [name for name in CLASS_NAMES if row[name].strip() in ("1", "1.0")]
        if len(marked) != 1:
            raise UserError(
                f"{where}: unknown label, {len(marked)} of the eight classes are marked, "
                "expected exactly one"
            )
        names.append(plain_name(row["image"].strip(), where))
        labels.append(CLASS_NAMES.index(marked[0]))
    return names, np.array(labels, dtype=np.int64)


def _rows(options: dict, labels: np.ndarray, groups: np.ndarray) -> dict[str, np.ndarray]:
    if options["split"] == "all":
        return {"all": np.arange(len(labels))}
    # Not scikit-learn's folds: their shuffle forgot the classes up to version 1.7, and what is
    # tested on must not hang on a version.
    part = assign(labels, groups, [0.8, 0.2], options["seed"], "isic2019")
    return {"train": np.flatnonzero(part == 0), "test": np.flatnonzero(part == 1)}
