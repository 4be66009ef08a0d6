"""BUSI: breast ultrasound in three classes, divided by groups of near twins.

An image lies in the folder of its class as `benign (1).png`, its masks beside it. Hundreds of
images have a near twin, some of another class, so that a random split tests on what it trained
on. The project's list says which images are twins. Splits (option `split`): `groups`, 8:2 by that
list with twins on one side; `all`. Not for diagnosis.
"""

import re
from pathlib import Path

import numpy as np

from reproduce.data import parts
from reproduce.data.names import Option
from reproduce.data.sources.listing import Listing, check_classes, first_of, images_in
from reproduce.errors import UserError
from reproduce.files import relative

CLASS_NAMES = ("benign", "malignant", "normal")
FOLDER = "Dataset_BUSI_with_GT"
SIZE, FIT, CHANNELS = 256, "stretch", 1
OPTIONS = {"split": Option("groups", "which split", ("groups", "all"))}
_NAME = re.compile(r"(\w+ \((\d+)\))(_mask(?:_\d+)?)?\.png")


def read(root: Path, options: dict) -> Listing:
    """List the images by folder."""
    images, _ = images_and_masks(root)
    names = list(images)
    rows, groups = rows_of(options["split"], names, relative(root))
    labels = [CLASS_NAMES.index(name.partition(" ")[0]) for name in names]
    return check_classes(
        Listing(
            root,
            list(images.values()),
            np.array(labels, dtype=np.int64),
            CLASS_NAMES,
            rows,
            groups=groups,
        )
    )


def rows_of(split: str, names: list[str], where: str) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the rows of each part and the group of each image."""
    placed = parts.places("busi", names, where)
    groups = parts.groups(placed)
    rows = {"all": np.arange(len(names))} if split == "all" else parts.rows(placed, where)
    return rows, groups


def images_and_masks(root: Path) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Return the path of every image by its name, by class and number, and those of its masks."""
    top = first_of(root, (f"{FOLDER}/{FOLDER}", FOLDER, "."), f"folder of BUSI ({FOLDER})")
    images, masks = {}, {}
    for class_name in CLASS_NAMES:
        if not (top / class_name).is_dir():
            raise UserError(
                f"{relative(top)} has no folder '{class_name}'; unpack the archive again"
            )
        found = []
        for file in images_in(top / class_name):
            match = _NAME.fullmatch(file)
            if not match or not file.startswith(f"{class_name} ("):
                raise UserError(
                    f"{relative(top / class_name / file)} is not named as in the release; expected "
                    f"'{class_name} (1).png' and '{class_name} (1)_mask.png'"
                )
            path = str((top / class_name / file).relative_to(root))
            found.append((int(match[2]), match[1], bool(match[3]), path))
        for _, name, is_mask, path in sorted(found):
            if is_mask:
                masks[name] = (*masks.get(name, ()), path)
            else:
                images[name] = path
    return images, masks
