"""Where the project is, and writes that are either whole or not there at all."""

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reproduce.errors import UserError


def project_root() -> Path:
    """Return the nearest folder upwards that holds this project's `pyproject.toml`.

    Looked for from the working folder first, so that two checkouts do not mix, then from the
    package itself; where neither is inside a checkout, the working folder is the root.
    """
    for start in (Path.cwd(), Path(__file__).resolve().parent):
        for folder in (start, *start.parents):
            marker = folder / "pyproject.toml"
            if marker.is_file() and "imbalanced-learning-reproduced" in marker.read_text("utf-8"):
                return folder
    return Path.cwd()


def relative(path: Path) -> str:
    """Return `path` as it may be shown or published: relative to the project where possible."""
    path = Path(path).absolute()
    for base in (Path.cwd(), project_root()):
        if path.is_relative_to(base):
            return str(path.relative_to(base))
    return str(path)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` that takes its place when the block succeeds.

    A reader sees the old file or the new one, never half of one, whenever the writer dies.
    """
    path = Path(path)
    # Named by the writer, not made by `tempfile`, whose files are readable by their owner alone.
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        yield temporary
        with open(temporary, "rb") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def unwritable(path: Path, error: OSError) -> UserError:
    """Say why a file could not be written and what to do about it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UserError(
            f"the disk is full: {relative(path)} could not be written; free some space "
            "(`reproduce store gc` removes what is no longer needed) and run the command again"
        )
    return UserError(
        f"cannot write {relative(path)}: {error.strerror or error}; "
        "choose a folder you may write to, or change its permissions"
    )


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file or nothing."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    """Write a whole text file (UTF-8) or nothing."""
    write_bytes(path, content.encode("utf-8"))


def earlier(path: Path) -> Path:
    """Return where the version of a file is that the last one took the place of, if it is kept."""
    return path.with_name(f"{path.name}.before")


def write_beside_earlier(path: Path, content: bytes) -> None:
    """Write a whole file or nothing, and keep what was there until now, should this get damaged."""
    if path.exists():
        with replacing(earlier(path)) as second:
            try:
                os.link(path, second)
            except OSError:  # not every file system has links
                shutil.copyfile(path, second)
    write_bytes(path, content)


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as hex digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
