"""Arrays on disk: `.npz` without pickle, whole or not at all, named by their content."""

import hashlib
import io
import math
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.errors import UserError, reason
from reproduce.files import relative, sha256_of_file, write_bytes

# How a damaged zip or array shows itself, depending on which byte is wrong: RuntimeError is a flag
# that says "encrypted" or names an unknown compression, TokenError a garbled array header.
DAMAGE = (
    OSError,
    ValueError,
    KeyError,
    EOFError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
    tokenize.TokenError,
)
HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
MEGABYTE = 1024 * 1024
# What a file that somebody else made may become when it is unpacked: masks shrink to a hundredth,
# a file that was made to fill the memory to a thousandth.
MOST_TIMES, ROOM = 100, 64 * MEGABYTE


def encode(arrays: dict[str, np.ndarray]) -> bytes:
    """Return the bytes of a compressed `.npz`; equal arrays give equal bytes."""
    if any(array.dtype.hasobject for array in arrays.values()):
        raise TypeError("object arrays need pickle and are never stored")
    buffer = io.BytesIO()
    ordered: dict[str, Any] = {name: arrays[name] for name in sorted(arrays)}
    np.savez_compressed(buffer, **ordered)
    return buffer.getvalue()


def write(folder: Path, key: str, arrays: dict[str, np.ndarray]) -> str:
    """Write the arrays under a name that holds their hash and return that name.

    The file is in place before any row names it, so a row never points at nothing.
    """
    return write_named(folder, key, ".npz", encode(arrays))


def write_named(folder: Path, key: str, suffix: str, content: bytes) -> str:
    """Write a file under a name that holds the hash of its content and return that name."""
    name = f"{key}-{hashlib.sha256(content).hexdigest()[:16]}{suffix}"
    if not is_intact(folder / name):
        write_bytes(folder / name, content)
    return name


def read(path: Path) -> dict[str, np.ndarray]:
    """Read all arrays of a file; a damaged one is named."""
    try:
        _check_claims(path)
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except DAMAGE as error:
        raise UserError(
            f"the array file {relative(path)} is missing or damaged ({reason(error)}); "
            "`reproduce store check` lists all such files and says how to get them back"
        ) from error


def decode(content: bytes) -> dict[str, np.ndarray]:
    """Return the arrays of a file that somebody else made; a `ValueError` says what is wrong."""
    try:
        most = MOST_TIMES * len(content) + ROOM
        _check_claims(io.BytesIO(content), most)
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except DAMAGE as error:
        raise ValueError(reason(error)) from error


def _check_claims(file: Path | io.BytesIO, most: float = float("inf")) -> None:
    """Refuse an array that says to be larger than it is, or that is no plain numbers.

    NumPy takes the memory that an array claims before it reads the first number of it.
    """
    with zipfile.ZipFile(file) as archive:
        claimed = sum(member.file_size for member in archive.infolist())
        if claimed > most:
            raise ValueError(f"its arrays would fill {claimed / MEGABYTE:,.0f} MB")
        for member in archive.infolist():
            with archive.open(member) as stream:
                version = np.lib.format.read_magic(stream)
                if version not in HEADERS:
                    raise ValueError(f"{member.filename} is of version {version}")
                shape, _, dtype = HEADERS[version](stream)
                if dtype.hasobject:
                    raise ValueError(f"{member.filename} holds objects, not numbers")
                if stream.tell() + math.prod(shape) * dtype.itemsize != member.file_size:
                    raise ValueError(f"{member.filename} claims another size than it has")


def names(path: Path | None) -> set[str]:
    """Return what a file holds without reading it; nothing of one that is missing or damaged."""
    try:
        with np.load(path or "", allow_pickle=False) as file:
            return set(file.files)
    except DAMAGE:
        return set()


def is_intact(path: Path) -> bool:
    """Say whether a file still has the hash that its name carries."""
    expected = path.stem.rpartition("-")[2]
    return path.is_file() and sha256_of_file(path).startswith(expected)
