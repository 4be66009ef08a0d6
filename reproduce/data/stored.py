"""A data set that lies as image files in a folder: listed, decoded through the cache, put together.

What could name a person stays behind: patients and lesions become numbers, file names the first
16 digits of a hash that is salted with the data set's fingerprint.
"""

import hashlib
from pathlib import Path

import numpy as np

from reproduce.data import sources
from reproduce.data.cache import Decoded, decoded
from reproduce.data.decoding import Shape
from reproduce.data.entries import Entry
from reproduce.data.grouped_splits import joined
from reproduce.data.records import Dataset
from reproduce.data.sources.listing import Listing, Progress
from reproduce.errors import UserError
from reproduce.files import relative


def open_stored(
    name: str, entry: Entry, root: Path, options: dict, progress: Progress | None = None
) -> Dataset:
    """Return the data set, its images a read-only map of the cache where its splits allow that."""
    listing = listed(entry, root, options)
    found = decoded(listing, shape_of(options), progress)
    labels, class_names = listing.labels, listing.class_names
    if listing.masks is not None:
        labels, class_names = _from_masks(listing, found)
    # Images that are identical byte for byte belong together, whatever a table says of them.
    same = found.contents
    groups = _numbered(same if listing.groups is None else joined(listing.groups, same))
    salt = found.fingerprint
    extra = {
        **listing.extra,
        "file": np.array([_hashed(salt, path) for path in listing.files]),
    }
    return Dataset(
        name=name,
        task=listing.task,
        class_names=class_names,
        images=by_split(found.images, listing.rows),
        labels=by_split(labels, listing.rows),
        fingerprint=found.fingerprint,
        title=entry.title,
        licence=entry.licence,
        source=entry.source,
        images_publishable=entry.images_publishable,
        groups=by_split(groups, listing.rows),
        masks=None if found.masks is None else by_split(found.masks, listing.rows),
        extra={
            split: {key: values[rows] for key, values in extra.items()}
            for split, rows in listing.rows.items()
        },
    )


def listed(entry: Entry, root: Path, options: dict) -> Listing:
    """Return what lies in the folder, without decoding an image."""
    loader = sources.LOADERS[entry.kind]
    if entry.kind == "masks":
        return loader.read(root, options, entry.class_names or ())
    listing = loader.read(root, options)
    if not listing.files:
        raise UserError(f"{relative(root)} holds no images")
    return listing


def shape_of(options: dict) -> Shape:
    """Return how a data set's options ask for its images to be stored."""
    return Shape(options["size"], options["fit"], options["channels"])


def _numbered(groups: np.ndarray) -> np.ndarray:
    return np.unique(groups, return_inverse=True)[1].astype(np.int64)


def by_split(values: np.ndarray, rows: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the values of the rows of each split."""
    return {split: _taken(values, of_split) for split, of_split in rows.items()}


def _taken(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    # A run of rows stays a view of the memory map; picked rows are read into memory.
    if np.array_equal(rows, np.arange(rows[0], rows[0] + len(rows))):
        return values[rows[0] : rows[0] + len(rows)]
    return values[rows]


def _from_masks(listing: Listing, found: Decoded) -> tuple[np.ndarray, tuple[str, ...]]:
    classes = max(int(found.mask_labels.max()) + 1, 2)
    names = listing.class_names
    if not names:
        names = ("background", *(f"class {c}" for c in range(1, classes)))
    if classes > len(names):
        row = int(found.mask_labels.argmax())
        raise UserError(
            f"{relative(listing.root / listing.masks[row][0])} has the unknown label "
            f"{found.mask_labels[row]}, expected classes 0 to {len(names) - 1}"
        )
    return found.mask_labels, names


def _hashed(salt: str, path: str) -> str:
    return hashlib.sha256(f"{salt}\n{path}".encode()).hexdigest()[:16]
