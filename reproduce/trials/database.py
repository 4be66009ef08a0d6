"""Opening the database of a store, also when several processes make it at the same moment."""

import sqlite3
import time
from importlib import resources
from pathlib import Path

from reproduce.errors import UserError
from reproduce.files import relative, unwritable

NAME = "results.sqlite"
SECONDS_TO_WAIT = 60.0
SECONDS_BETWEEN_ATTEMPTS = 0.05


def connect(folder: Path) -> sqlite3.Connection:
    """Return a connection to the database in a folder, both made where they are absent."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(folder / NAME, isolation_level=None, timeout=SECONDS_TO_WAIT)
        database.row_factory = sqlite3.Row
        _write_ahead(database)
        schema = resources.files("reproduce.trials").joinpath("schema.sql")
        database.executescript(schema.read_text("utf-8"))
    except OSError as error:
        raise unwritable(folder, error) from error
    except sqlite3.DatabaseError as error:
        raise UserError(
            f"{relative(folder / NAME)} cannot be used as a store ({error}); "
            "expected a store of this project: name another folder, or move the file away"
        ) from error
    return database


def _write_ahead(database: sqlite3.Connection) -> None:
    """Let readers and one writer work at once.

    SQLite waits for other writers by itself, but not where this very switch meets another one: of
    two processes that make a store together one would be told that it is locked.
    """
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while True:
        try:
            database.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise
            time.sleep(SECONDS_BETWEEN_ATTEMPTS)
