"""One lock a trial, held by the process that trains it, and one of a store's files.

`flock` frees itself when its holder dies, however it dies: no heartbeat, nothing to clean up. The
lock is not inherited by programs a trial starts (Python opens files close-on-exec), and workers
are spawned, not forked, so nobody keeps it by accident.

Whoever puts files in place before the rows that name them, and is not training their trial, shares
the lock of the files; whoever deletes files holds it alone.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from reproduce.errors import UserError, reason
from reproduce.files import relative, unwritable


@contextmanager
def try_lock(path: Path) -> Iterator[bool]:
    """Yield True while holding the lock, or False at once if another process holds it."""
    with _opened(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # A clean-up may have deleted the file between our opening and locking it; then the
            # lock is on a file nobody else will find, and counts for nothing.
            ours = path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat())
        except (BlockingIOError, FileNotFoundError):
            ours = False
        yield ours


def require(folder: Path) -> None:
    """Refuse a folder whose file system has no locks, or has some that keep nobody out."""
    probe = folder / f".locks-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        with _opened(probe) as first, open(probe) as second:
            try:
                fcntl.flock(first, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise _without(folder, reason(error)) from error
            try:
                fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            raise _without(folder, "a second process would get the lock of the first")
    finally:
        with suppress(OSError):  # of a folder that cannot be written something else is said
            probe.unlink()


def _without(folder: Path, why: str) -> UserError:
    return UserError(
        f"the file system of {relative(folder)} has no locks ({why}), and without them two calls "
        "would train one trial; put the store on a local disk (--store FOLDER, or $REPRODUCE_STORE)"
        " and carry it with `reproduce store pack` and `merge`"
    )


@contextmanager
def shared_lock(path: Path) -> Iterator[None]:
    """Hold a lock together with others who share it; wait while somebody holds it alone."""
    with _opened(path) as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def _opened(path: Path) -> IO[str]:
    """Open a file that must stay open while its lock is held."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return open(path, "a")
    except OSError as error:
        raise unwritable(path, error) from error
