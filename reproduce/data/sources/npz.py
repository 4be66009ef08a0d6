"""Reading a MedMNIST-format file: arrays `train_images`, `train_labels`, and so on."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from reproduce.errors import UserError
from reproduce.files import relative, sha256_of_file

SPLITS = ("train", "val", "test")


def read_npz(path: Path) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], str]:
    """Return images and labels by split, and the SHA-256 of the file.

    Nothing is unpickled: a file with object arrays is refused.
    """
    where = relative(path)
    with opened(path) as file:
        present = [split for split in SPLITS if f"{split}_images" in file.files]
        if "train" not in present:
            raise UserError(
                f"{where} has no array 'train_images' (it holds: {', '.join(file.files)}); "
                "expected a MedMNIST-format file"
            )
        images = {split: file[f"{split}_images"] for split in present}
        labels = {split: _labels(file, split, where) for split in present}
    for split in present:
        check(images[split], labels[split], split, where)
    return images, labels, sha256_of_file(path)


def read_arrays(path: Path, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return arrays of a file by their names, or say which it lacks.

    Those whose names begin with the name of a split have as many rows as each other.
    """
    where = relative(path)
    with opened(path) as file:
        for name in names:
            if name not in file.files:
                raise UserError(
                    f"{where} has no array '{name}' (it holds: {', '.join(file.files)}); expected "
                    f"the arrays {', '.join(names)}"
                )
        arrays = {name: file[name] for name in names}
    for split in SPLITS:
        lengths = {name: len(a) for name, a in arrays.items() if name.startswith(f"{split}_")}
        if len(set(lengths.values())) > 1:
            counted = ", ".join(f"{name} {length}" for name, length in lengths.items())
            raise UserError(f"{where}: {counted}; expected as many of each, get the file again")
    return arrays


@contextmanager
def opened(path: Path) -> Iterator[np.lib.npyio.NpzFile]:
    """Open an .npz file; what is damaged, or would have to be unpickled, is refused in one line."""
    where = relative(path)
    try:
        with open(path, "rb") as bare:
            # NumPy also opens a bare array, and takes whatever else it meets for a pickle.
            if not zipfile.is_zipfile(bare):
                raise zipfile.BadZipFile("it is not a zip archive")
        with np.load(path, allow_pickle=False) as file:
            yield file
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        # zipfile raises RuntimeError for an archive that says it is encrypted or too new.
        raise UserError(f"{where} is damaged or no .npz file ({error}); get it again") from error
    except ValueError as error:
        raise UserError(
            f"{where} cannot be read without unpickling objects, which is refused ({error}); "
            "save its arrays as plain uint8 numbers"
        ) from error


def _labels(file, split: str, where: str) -> np.ndarray:
    if f"{split}_labels" not in file.files:
        raise UserError(f"{where} has '{split}_images' but no '{split}_labels'; expected both")
    labels = file[f"{split}_labels"]
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise UserError(
            f"{where}: '{split}_labels' is {labels.dtype} of shape {labels.shape}, "
            "expected one whole number per image"
        )
    return labels.astype(np.int64)


def check(images: np.ndarray, labels: np.ndarray, split: str, where: str) -> None:
    """Refuse what are no images, or not as many as there are labels."""
    gray_or_colour = images.ndim == 3 or (images.ndim == 4 and images.shape[-1] == 3)
    if images.dtype != np.uint8 or not gray_or_colour:
        raise UserError(
            f"{where}: '{split}_images' is {images.dtype} of shape {images.shape}, "
            "expected uint8 of shape (n, height, width) or (n, height, width, 3)"
        )
    if len(images) != len(labels) or len(images) == 0:
        raise UserError(
            f"{where}: split '{split}' has {len(images)} images and {len(labels)} labels, "
            "expected equally many and at least one"
        )
    if labels.min() < 0:
        raise UserError(
            f"{where}: split '{split}' has the label {labels.min()}, expected 0 or more"
        )
