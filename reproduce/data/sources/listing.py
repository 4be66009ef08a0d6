"""What a loader finds on disk before a pixel is decoded: files, labels, splits, groups."""

import csv
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from reproduce.errors import UserError
from reproduce.files import relative

# Called with (images done, images in all) by what takes long.
Progress = Callable[[int, int], None]

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")
# What file managers leave behind.
IGNORED = ("thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Listing:
    """The images of a data set as they lie on disk.

    Attributes
    ----------
    root
        The folder that all paths are relative to.
    files
        One path per image; the row of an image is its place here.
    labels
        int64, one per row.
    rows
        For each split, the rows that belong to it.
    tables
        Files that labels or splits were read from; they are part of the fingerprint.
    groups
        One number per row: patient, lesion or another unit no split may tear apart. Images that
        are identical byte for byte are joined to one group when they are decoded.
    extra
        Further arrays with one entry per row.
    masks
        Where the task is segmentation: the paths of the masks of each image.
    mask_classes
        Where a mask says only where something is: the class of what it marks, per image. The masks
        of an image are then joined. Without it an image has one mask, of class numbers.
    """

    root: Path
    files: list[str]
    labels: np.ndarray
    class_names: tuple[str, ...]
    rows: dict[str, np.ndarray]
    tables: list[str] = field(default_factory=list)
    groups: np.ndarray | None = None
    extra: dict[str, np.ndarray] = field(default_factory=dict)
    masks: list[tuple[str, ...]] | None = None
    mask_classes: np.ndarray | None = None
    task: str = "classification"

    def where(self, row: int) -> str:
        """Return an image's path as it may be shown."""
        return relative(self.root / self.files[row])


def check_classes(listing: Listing) -> Listing:
    """Refuse a split in which a class has no image."""
    for split, rows in listing.rows.items():
        counts = np.bincount(listing.labels[rows], minlength=len(listing.class_names))
        if (counts == 0).any():
            empty = listing.class_names[int(np.argmin(counts))]
            raise UserError(
                f"{relative(listing.root)}: class '{empty}' has no image in split '{split}'; "
                "add its images or remove the class"
            )
    return listing


def images_in(folder: Path) -> list[str]:
    """Return the names of the image files of a folder, sorted; any other file is refused.

    Hidden files are passed over. A folder inside it is refused as well: its images would be
    left out without a word.
    """
    names = []
    for entry in entries_of(folder):
        if entry.name.startswith(".") or entry.name.lower() in IGNORED:
            continue
        if entry.is_dir() or not entry.name.lower().endswith(IMAGE_SUFFIXES):
            what = "a folder" if entry.is_dir() else "not an image file"
            raise UserError(
                f"{relative(folder / entry.name)} is {what}, expected images only "
                f"({', '.join(suffix[1:] for suffix in IMAGE_SUFFIXES)}); move it elsewhere"
            )
        names.append(entry.name)
    return sorted(names)


def folders_in(folder: Path) -> list[str]:
    """Return the names of the folders in a folder, sorted, without hidden ones."""
    return sorted(e.name for e in entries_of(folder) if e.is_dir() and not e.name.startswith("."))


def entries_of(folder: Path) -> list:
    """Return what a folder holds, or say in one line that it cannot be read."""
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError as error:
        raise UserError(
            f"cannot read the folder {relative(folder)} ({error.strerror}); "
            "expected a folder of images"
        ) from error


def first_of(root: Path, candidates: tuple[str, ...], what: str) -> Path:
    """Return the first of several places that is there."""
    for candidate in candidates:
        if (root / candidate).exists():
            return root / candidate
    places = " or ".join(relative(root / candidate) for candidate in candidates)
    raise UserError(f"no {what}: expected {places}")


def read_table(path: Path, columns: tuple[str, ...], delimiter: str = ",") -> Iterator[dict]:
    """Yield the rows of a table as dictionaries, after checking that it has the columns."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter=delimiter)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise UserError(
                    f"{relative(path)} has no column '{missing[0]}' (it has: "
                    f"{', '.join(reader.fieldnames or ('none',))}); get the file again"
                )
            for row in reader:
                if any(row[name] is None for name in columns):
                    raise UserError(
                        f"{relative(path)}, line {reader.line_num}: too few columns; the file is "
                        "cut off or damaged, get it again"
                    )
                yield row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"cannot read the table {relative(path)} ({reason})") from error


def numbered(values: list[str]) -> np.ndarray:
    """Return a number per distinct value, in the order of their first appearance."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)


def plain_name(name: str, where: str) -> str:
    """Return a file name out of a table, or refuse one that would lead out of the folder."""
    if not name or "/" in name or "\\" in name or name in (".", ".."):
        raise UserError(f"{where}: '{name}' is not a plain file name; get the file again")
    return name
