"""CheXpert made binary and imbalanced, as the dual-head paper describes it.

Normal (0) is where `No Finding` is 1, abnormal (1) is everything else (blank, 0, uncertain).
1,500 radiographs are drawn; one class is rare with a share of 5 or 10 %. The paper says in one
sentence that the normal images are rare and in the next that the abnormal ones are: `rare` chooses.
It does not say either whether training, test or both are imbalanced: `where` chooses.

Patients are divided 8:2 before images are drawn, so that no patient is in both parts; the numbers
per class are exact in both. Frontal views only, unless `views=all`: the paper does not say.
"""

import re
from pathlib import Path

import numpy as np

from reproduce.data.names import Option
from reproduce.data.sources.listing import Listing, first_of, numbered, read_table
from reproduce.errors import UserError
from reproduce.files import relative
from reproduce.randomness import generator

CLASS_NAMES = ("normal", "abnormal")
ROOTS = ("CheXpert-v1.0-small", "CheXpert-v1.0")
# Padded, since the edges of a radiograph hold findings.
SIZE, FIT, CHANNELS = 256, "pad", 1
OPTIONS = {
    "share": Option(0.05, "share of the rare class", low=0.001, high=0.5),
    "rare": Option("abnormal", "which class is rare", CLASS_NAMES),
    "where": Option("both", "which parts are imbalanced", ("both", "test", "train")),
    "images": Option(1500, "images drawn in all", low=10, high=223_414),
    "views": Option("frontal", "which views", ("frontal", "all")),
    "seed": Option(3407, "seed of the draw and of the split", low=0, high=2**32 - 1),
}
_PATH = re.compile(r"^(?:CheXpert-v1\.0[^/]*/)?(train/patient\d+/study\d+/[\w.]+\.(?:jpg|png))$")


def read(root: Path, options: dict) -> Listing:
    """List the images drawn from `train.csv`, by part and class."""
    places = tuple(f"{name}/train.csv" for name in ROOTS)
    table = first_of(root, (*places, "train.csv"), "table of CheXpert (train.csv)")
    paths, labels, patients = _read_table(table, options["views"])
    rows = _draw(labels, patients, options)
    chosen = np.concatenate(list(rows.values()))
    ends = np.cumsum([len(of_part) for of_part in rows.values()])
    starts = [0, *ends[:-1]]
    prefix = table.parent.relative_to(root)
    return Listing(
        root,
        [str(prefix / paths[row]) for row in chosen],
        labels[chosen],
        CLASS_NAMES,
        {part: np.arange(a, b) for part, a, b in zip(rows, starts, ends, strict=True)},
        [str(table.relative_to(root))],
        groups=numbered(patients[chosen].tolist()),
    )


def _read_table(table: Path, views: str) -> tuple[list[str], np.ndarray, np.ndarray]:
    paths, labels, patients = [], [], []
    for number, row in enumerate(
        read_table(table, ("Path", "Frontal/Lateral", "No Finding")), start=2
    ):
        match = _PATH.match(row["Path"])
        finding = row["No Finding"].strip()
        if not match or finding not in ("", "1", "1.0", "0", "0.0", "-1", "-1.0"):
            what = f"No Finding '{finding}'" if match else f"path '{row['Path']}'"
            raise UserError(f"{relative(table)}, line {number}: unknown {what}; get it again")
        if views == "frontal" and row["Frontal/Lateral"] != "Frontal":
            continue
        paths.append(match[1])
        labels.append(0 if finding in ("1", "1.0") else 1)
        patients.append(match[1].split("/")[1])
    return paths, np.array(labels, dtype=np.int64), np.array(patients)


def _draw(labels: np.ndarray, patients: np.ndarray, options: dict) -> dict[str, np.ndarray]:
    rare = CLASS_NAMES.index(options["rare"])
    seed, total = options["seed"], options["images"]
    tested = round(0.2 * total)
    known = np.unique(patients)
    order = generator(seed, "chexpert-patients").permutation(known)
    in_test = np.isin(patients, order[: round(0.2 * len(order))])
    rows = {}
    for part, size in (("train", total - tested), ("test", tested)):
        share = options["share"] if options["where"] in ("both", part) else 0.5
        wanted = {rare: round(share * size)}
        wanted[1 - rare] = size - wanted[rare]
        drawn = []
        for c, count in sorted(wanted.items()):
            pool = np.flatnonzero((labels == c) & (in_test == (part == "test")))
            if not 0 < count <= len(pool):
                raise UserError(
                    f"CheXpert: {count} images of class '{CLASS_NAMES[c]}' are asked for in "
                    f"{part}, there are {len(pool)}; change images or share"
                )
            of_class = generator(seed, "chexpert-images", c, int(part == "test"))
            drawn.append(of_class.permutation(pool)[:count])
        rows[part] = np.sort(np.concatenate(drawn))
    return rows
