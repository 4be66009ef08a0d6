"""A folder of yours: a class per sub-folder, with or without train, val and test folders above.

Layouts: PATH/CLASS/image.jpg, or PATH/train/CLASS/image.jpg and PATH/test/CLASS/image.jpg. A table
PATH/groups.csv with the columns file and group (the paths relative to PATH) says which images
belong to one patient or person. With `domains=subfolders` the images of a class lie in a folder for
each device that took them, PATH/CLASS/DEVICE/image.jpg: people, for instance, in front of cameras.
"""

from pathlib import Path

import numpy as np

from reproduce.data.names import Option
from reproduce.data.sources.listing import (
    Listing,
    check_classes,
    folders_in,
    images_in,
    numbered,
    read_table,
)
from reproduce.errors import UserError
from reproduce.files import relative

SPLITS = ("train", "val", "test")
SIZE, FIT, CHANNELS = 256, "crop", 3
OPTIONS: dict[str, Option] = {
    "domains": Option("none", "a folder for each device inside each class", ("none", "subfolders")),
}


def read(root: Path, options: dict) -> Listing:
    """List the images; classes are the names of the folders, sorted."""
    folders = folders_in(root)
    splits = [split for split in SPLITS if split in folders]
    if splits and "train" not in splits:
        raise UserError(f"{relative(root)} has a folder '{splits[0]}' but no folder 'train'")
    if splits and set(folders) != set(splits):
        other = sorted(set(folders) - set(splits))[0]
        raise UserError(
            f"{relative(root)} has the folder '{other}' beside 'train'; expected class folders "
            "inside train, val and test only, or class folders alone"
        )
    apart = options.get("domains") == "subfolders"
    found = {split: _classes(root / split, apart) for split in splits}
    found = found or {"all": _classes(root, apart)}
    class_names = tuple(sorted({name for classes in found.values() for name in classes}))
    if len(class_names) < 2:
        raise UserError(
            f"{relative(root)} has {len(class_names)} class folder(s), expected at least two "
            "folders of images, one a class"
        )
    files, labels, rows = [], [], {}
    for split, classes in found.items():
        start = len(files)
        for name, images in classes.items():
            prefix = name if split == "all" else f"{split}/{name}"
            files += [f"{prefix}/{image}" for image in images]
            labels += [class_names.index(name)] * len(images)
        rows[split] = np.arange(start, len(files))
    groups, tables = _groups(root, files)
    extra = {"device": numbered([file.split("/")[-2] for file in files])} if apart else {}
    listing = Listing(
        root, files, np.array(labels, dtype=np.int64), class_names, rows, tables, groups, extra
    )
    return check_classes(listing)


def _classes(folder: Path, apart: bool) -> dict[str, list[str]]:
    return {name: _images(folder / name, apart) for name in folders_in(folder)}


def _images(folder: Path, apart: bool) -> list[str]:
    """Return the images of a class, those of all its devices where they lie apart."""
    if not apart:
        return images_in(folder)
    devices = folders_in(folder)
    if not devices:
        raise UserError(
            f"{relative(folder)} holds no folder of a device; expected one for each, or no "
            "domains=subfolders"
        )
    return [f"{device}/{image}" for device in devices for image in images_in(folder / device)]


def _groups(root: Path, files: list[str]) -> tuple[np.ndarray | None, list[str]]:
    path = root / "groups.csv"
    if not path.is_file():
        return None, []
    group_of = {row["file"]: row["group"] for row in read_table(path, ("file", "group"))}
    for file in files:
        if file not in group_of:
            raise UserError(f"{relative(path)} has no line for '{file}'; expected one per image")
    return numbered([group_of[file] for file in files]), ["groups.csv"]
