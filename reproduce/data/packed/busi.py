"""A copy of BUSI: `busi.npz`, divided as the project's list says, with groups of near twins.

The file does not name its images: in each part they lie by class and number. That classes and
groups are those of the list is checked.
"""

from pathlib import Path

import numpy as np

from reproduce.data import parts
from reproduce.data.packed.packed_rows import Packed
from reproduce.data.sources import busi
from reproduce.data.sources.listing import numbered
from reproduce.data.sources.npz import read_arrays
from reproduce.errors import UserError
from reproduce.files import relative

COPY = ("busi.npz",)
PARTS = ("train", "test")


def read(paths: list[Path], options: dict) -> Packed:
    """Read images, classes and groups."""
    found = arrays(paths[0], ("images", "labels", "groups"))
    labels = found["labels"].astype(np.int64)
    rows, groups = rows_of(options["split"], found["lengths"], labels, found["groups"], paths[0])
    return Packed(found["images"], labels, busi.CLASS_NAMES, rows, groups)


def arrays(path: Path, kinds: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return arrays of both parts, one after the other, and how many rows each part has."""
    found = read_arrays(path, tuple(f"{part}_{kind}" for part in PARTS for kind in kinds))
    both = {kind: np.concatenate([found[f"{part}_{kind}"] for part in PARTS]) for kind in kinds}
    return both | {"lengths": np.array([len(found[f"{part}_{kinds[0]}"]) for part in PARTS])}


def rows_of(
    split: str, lengths: np.ndarray, labels: np.ndarray, groups: np.ndarray, path: Path
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the rows of each part and the groups, if classes and groups are those of the list."""
    placed = parts.read("busi")
    order = [name for part in PARTS for name in placed if placed[name].part == part]
    order.sort(key=lambda name: (placed[name].part != "train", *_class_and_number(name)))
    in_train = sum(place.part == "train" for place in placed.values())
    listed = parts.groups([placed[name] for name in order])
    classes = [_class_and_number(name)[0] for name in order]
    same = (
        lengths.tolist() == [in_train, len(order) - in_train]
        and labels.tolist() == classes
        and np.array_equal(numbered(groups.tolist()), numbered(listed.tolist()))
    )
    if not same:
        raise UserError(
            f"{relative(path)} is not divided as the list of parts says; expected its "
            f"{in_train} and {len(order) - in_train} images by class and number"
        )
    every = np.arange(len(labels))
    if split == "all":
        return {"all": every}, listed
    return {"train": every[:in_train], "test": every[in_train:]}, listed


def _class_and_number(name: str) -> tuple[int, int]:
    class_name, _, number = name.partition(" ")
    return busi.CLASS_NAMES.index(class_name), int(number.strip("()"))
