"""Data sets that lie as arrays: ready copies of named releases, and who wrote MNIST's digits.

A copy was made by somebody out of the release: its images are scaled or packed anew, its bytes are
others. It trains under its own fingerprint, and its title says that it is another copy. Where the
release itself is here, that is read instead. A reader is a module with `COPY`, the files it reads
in the data folder, and `read(paths, options) -> Packed`; pixels stay as they are, the parts are
those of the release.
"""

from pathlib import Path

from reproduce.data.names import Option
from reproduce.data.packed import (
    busi,
    busi_masks,
    ham10000,
    ham10000_masks,
    ham10000_warts,
    mnist_writers,
    omniglot,
    skin_grades,
)
from reproduce.data.places import data_folder

READERS = {
    "busi": busi,
    "busi_masks": busi_masks,
    "ham10000": ham10000,
    "ham10000_masks": ham10000_masks,
    "ham10000_warts": ham10000_warts,
    "mnist_writers": mnist_writers,
    "omniglot": omniglot,
    "skin_grades": skin_grades,
}


def files(name: str) -> list[Path]:
    """Return the files a packed set is read from (they may be absent)."""
    folder = data_folder()
    # Of the writers alone the release itself holds arrays and no images.
    wanted = mnist_writers.files(folder) if name == "mnist_writers" else READERS[name].COPY
    return [folder / file for file in wanted]


def options_of(name: str) -> dict[str, Option]:
    """Return what may follow the name of a set that is nothing but packed."""
    return getattr(READERS[name], "OPTIONS", {})


def is_here(name: str) -> bool:
    """Say whether all of them are here."""
    return all(path.is_file() for path in files(name))


__all__ = ["READERS", "files", "is_here", "options_of"]
