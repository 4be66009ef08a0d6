"""A copy of HAM10000, `ham10000.npz`, as the four kinds that stand for ACNE04's grades."""

from pathlib import Path

import numpy as np

from reproduce.data.packed.packed_rows import Packed
from reproduce.data.sources import skin_grades
from reproduce.data.sources.npz import read_arrays
from reproduce.files import relative

COPY = ("ham10000.npz",)
ARRAYS = ("train_images", "train_labels", "train_lesions", "train_ids")


def read(paths: list[Path], options: dict) -> Packed:
    """Read images, kinds and lesions; the parts are those of the release's numbers."""
    found, grades = read_arrays(paths[0], ARRAYS), options["grades"]
    numbers = [str(number) for number in found["train_ids"].tolist()]
    rows, of_class = skin_grades.rows_of(
        grades, numbers, found["train_labels"].astype(np.int64), relative(paths[0])
    )
    return Packed(
        found["train_images"],
        of_class,
        skin_grades.class_names(grades),
        rows,
        found["train_lesions"].astype(np.int64),
    )
