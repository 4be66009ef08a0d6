"""One lock a trial, held by the process that trains it.

`flock` frees itself when its holder dies, however it dies: no heartbeat, nothing to clean up. The
lock is not inherited by programs a trial starts (Python opens files close-on-exec), and workers
are spawned, not forked, so nobody keeps it by accident.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reproduce.files import unwritable


@contextmanager
def try_lock(path: Path) -> Iterator[bool]:
    """Yield True while holding the lock, or False at once if another process holds it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "a")  # noqa: SIM115 - must stay open while the lock is held
    except OSError as error:
        raise unwritable(path, error) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # A clean-up may have deleted the file between our opening and locking it; then the
            # lock is on a file nobody else will find, and counts for nothing.
            ours = path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat())
        except (BlockingIOError, FileNotFoundError):
            ours = False
        yield ours
