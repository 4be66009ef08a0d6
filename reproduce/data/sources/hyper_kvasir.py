"""HyperKvasir: labelled endoscopic images in 23 classes.

The class of an image is the folder it lies in, two levels under `lower-gi-tract` or
`upper-gi-tract`. The official splits spell several classes another way (`polyp` for `polyps`,
`normal-cecum` for `cecum`, `oesophagitis-a`, `hemorroids`); either spelling is read everywhere, and
an image whose two classes disagree is refused. Splits (option `split`): `all`, with the number of
an image's fold as `fold` and `half` in `extra` where the official tables are there; `fold0` to
`fold4` test on that fifth, `half0` and `half1` on that half.
"""

import os
from pathlib import Path

import numpy as np

from reproduce.data.entries import entries
from reproduce.data.names import Option
from reproduce.data.sources.listing import (
    Listing,
    check_classes,
    first_of,
    folders_in,
    images_in,
    read_table,
)
from reproduce.errors import UserError, unknown_name
from reproduce.files import relative

TRACTS = ("lower-gi-tract", "upper-gi-tract")
TABLES = {"fold": ("5_fold_split.csv", 5), "half": ("2_fold_split.csv", 2)}
SPLITS = tuple(f"{kind}{k}" for kind, (_, parts) in TABLES.items() for k in range(parts))
SIZE, FIT, CHANNELS = 256, "crop", 3
OPTIONS = {"split": Option("all", "which split", ("all", *SPLITS))}
OTHER_SPELLINGS = {
    "polyp": "polyps",
    "normal-cecum": "cecum",
    "normal-pylorus": "pylorus",
    "normal-z-line": "z-line",
    "oesophagitis-a": "esophagitis-a",
    "oesophagitis-b-d": "esophagitis-b-d",
    "short-segment-barretts": "barretts-short-segment",
    "hemorroids": "hemorrhoids",
    "haemorrhoids": "hemorrhoids",
    "ulcerative-colitis-0-1": "ulcerative-colitis-grade-0-1",
    "ulcerative-colitis-1-2": "ulcerative-colitis-grade-1-2",
    "ulcerative-colitis-2-3": "ulcerative-colitis-grade-2-3",
}


def class_names() -> tuple[str, ...]:
    """Return the 23 classes, the most frequent first, as the folders spell them."""
    return entries()["hyper_kvasir"].class_names


def read(root: Path, options: dict) -> Listing:
    """List the images by folder, and their folds by the official tables."""
    top = first_of(root, ("labeled-images", "."), "folder of HyperKvasir (labeled-images)")
    by_file = _images(top)
    names = sorted(by_file, key=lambda path: os.path.basename(path))
    labels = np.array([by_file[name] for name in names], dtype=np.int64)
    tables, extra = [], {}
    wanted = options["split"]
    for kind, (table, parts) in TABLES.items():
        path = root / "official_splits" / table
        if path.is_file():
            tables.append(str(path.relative_to(root)))
            extra[kind] = _folds(path, names, labels, parts)
        elif wanted.startswith(kind):
            raise UserError(
                f"split={wanted} needs {relative(path)}; it is in the folder official_splits of "
                "the data set's repository"
            )
    every = np.arange(len(names))
    rows = {"all": every}
    if wanted != "all":
        in_test = extra[wanted[:4]] == int(wanted[4:])
        rows = {"train": every[~in_test], "test": every[in_test]}
    prefix = top.relative_to(root)
    files = [str(prefix / name) for name in names]
    return check_classes(Listing(root, files, labels, class_names(), rows, tables, extra=extra))


def canonical_class(name: str, where: str) -> int:
    """Return the number of a class in either spelling."""
    known = class_names()
    spelt = OTHER_SPELLINGS.get(name.strip(), name.strip())
    if spelt not in known:
        raise UserError(f"{where}: {unknown_name('class', name, known)}")
    return known.index(spelt)


def _images(top: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for tract in TRACTS:
        if not (top / tract).is_dir():
            raise UserError(f"{relative(top)} has no folder '{tract}'; unpack the archive again")
        for section in folders_in(top / tract):
            for name in folders_in(top / tract / section):
                folder = top / tract / section / name
                label = canonical_class(name, relative(folder))
                for image in images_in(folder):
                    found[f"{tract}/{section}/{name}/{image}"] = label
    return found


def _folds(path: Path, names: list[str], labels: np.ndarray, parts: int) -> np.ndarray:
    columns = ("file-name", "class-name", "split-index")
    fold_of = {}
    for number, row in enumerate(read_table(path, columns, ";"), start=2):
        where = f"{relative(path)}, line {number}"
        fold = row["split-index"].strip()
        if not fold.isdigit() or int(fold) >= parts:
            raise UserError(f"{where}: unknown fold '{fold}', expected 0 to {parts - 1}")
        fold_of[Path(row["file-name"]).stem] = int(fold), canonical_class(row["class-name"], where)
    folds = np.empty(len(names), dtype=np.int64)
    for row, name in enumerate(names):
        fold, label = fold_of.get(Path(name).stem, (None, None))
        if fold is None:
            raise UserError(f"{relative(path)} has no line for '{name}'; get it again")
        if label != labels[row]:
            raise UserError(
                f"'{name}' lies in the folder of '{class_names()[labels[row]]}', "
                f"{relative(path)} says '{class_names()[label]}'"
            )
        folds[row] = fold
    return folds
