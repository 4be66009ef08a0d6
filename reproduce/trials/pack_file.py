"""A packed part, read and checked as a whole before anything of it is taken into a store.

Whoever made it, nothing of it is believed: not the sizes it claims, not its names, not its numbers.
"""

import hashlib
import json
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reproduce.data.records import Record
from reproduce.errors import UserError, reason
from reproduce.files import relative
from reproduce.trials import diverged, soundness
from reproduce.trials.arrays import DAMAGE, MEGABYTE, decode
from reproduce.trials.replication import Replication
from reproduce.trials.result import Result
from reproduce.trials.stored_rows import DamagedRow, result_from_row, said_by, trial_from
from reproduce.trials.trial import Planned, Trial

FORMAT = "reproduce-pack-1"
MANIFEST = "pack.json"
FOLDERS = ("arrays", "weights", "checkpoints")
FILE_NAME = re.compile(r"\w[\w.-]*", re.ASCII)
# What a manifest may become when it is unpacked: rows of text shrink to a tenth, a file that was
# made to fill the memory to a thousandth.
MOST_TIMES, ROOM = 50, 16 * MEGABYTE


@dataclass
class PackFile:
    """A part, read and checked."""

    contents: dict[str, bytes]
    results: list[Result]
    unfinished: list[Planned]
    records: list[Record]
    place: str
    replication: Replication | None = None
    diverged: list[tuple[Trial, str]] = field(default_factory=list)


class _Manifest(BaseModel):
    model_config = ConfigDict(strict=True)

    format: str
    part: int = Field(ge=1)
    parts: int = Field(ge=1)
    records: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    files: dict[str, str]
    replication: Replication | None = None
    diverged: dict[str, Any] = {}


class _Waiting(BaseModel):
    """The row of a trial that is not finished."""

    model_config = ConfigDict(strict=True)

    key: str
    trial: dict[str, Any]
    labels: list[dict[str, str]]


def read_whole(path: Path, folder: Path) -> PackFile:
    """Read and check everything; the files of its results are named in the folder of a store."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive, path.stat().st_size)
            _check_files(path, manifest, archive)
            contents = {name: archive.read(name) for name in manifest.files}
        _check_contents(path, manifest, contents)
        finished = [row for row in manifest.rows if "metrics" in row]
        part = PackFile(
            contents,
            [result_from_row(row, folder) for row in finished],
            [_planned(row) for row in manifest.rows if "metrics" not in row],
            [Record.from_json(values) for values in manifest.records],
            f"part {manifest.part} of {manifest.parts}" if manifest.parts > 1 else "",
            manifest.replication,
            diverged.from_json(manifest.diverged),
        )
    except FileNotFoundError:
        raise UserError(f"no file {relative(path)}; expected a part written by `store pack`") from (
            None
        )
    except DamagedRow as error:
        raise UserError(
            f"{relative(path)}: {error}; nothing was merged: fetch the file again"
        ) from error
    except (*DAMAGE, ValidationError, TypeError, AttributeError) as error:
        raise UserError(
            f"{relative(path)} is damaged or no packed store of this version ({said_by(error)}); "
            "nothing was merged: fetch the file again"
        ) from error
    for result in part.results:
        _check_sound(path, result, contents)
    return part


def packed_keys(path: Path) -> set[str] | None:
    """Return the keys of the trials in a part; None where the file is no part of ours."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {str(row["key"]) for row in _manifest(archive, path.stat().st_size).rows}
    except (*DAMAGE, ValidationError):
        return None


def replication_in(path: Path) -> tuple[Replication, int, int] | None:
    """Return the replication that a part belongs to, its number and how many parts there are.

    None where it is no part of a replication; what is wrong with it, `read_whole` says.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = _manifest(archive, path.stat().st_size)
    except (*DAMAGE, ValidationError):
        return None
    return (found.replication, found.part, found.parts) if found.replication else None


def _manifest(archive: zipfile.ZipFile, size: int) -> _Manifest:
    most = MOST_TIMES * size + ROOM
    with archive.open(MANIFEST) as stream:
        # Asked for so much and no more: what a zip says of its own size need not be true.
        text = stream.read(most + 1)
    if len(text) > most:
        raise ValueError(f"its {MANIFEST} would fill more than {most / MEGABYTE:,.0f} MB")
    manifest = _Manifest.model_validate(json.loads(text))
    if manifest.format != FORMAT:
        raise ValueError(f"its format is '{manifest.format}'")
    return manifest


def _planned(row: dict[str, Any]) -> Planned:
    waiting = _Waiting.model_validate(row)
    return Planned(trial_from(waiting.key, waiting.trial), tuple(waiting.labels))


def _check_files(path: Path, manifest: _Manifest, archive: zipfile.ZipFile) -> None:
    for name in manifest.files:
        folder, _, file = name.partition("/")
        if folder not in FOLDERS or not FILE_NAME.fullmatch(file):
            raise UserError(
                f"{relative(path)} names a file outside a store ('{name}'); nothing was merged"
            )
        # Files are packed as they are, so that none is larger than what was carried here.
        if archive.getinfo(name).compress_type != zipfile.ZIP_STORED:
            raise UserError(
                f"{relative(path)}: {name} was compressed, which `store pack` never does; nothing "
                "was merged: fetch the file again"
            )


def _check_contents(path: Path, manifest: _Manifest, contents: dict[str, bytes]) -> None:
    for name, expected in manifest.files.items():
        found = hashlib.sha256(contents[name]).hexdigest()
        of_name = Path(name).stem.rpartition("-")[2]
        if found != expected or not (name.startswith("checkpoints/") or found.startswith(of_name)):
            raise UserError(
                f"{relative(path)} is damaged ({name} has another hash than the manifest says); "
                "nothing was merged: fetch the file again"
            )
    for row in manifest.rows:
        wanted = [f"{kind}/{row[kind]}" for kind in ("arrays", "weights") if row.get(kind)]
        if "metrics" not in row:
            wanted = [f"checkpoints/{row['key']}.safetensors"]
        for name in wanted:
            if name not in contents:
                raise UserError(f"{relative(path)} lacks {name}; nothing was merged")


def _check_sound(path: Path, result: Result, contents: dict[str, bytes]) -> None:
    """Refuse a result whose numbers do not follow from what comes with it."""
    try:
        file = result.array_file
        arrays = decode(contents[f"arrays/{file.name}"]) if file else {}
    except ValueError as error:
        wrong = f"its arrays are damaged ({reason(error)})"
    else:
        wrong = next(soundness.problems(result, arrays), "")
    if wrong:
        raise UserError(
            f"{relative(path)}: trial {result.key}: {wrong}; nothing was merged: pack its store "
            "again, `reproduce store check` there says what is wrong"
        )
