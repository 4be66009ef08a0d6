"""Every data set by its name: what it is called, whose it is, and whether it is here.

A name is one of the catalog (`digits`, `mnist`, `acne04`, `lesions`, ...), the stem of another
MedMNIST-format file in `$REPRODUCE_DATA`, or `npz:PATH`, `folder:PATH`, `masks:PATH` for files
anywhere. Options follow a question mark: `lesions?size=64&difficulty=hard`, `acne04?split=fold0`.
"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from reproduce.data import names, packed, sources
from reproduce.data.entries import MEDMNIST_SIZES, Entry, entries
from reproduce.data.names import Option
from reproduce.data.places import data_folder
from reproduce.data.records import Dataset
from reproduce.data.sources.listing import Progress
from reproduce.errors import UserError, unknown_name
from reproduce.files import relative

EMBEDDED = ("digits",)
# Of a MedMNIST set: as its makers divide it, or to be divided anew.
SPLITS = ("official", "all")
CATALOG = entries()
UNKNOWN = Entry("an image file of yours", "unknown", "unknown", False)
OWN_KINDS = {
    "npz": UNKNOWN,
    "folder": replace(UNKNOWN, title="an image folder of yours", kind="folder"),
    "masks": replace(UNKNOWN, title="images and masks of yours", kind="masks", task="segmentation"),
}
GENERATED = tuple(name for name, entry in CATALOG.items() if entry.kind == "generated")
PATH_NAMES = tuple(f"{kind}:PATH" for kind in OWN_KINDS)


def entry_of(name: str) -> Entry:
    """Return what is known of a data set without opening it."""
    parsed = names.parse(name)
    if parsed.path is not None:
        return OWN_KINDS[parsed.base]
    return CATALOG.get(parsed.base, UNKNOWN)


def options_of(name: str) -> dict[str, Option]:
    """Return the options that may follow a data set's name."""
    parsed, entry = names.parse(name), entry_of(name)
    if entry.kind == "generated":
        from reproduce.data.generating import options_of as options_of_generated

        return options_of_generated(parsed.base)
    if entry.kind in sources.LOADERS:
        return sources.options_of(entry.kind)
    if entry.kind == "packed":
        return packed.options_of(parsed.base)
    if entry.fetched == "medmnist":
        return {
            "size": Option(28, "side in pixels, one of the published", MEDMNIST_SIZES),
            "split": Option("official", "the official parts, or all images as one", SPLITS),
        }
    return {}


def canonical(name: str) -> str:
    """Return the one spelling of a name: options sorted, those of the default left out."""
    return names.canonical(names.parse(name), options_of(name))


def form_of(name: str) -> str:
    """Return as what a data set is opened here: embedded, generated, a folder, packed or npz."""
    parsed, entry = names.parse(name), entry_of(name)
    if entry.kind in ("embedded", "generated", "packed"):
        return entry.kind
    if entry.kind not in sources.LOADERS:
        return "npz"
    # The release goes before its copies.
    copied = entry.packed and not folder_of(name).is_dir() and packed.is_here(parsed.base)
    return "packed" if copied else "folder"


def folder_of(name: str) -> Path:
    """Return the folder that a loader reads (it may be absent)."""
    parsed = names.parse(name)
    return parsed.path or data_folder() / (entry_of(name).folder or parsed.base)


def path_of(name: str) -> Path | None:
    """Return the file or folder a name stands for (it may be absent); None if it needs none."""
    parsed, form = names.parse(name), form_of(name)
    if form in ("embedded", "generated"):
        return None
    if form == "folder":
        return folder_of(name)
    if form == "packed":
        return packed.files(parsed.base)[-1]
    if parsed.path is not None:
        return parsed.path
    size = names.values(parsed, options_of(name)).get("size", 28)
    return data_folder() / (f"{parsed.base}.npz" if size == 28 else f"{parsed.base}_{size}.npz")


def is_here(name: str) -> bool:
    """Say whether the data can be opened on this machine."""
    path, form = path_of(name), form_of(name)
    if form == "packed":
        return packed.is_here(names.parse(name).base)
    return path is None or (path.is_dir() if form == "folder" else path.is_file())


def fingerprint_of(name: str) -> str | None:
    """Return the fingerprint of a set that is known without opening it: of a generated one."""
    if entry_of(name).kind != "generated":
        return None
    from reproduce.data.generating import fingerprint_of as of_generated

    parsed = names.parse(name)
    return of_generated(parsed.base, names.values(parsed, options_of(name)))


def at_hand() -> list[str]:
    """Return the names of all stored data sets that can be opened here, known ones first.

    Generated sets, which can be opened everywhere, are `GENERATED`.
    """
    files = sorted(path.stem for path in data_folder().glob("*.npz"))
    others = [n for n in CATALOG if form_of(n) in ("folder", "packed") and is_here(n)]
    files = [stem for stem in files if stem not in others]
    return [*EMBEDDED, *sorted(files, key=lambda stem: (stem not in CATALOG, stem)), *others]


def load(name: str, progress: Progress | None = None) -> Dataset:
    """Open a data set by name; say how to get it where it is absent.

    Parameters
    ----------
    progress
        called with (images decoded, images in all) while a cache is made, once per data set.
    """
    parsed, entry = names.parse(name), require_known(name)
    given = names.values(parsed, options_of(name))
    if entry.kind == "embedded":
        return _load_embedded(name)
    if entry.kind == "generated":
        from reproduce.data.generating import generate

        return generate(name, parsed.base, given)
    path = path_of(name)
    if not is_here(name):
        raise absent(name)
    if form_of(name) == "packed":
        from reproduce.data.packed.opening import open_packed

        return open_packed(name, parsed.base, given, tuple(parsed.options))
    if form_of(name) == "folder":
        from reproduce.data.stored import open_stored

        return open_stored(name, entry, path, given, progress)
    stat = path.stat()
    return _load_npz(name, path, stat.st_size, stat.st_mtime_ns)


def is_known(name: str) -> bool:
    """Say whether a name is in the catalog, is a path, or is a file of the data folder."""
    parsed = names.parse(name)
    return parsed.path is not None or parsed.base in CATALOG or parsed.base in at_hand()


def require_known(name: str) -> Entry:
    """Return the entry of a name, or say which names there are."""
    if not is_known(name):
        base = names.parse(name).base
        raise unknown_name("data set", base, {*CATALOG, *at_hand(), *PATH_NAMES})
    return entry_of(name)


def absent(name: str) -> UserError:
    """Say that a data set is not here, what was expected where, and which command gets it."""
    parsed, entry, path = names.parse(name), entry_of(name), path_of(name)
    if parsed.base == "masks" or entry.kind == "folder":
        return UserError(
            f"data set '{name}' is not here: there is no folder {relative(path)}; give the path "
            "of a folder that holds " + ("images and masks" if parsed.base == "masks" else
                                         "a sub-folder of images per class")
        )  # fmt: skip
    if entry.kind in sources.LOADERS or entry.packed:
        wanted = [] if entry.kind == "packed" else [f"the folder {relative(path)}"]
        if entry.packed:
            wanted.append(" with ".join(relative(file) for file in packed.files(parsed.base)))
        does = "gets it" if entry.fetched else "says where to get it and how it must lie there"
        return UserError(
            f"data set '{name}' is not here: expected {' or '.join(wanted)}; `reproduce data "
            f"fetch {parsed.base}` {does}"
        )
    get = f"get it with `reproduce data fetch '{name}'`, " if entry.fetched else ""
    return UserError(
        f"data set '{name}' is not here: expected the MedMNIST-format file "
        f"{relative(path)} (arrays train_images, train_labels, test_images, test_labels); "
        f"{get}put it there or set REPRODUCE_DATA to the folder that holds it"
    )


@lru_cache(maxsize=2)
def _load_embedded(name: str) -> Dataset:
    images, labels, fingerprint = sources.read_digits()
    return _dataset(name, CATALOG[name], {"all": images}, {"all": labels}, fingerprint)


@lru_cache(maxsize=2)
def _load_npz(name: str, path: Path, size: int, mtime: int) -> Dataset:
    # Size and mtime are part of the cache's key, so that a replaced file is read anew.
    images, labels, fingerprint = sources.read_npz(path)
    if names.parse(name).options.get("split") == "all":
        images = {"all": np.concatenate(list(images.values()))}
        labels = {"all": np.concatenate(list(labels.values()))}
    return _dataset(name, entry_of(name), images, labels, fingerprint)


def _dataset(name, entry: Entry, images, labels, fingerprint) -> Dataset:
    classes = max(int(of_split.max()) for of_split in labels.values()) + 1
    class_names = entry.class_names or tuple(str(c) for c in range(classes))
    if classes > len(class_names):
        raise UserError(
            f"data set '{name}' has a label {classes - 1}, expected 0 to {len(class_names) - 1}; "
            "the file is not the data set its name says"
        )
    return Dataset(
        name=name,
        task="classification",
        class_names=class_names,
        images=images,
        labels=labels,
        fingerprint=fingerprint,
        title=entry.title,
        licence=entry.licence,
        source=entry.source,
        images_publishable=entry.images_publishable,
    )
