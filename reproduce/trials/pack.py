"""Carry results between machines: a store packed into self-contained parts, and merged back.

A part is a zip of array (and weight, checkpoint) files and one `pack.json` with the rows and the
SHA-256 of every file. Each part holds whole trials, so one part is useful without the others.
"""

import hashlib
import json
import re
import zipfile
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path

from reproduce.data.records import Record
from reproduce.errors import UserError, reason
from reproduce.files import relative, replacing, sha256_of_file, write_bytes
from reproduce.trials.arrays import DAMAGE, is_intact
from reproduce.trials.arrays import names as array_names
from reproduce.trials.locks import shared_lock
from reproduce.trials.predicted import has_more
from reproduce.trials.rows import differing_metrics, result_from_row, row_of
from reproduce.trials.store import Result, Store
from reproduce.trials.trial import Planned, Trial

FORMAT = "reproduce-pack-1"
CONTENTS = ("results", "weights", "checkpoints")
MANIFEST = "pack.json"
# Rows and zip headers; measured at under 20 kB a trial for 40 blocks of history.
ROOM_FOR_ROWS = 20_000
MEGABYTE = 1024 * 1024
FILE_NAME = re.compile(r"\w[\w.-]*", re.ASCII)


@dataclass
class Item:
    """What travels for one trial."""

    row: dict
    files: dict[str, Path] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Return a bound on the bytes this adds to a part."""
        return sum(path.stat().st_size for path in self.files.values()) + ROOM_FOR_ROWS


def pack(store: Store, target: Path, contents: tuple[str, ...], max_mb: float) -> list[Path]:
    """Write the store's results into parts of at most `max_mb` and return their paths."""
    items = [_item(store, result, contents) for result in store.results()]
    if "checkpoints" in contents:
        noted = set(store.trial_keys())
        items += [
            Item(
                {
                    "key": path.stem,
                    "trial": store.trial(path.stem).to_json(),
                    "labels": list(store.labels(path.stem)),
                },
                {f"checkpoints/{path.name}": path},
            )
            for path in sorted((store.path / "checkpoints").glob("*.safetensors"))
            if path.stem in noted
        ]
    if not items:
        raise UserError(
            f"the store {relative(store.path)} holds nothing to pack; train something first"
        )
    records = [record.to_json() for record in store.records()]
    # Every part carries the records; their thumbnails hardly compress.
    room = int(max_mb * MEGABYTE) - len(zlib.compress(json.dumps(records).encode()))
    groups = _groups(items, room)
    paths = []
    for number, group in enumerate(groups, start=1):
        name = target if len(groups) == 1 else _part_name(target, number)
        # Replicates may share a file.
        files = {inside: path for item in group for inside, path in item.files.items()}
        manifest = {
            "format": FORMAT,
            "part": number,
            "parts": len(groups),
            "records": records,
            "rows": [item.row for item in group],
            "files": {inside: sha256_of_file(path) for inside, path in files.items()},
        }
        with replacing(name) as temporary, zipfile.ZipFile(temporary, "w") as archive:
            archive.writestr(MANIFEST, json.dumps(manifest), zipfile.ZIP_DEFLATED)
            for inside, path in files.items():
                archive.write(path, inside)
        paths.append(name)
    return paths


def _item(store: Store, result: Result, contents: tuple[str, ...]) -> Item:
    item = Item(row_of(result))
    if result.array_file:
        item.files[f"arrays/{result.array_file.name}"] = result.array_file
    if "weights" in contents and result.weights_file:
        item.files[f"weights/{result.weights_file.name}"] = result.weights_file
    else:
        item.row["weights"] = None
    return item


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


def merge(store: Store, path: Path) -> Merged:
    """Take a packed part into the store; a damaged one changes nothing."""
    part = _read_whole(path, store)
    with shared_lock(store.files_lock):
        return _take_part(store, part)


def _take_part(store: Store, part: "_Part") -> Merged:
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
        gained: dict[str, Path] = {}
        if has_more(array_names(result.array_file), array_names(twin.array_file)):
            gained["array_file"] = result.array_file
        if result.weights_file and not twin.weights_file:
            gained["weights_file"] = result.weights_file
        if gained and twin.replicate == 0:
            store.put(replace(twin, **gained), result.labels)


@dataclass
class _Part:
    """A part, read and checked."""

    contents: dict[str, bytes]
    results: list[Result]
    unfinished: list[Planned]
    records: list[Record]
    place: str


def _read_whole(path: Path, store: Store) -> _Part:
    """Read and check everything before anything is written."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            if manifest["format"] != FORMAT:
                raise ValueError(f"its format is '{manifest['format']}'")
            contents = {name: archive.read(name) for name in manifest["files"]}
        _check_whole(path, manifest, contents)
        rows = manifest["rows"]
        number, parts = manifest["part"], manifest["parts"]
        return _Part(
            contents,
            [result_from_row(row, store) for row in rows if "metrics" in row],
            [
                Planned(Trial(**row["trial"]), tuple(row["labels"]))
                for row in rows
                if "metrics" not in row
            ],
            [Record.from_json(values) for values in manifest["records"]],
            f"part {number} of {parts}" if parts > 1 else "",
        )
    except FileNotFoundError:
        raise UserError(f"no file {relative(path)}; expected a part written by `store pack`") from (
            None
        )
    except (*DAMAGE, TypeError, AttributeError) as error:
        raise UserError(
            f"{relative(path)} is damaged or no packed store of this version ({reason(error)}); "
            "nothing was merged: fetch the file again"
        ) from error


def _check_whole(path: Path, manifest: dict, contents: dict[str, bytes]) -> None:
    for name, expected in manifest["files"].items():
        folder, _, file = name.partition("/")
        if folder not in ("arrays", "weights", "checkpoints") or not FILE_NAME.fullmatch(file):
            raise UserError(
                f"{relative(path)} names a file outside a store ('{name}'); nothing was merged"
            )
        if hashlib.sha256(contents[name]).hexdigest() != expected:
            raise UserError(
                f"{relative(path)} is damaged ({name} has another hash than the manifest says); "
                "nothing was merged: fetch the file again"
            )
    for row in manifest["rows"]:
        if row["key"] != Trial(**row["trial"]).key:
            raise UserError(
                f"{relative(path)}: row {row['key']} does not describe the trial it is named for; "
                "nothing was merged"
            )
        wanted = [f"{kind}/{row[kind]}" for kind in ("arrays", "weights") if row.get(kind)]
        if "metrics" not in row:
            wanted = [f"checkpoints/{row['key']}.safetensors"]
        for name in wanted:
            if name not in contents:
                raise UserError(f"{relative(path)} lacks {name}; nothing was merged")
