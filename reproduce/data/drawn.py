"""Generated sets, drawn once on a machine and kept as a file in the cache.

A run is planned by one process, trained by several and rendered by a notebook's; each of them
would draw the same images anew, for up to a quarter of a minute. A file that cannot be read or
written is no error: the set is drawn, which gives the same.
"""

import contextlib
import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from pathlib import Path

import numpy as np

from reproduce import randomness
from reproduce.data import generated
from reproduce.data.places import cache_folder
from reproduce.data.records import Dataset
from reproduce.errors import UserError
from reproduce.files import replacing

ARRAYS = ("images", "labels", "groups", "masks", "extra")
# Larger sets are drawn each time: as files they would crowd out the data itself.
LARGEST_BYTES = 500 * 1024**2
# Left free on the disk.
SPARE_BYTES = 1024**3


def read_or_draw(name: str, fingerprint: str, draw: Callable[[], Dataset]) -> Dataset:
    """Return a generated set, out of the cache where this very code has drawn it before."""
    what = hashlib.sha256(json.dumps([name, fingerprint]).encode()).hexdigest()[:16]
    path = cache_folder() / "generated" / _code() / f"{what}.npz"
    found = _read(path)
    if found is None:
        found = draw()
        _write(path, found)
    return found


def _read(path: Path) -> Dataset | None:
    try:
        # Each array is checked against its sum when it is read: damage is noticed.
        with np.load(path, allow_pickle=False) as stored:
            facts = json.loads(str(stored["facts"]))
            arrays = {name: _filled(facts.pop(name), stored) for name in ARRAYS}
        return Dataset(**{**facts, "class_names": tuple(facts["class_names"])}, **arrays)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None


def _write(path: Path, dataset: Dataset) -> None:
    arrays: dict[str, np.ndarray] = {}
    facts = {f.name: getattr(dataset, f.name) for f in fields(Dataset)}
    facts |= {name: _numbered(facts[name], arrays) for name in ARRAYS}
    size = sum(array.nbytes for array in arrays.values())
    with contextlib.suppress(OSError, UserError):
        path.parent.mkdir(parents=True, exist_ok=True)
        if size > LARGEST_BYTES or size + SPARE_BYTES > shutil.disk_usage(path.parent).free:
            return
        _remove_outdated(path.parent)
        with replacing(path) as temporary, open(temporary, "wb") as file:
            np.savez(file, facts=np.array(json.dumps(facts)), **arrays)


def _numbered(value, arrays: dict[str, np.ndarray]):
    """Move the arrays out of a value, and leave the name of each in its place."""
    if isinstance(value, dict):
        return {name: _numbered(inner, arrays) for name, inner in value.items()}
    if value is None:
        return None
    name = f"array{len(arrays)}"
    arrays[name] = value
    return name


def _filled(value, stored):
    """Put the arrays back in their places."""
    if isinstance(value, dict):
        return {name: _filled(inner, stored) for name, inner in value.items()}
    return None if value is None else stored[value]


def _remove_outdated(folder: Path) -> None:
    """Remove what other code has drawn."""
    for other in folder.parent.iterdir():
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


@cache
def _code() -> str:
    """Return a digest of all that decides what is drawn: the makers, their streams and NumPy."""
    digest = hashlib.sha256(np.__version__.encode())
    makers = sorted(Path(generated.__file__).parent.glob("*.py"))
    for file in [Path(randomness.__file__), *makers]:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
