"""Getting the data sets whose licence and source allow it, as MedMNIST-format files.

MNIST and Fashion-MNIST come as the four idx files of their makers, CIFAR as the binary archive
(the other one is a pickle), MedMNIST as it is. QMNIST's labels too.
Checksums are those their makers publish.
"""

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

from reproduce.data import catalog, names, packed
from reproduce.data.archives import read_members
from reproduce.data.download import Arrived, download
from reproduce.data.entries import MEDMNIST_FILES, Entry
from reproduce.data.places import data_folder
from reproduce.errors import UserError
from reproduce.files import relative, replacing

IDX_PARTS = {
    "train_images": "train-images-idx3-ubyte.gz",
    "train_labels": "train-labels-idx1-ubyte.gz",
    "test_images": "t10k-images-idx3-ubyte.gz",
    "test_labels": "t10k-labels-idx1-ubyte.gz",
}
CIFAR_BATCH = 10_000 * 3073


def can_fetch(name: str) -> bool:
    """Say whether a data set may and can be downloaded."""
    return bool(catalog.require_known(name).fetched)


def fetch(name: str, arrived: Arrived | None = None) -> Path:
    """Download a data set into the data folder and return its file.

    Raises a `UserError` for one that cannot be downloaded; `instructions` says how to get it.
    """
    entry = catalog.require_known(name)
    if not entry.fetched:
        raise UserError(f"'{name}' cannot be downloaded: {'; '.join(instructions(name))}")
    target = catalog.path_of(name)
    if entry.fetched == "medmnist":
        parsed = names.parse(name)
        size = names.values(parsed, catalog.options_of(name))["size"]
        address = f"{MEDMNIST_FILES}{target.name}?download=1"
        return download(address, target, entry.checksums[f"md5_{size}"], arrived)
    if entry.fetched == "files":
        target = catalog.folder_of(name)
        for file in entry.files:
            _from_mirrors(entry, file, target / file, arrived)
        return target
    folder = data_folder() / f".{target.stem}.download"
    parts = [_from_mirrors(entry, file, folder / file, arrived) for file in entry.files]
    arrays = _idx_arrays(folder) if entry.fetched == "idx" else _cifar_arrays(parts[0])
    with replacing(target) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **arrays)
    for path in parts:
        path.unlink()
    folder.rmdir()
    return target


def instructions(name: str) -> list[str]:
    """Return where to get a data set by hand, on which terms, and how it must lie."""
    entry = catalog.require_known(name)
    root = relative(data_folder())
    lines = [f"{entry.title}: {entry.source}"]
    if entry.kind in ("embedded", "generated"):
        return [*lines, f"nothing to get: {entry.layout[0].removeprefix('nothing: ')}"]
    lines.append(f"get it from: {entry.page}" if entry.page else "no public source is known")
    if entry.terms:
        lines.append(f"terms: {entry.terms}")
    lines += [f"expected: {root}/{place}" for place in entry.layout]
    if entry.packed:
        lines.append(f"or a ready copy: {ready_copy(name)}")
    if entry.archives:
        base, folder = names.parse(name).base, relative(catalog.folder_of(name))
        lines.append(
            f"or put {', '.join(entry.archives)} into {folder} and run "
            f"`reproduce data prepare {base}`, which unpacks it"
        )
    return lines


def ready_copy(name: str) -> str:
    """Return which files a ready copy of a data set consists of."""
    return " with ".join(packed.READERS[names.parse(name).base].COPY)


def _from_mirrors(entry: Entry, file: str, target: Path, arrived: Arrived | None) -> Path:
    if target.is_file():
        return target
    for number, mirror in enumerate(entry.mirrors, start=1):
        try:
            return download(mirror + file, target, entry.files[file], arrived)
        except UserError:
            if number == len(entry.mirrors):
                raise
    raise UserError(f"no address is known for {file}")


def _idx_arrays(folder: Path) -> dict[str, np.ndarray]:
    arrays = {}
    for name, file in IDX_PARTS.items():
        try:
            content = gzip.decompress((folder / file).read_bytes())
            kind, axes = content[2], content[3]
            shape = struct.unpack(f">{axes}I", content[4 : 4 + 4 * axes])
            array = np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * axes).reshape(shape)
        except (OSError, EOFError, zlib.error, IndexError, ValueError, struct.error) as error:
            raise UserError(f"{relative(folder / file)} is damaged ({error}); remove it") from error
        if kind != 8:
            raise UserError(f"{relative(folder / file)} holds no bytes; remove it")
        arrays[name] = array
    return arrays


def _cifar_arrays(archive: Path) -> dict[str, np.ndarray]:
    """Return CIFAR-10's or CIFAR-100's arrays; of the latter's two labels the fine one."""
    fine = "100" in archive.name
    if fine:
        record = 3074
        train, test = {"train.bin": 50_000 * record}, {"test.bin": 10_000 * record}
    else:
        record = 3073
        train = {f"data_batch_{k}.bin": CIFAR_BATCH for k in range(1, 6)}
        test = {"test_batch.bin": CIFAR_BATCH}
    members = read_members(archive, train | test)
    arrays = {}
    for split, wanted in (("train", train), ("test", test)):
        content = b"".join(members[name] for name in wanted)
        if len(content) % record:
            raise UserError(f"{relative(archive)} is damaged: its batches are cut off; remove it")
        rows = np.frombuffer(content, dtype=np.uint8).reshape(-1, record)
        pixels = rows[:, record - 3072 :].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        arrays[f"{split}_images"] = np.ascontiguousarray(pixels)
        arrays[f"{split}_labels"] = rows[:, record - 3073]
    return arrays
