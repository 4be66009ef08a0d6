"""Images decoded once: a folder of memory-mapped uint8 arrays beside the data.

An entry is keyed by how the images are stored and by path, size and modification time of every
file, so that a start costs a look at the folder and no decoding; `reproduce data verify` reads the
files again. It is made under another name and renamed when it is whole: a reader finds all of it
or nothing, whenever the writer dies.
"""

import errno
import hashlib
import json
import os
import secrets
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from reproduce.data import decoding
from reproduce.data.decoding import Shape
from reproduce.data.places import cache_folder
from reproduce.data.sources.listing import Listing, Progress
from reproduce.errors import UserError
from reproduce.files import relative, unwritable

FORMAT = 1
# Images decoded before they are written: a chunk of 256 px colour images is 25 MB.
CHUNK = 128
# Left free on the disk when an entry is made.
SPARE_BYTES = 200 * 1024**2
NOT_WRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)


@dataclass(frozen=True)
class Decoded:
    """A listing's images, row by row.

    Attributes
    ----------
    contents
        One number per row; rows with the same number come from identical files.
    mask_labels
        The highest class in each mask, as at its full size.
    """

    images: np.ndarray
    masks: np.ndarray | None
    contents: np.ndarray
    mask_labels: np.ndarray | None
    fingerprint: str


def decoded(listing: Listing, shape: Shape, progress: Progress | None = None) -> Decoded:
    """Return the images of a listing, out of the cache where they are there already."""
    folder = _folder(listing, shape)
    found = _opened(folder)
    if found is None:
        _build(folder, listing, shape, progress)
        found = _opened(folder)
        if found is None:
            raise UserError(f"the cache {relative(folder)} vanished while it was made; try again")
    return found


def kept_fingerprint(listing: Listing, shape: Shape) -> str | None:
    """Return the fingerprint of the files a cache was made from; None where there is none."""
    found = _opened(_folder(listing, shape))
    return None if found is None else found.fingerprint


def fingerprint(files: dict[str, str]) -> str:
    """Return the SHA-256 of the sorted list of relative paths with the SHA-256 of each file."""
    lines = "".join(f"{path}\n{digest}\n" for path, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def read_bytes(root: Path, path: str) -> bytes:
    """Return a source file's bytes, or say in one line that it is not there."""
    try:
        return (root / path).read_bytes()
    except OSError as error:
        raise _absent(root, path, error) from error


def _absent(root: Path, path: str, error: OSError) -> UserError:
    reason = (error.strerror or str(error)).lower()
    return UserError(f"cannot read {relative(root / path)} ({reason}); get the data set again")


def _folder(listing: Listing, shape: Shape) -> Path:
    """Return the entry's folder: what is stored, then the state of the files it comes from."""
    what = hashlib.sha256(json.dumps([FORMAT, str(listing.root.resolve()), str(shape)]).encode())
    state = hashlib.sha256()
    root = str(listing.root)
    masks = [path for of_image in listing.masks or () for path in of_image]
    paths = [*listing.files, *masks, *listing.tables]
    for path in paths:
        what.update(path.encode() + b"\n")
        try:
            found = os.stat(f"{root}/{path}")
        except OSError as error:
            raise _absent(listing.root, path, error) from error
        state.update(f"{found.st_size} {found.st_mtime_ns}\n".encode())
    return cache_folder() / what.hexdigest()[:16] / state.hexdigest()[:16]


def _opened(folder: Path) -> Decoded | None:
    try:
        facts = json.loads((folder / "facts.json").read_text("utf-8"))
        images = np.load(folder / "images.npy", mmap_mode="r")
        masks = np.load(folder / "masks.npy", mmap_mode="r") if facts["masks"] else None
        contents = np.load(folder / "contents.npy")
        labels = np.load(folder / "mask_labels.npy") if facts["masks"] else None
    except (OSError, ValueError, KeyError):
        return None
    return Decoded(images, masks, contents, labels, facts["fingerprint"])


def _build(folder: Path, listing: Listing, shape: Shape, progress: Progress | None) -> None:
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}-{secrets.token_hex(4)}.partial")
    where = cache_folder()
    try:
        temporary.mkdir(parents=True)
        _check_space(listing, shape, temporary)
        _write(temporary, listing, shape, progress)
        if _opened(folder) is None:
            # What is there cannot be opened: it is damaged.
            shutil.rmtree(folder, ignore_errors=True)
            os.rename(temporary, folder)
        _remove_outdated(folder)
    except OSError as error:
        if _opened(folder) is not None:
            # Another process was faster by a moment and made the same entry.
            return
        if error.errno in NOT_WRITABLE:
            raise UserError(
                f"cannot write the cache {relative(where)} ({error.strerror}); set REPRODUCE_CACHE "
                "to a folder you may write to"
            ) from error
        raise unwritable(where, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _check_space(listing: Listing, shape: Shape, folder: Path) -> None:
    pixels = shape.size**2 * (shape.channels + (listing.masks is not None))
    needed, free = len(listing.files) * pixels, shutil.disk_usage(folder).free
    if needed + SPARE_BYTES > free:
        raise UserError(
            f"the disk is full: the cache of {len(listing.files)} images at {shape.size} px needs "
            f"{needed / 1024**3:.1f} GB, {free / 1024**3:.1f} GB are free at "
            f"{relative(cache_folder())}; set REPRODUCE_CACHE to another disk, or take a "
            "smaller ?size="
        )


def _write(folder: Path, listing: Listing, shape: Shape, progress: Progress | None) -> None:
    count = len(listing.files)
    digests = {path: _sha256(read_bytes(listing.root, path)) for path in listing.tables}
    by_content: dict[str, int] = {}
    contents = np.empty(count, dtype=np.int64)
    values: list[np.ndarray] = []
    with (
        open(folder / "images.npy", "wb") as images,
        open(folder / "masks.npy", "wb") as masks,
        ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool,
    ):
        _header(images, (count, *shape.array()))
        _header(masks, (count, shape.size, shape.size))
        for start in range(0, count, CHUNK):
            rows = range(start, min(start + CHUNK, count))
            for row, done in zip(rows, pool.map(lambda r: _one(listing, shape, r), rows),
                                 strict=True):  # fmt: skip
                images.write(np.ascontiguousarray(done.image).data)
                digests[listing.files[row]] = done.digest
                contents[row] = by_content.setdefault(done.digest, len(by_content))
                if done.mask is not None:
                    masks.write(np.ascontiguousarray(done.mask).data)
                    digests |= done.mask_digests
                    values.append(done.values)
            if progress:
                progress(rows[-1] + 1, count)
        for file in (images, masks) if listing.masks else (images,):
            file.flush()
            os.fsync(file.fileno())
    np.save(folder / "contents.npy", contents)
    if listing.masks is None:
        (folder / "masks.npy").unlink()
    else:
        np.save(folder / "mask_labels.npy", _mask_labels(folder / "masks.npy", values))
    facts = {"fingerprint": fingerprint(digests), "masks": listing.masks is not None}
    (folder / "facts.json").write_text(json.dumps(facts), "utf-8")


@dataclass(frozen=True)
class _Done:
    image: np.ndarray
    digest: str
    mask: np.ndarray | None = None
    mask_digests: dict[str, str] = field(default_factory=dict)
    values: np.ndarray | None = None


def _one(listing: Listing, shape: Shape, row: int) -> _Done:
    path = listing.files[row]
    content = read_bytes(listing.root, path)
    pixels, original = decoding.image(content, listing.root / path, shape)
    if listing.masks is None:
        return _Done(pixels, _sha256(content))
    mask, values, digests = mask_of(listing, row, shape, original)
    return _Done(pixels, _sha256(content), mask, digests, values)


def mask_of(
    listing: Listing, row: int, shape: Shape, original: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, dict[str, str]]:
    """Return the mask of an image, the values it holds, and the digest of every file it is from."""
    paths, image = listing.masks[row], listing.root / listing.files[row]
    contents = [read_bytes(listing.root, path) for path in paths]
    digests = {path: _sha256(of) for path, of in zip(paths, contents, strict=True)}
    places = [listing.root / path for path in paths]
    if listing.mask_classes is not None:
        value = int(listing.mask_classes[row])
        mask, values = decoding.marked(contents, places, shape, original, image, value)
    else:
        classes = len(listing.class_names)
        mask, values = decoding.mask(contents[0], places[0], shape, original, image, classes)
    return mask, values, digests


def _mask_labels(path: Path, values: list[np.ndarray]) -> np.ndarray:
    """Return the highest class of each mask; where all hold 0 and 255 only, 255 becomes 1."""
    highest = np.array([of_mask.max() for of_mask in values], dtype=np.int64)
    if 255 in highest and set(np.concatenate(values).tolist()) <= {0, 255}:
        masks = np.load(path, mmap_mode="r+")
        for start in range(0, len(masks), CHUNK):
            masks[start : start + CHUNK] //= 255
        masks.flush()
        highest //= 255
    return highest


def _header(file, shape: tuple[int, ...]) -> None:
    # Written piece by piece, not through a memory map: a full disk is then an error, not a crash.
    described = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, described)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _remove_outdated(folder: Path) -> None:
    """Delete entries of the same images in an older state of their files."""
    for other in folder.parent.iterdir():
        if other.name != folder.name and not other.name.endswith(".partial"):
            shutil.rmtree(other, ignore_errors=True)
