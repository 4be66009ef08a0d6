"""Looking after a store: what is damaged, what is no longer needed, what to throw away."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from reproduce.errors import UserError
from reproduce.files import relative
from reproduce.trials import arrays, soundness
from reproduce.trials.database import NAME
from reproduce.trials.locks import try_lock, try_lock_alone
from reproduce.trials.result import Result
from reproduce.trials.store import DERIVED, Store
from reproduce.trials.stored_rows import DamagedRow

NAMED = """
    SELECT arrays AS file FROM results UNION SELECT weights FROM results
    UNION SELECT arrays FROM derived
"""
UNFINISHED = "SELECT 1 FROM trials WHERE key = ? AND key NOT IN (SELECT key FROM results)"


def check(store: Store) -> list[str]:
    """Return one line for each thing that is wrong; an empty list means all is well."""
    problems: list[str] = []
    try:
        problems += _of_database(store)
    except DamagedRow as error:  # what else there is cannot be read
        problems.append(str(error))
    return problems


def _of_database(store: Store) -> Iterator[str]:
    bad = store.query("PRAGMA integrity_check")[0][0].partition("\n")[0]
    if bad != "ok":
        yield f"{NAME}: {bad}; take the results back from a pack or an edition"
    whole, damaged = store.whole_and_damaged()
    yield from damaged.values()
    for result in whole:
        yield from problems_of(result)
    for name, file in store.query("SELECT name, arrays FROM derived WHERE arrays IS NOT NULL"):
        if not arrays.is_intact(store.arrays_folder / file):
            yield (
                f"derived '{name}': {relative(store.arrays_folder / file)} is missing or damaged; "
                "it is computed again when a page asks for it and its trials kept their arrays, "
                "else merge the edition that has it"
            )
    found = strangers(store)
    if found:
        yield (
            f"{NAME} knows nothing of the trials of {_in_words(store, found)}; put the right "
            f"{NAME} back or merge a pack of them (`reproduce store gc --unknown` deletes them)"
        )


def problems_of(result: Result) -> Iterator[str]:
    """Yield what is wrong with the files of a result, and with what it says."""
    again = f"`reproduce store rm {result.key}` and train it again, or merge a pack that has it"
    kept: dict[str, np.ndarray] = {}
    if result.array_file and not arrays.is_intact(result.array_file):
        yield f"{result.key}: {relative(result.array_file)} is missing or damaged; {again}"
    elif result.array_file:
        try:
            kept = arrays.read(result.array_file)
        except UserError as error:
            yield f"{result.key}: {error}; {again}"
    if result.weights_file and not arrays.is_intact(result.weights_file):
        yield (
            f"{result.key}: {relative(result.weights_file)} is missing or damaged; "
            f"`reproduce train --force --keep-weights` makes it again"
        )
    # One line is enough: what was changed shows itself in several measures.
    for wrong in islice(soundness.problems(result, kept), 1):
        yield f"{result.key}: {wrong}; {again}"


def remove(store: Store, keys: list[str]) -> int:
    """Forget trials and their results; returns how many. Files go with `collect`."""
    known = set(store.trial_keys())
    for key in keys:
        if key not in known:
            raise UserError(
                f"no trial '{key}' in the store {relative(store.path)}; nothing was removed "
                "(`reproduce store ls` lists the trials there are)"
            )
    with store.transaction() as database:
        for key in keys:
            for table in ("trials", "labels", "results", "failures"):
                database.execute(f"DELETE FROM {table} WHERE key = ?", (key,))
            database.execute("DELETE FROM derived WHERE sources LIKE ?", (f'%"{key}"%',))
            database.execute("INSERT OR IGNORE INTO removed VALUES (?)", (key,))
    return len(keys)


def strangers(store: Store) -> list[Path]:
    """Return the files of trials that the database has never heard of.

    They are what a lost database leaves: neither what was removed nor what was replaced. Where no
    trial is known, what was derived from trials is as strange as they are.
    """
    known = {
        row[0]
        for row in store.query(
            "SELECT key FROM trials UNION SELECT key FROM results UNION SELECT key FROM removed"
        )
    }
    return [
        path
        for folder in ("arrays", "weights", "checkpoints")
        for path in sorted((store.path / folder).glob("[!.]*"))
        if _key_of(path) not in (known | {DERIVED} if known else known)
    ]


@dataclass
class Collected:
    """What `collect` removed."""

    files: int = 0
    bytes: int = 0


def collect(store: Store, even_strangers: bool = False) -> Collected:
    """Delete files that no row names, checkpoints of finished or forgotten trials, and partials.

    A trial that is being trained right now keeps its files: its lock is asked for first. Files of
    trials that the database does not know are all that is left of lost results; unless they are
    asked for, nothing is deleted while there are any.
    """
    with try_lock_alone(store.files_lock) as alone:
        if not alone:
            raise UserError(
                f"somebody is putting results into the store {relative(store.path)} right now; "
                "nothing was deleted: run the command again when that is done"
            )
        found = [] if even_strangers else strangers(store)
        if found:
            raise UserError(
                f"{relative(store.path / NAME)} knows nothing of the trials of "
                f"{_in_words(store, found)}; nothing was deleted: put the right {NAME} back or "
                "merge a pack of them, or say --unknown to delete them as well"
            )
        return _collect(store)


def _in_words(store: Store, files: list[Path]) -> str:
    size = sum(file.stat().st_size for file in files if file.exists()) / 1024**2
    folders = ", ".join(sorted({f"{file.parent.name}/" for file in files}))
    return f"{len(files)} file(s) in {folders} ({size:.1f} MB)"


def _collect(store: Store) -> Collected:
    collected, named = Collected(), {row[0] for row in store.query(NAMED)}
    doubtful = _in_doubt(store)
    for folder in ("arrays", "weights", "checkpoints"):
        for path in sorted((store.path / folder).glob("*")):
            if path.name in named or (_key_of(path) in doubtful and path.name[0] != "."):
                continue
            if path.name.startswith("."):
                # A partial file of a writer that died, or of one that is writing this very moment.
                if not any(_is_locked(lock) for lock in (store.path / "locks").glob("*.lock")):
                    _delete(path, collected)
                continue
            with try_lock(store.lock_path(_key_of(path))) as ours:
                # Asked under the lock: its trial may have ended a moment ago.
                if ours and not _is_needed(store, path):
                    _delete(path, collected)
    for path in sorted((store.path / "locks").glob("*.lock")):
        with try_lock(path) as ours:
            if ours:
                path.unlink(missing_ok=True)
    return collected


def _in_doubt(store: Store) -> set[str]:
    """Return the keys of trials whose row is damaged, or names a file that is not there.

    A file that no row names may be the one that was meant.
    """
    whole, damaged = store.whole_and_damaged()
    lost = {
        result.key for result in whole
        for file in (result.array_file, result.weights_file) if file and not file.is_file()
    }  # fmt: skip
    rows = store.query("SELECT arrays FROM derived WHERE arrays IS NOT NULL")
    derived = all((store.arrays_folder / row[0]).is_file() for row in rows)
    return lost | set(damaged) | (set() if derived else {DERIVED})


def _key_of(path: Path) -> str:
    """Return the key of the trial that a file of arrays, weights or a checkpoint is named for."""
    return path.name.split("-")[0].split(".")[0]


def _is_needed(store: Store, path: Path) -> bool:
    if path.parent.name == "checkpoints":
        return bool(store.query(UNFINISHED, _key_of(path)))
    return bool(store.query(f"SELECT 1 FROM ({NAMED}) WHERE file = ?", path.name))


def _delete(path: Path, collected: Collected) -> None:
    try:
        size = path.stat().st_size
        path.unlink()
    except FileNotFoundError:  # its writer, or another collector, was faster
        return
    collected.files += 1
    collected.bytes += size


def _is_locked(path: Path) -> bool:
    with try_lock(path) as ours:
        return not ours
