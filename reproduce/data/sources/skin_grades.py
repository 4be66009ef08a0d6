"""Four kinds of skin lesion out of HAM10000, with as many training images as ACNE04's four grades.

ACNE04 trains on 410, 506, 146 and 103 images of grades 0 to 3. Here a kind of lesion stands for a
grade. Naevi take the 506, the only kind that is never rare; benign keratoses or melanomas take the
410; the 146 and the 103 go to the basal cell carcinomas and to that one of the two that is left.
So a *rotation* is one of four, named by the kinds in the order of the grades (option `grades`):
either of two kinds is large, and each of the two rare counts is held by the carcinomas in two of
the four. That no verdict rests on one kind being rare is what the rotation is for; that carcinomas
are rare in all four cannot be helped, since there are 514 images of them and a large class needs
410 to train on besides those held out. A study takes the rotation of a seed by `rotation`; by
itself the name stands for the first, with classes named by their counts, as a page over all four
has to.

Parts, the same for all rotations and seeds, drawn once (seed 3407, the paper's) by lesion, so that
no lesion is in two of `train`, `val` and `large`:

- `train`, about 40 % of each kind: the pool from which a trial draws the four counts by its seed
  (imbalance `counts`);
- `val`, 12 %, at most 150 images of a kind: for controls and the length of pre-training, used by
  no verdict;
- `large`, the rest, one image a lesion, so that resampling images is resampling lesions;
- `test`, 292 images out of `large`, 111, 118, 38 and 25 of the grades as in the paper: what so few
  can tell, and the mixture in which the large part is weighed.

The kinds are no grades of severity and their order means nothing. Not for diagnosis.
"""

from pathlib import Path

import numpy as np

from reproduce.data import parts
from reproduce.data.grouped_splits import assert_disjoint, assign
from reproduce.data.names import Option
from reproduce.data.sources import ham10000
from reproduce.data.sources.listing import Listing, check_classes, numbered
from reproduce.errors import UserError
from reproduce.files import relative
from reproduce.randomness import generator

SIZE, FIT, CHANNELS = ham10000.SIZE, ham10000.FIT, ham10000.CHANNELS
# ACNE04's images by grade, as its split of 8:2 leaves them.
TRAINED, TESTED = (410, 506, 146, 103), (111, 118, 38, 25)
KINDS = {
    "bkl": "benign keratosis", "nv": "naevus", "mel": "melanoma", "bcc": "basal cell carcinoma",
}  # fmt: skip
ROTATING = "rotating"
ROTATIONS = ("bkl-nv-mel-bcc", "mel-nv-bcc-bkl", "bkl-nv-bcc-mel", "mel-nv-bkl-bcc")
CLASS_NAMES = tuple(f"kind with {count} images" for count in TRAINED)
OPTIONS = {
    "grades": Option(ROTATING, "which kinds stand for grades 0 to 3", (ROTATING, *ROTATIONS))
}
SEED = 3407
SHARES = {"train": 0.40, "val": 0.12, "large": 0.48}
VALIDATION = 150


def rotation(seed: int) -> str:
    """Return which kinds stand for grades 0 to 3 at a seed: the four take turns."""
    return ROTATIONS[seed % len(ROTATIONS)]


def class_names(grades: str) -> tuple[str, ...]:
    """Return the classes in words: the kinds, or where they rotate the counts."""
    if grades == ROTATING:
        return CLASS_NAMES
    return tuple(KINDS[kind] for kind in grades.split("-"))


def read(root: Path, options: dict) -> Listing:
    """List the images of the four kinds by the release's table."""
    table, names, labels, lesions = ham10000.read_metadata(root)
    grades, where = options["grades"], relative(root)
    rows, of_class = rows_of(grades, names_to_numbers(names), np.array(labels), where)
    listing = Listing(
        root,
        ham10000.pictures(root, ham10000.PICTURES, names),
        of_class,
        class_names(grades),
        rows,
        [table],
        groups=numbered(lesions),
    )
    return check_classes(listing)


def names_to_numbers(names: list[str]) -> list[str]:
    """Return the numbers of images, as the project's list of lesions has them."""
    return [ham10000.number_of(name) for name in names]


def rows_of(
    grades: str, numbers: list[str], labels: np.ndarray, where: str
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the rows of each part and the class of every image; what is in no part has class 0.

    `labels` are HAM10000's seven classes. Which image goes where depends on their numbers alone,
    not on the order in which a copy has them.
    """
    kinds = (ROTATIONS[0] if grades == ROTATING else grades).split("-")
    of_class = np.zeros(len(labels), dtype=np.int64)
    for grade, kind in enumerate(kinds):
        of_class[labels == ham10000.CLASS_NAMES.index(kind)] = grade
    lesions = parts.groups(parts.places("ham10000", numbers, where))
    placed = _by_lesion(labels, lesions, np.array([int(number) for number in numbers]))
    rows = {part: placed[part] for part in ("train", "val")}
    rows["test"] = _of_papers_size(placed["large"], labels, kinds, where)
    rows["large"] = placed["large"]
    for grade, wanted in enumerate(TRAINED):
        there = int((of_class[rows["train"]] == grade).sum())
        if there < wanted:
            raise UserError(
                f"{where}: {there} images of {KINDS[kinds[grade]]} are left to train on, expected "
                f"{wanted} or more; get the data set as its makers give it out"
            )
    return rows, of_class


def _by_lesion(
    labels: np.ndarray, lesions: np.ndarray, numbers: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the rows of the three parts, in the order of the images' numbers."""
    wanted = [ham10000.CLASS_NAMES.index(kind) for kind in KINDS]
    rows = np.flatnonzero(np.isin(labels, wanted))
    rows = rows[np.argsort(numbers[rows])]
    # By first appearance, since only then the draw is that of any other copy.
    groups = numbered(lesions[rows].tolist())
    part_of = assign(labels[rows], groups, list(SHARES.values()), SEED, "skin_grades")
    placed = {part: rows[part_of == number] for number, part in enumerate(SHARES)}
    assert_disjoint({part: lesions[of_part] for part, of_part in placed.items()})
    placed["val"] = _at_most(placed["val"], labels, VALIDATION, "validation")
    # The image that comes first in a random order of all of them is its lesion's.
    mixed = generator(SEED, "skin_grades one a lesion").permutation(placed["large"])
    _, first = np.unique(lesions[mixed], return_index=True)
    large = mixed[first]
    return {**placed, "large": large[np.argsort(numbers[large])]}


def _at_most(rows: np.ndarray, labels: np.ndarray, most: int, purpose: str) -> np.ndarray:
    """Return at most so many rows of each class, in the order they have."""
    kept = np.zeros(len(rows), dtype=bool)
    for label in np.unique(labels[rows]):
        of_class = np.flatnonzero(labels[rows] == label)
        drawn = generator(SEED, f"skin_grades {purpose}", int(label)).permutation(of_class)
        kept[drawn[:most]] = True
    return rows[kept]


def _of_papers_size(
    large: np.ndarray, labels: np.ndarray, kinds: list[str], where: str
) -> np.ndarray:
    """Return as many rows of each grade as the paper tests on."""
    kept = np.zeros(len(large), dtype=bool)
    for kind, wanted in zip(kinds, TESTED, strict=True):
        label = ham10000.CLASS_NAMES.index(kind)
        of_class = np.flatnonzero(labels[large] == label)
        if len(of_class) < wanted:
            raise UserError(
                f"{where}: {len(of_class)} lesions of {KINDS[kind]} are held out, expected "
                f"{wanted} or more; get the data set as its makers give it out"
            )
        drawn = generator(SEED, "skin_grades test", label).permutation(of_class)
        kept[drawn[:wanted]] = True
    return large[kept]
