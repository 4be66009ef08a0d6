"""ACNE04 as its authors give it out: photographs of faces, grades 0 to 3, lesion counts.

Labels come from the lists `NNEW_trainval_K.txt` and `NNEW_test_K.txt` (file, grade, lesions),
never from the names of the files: the number in `levle2_17.jpg` disagrees with the list for 42 of
the 1,457 images.

Splits (option `split`): `all` gives every image once, with the official folds as the array
`official_test` [n, 5] in `extra`; `fold0` to `fold4` are the official folds; `random` is the
paper's 8:2 over images with seed 3407, 1,165 to train and 292 to test. Of that split the paper
prints its seed and its sizes; which generator it seeded, and in which order the images lay, it
does not say. Here it is scikit-learn's `train_test_split` over the images sorted by file name, not
stratified (the paper's test counts, 111, 118, 38 and 25, are not in proportion), so the sizes
agree and the images need not.

Images that are identical byte for byte share a group; 38 such pairs are known, 8 of them with
different grades.
"""

from pathlib import Path

import numpy as np

from reproduce.data.names import Option
from reproduce.data.sources.listing import Listing, check_classes, first_of, plain_name
from reproduce.errors import UserError
from reproduce.files import relative

CLASS_NAMES = ("grade 0", "grade 1", "grade 2", "grade 3")
FOLDS = 5
# As the code of its authors makes photographs square.
SIZE, FIT, CHANNELS = 256, "stretch", 3
OPTIONS = {
    "split": Option("all", "which split", ("all", "random", *(f"fold{k}" for k in range(FOLDS)))),
    "seed": Option(3407, "seed of split=random", low=0, high=2**32 - 1),
}
# Hayashi et al. (2008): up to 5 lesions are mild, up to 20 moderate, up to 50 severe.
HAYASHI = (5, 20, 50)


def read(root: Path, options: dict) -> Listing:
    """List the images by the official lists."""
    lists = first_of(
        root,
        ("Classification/NNEW_trainval_0.txt", "NNEW_trainval_0.txt"),
        "list of ACNE04 (NNEW_trainval_0.txt)",
    ).parent
    pictures = lists / "JPEGImages"
    labelled: dict[str, tuple[int, int]] = {}
    members: dict[tuple[str, int], set[str]] = {}
    tables = []
    for fold in range(FOLDS):
        for part in ("trainval", "test"):
            path = lists / f"NNEW_{part}_{fold}.txt"
            if not path.is_file():
                raise UserError(f"the list {relative(path)} is missing; expected both of 5 folds")
            tables.append(str(path.relative_to(root)))
            members[part, fold] = _read_list(path, labelled)
    names = sorted(labelled)
    for fold in range(FOLDS):
        _check_fold(members["trainval", fold], members["test", fold], fold, len(names), lists)
    values = np.array([labelled[name] for name in names], dtype=np.int64)
    in_test = np.array([[name in members["test", k] for k in range(FOLDS)] for name in names])
    prefix = pictures.relative_to(root)
    listing = Listing(
        root,
        [str(prefix / name) for name in names],
        values[:, 0],
        CLASS_NAMES,
        _rows(options["split"], options["seed"], in_test),
        tables,
        extra={"lesions": values[:, 1], "official_test": in_test},
    )
    return check_classes(listing)


def disagreements(listing: Listing) -> np.ndarray:
    """Return the rows whose grade is not the one Hayashi's thresholds give for their count."""
    by_count = np.searchsorted(HAYASHI, listing.extra["lesions"], side="left")
    return np.flatnonzero(by_count != listing.labels)


def _read_list(path: Path, labelled: dict[str, tuple[int, int]]) -> set[str]:
    found = set()
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read the list {relative(path)} ({error})") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{relative(path)}, line {number}"
        fields = line.split()
        if len(fields) != 3 or not all(field.isdigit() for field in fields[1:]):
            raise UserError(f"{where}: '{line.strip()}', expected: file, grade, lesion count")
        name, label = plain_name(fields[0], where), (int(fields[1]), int(fields[2]))
        if label[0] >= len(CLASS_NAMES):
            raise UserError(f"{where}: unknown label {label[0]}, expected a grade from 0 to 3")
        if labelled.setdefault(name, label) != label:
            raise UserError(
                f"{where}: '{name}' is {label} here and {labelled[name]} in another list"
            )
        found.add(name)
    return found


def _check_fold(train: set[str], test: set[str], fold: int, images: int, lists: Path) -> None:
    if train & test:
        raise UserError(f"{relative(lists)}: '{min(train & test)}' is in both lists of fold {fold}")
    if len(train | test) != images:
        raise UserError(
            f"{relative(lists)}: the lists of fold {fold} hold {len(train | test)} images, all "
            f"lists together {images}; a list is cut off, get it again"
        )


def _rows(split: str, seed: int, in_test: np.ndarray) -> dict[str, np.ndarray]:
    every = np.arange(len(in_test))
    if split == "all":
        return {"all": every}
    if split == "random":
        from sklearn.model_selection import train_test_split

        train, test = train_test_split(every, test_size=0.2, random_state=seed)
        return {"train": np.sort(train), "test": np.sort(test)}
    of_fold = in_test[:, int(split.removeprefix("fold"))]
    return {"train": every[~of_fold], "test": every[of_fold]}
