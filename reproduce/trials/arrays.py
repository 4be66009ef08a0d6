"""Arrays on disk: `.npz` without pickle, whole or not at all, named by their content."""

import hashlib
import io
import tokenize
import zipfile
import zlib
from pathlib import Path

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


def encode(arrays: dict[str, np.ndarray]) -> bytes:
    """Return the bytes of a compressed `.npz`; equal arrays give equal bytes."""
    if any(array.dtype.hasobject for array in arrays.values()):
        raise TypeError("object arrays need pickle and are never stored")
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{name: arrays[name] for name in sorted(arrays)})
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
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except DAMAGE as error:
        raise UserError(
            f"the array file {relative(path)} is missing or damaged ({reason(error)}); "
            "`reproduce store check` lists all such files and says how to get them back"
        ) from error


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
