"""Images with masks: PATH/images/NAME.jpg and PATH/masks/NAME.png, or both inside train and test.

A mask is a grey or palette image of the size of its image; its pixel values are the numbers of
classes, 0 being the background. A file PATH/classes.txt names them, one a line; without it the
classes are counted from the masks. Masks that hold nothing but 0 and 255 mean classes 0 and 1.
"""

from pathlib import Path

import numpy as np

from reproduce.data.names import Option
from reproduce.data.sources.listing import Listing, folders_in, images_in
from reproduce.errors import UserError
from reproduce.files import relative

SPLITS = ("train", "val", "test")
# As the segmentation networks of BDCL's kind do it.
SIZE, FIT, CHANNELS = 256, "stretch", 3
OPTIONS: dict[str, Option] = {}


def read(root: Path, options: dict, class_names: tuple[str, ...] = ()) -> Listing:
    """List images and masks; labels and classes are known once the masks have been decoded."""
    folders = folders_in(root)
    splits = [split for split in SPLITS if split in folders]
    files: list[str] = []
    masks: list[tuple[str, ...]] = []
    rows = {}
    for split in splits or ["all"]:
        start = len(files)
        prefix = "" if split == "all" else f"{split}/"
        for image, mask in _pairs(root / prefix):
            files.append(f"{prefix}images/{image}")
            masks.append((f"{prefix}masks/{mask}",))
        rows[split] = np.arange(start, len(files))
    tables = []
    if (root / "classes.txt").is_file():
        lines = (root / "classes.txt").read_text("utf-8").splitlines()
        class_names = tuple(line.strip() for line in lines if line.strip())
        tables = ["classes.txt"]
    labels = np.zeros(len(files), dtype=np.int64)
    return Listing(root, files, labels, class_names, rows, tables, masks=masks, task="segmentation")


def _pairs(folder: Path) -> list[tuple[str, str]]:
    for name in ("images", "masks"):
        if not (folder / name).is_dir():
            raise UserError(
                f"{relative(folder)} has no folder '{name}'; expected images/NAME.jpg and "
                "masks/NAME.png, or folders train and test that hold both"
            )
    images = _by_stem(folder / "images")
    masks = _by_stem(folder / "masks")
    if not images:
        raise UserError(f"{relative(folder / 'images')} holds no image")
    for stem, image in images.items():
        if stem not in masks:
            raise UserError(
                f"{relative(folder / 'images' / image)} has no mask; expected "
                f"{relative(folder / 'masks' / (stem + '.png'))}"
            )
    for stem, mask in masks.items():
        if stem not in images:
            raise UserError(f"{relative(folder / 'masks' / mask)} is a mask without an image")
    return [(image, masks[stem]) for stem, image in images.items()]


def _by_stem(folder: Path) -> dict[str, str]:
    by_stem: dict[str, str] = {}
    for name in images_in(folder):
        stem = Path(name).stem
        if stem in by_stem:
            raise UserError(f"{relative(folder)} holds '{by_stem[stem]}' and '{name}'; keep one")
        by_stem[stem] = name
    return by_stem
