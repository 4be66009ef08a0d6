"""Who wrote MNIST's digits, by QMNIST's labels: verification of writers on MNIST's own images.

Labels are those of QMNIST's makers, `mnist_writers/qmnist-train-labels-idx2-int.gz` and the same of
the test (unpacked or not), or a copy of their columns, `mnist_writers.npz`; the images are those of
`mnist.npz`, in MNIST's order. No writer is in both parts. A row of the labels holds the digit, the
series of forms (0 to 3: employees of the census bureau, 4: students), the writer, and more.

With `split=all` both parts are one, to be divided anew by writers. With `devices=simulated` every
image is seen through one of two frozen models of a camera: real images, simulated devices.
"""

import gzip
import zlib
from pathlib import Path

import numpy as np

from reproduce.data import capture
from reproduce.data.grouped_splits import assert_disjoint
from reproduce.data.names import Option
from reproduce.data.packed.packed_rows import Packed
from reproduce.data.sources.npz import read_arrays, read_npz
from reproduce.errors import UserError
from reproduce.files import relative

FOLDER, IMAGES = "mnist_writers", "mnist.npz"
COPY = (IMAGES, "mnist_writers.npz")
LABELS = {part: f"qmnist-{part}-labels-idx2-int" for part in ("train", "test")}
COLUMNS = ("digit", "series", "writer")
STUDENTS = 4
OPTIONS = {
    "split": Option("official", "the official parts, or all images as one", ("official", "all")),
    "devices": Option("none", "images as they are, or seen by two cameras", ("none", "simulated")),
}
# An idx file of whole numbers of four bytes in two axes.
MAGIC = (0x0C02, 8)


def files(folder: Path) -> tuple[str, ...]:
    """Return which files are read: those of the makers where their folder is, else the copy."""
    if not (folder / FOLDER).is_dir():
        return COPY
    found = [f"{FOLDER}/{name}" for name in LABELS.values()]
    return (IMAGES, *(name if (folder / name).is_file() else f"{name}.gz" for name in found))


def read(paths: list[Path], options: dict) -> Packed:
    """Read images, and their writers as identities."""
    images, digits, _ = read_npz(paths[0])
    official = len(paths) > 2
    if official:
        labels = dict(zip(LABELS, (read_labels(path) for path in paths[1:]), strict=True))
    else:
        names = tuple(f"{part}_{kind}" for part in LABELS for kind in ("series", "writers"))
        found = read_arrays(paths[1], names)
        labels = {
            part: np.stack([digits[part], found[f"{part}_series"], found[f"{part}_writers"]], 1)
            for part in LABELS
            if len(found[f"{part}_writers"]) == len(digits.get(part, ()))
        }
    rows, start = {}, 0
    for part in LABELS:
        wanted = digits.get(part, np.empty(0))
        # The labels of the test go on beyond MNIST's 10,000 images.
        labels[part] = labels.get(part, np.empty((0, 3), np.int64))[: len(wanted)]
        if len(wanted) == 0 or not np.array_equal(labels[part][:, 0], wanted):
            raise UserError(
                f"{relative(paths[-1])} and {relative(paths[0])} do not belong together: expected "
                f"a writer for every image of '{part}' and the same digits in the same order"
            )
        rows[part] = np.arange(start, start := start + len(wanted))
    assert_disjoint({part: labels[part][:, 2] for part in LABELS})
    every = np.concatenate([labels[part] for part in LABELS]).astype(np.int64)
    writers, identities = np.unique(every[:, 2], return_inverse=True)
    pixels = np.concatenate([images[part] for part in LABELS])
    extra = {name: every[:, column] for column, name in enumerate(COLUMNS[:2])}
    extra["population"] = (extra["series"] == STUDENTS).astype(np.int64)
    made_by = ""
    if options.get("devices") == "simulated":
        pixels, extra["device"] = capture.by_device(pixels)
        made_by = capture.described()
    if options.get("split") == "all":
        rows = {"all": np.arange(len(every))}
    return Packed(
        pixels,
        identities.astype(np.int64),
        tuple(f"writer {number}" for number in writers.tolist()),
        rows,
        identities.astype(np.int64),
        extra=extra,
        task="verification",
        another=not official,
        made_by=made_by,
    )


def read_labels(path: Path) -> np.ndarray:
    """Return digit, series and writer of each row of an official file of labels."""
    try:
        content = path.read_bytes()
        content = gzip.decompress(content) if path.suffix == ".gz" else content
        head = np.frombuffer(content, dtype=">i4", count=3)
        if (head[0], head[2]) != MAGIC:
            raise ValueError("it is no table of eight columns of whole numbers")
        table = np.frombuffer(content, dtype=">i4", offset=12).reshape(head[1], head[2])
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise UserError(f"{relative(path)} is damaged ({error}); get it again") from error
    return table[:, : len(COLUMNS)].astype(np.int64)
