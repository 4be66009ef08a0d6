"""From packed arrays to a data set, under the title that its bytes deserve."""

import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np

from reproduce.data import packed
from reproduce.data.cache import fingerprint
from reproduce.data.entries import entries
from reproduce.data.packed.packed_rows import Packed
from reproduce.data.records import Dataset
from reproduce.data.sources.npz import check
from reproduce.data.stored import by_split
from reproduce.errors import UserError
from reproduce.files import relative, sha256_of_file


def open_packed(name: str, base: str, given: dict, asked: tuple[str, ...]) -> Dataset:
    """Return the data set; the last two stay in memory.

    Parameters
    ----------
    given
        the value of every option.
    asked
        those that the name gives: of size, fit and channels a copy has one value, its own.
    """
    paths = packed.files(base)
    # Sizes and times are part of the cache's key, so that a replaced file is read anew.
    states = tuple((path, path.stat().st_size, path.stat().st_mtime_ns) for path in paths)
    return _opened(name, base, states, tuple(given.items()), asked)


@lru_cache(maxsize=2)
def _opened(name: str, base: str, states: tuple, given: tuple, asked: tuple[str, ...]) -> Dataset:
    entry, paths = entries()[base], [path for path, *_ in states]
    found = packed.READERS[base].read(paths, dict(given))
    check(found.images, found.labels, "train", relative(paths[0]))
    _check_options(name, found, paths[0], {key: dict(given)[key] for key in asked})
    digests = {path.name: sha256_of_file(path) for path in paths}
    # Several sets are made of one file; each has a fingerprint of its own, and each split.
    digests |= {f"{base}: {split}": _sha256(rows) for split, rows in found.rows.items()}
    if found.made_by:
        digests[f"{base}: made by"] = hashlib.sha256(found.made_by.encode()).hexdigest()
    extra = {split: {k: v[rows] for k, v in found.extra.items()} for split, rows in
             found.rows.items()}  # fmt: skip
    return Dataset(
        name=name,
        task=found.task,
        class_names=found.class_names,
        images=by_split(found.images, found.rows),
        labels=by_split(found.labels, found.rows),
        fingerprint=fingerprint(digests),
        title=f"Another copy of {entry.title}" if found.another else entry.title,
        licence=entry.licence,
        source=entry.source,
        images_publishable=entry.images_publishable,
        groups=by_split(found.groups, found.rows),
        masks=None if found.masks is None else by_split(found.masks, found.rows),
        extra=extra,
    )


def _sha256(rows: np.ndarray) -> str:
    return hashlib.sha256(rows.astype("<i8").tobytes()).hexdigest()


def _check_options(name: str, found: Packed, path: Path, asked: dict) -> None:
    own = {"size": found.images.shape[1], "channels": 3 if found.images.ndim == 4 else 1}
    for key in asked.keys() & {"size", "channels", "fit"}:
        if own.get(key) != asked[key]:
            has = f" ({key} {own[key]})" if key in own else ""
            raise UserError(
                f"'{name}': the images of the copy {relative(path)} are ready{has}; leave {key} "
                "out, or get the release itself"
            )
