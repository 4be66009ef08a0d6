"""Reading what a store has of many trials: in batches, what is damaged named trial by trial."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from reproduce.errors import reason
from reproduce.files import relative
from reproduce.trials import descriptions
from reproduce.trials.database import Database
from reproduce.trials.result import Result
from reproduce.trials.stored_rows import DamagedRow, label_from, result_of
from reproduce.trials.trial import Trial

# How a row shows that it is none.
DAMAGE = (ValueError, TypeError, DamagedRow)
# How many trials are asked for at once: a query for each would be most of the work.
BATCH = 500
# That a text is what it should be is seen by SQLite, where it is not decoded.
LOOKS_RIGHT = """
    CASE WHEN json_valid(history) THEN json_type(history) END = 'array'
    AND CASE WHEN json_valid(confusion) THEN json_type(confusion) END = 'object'
"""


@dataclass
class Kept:
    """What a store has under a key, and what of it is damaged."""

    key: str
    trial: Trial | None = None
    labels: tuple[dict[str, str], ...] = ()
    results: list[Result] = field(default_factory=list)
    damage: list[DamagedRow] = field(default_factory=list)


def kept(database: Database, keys: Iterable[str], at_once: bool = True) -> Iterator[Kept]:
    """Yield what there is under each of these keys, in their order.

    Not `at_once`, the history and the confusion counts of a result are decoded when they are asked
    for; before that it is known only that they are a list and a dictionary.
    """
    rest = iter(keys)
    while batch := list(islice(rest, BATCH)):
        try:
            found = _Batch(database, batch, at_once)
        except DamagedRow:
            # Somewhere in the file are bytes that SQLite cannot read: what can be read is.
            for key in batch:
                yield _alone(database, key, at_once)
        else:
            yield from map(found.kept, batch)


def _alone(database: Database, key: str, at_once: bool) -> Kept:
    try:
        return _Batch(database, [key], at_once).kept(key)
    except DamagedRow as error:
        return Kept(key, damage=[error])


class _Batch:
    """The rows of some keys."""

    def __init__(self, database: Database, keys: Sequence[str], at_once: bool):
        self.database, self.at_once = database, at_once
        marks = ", ".join("?" * len(keys))
        ask = partial(self._by_key, keys)
        self.descriptions = ask(f"SELECT key, description FROM trials WHERE key IN ({marks})")
        self.labels = ask(f"SELECT key, label FROM labels WHERE key IN ({marks}) ORDER BY 1, 2")
        looks = "1" if at_once else LOOKS_RIGHT
        self.rows = ask(
            f"SELECT *, {looks} AS looks_right FROM results WHERE key IN ({marks}) "
            "ORDER BY key, replicate"
        )

    def _by_key(self, keys: Sequence[str], sql: str) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for row in self.database.query(sql, *keys):
            found.setdefault(row["key"], []).append(row)
        return found

    def kept(self, key: str) -> Kept:
        """Return what there is under a key."""
        found = Kept(key)
        try:
            found.trial = trial(self.database, key, self.descriptions.get(key, ()))
            labels = self.labels.get(key, ())
            found.labels = tuple([label_from(row["label"]) for row in labels])
        except DAMAGE as error:
            found.damage.append(damage(self.database, key, error))
            return found
        for row in self.rows.get(key, ()):
            # What only seems wrong is decoded, which says what is.
            at_once = self.at_once or not row["looks_right"]
            try:
                known = result_of(found.trial, found.labels, row, self.database.path, at_once)
                found.results.append(known)
            except DAMAGE as error:
                found.damage.append(damage(self.database, key, error))
        return found


def trial(database: Database, key: str, rows: Sequence[Any]) -> Trial:
    """Return the trial of a key, of the rows that describe it: one or none."""
    if not rows:
        raise DamagedRow(
            f"no trial '{key}' in the store {relative(database.path)}; `reproduce store ls` lists "
            "the trials there are"
        )
    try:
        return descriptions.read(key, rows[0]["description"])
    except DAMAGE as error:
        raise damage(database, key, error) from error


def damage(database: Database, key: str, error: Exception) -> DamagedRow:
    """Return an error that says how to go on without a row that cannot be read."""
    if isinstance(error, DamagedRow) and "in the store" in str(error):
        return error
    said = error if isinstance(error, DamagedRow) else f"trial {key}: {reason(error)}"
    return DamagedRow(
        f"{said} in the store {relative(database.path)}; `reproduce store rm {key}` forgets "
        "it, then train it again or merge a pack that has it"
    )
