"""HAM10000: dermoscopic images in seven classes, several of one lesion; and the official test.

Labels and lesions come from `HAM10000_metadata.csv`, those of the test from
`ISIC2018_Task3_Test_GroundTruth.csv` as either of its two publishers writes it (a column `dx`, or a
column a class). The test, task 3 of the ISIC challenge of 2018, was taken at other places too: it
shows what a shift does, and it is part of no other split.

Splits (option `split`): `lesions`, 8:2 by the project's list, all images of a lesion on one side;
`shift`, the same with the official test as a third part, `challenge`; `challenge`, all images for
training and the official test for testing; `all`. Not for diagnosis.
"""

import csv
from pathlib import Path

import numpy as np

from reproduce.data import parts
from reproduce.data.grouped_splits import assert_disjoint
from reproduce.data.names import Option
from reproduce.data.sources.listing import (
    Listing,
    check_classes,
    first_of,
    images_in,
    numbered,
    plain_name,
    read_table,
)
from reproduce.errors import UserError
from reproduce.files import relative

CLASS_NAMES = ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")
MALIGNANT = ("akiec", "bcc", "mel")
SPLITS = ("lesions", "shift", "challenge", "all", "all_beside_challenge")
SIZE, FIT, CHANNELS = 256, "crop", 3
OPTIONS = {"split": Option("lesions", "which split", SPLITS)}

TABLE = "HAM10000_metadata.csv"
PICTURES = ("HAM10000_images_part_1", "HAM10000_images_part_2")
TRUTH = "ISIC2018_Task3_Test_GroundTruth.csv"
TEST_PICTURES = ("ISIC2018_Task3_Test_Images", "ISIC2018_Task3_Test_Input")
# What the challenge calls the classes in the same order.
COLUMNS = ("AKIEC", "BCC", "BKL", "DF", "MEL", "NV", "VASC")


def read(root: Path, options: dict) -> Listing:
    """List the images by the tables, with those of the official test where the split has them."""
    split = options["split"]
    table, names, labels, lesions = read_metadata(root)
    files, tables = pictures(root, PICTURES, names), [table]
    challenge = np.zeros(len(names), dtype=bool)
    if split in ("shift", "challenge", "all_beside_challenge"):
        table, of_test, more = _read_truth(root)
        files += pictures(root, TEST_PICTURES, of_test)
        names, labels = names + of_test, labels + more
        # Nothing is known of its lesions; an image counts as a lesion of its own.
        lesions = lesions + [f"image {name}" for name in of_test]
        challenge = np.arange(len(names)) >= len(challenge)
        tables.append(table)
    groups, numbers = numbered(lesions), [number_of(name) for name in names]
    listing = Listing(
        root,
        files,
        np.array(labels, dtype=np.int64),
        CLASS_NAMES,
        rows_of(split, numbers, challenge, groups, relative(root)),
        tables,
        groups=groups,
        extra={"challenge": challenge},
    )
    return check_classes(listing)


def rows_of(
    split: str, numbers: list[str], challenge: np.ndarray, groups: np.ndarray, where: str
) -> dict[str, np.ndarray]:
    """Return the rows of each part, of images with these numbers; no lesion is in two parts."""
    own, test = np.flatnonzero(~challenge), np.flatnonzero(challenge)
    if split == "all":
        return {"all": own}
    if split == "challenge":
        return {"train": own, "test": test}
    if split == "all_beside_challenge":
        return {"all": own, "challenge": test}
    placed = parts.places("ham10000", [numbers[row] for row in own], where)
    rows = {part: own[of_part] for part, of_part in parts.rows(placed, where).items()}
    assert_disjoint({part: groups[of_part] for part, of_part in rows.items()})
    return {**rows, "challenge": test} if split == "shift" else rows


def read_metadata(root: Path) -> tuple[str, list[str], list[int], list[str]]:
    """Return the table's name, and the name, class and lesion of each image it names."""
    # Its publisher gives the table out without an ending too.
    path = first_of(root, (TABLE, Path(TABLE).stem), f"table of HAM10000 ({TABLE})")
    names, labels, lesions = [], [], []
    rows = read_table(path, ("lesion_id", "image_id", "dx"))
    for number, row in enumerate(rows, start=2):
        where = f"{relative(path)}, line {number}"
        names.append(plain_name(row["image_id"].strip(), where))
        labels.append(_class_of(row["dx"], CLASS_NAMES, where))
        lesions.append(row["lesion_id"].strip() or f"image {names[-1]}")
    return str(path.relative_to(root)), names, labels, lesions


def pictures(root: Path, folders: tuple[str, ...], names: list[str], ending: str = "") -> list[str]:
    """Return where each image lies in the folders, which may be nested in one of their name."""
    found: dict[str, str] = {}
    for folder in folders:
        nested = root / folder / folder
        place = nested if nested.is_dir() else root / folder
        if place.is_dir():
            prefix = place.relative_to(root)
            found |= {Path(name).stem: str(prefix / name) for name in images_in(place)}
    for name in names:
        if name + ending not in found:
            places = " nor in ".join(relative(root / folder) for folder in folders)
            neither = "neither " if len(folders) > 1 else "not "
            raise UserError(f"the image '{name}{ending}' is {neither}in {places}; get it again")
    return [found[name + ending] for name in names]


def number_of(name: str) -> str:
    """Return the number in the name of an image, ISIC_0024306, as the list of parts has it."""
    return name.removeprefix("ISIC_").lstrip("0")


def _read_truth(root: Path) -> tuple[str, list[str], list[int]]:
    stem = Path(TRUTH).stem
    path = first_of(root, (TRUTH, f"{stem}/{TRUTH}"), f"table of the official test ({TRUTH})")
    with open(path, encoding="utf-8-sig", newline="") as file:
        one_column = "dx" in next(csv.reader(file), [])
    key, columns = ("image_id", ("dx",)) if one_column else ("image", COLUMNS)
    names, labels = [], []
    for number, row in enumerate(read_table(path, (key, *columns)), start=2):
        where = f"{relative(path)}, line {number}"
        names.append(plain_name(row[key].strip(), where))
        if one_column:
            labels.append(_class_of(row["dx"], CLASS_NAMES, where))
            continue
        marked = [name for name in COLUMNS if row[name].strip() in ("1", "1.0")]
        labels.append(_class_of(marked[0] if len(marked) == 1 else "", COLUMNS, where))
    return str(path.relative_to(root)), names, labels


def _class_of(name: str, known: tuple[str, ...], where: str) -> int:
    if name.strip() not in known:
        raise UserError(
            f"{where}: unknown label '{name.strip()}', expected exactly one of: {', '.join(known)}"
        )
    return known.index(name.strip())
