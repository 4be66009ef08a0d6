"""The database of a store: opened, read and written, also by several processes at once."""

import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import resources
from pathlib import Path

from reproduce.errors import UserError
from reproduce.files import relative, unwritable
from reproduce.trials.stored_rows import DamagedRow

NAME = "results.sqlite"
# What `PRAGMA user_version` says of a store; a change that older code must not read raises it.
VERSION = 0
SECONDS_BEFORE_SAYING, SECONDS_TO_WAIT = 3.0, 60.0
SECONDS_BETWEEN_ATTEMPTS = 0.05
# What is written is on the disk before a write ends, so that not even a power cut loses a trial.
SYNCHRONOUS = "FULL"


class Database:
    """The database in a folder."""

    def __init__(self, folder: Path):
        self.path = folder
        self._database = connect(folder)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run a block as one write: all of it or none of it."""
        try:
            self._database.execute("BEGIN IMMEDIATE")
            yield self._database
            self._database.execute("COMMIT")
        except BaseException as error:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            if isinstance(error, sqlite3.DatabaseError):
                passing = isinstance(error, sqlite3.OperationalError)
                mend = (
                    "free disk space or wait for the other process, then run the command again"
                    if passing else "copy it away, and see what `reproduce store check` says"
                )  # fmt: skip
                raise UserError(
                    f"the store {relative(self.path)} could not be written ({error}); {mend}"
                ) from error
            raise

    def query(self, sql: str, *values: str | int) -> list[sqlite3.Row]:
        """Return the rows of a reading query."""
        try:
            return self._database.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise DamagedRow(
                f"{relative(self.path / NAME)} could not be read ({error}); copy it away before "
                "anything else, then `reproduce store check` says what of it is whole"
            ) from error


def connect(folder: Path) -> sqlite3.Connection:
    """Return a connection to the database in a folder, both made where they are absent."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(folder / NAME, isolation_level=None, timeout=SECONDS_TO_WAIT)
        database.row_factory = sqlite3.Row
        # A flipped byte in one text is that row's damage, not the end of all reading.
        database.text_factory = partial(str, encoding="utf-8", errors="replace")
        _open_patiently(database, folder)
    except OSError as error:
        raise unwritable(folder, error) from error
    except sqlite3.DatabaseError as error:
        if _is_busy(error):
            raise UserError(
                f"another process has kept {relative(folder / NAME)} for itself for "
                f"{SECONDS_TO_WAIT:.0f} s; nothing was changed: end it, or wait for it, and run "
                "the command again"
            ) from error
        raise UserError(
            f"{relative(folder / NAME)} cannot be used as a store ({error}); "
            "expected a store of this project: name another folder, or move the file away"
        ) from error
    return database


def _open_patiently(database: sqlite3.Connection, folder: Path) -> None:
    """Check and complete a database; who waits for another process for long is told so."""
    for seconds in (SECONDS_BEFORE_SAYING, SECONDS_TO_WAIT):
        database.execute(f"PRAGMA busy_timeout = {1000 * seconds:.0f}")
        try:
            _check_ours(database, folder)
            _write_ahead(database, seconds)
            database.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
            database.executescript(_schema())
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or seconds == SECONDS_TO_WAIT:
                raise
            place, most = relative(folder / NAME), f"{SECONDS_TO_WAIT:.0f} s"
            print(f"waiting for the process that uses {place}, {most} at most", file=sys.stderr)
        else:
            break
    database.execute(f"PRAGMA busy_timeout = {1000 * SECONDS_TO_WAIT:.0f}")


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def _schema() -> str:
    return resources.files("reproduce.trials").joinpath("schema.sql").read_text("utf-8")


def _check_ours(database: sqlite3.Connection, folder: Path) -> None:
    """Refuse a database of another program or version before anything is written into it.

    Fewer tables than ours are one of an older version, or one that another process is making now.
    """
    found, ours = _columns(database), _columns(_in_memory())
    strange = [name for name in found if found[name] != ours.get(name)]
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if strange or version != VERSION:
        what = f"a table '{strange[0]}' that is not ours" if strange else f"version {version}"
        raise UserError(
            f"{relative(folder / NAME)} is a database of another program or of another version of "
            f"this one ({what}); it was left as it is: name another folder, or move the file away"
        )


def _in_memory() -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.executescript(_schema())
    return database


def _columns(database: sqlite3.Connection) -> dict[str, list[str]]:
    """Return the names of each table's columns, by its name."""
    tables = database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
    return {
        name: [row[1] for row in database.execute(f'PRAGMA table_info("{name}")')]
        for (name,) in map(tuple, tables.fetchall())
        if not name.startswith("sqlite_")
    }


def _write_ahead(database: sqlite3.Connection, seconds: float) -> None:
    """Let readers and one writer work at once.

    SQLite waits for other writers by itself, but not where this very switch meets another one: of
    two processes that make a store together one would be told that it is locked.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            database.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(SECONDS_BETWEEN_ATTEMPTS)
