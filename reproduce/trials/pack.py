"""Carry results between machines: a store packed into self-contained parts, and merged back.

A part is a zip of array (and weight, checkpoint) files and one `pack.json` with the rows and the
SHA-256 of every file. Each part holds whole trials, so one part is useful without the others.
"""

import hashlib
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from reproduce.data.records import Record
from reproduce.errors import UserError
from reproduce.files import relative, replacing, sha256_of_file, write_bytes
from reproduce.trials.rows import differing_metrics, result_from_row, row_of
from reproduce.trials.store import Result, Store
from reproduce.trials.trial import Trial

FORMAT = "reproduce-pack-1"
CONTENTS = ("results", "weights", "checkpoints")
MANIFEST = "pack.json"
# Rows and zip headers; measured at under 20 kB a trial for 40 blocks of history.
ROOM_FOR_ROWS = 20_000
MEGABYTE = 1024 * 1024


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
        items += [
            Item(
                {"key": path.stem, "trial": store.trial(path.stem).to_json()},
                {f"checkpoints/{path.name}": path},
            )
            for path in sorted((store.path / "checkpoints").glob("*.safetensors"))
            if not path.name.startswith(".")
        ]
    if not items:
        raise UserError(
            f"the store {relative(store.path)} holds nothing to pack; train something first"
        )
    groups = _groups(items, int(max_mb * MEGABYTE))
    records = [record.to_json() for record in store.records()]
    paths = []
    for number, group in enumerate(groups, start=1):
        name = target if len(groups) == 1 else _part_name(target, number)
        manifest = {
            "format": FORMAT,
            "part": number,
            "parts": len(groups),
            "records": records,
            "rows": [item.row for item in group],
            "files": {n: sha256_of_file(p) for item in group for n, p in item.files.items()},
        }
        with replacing(name) as temporary, zipfile.ZipFile(temporary, "w") as archive:
            archive.writestr(MANIFEST, json.dumps(manifest), zipfile.ZIP_DEFLATED)
            for item in group:
                for inside, path in item.files.items():
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
                f"{limit / MEGABYTE:g} MB allowed a file; raise --max-mb or pack without weights"
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
    manifest, contents = _read_whole(path)
    outcome = Merged()
    for row in manifest["rows"]:
        key = row["key"]
        if "metrics" not in row:
            name = f"checkpoints/{key}.safetensors"
            if store.get(key) is None:
                write_bytes(store.path / name, contents[name])
                outcome.checkpoints += 1
            continue
        for kind in ("arrays", "weights"):
            if row[kind] and not (store.path / kind / row[kind]).exists():
                write_bytes(store.path / kind / row[kind], contents[f"{kind}/{row[kind]}"])
        take(store, result_from_row(row, store), outcome)
    for values in manifest["records"]:
        store.put_record(Record.from_json(values))
    if manifest["parts"] > 1:
        outcome.missing_parts = f"part {manifest['part']} of {manifest['parts']}"
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
        if result.array_file and not twin.array_file and twin.replicate == 0:
            store.put(result, result.labels)


def _read_whole(path: Path) -> tuple[dict, dict[str, bytes]]:
    """Read and check everything before anything is written."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            if manifest["format"] != FORMAT:
                raise ValueError(f"its format is '{manifest['format']}'")
            contents = {name: archive.read(name) for name in manifest["files"]}
    except FileNotFoundError:
        raise UserError(f"no file {relative(path)}; expected a part written by `store pack`") from (
            None
        )
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise UserError(
            f"{relative(path)} is damaged or no packed store ({error}); nothing was merged: "
            "fetch the file again"
        ) from error
    _check_whole(path, manifest, contents)
    return manifest, contents


def _check_whole(path: Path, manifest: dict, contents: dict[str, bytes]) -> None:
    for name, expected in manifest["files"].items():
        folder, _, file = name.partition("/")
        if folder not in ("arrays", "weights", "checkpoints") or Path(file).name != file:
            raise UserError(f"{relative(path)} names a file outside a store ('{name}'); refused")
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
        for kind in ("arrays", "weights"):
            if row.get(kind) and f"{kind}/{row[kind]}" not in contents:
                raise UserError(f"{relative(path)} lacks {kind}/{row[kind]}; nothing was merged")
