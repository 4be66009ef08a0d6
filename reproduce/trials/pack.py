"""Carry results between machines: a store packed into self-contained parts, and merged back.

A part is a zip of array (and weight, checkpoint) files and one `pack.json` with the rows and the
SHA-256 of every file. Each part holds whole trials, so one part is useful without the others.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from reproduce.errors import UserError
from reproduce.files import relative, replacing, write_bytes
from reproduce.trials import diverged, upkeep
from reproduce.trials.arrays import MEGABYTE, is_intact
from reproduce.trials.arrays import names as array_names
from reproduce.trials.locks import shared_lock
from reproduce.trials.pack_file import FORMAT, MANIFEST, PackFile, packed_keys, read_whole
from reproduce.trials.predicted import has_more
from reproduce.trials.replication import Replication
from reproduce.trials.store import Result, Store
from reproduce.trials.stored_rows import DamagedRow, differing_metrics, row_of
from reproduce.trials.trial import Planned

CONTENTS = ("results", "weights", "checkpoints")
# Rows and zip headers; measured at under 20 kB a trial for 40 blocks of history.
ROOM_FOR_ROWS = 20_000


@dataclass
class Item:
    """What travels for one trial."""

    row: dict[str, Any]
    files: dict[str, Path] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Return a bound on the bytes this adds to a part."""
        present = [path.stat().st_size for path in self.files.values() if path.exists()]
        return sum(present) + ROOM_FOR_ROWS


def pack(
    store: Store,
    target: Path,
    contents: tuple[str, ...],
    max_mb: float,
    replication: Replication | None = None,
    keys: Collection[str] | None = None,
) -> list[Path]:
    """Write the store's results into parts of at most `max_mb` and return their paths.

    A damaged result is left out, and said to be so when the others are written. With `keys` the
    results of these trials alone; `replication` marks them as somebody's run of a paper.
    """
    with shared_lock(store.files_lock):  # Nobody may collect what is about to be read.
        items, damaged = _items(store, contents)
        items = [item for item in items if keys is None or item.row["key"] in keys]
        if not items:
            raise UserError(
                f"the store {relative(store.path)} holds nothing to pack; "
                + (f"{damaged[0]}" if damaged else "train something first")
            )
        paths = _write_parts(store, target, items, max_mb, replication)
    if damaged:
        raise UserError(
            f"{len(damaged)} damaged result(s) were left out of "
            f"{', '.join(relative(path) for path in paths)}, which hold the others; the first: "
            f"{damaged[0]}"
        )
    return paths


def _items(store: Store, contents: tuple[str, ...]) -> tuple[list[Item], list[str]]:
    """Return what travels, and what is wrong with each result that does not."""
    whole, unreadable = store.whole_and_damaged()
    items, damaged = [], list(unreadable.values())
    for result in whole:
        if "weights" not in contents:
            result = replace(result, weights_file=None)
        wrong = next(upkeep.problems_of(result), "")
        if wrong:
            damaged.append(wrong)
        else:
            items.append(_item(result))
    if "checkpoints" in contents:
        for path in sorted((store.path / "checkpoints").glob("*.safetensors")):
            try:
                trial, labels = store.trial(path.stem), store.labels(path.stem)
            except DamagedRow:  # of a trial that was forgotten, or that nobody can go on with
                continue
            row = {"key": path.stem, "trial": trial.to_json(), "labels": list(labels)}
            items.append(Item(row, {f"checkpoints/{path.name}": path}))
    return items, damaged


def _item(result: Result) -> Item:
    files = (result.array_file, result.weights_file)
    return Item(row_of(result), {f"{file.parent.name}/{file.name}": file for file in files if file})


def _write_parts(
    store: Store, target: Path, items: list[Item], max_mb: float, replication: Replication | None
) -> list[Path]:
    records = [record.to_json() for record in store.records()]
    lost = {} if replication else diverged.to_json(store, diverged.among(store, store.trial_keys()))
    # Every part carries the records; their thumbnails hardly compress.
    room = int(max_mb * MEGABYTE) - len(zlib.compress(json.dumps(records).encode()))
    groups = _groups(items, room)
    paths = [target] if len(groups) == 1 else [
        _part_name(target, number) for number in range(1, len(groups) + 1)
    ]  # fmt: skip
    for path in paths:
        _require_replaceable(path, store)
    for number, (path, group) in enumerate(zip(paths, groups, strict=True), start=1):
        about = {"format": FORMAT, "part": number, "parts": len(groups), "records": records}
        about |= {"replication": replication.model_dump()} if replication else {}
        about |= {"diverged": lost} if lost else {}
        _write_part(path, group, about)
    return paths


def _require_replaceable(path: Path, store: Store) -> None:
    """Refuse to write over anything but a part that holds nothing the store does not hold."""
    if not path.exists():
        return
    keys = packed_keys(path) if path.is_file() else None
    if keys is None:
        held = "is no packed store"
    elif lost := keys - set(store.trial_keys()):
        held = f"holds {len(lost)} trial(s) that {relative(store.path)} does not"
    else:
        return
    raise UserError(
        f"{relative(path)} is there already and {held}; it was left as it is: give another name "
        "to --output, or move it away"
    )


def _write_part(path: Path, group: list[Item], about: dict[str, Any]) -> None:
    rows, hashes = [], {}
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for item in group:
            # Read once: training may put a newer checkpoint in place, or delete it at its end.
            read = {
                inside: _content(file)
                for inside, file in item.files.items()
                if inside not in hashes  # Replicates may share a file.
            }
            found = {inside: content for inside, content in read.items() if content is not None}
            if len(found) < len(read):
                continue
            rows.append(item.row)
            for inside, content in found.items():
                hashes[inside] = hashlib.sha256(content).hexdigest()
                archive.writestr(inside, content)
        manifest = json.dumps({**about, "rows": rows, "files": hashes})
        archive.writestr(MANIFEST, manifest, zipfile.ZIP_DEFLATED)


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None


def _groups(items: list[Item], limit: int) -> list[list[Item]]:
    groups: list[list[Item]] = [[]]
    filled = 0
    for item in items:
        if item.size > limit:
            raise UserError(
                f"trial {item.row['key']} alone needs {item.size / MEGABYTE:.1f} MB, more than the "
                f"{limit / MEGABYTE:.1f} MB a file has room for; raise --max-mb or pack without "
                "weights"
            )
        if groups[-1] and filled + item.size > limit:
            groups.append([])
            filled = 0
        groups[-1].append(item)
        filled += item.size
    return groups


def _part_name(target: Path, number: int) -> Path:
    return target.with_name(f"{target.stem}.part{number}{target.suffix}")


@dataclass
class Merged:
    """What a merge changed."""

    new: int = 0
    known: int = 0
    replicates: list[str] = field(default_factory=list)
    checkpoints: int = 0
    missing_parts: str = ""


def merge(store: Store, path: Path, *, replicated: bool = False) -> Merged:
    """Take a packed part into the store; a damaged one changes nothing.

    One of somebody's replication is refused unless the store is that of it alone (`replicated`):
    no number that others measured may become one of ours.
    """
    part = read_whole(path, store.path)
    if part.replication and not replicated:
        raise UserError(
            f"{relative(path)} is an independent replication and stays apart from our results; "
            "`reproduce store merge` keeps it beside them"
        )
    with shared_lock(store.files_lock):
        return _take_part(store, part)


def _take_part(store: Store, part: PackFile) -> Merged:
    outcome = Merged(missing_parts=part.place)
    # Noted first: should this be killed, the files it leaves belong to trials that are known.
    store.add([Planned(result.trial) for result in part.results])
    for item in part.unfinished:
        key = item.trial.key
        if store.get(key) is None:
            store.add([item])
            write_bytes(store.checkpoint_path(key), part.contents[f"checkpoints/{key}.safetensors"])
            outcome.checkpoints += 1
    for result in part.results:
        for file in (result.array_file, result.weights_file):
            if file and not is_intact(file):
                write_bytes(file, part.contents[f"{file.parent.name}/{file.name}"])
        take(store, result, outcome)
    for record in part.records:
        store.put_record(record)
    diverged.take(store, part.diverged)
    return outcome


def take(store: Store, result: Result, outcome: Merged) -> None:
    """Put a foreign result in: new, known already, or a replicate with other numbers."""
    present = store.replicates(result.key)
    if not present:
        store.put(result, result.labels)
        outcome.new += 1
    elif all(differing_metrics(result, other) for other in present):
        number = store.put(result, result.labels, keep_both=True)
        names = ", ".join(differing_metrics(result, present[0])[:3])
        outcome.replicates.append(f"{result.key}: {names} (kept as replicate {number})")
    else:
        outcome.known += 1
        twin = next(x for x in present if not differing_metrics(result, x))
        gained = twin
        if has_more(array_names(result.array_file), array_names(twin.array_file)):
            gained = replace(gained, array_file=result.array_file)
        if result.weights_file and not twin.weights_file:
            gained = replace(gained, weights_file=result.weights_file)
        if gained is not twin and twin.replicate == 0:
            store.put(gained, result.labels)
