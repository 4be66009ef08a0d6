"""One lock a trial, held by the process that trains it, and one of a store's files.

The system frees a lock when its holder dies, however it dies: no heartbeat, nothing to clean up.
The lock is not inherited by programs a trial starts, and workers are spawned, not forked, so nobody
keeps it by accident. All of it by `filelock`, which knows how each system locks.

Whoever puts files in place before the rows that name them, and is not training their trial, shares
the lock of the files; whoever deletes files holds it alone.
"""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, ReadWriteLock, Timeout

from reproduce.errors import UserError, reason
from reproduce.files import relative, unwritable


@contextmanager
def try_lock(path: Path) -> Iterator[bool]:
    """Yield True while holding the lock, or False at once if another process holds it.

    A lock on a file that a clean-up has deleted meanwhile counts for nothing: nobody else would
    find it.
    """
    _make_room(path)
    lock = FileLock(path, blocking=False, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        yield True
    finally:
        lock.release()


def require(folder: Path) -> None:
    """Refuse a folder whose file system has no locks, or has some that keep nobody out."""
    probe = folder / f".locks-{os.getpid()}-{secrets.token_hex(4)}"
    first, second = (FileLock(probe, blocking=False, thread_local=False) for _ in range(2))
    try:
        try:
            first.acquire()
        except (OSError, NotImplementedError) as error:
            raise _without(folder, reason(error)) from error
        try:
            second.acquire()
        except Timeout:
            return
        raise _without(folder, "a second process would get the lock of the first")
    finally:
        first.release()
        second.release()
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
    with _of_several(path) as lock:
        lock.acquire_read()
        yield


@contextmanager
def try_lock_alone(path: Path) -> Iterator[bool]:
    """Yield True while holding a lock that others share, or False at once if somebody has it."""
    with _of_several(path) as lock:
        try:
            lock.acquire_write(blocking=False)
        except Timeout:
            yield False
        else:
            yield True


@contextmanager
def _of_several(path: Path) -> Iterator[ReadWriteLock]:
    """Yield the lock of a file, not yet held; it is let go of at the end."""
    _make_room(path)
    try:
        lock = ReadWriteLock(path, is_singleton=False)
    except (OSError, sqlite3.Error) as error:
        told = error if isinstance(error, OSError) else OSError(str(error))
        raise unwritable(path, told) from error
    try:
        yield lock
    finally:
        lock.close()


def _make_room(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error
