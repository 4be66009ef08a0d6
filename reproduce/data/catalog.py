"""Every data set by its name: what it is called, whose it is, and whether it is here.

A name is `digits` (embedded), the stem of a MedMNIST-format file in `$REPRODUCE_DATA`
(`mnist` for `mnist.npz`), or `npz:PATH`.
"""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from reproduce.data import sources
from reproduce.data.records import Dataset
from reproduce.errors import UserError, unknown_name
from reproduce.files import project_root, relative

EMBEDDED = ("digits",)


@dataclass(frozen=True)
class Entry:
    """What is known of a data set before it is opened."""

    title: str
    licence: str
    source: str
    images_publishable: bool
    class_names: tuple[str, ...] | None = None


TEN_DIGITS = tuple(str(digit) for digit in range(10))
CATALOG = {
    "digits": Entry(
        "Optical recognition of handwritten digits (8 x 8, scikit-learn's copy)",
        "CC BY 4.0",
        "Alpaydin and Kaynak (1998), UCI Machine Learning Repository",
        True,
        TEN_DIGITS,
    ),
    "mnist": Entry("MNIST", "CC BY-SA 3.0", "LeCun, Cortes and Burges (1998)", True, TEN_DIGITS),
    "cifar10": Entry(
        "CIFAR-10",
        "research use, cite the technical report",
        "Krizhevsky (2009)",
        True,
        tuple("airplane automobile bird cat deer dog frog horse ship truck".split()),
    ),
    "retinamnist": Entry(
        "RetinaMNIST",
        "CC BY 4.0",
        "Yang et al. (2023), MedMNIST v2; DeepDRiD",
        True,
        ("grade 0", "grade 1", "grade 2", "grade 3", "grade 4"),
    ),
    "pneumoniamnist": Entry(
        "PneumoniaMNIST",
        "CC BY 4.0",
        "Yang et al. (2023), MedMNIST v2; Kermany et al. (2018)",
        True,
        ("normal", "pneumonia"),
    ),
}
UNKNOWN = Entry("an image file of yours", "unknown", "unknown", False)


def data_folder() -> Path:
    """Return `$REPRODUCE_DATA`, by default `data/` under the project root."""
    return Path(os.environ.get("REPRODUCE_DATA") or project_root() / "data")


def path_of(name: str) -> Path | None:
    """Return the file a name stands for (it may be absent); None for embedded data."""
    if name in EMBEDDED:
        return None
    if name.startswith("npz:"):
        return Path(name.removeprefix("npz:")).expanduser()
    return data_folder() / f"{name}.npz"


def is_here(name: str) -> bool:
    """Say whether the data can be opened on this machine."""
    path = path_of(name)
    return path is None or path.is_file()


def at_hand() -> list[str]:
    """Return the names of all data sets that can be opened here, known ones first."""
    files = sorted(path.stem for path in data_folder().glob("*.npz"))
    return [*EMBEDDED, *sorted(files, key=lambda stem: (stem not in CATALOG, stem))]


def load(name: str) -> Dataset:
    """Open a data set by name; say how to get it where it is absent."""
    path = path_of(name)
    if path is None:
        return _load_embedded(name)
    if not path.is_file():
        if name not in CATALOG and not name.startswith("npz:"):
            raise unknown_name("data set", name, {*CATALOG, *at_hand(), "npz:PATH"})
        raise UserError(
            f"data set '{name}' is not here: expected the MedMNIST-format file "
            f"{relative(path)} (arrays train_images, train_labels, test_images, test_labels); "
            "put it there or set REPRODUCE_DATA to the folder that holds it"
        )
    stat = path.stat()
    return _load_npz(name, path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=2)
def _load_embedded(name: str) -> Dataset:
    entry = CATALOG[name]
    images, labels, fingerprint = sources.read_digits()
    return _dataset(name, entry, {"all": images}, {"all": labels}, fingerprint)


@lru_cache(maxsize=2)
def _load_npz(name: str, path: Path, size: int, mtime: int) -> Dataset:
    # Size and mtime are part of the cache's key, so that a replaced file is read anew.
    stem = path.stem if not name.startswith("npz:") else name
    images, labels, fingerprint = sources.read_npz(path)
    return _dataset(name, CATALOG.get(stem, UNKNOWN), images, labels, fingerprint)


def _dataset(name, entry: Entry, images, labels, fingerprint) -> Dataset:
    classes = max(int(of_split.max()) for of_split in labels.values()) + 1
    names = entry.class_names or tuple(str(c) for c in range(classes))
    if classes > len(names):
        raise UserError(
            f"data set '{name}' has a label {classes - 1}, expected 0 to {len(names) - 1}; "
            "the file is not the data set its name says"
        )
    return Dataset(
        name=name,
        task="classification",
        class_names=names,
        images=images,
        labels=labels,
        fingerprint=fingerprint,
        title=entry.title,
        licence=entry.licence,
        source=entry.source,
        images_publishable=entry.images_publishable,
    )
