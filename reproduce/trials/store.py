"""Where results live: a SQLite database and, beside it, files for arrays, weights, checkpoints.

A row is committed only after the files it names are in place. Reading never changes anything, and
a finished trial is never run again.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.data.records import Record
from reproduce.errors import UserError
from reproduce.evaluation.versions import is_current
from reproduce.files import project_root
from reproduce.trials import arrays as array_files
from reproduce.trials import kept_rows
from reproduce.trials.database import Database
from reproduce.trials.kept_rows import Kept
from reproduce.trials.locks import shared_lock
from reproduce.trials.result import Result
from reproduce.trials.stored_rows import label_from
from reproduce.trials.trial import Planned, Trial, canonical

__all__ = ["DERIVED", "Result", "Store", "default_path"]

# Array files of derived values are named so, where others have the key of their trial.
DERIVED = "derived"
# How the message of a failure begins that a later call was started after.
EARLIER = "in an earlier call: "
# Where a row of results has what it measured: metrics, confusion, counts and history.
NUMBERS = slice(2, 6)


def default_path() -> Path:
    """Return `$REPRODUCE_STORE`, by default `store/` under the project root."""
    return Path(os.environ.get("REPRODUCE_STORE") or project_root() / "store")


class Store(Database):
    """Results on disk; safe for several processes at once."""

    def __init__(self, path: Path | str | None = None):
        super().__init__(Path(path) if path else default_path())

    @property
    def arrays_folder(self) -> Path:
        """Return where array files are."""
        return self.path / "arrays"

    @property
    def weights_folder(self) -> Path:
        """Return where trained weights are, for trials that were asked to keep them."""
        return self.path / "weights"

    @property
    def checkpoints_folder(self) -> Path:
        """Return where trials keep their state while they train."""
        return self.path / "checkpoints"

    def checkpoint_path(self, key: str) -> Path:
        """Return where a running trial keeps its state."""
        return self.checkpoints_folder / f"{key}.safetensors"

    def lock_path(self, key: str) -> Path:
        """Return the file that the process training this trial locks."""
        return self.path / "locks" / f"{key}.lock"

    @property
    def files_lock(self) -> Path:
        """Return the file that is locked, shared, from writing files to committing their rows."""
        return self.path / "files.lock"

    # -- trials and results ------------------------------------------------------------------

    def add(self, planned: Iterable[Planned]) -> None:
        """Note trials and their labels, finished or not."""
        with self.transaction() as database:
            for item in planned:
                self._add_trial(database, item.trial, item.labels)

    def _add_trial(
        self, database: sqlite3.Connection, trial: Trial, labels: Iterable[dict[str, str]]
    ) -> None:
        row = (trial.key, canonical(trial.to_json()))
        database.execute("INSERT OR IGNORE INTO trials VALUES (?, ?)", row)
        database.executemany(
            "INSERT OR IGNORE INTO labels VALUES (?, ?)",
            [(trial.key, canonical(label)) for label in labels],
        )

    def put(
        self, result: Result, labels: Iterable[dict[str, str]] = (), keep_both: bool = False
    ) -> int:
        """Keep a result (its files are in place already) and return its replicate number.

        A result of the same key is replaced, or, with `keep_both`, kept beside the new one.
        """
        with self.transaction() as database:
            self._add_trial(database, result.trial, labels)
            replicate = 0
            if keep_both:
                query = "SELECT COALESCE(MAX(replicate) + 1, 0) FROM results WHERE key = ?"
                replicate = database.execute(query, (result.key,)).fetchone()[0]
            row = (
                result.key,
                replicate,
                *map(canonical, (result.metrics, result.confusion, result.counts)),
                canonical(result.history),
                result.seconds,
                canonical(result.provenance),
                result.array_file and result.array_file.name,
                canonical(list(result.array_names)),
                result.weights_file and result.weights_file.name,
            )
            first = "SELECT * FROM results WHERE key = ? AND replicate = 0"
            before = database.execute(first, (result.key,)).fetchone()
            marks = ", ".join("?" * len(row))
            database.execute(f"INSERT OR REPLACE INTO results VALUES ({marks})", row)
            database.execute("DELETE FROM failures WHERE key = ?", (result.key,))
            # What was derived from other numbers is no longer true; from the same, it may be all
            # there is of arrays that stayed elsewhere. A replicate is not what is shown.
            if replicate == 0 and before and tuple(before)[NUMBERS] != row[NUMBERS]:
                pattern = f'%"{result.key}"%'
                database.execute("DELETE FROM derived WHERE sources LIKE ?", (pattern,))
        return replicate

    def get(self, key: str) -> Result | None:
        """Return the (first) result of a key, or None."""
        return self.first_of([key]).get(key)

    def first_of(self, keys: Iterable[str]) -> dict[str, Result]:
        """Return the (first) result of each of these keys that has one, in their order."""
        return {found.key: found.results[0] for found in self._sound(keys) if found.results}

    def replicates(self, key: str) -> list[Result]:
        """Return all results of a key; more than one where machines disagreed."""
        return [result for found in self._sound([key]) for result in found.results]

    def _sound(self, keys: Iterable[str]) -> Iterator[Kept]:
        """Yield what is kept under these keys, or raise what is wrong with one of its results."""
        for found in kept_rows.kept(self, keys):
            # One that is only planned may lack a description: that is said where it is asked for.
            if found.damage and self.query("SELECT 1 FROM results WHERE key = ?", found.key):
                raise found.damage[0]
            yield found

    def results(self) -> list[Result]:
        """Return every result, replicates included, but those whose row is damaged."""
        return self.whole_and_damaged()[0]

    def whole_and_damaged(self) -> tuple[list[Result], dict[str, str]]:
        """Return every result, and by its key what is wrong with each row that is none."""
        whole: list[Result] = []
        damaged: dict[str, str] = {}
        keys = [key for (key,) in self.query("SELECT DISTINCT key FROM results ORDER BY 1")]
        for found in kept_rows.kept(self, keys):
            whole += found.results
            for error in found.damage:
                said, key = str(error), found.key
                damaged[key] = said if key in said else f"trial {key}: {said}"
        return whole, damaged

    def overview(self, keys: Iterable[str] | None = None) -> Iterator[Kept]:
        """Yield what there is of every trial, or of these, without decoding what is long."""
        wanted = self.trial_keys() if keys is None else keys
        return kept_rows.kept(self, wanted, at_once=False)

    def noted(self, method: str | None = None) -> list[str]:
        """Return the keys of the trials noted here, or of those of a method, the newest last.

        First stands what is too damaged to say when it came; it may be of any method.
        """
        of_method = """WHERE key IN (SELECT key FROM labels WHERE CASE WHEN json_valid(label)
            THEN json_extract(label, '$.method') = ? ELSE 1 END)"""
        rows = self.query(
            f"""SELECT key FROM (
                SELECT DISTINCT key, 0 AS at FROM results WHERE key NOT IN (SELECT key FROM trials)
                UNION ALL SELECT key, rowid AS at FROM trials {of_method if method else ""}
            ) ORDER BY at, key""",
            *([method] if method else []),
        )
        return [key for (key,) in rows]

    def newest(self, backbone: str, number: int) -> Iterator[Kept]:
        """Yield the trials of a network that were the last to end, so many at most."""
        rows = self.query(
            "SELECT key FROM results JOIN trials USING (key) WHERE CASE WHEN "
            "json_valid(description) THEN json_extract(description, '$.backbone') = ? END "
            "ORDER BY results.rowid DESC LIMIT ?",
            backbone, number,
        )  # fmt: skip
        return kept_rows.kept(self, dict.fromkeys(key for (key,) in rows), at_once=False)

    def count(self) -> int:
        """Return how many results there are, damaged ones included."""
        return int(self.query("SELECT COUNT(*) FROM results")[0][0])

    def trial_keys(self, beginning: str = "") -> list[str]:
        """Return the keys of the trials noted here that begin so, finished or not."""
        rows = self.query("SELECT key FROM trials UNION SELECT key FROM results ORDER BY 1")
        return [key for (key,) in rows if key.startswith(beginning)]

    def trial(self, key: str) -> Trial:
        """Return the description of a trial noted here."""
        rows = self.query("SELECT description FROM trials WHERE key = ?", key)
        return kept_rows.trial(self, key, rows)

    def labels(self, key: str) -> tuple[dict[str, str], ...]:
        """Return what a trial was planned for: paper, profile, method, experiment."""
        rows = self.query("SELECT label FROM labels WHERE key = ? ORDER BY label", key)
        try:
            return tuple(label_from(row[0]) for row in rows)
        except kept_rows.DAMAGE as error:
            raise kept_rows.damage(self, key, error) from error

    def fail(self, key: str, message: str) -> None:
        """Note why a trial has no result; forgotten when it gets one."""
        with self.transaction() as database:
            database.execute("INSERT OR REPLACE INTO failures VALUES (?, ?)", (key, message))

    def give_another_chance(self, keys: Iterable[str]) -> None:
        """Mark the failures of these trials as those of an earlier call; none is forgotten."""
        update = "UPDATE failures SET message = ? || message WHERE key = ? AND message NOT LIKE ?"
        with self.transaction() as database:
            marks = [(EARLIER, key, f"{EARLIER}%") for key in keys]
            database.executemany(update, marks)

    def failures(self) -> dict[str, str]:
        """Return the message of each trial that failed."""
        return dict(tuple(row) for row in self.query("SELECT * FROM failures"))

    # -- records of data sets ----------------------------------------------------------------

    def put_record(self, record: Record) -> None:
        """Keep what must be known of a data set where its images are absent."""
        row = (record.name, record.fingerprint, json.dumps(record.to_json()))
        with self.transaction() as database:
            database.execute("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", row)

    def records(self) -> list[Record]:
        """Return the records of all data sets that results here were made from."""
        rows = self.query("SELECT record FROM records ORDER BY name, fingerprint")
        return [Record.from_json(json.loads(row[0])) for row in rows]

    # -- derived values ----------------------------------------------------------------------

    def derived(
        self,
        name: str,
        sources: Iterable[str],
        compute: Callable[[], tuple[Any, dict[str, np.ndarray]]],
    ) -> tuple[Any, dict[str, np.ndarray]]:
        """Return a value and arrays computed from results, computing them at most once.

        `name` must say everything the computation depends on besides the results of `sources`.
        An edition carries derived values, so that it renders where the arrays they came from do
        not travel.
        """
        rows = self.query("SELECT value, arrays FROM derived WHERE name = ?", name)
        for value, file in rows:
            # What was computed once can be computed again: what is damaged is as none.
            with suppress(ValueError, UserError):
                known = json.loads(value)
                if file is None:
                    return known, {}
                if array_files.is_intact(self.arrays_folder / file):
                    return known, array_files.read(self.arrays_folder / file)
        value, computed = compute()
        self.put_derived(name, sources, value, computed)
        return json.loads(canonical(value)), computed

    def put_derived(
        self, name: str, sources: Iterable[str], value: Any, computed: dict[str, np.ndarray]
    ) -> None:
        """Keep a derived value and the keys of the results it came from."""
        with shared_lock(self.files_lock):
            file = array_files.write(self.arrays_folder, DERIVED, computed) if computed else None
            row = (name, canonical(sorted(sources)), canonical(value), file)
            with self.transaction() as database:
                database.execute("INSERT OR REPLACE INTO derived VALUES (?, ?, ?, ?)", row)

    def derived_from(self, keys: Iterable[str]) -> list[tuple[str, list[str], Any, Path | None]]:
        """Return name, sources, value and array file of what came from these results alone.

        What older code computed is kept here and not given away.
        """
        known, found = set(keys), []
        for row in self.query("SELECT * FROM derived ORDER BY name"):
            with suppress(ValueError):  # a damaged one, which is computed again when asked for
                sources, value = json.loads(row["sources"]), json.loads(row["value"])
                if is_current(row["name"]) and known.issuperset(sources):
                    file = self.arrays_folder / row["arrays"] if row["arrays"] else None
                    found.append((row["name"], sources, value, file))
        return found
