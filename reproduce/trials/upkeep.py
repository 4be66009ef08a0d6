"""Looking after a store: what is damaged, what is no longer needed, what to throw away."""

from dataclasses import dataclass
from pathlib import Path

from reproduce.errors import UserError
from reproduce.files import relative
from reproduce.trials import arrays
from reproduce.trials.locks import try_lock
from reproduce.trials.store import Store


def check(store: Store) -> list[str]:
    """Return one line for each thing that is wrong; an empty list means all is well."""
    problems = []
    bad = store.query("PRAGMA integrity_check")[0][0]
    if bad != "ok":
        problems.append(f"results.sqlite: {bad}; take the results back from a pack or an edition")
    for result in store.results():
        if result.trial.key != result.key:
            problems.append(f"{result.key}: its description has the key {result.trial.key}")
        if result.array_file and not arrays.is_intact(result.array_file):
            problems.append(
                f"{result.key}: {relative(result.array_file)} is missing or damaged; "
                f"`reproduce store rm {result.key}` and train it again, or merge a pack that has it"
            )
        if result.weights_file and not arrays.is_intact(result.weights_file):
            problems.append(
                f"{result.key}: {relative(result.weights_file)} is missing or damaged; "
                f"`reproduce train --force --keep-weights` makes it again"
            )
    return problems


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
    return len(keys)


@dataclass
class Collected:
    """What `collect` removed."""

    files: int = 0
    bytes: int = 0


def collect(store: Store) -> Collected:
    """Delete files that no row names, checkpoints of finished or forgotten trials, and partials.

    A trial that is being trained right now keeps its files: its lock is asked for first.
    """
    rows = store.query(
        "SELECT arrays FROM results UNION SELECT arrays FROM derived UNION "
        "SELECT weights FROM results"
    )
    named = {row[0] for row in rows if row[0]}
    collected = Collected()
    for folder in ("arrays", "weights"):
        for path in sorted((store.path / folder).glob("*")):
            if path.name not in named:
                _delete_unless_busy(store, path, path.name.split("-")[0].split(".")[0], collected)
    noted = set(store.trial_keys())
    for path in sorted((store.path / "checkpoints").glob("*")):
        key = path.name.split(".")[0]
        if key not in noted or store.get(key) is not None:
            _delete_unless_busy(store, path, key, collected)
    for path in sorted((store.path / "locks").glob("*.lock")):
        with try_lock(path) as ours:
            if ours:
                path.unlink(missing_ok=True)
    return collected


def _delete_unless_busy(store: Store, path: Path, key: str, collected: Collected) -> None:
    busy = False
    if store.lock_path(key).exists():
        with try_lock(store.lock_path(key)) as ours:
            busy = not ours
    elif path.name.startswith("."):
        # A partial file of a writer that died, or of one that is writing this very moment.
        busy = any(_is_locked(lock) for lock in (store.path / "locks").glob("*.lock"))
    if not busy:
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


def folder_size(path: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
