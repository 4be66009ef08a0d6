"""Results as plain rows, the form in which they are stored and travel in packs and editions.

A row may come from anywhere: it becomes a result only if every value is of its kind.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache, partial
from math import inf
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from reproduce.errors import UserError
from reproduce.trials.result import Result
from reproduce.trials.trial import Trial

FILE_NAME = r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$"
FileName = Annotated[str, StringConstraints(pattern=FILE_NAME)]
Count = Annotated[int, Field(ge=0)]
Metrics = Annotated[dict[str, float], Field(min_length=1)]
STRICT = ConfigDict(strict=True, allow_inf_nan=False)
# Columns of the database that are JSON text: some that many trials share, and two that are long.
OFTEN_EQUAL = ("counts", "provenance", "array_names")
LONG = ("confusion", "history")


class DamagedRow(UserError):
    """A stored row that is no result; the others of its store are none the worse for it."""


class _Brief(BaseModel):
    """What a row must hold beside its two long texts. Strict: a text like a number is none."""

    model_config = STRICT

    metrics: Metrics
    counts: list[Count]
    seconds: Annotated[float, Field(ge=0)]
    provenance: dict[str, str]
    array_names: list[str]
    arrays: FileName | None
    weights: FileName | None


class _Long(BaseModel):
    """The two that may be left as text until somebody asks for them."""

    model_config = STRICT

    confusion: dict[str, list[list[Count]]]
    history: list[dict[str, float]]


class _Label(RootModel[dict[str, str]]):
    model_config = ConfigDict(strict=True)


class _Row(_Brief, _Long):
    """What a row must hold that comes from elsewhere."""

    key: str
    trial: dict[str, Any]
    labels: list[dict[str, str]]


def row_of(result: Result) -> dict[str, Any]:
    """Return a result as JSON values; files are named, not included."""
    return {
        "key": result.key,
        "trial": result.trial.to_json(),
        "labels": list(result.labels),
        "metrics": result.metrics,
        "confusion": result.confusion,
        "counts": result.counts,
        "history": result.history,
        "seconds": result.seconds,
        "provenance": result.provenance,
        "array_names": list(result.array_names),
        "arrays": result.array_file.name if result.array_file else None,
        "weights": result.weights_file.name if result.weights_file else None,
    }


def trial_from(key: str, description: Any) -> Trial:
    """Return the trial of a description that was kept under this key."""
    try:
        trial = Trial(**description)
        found = trial.key
    except (ValueError, TypeError, UserError) as error:
        raise DamagedRow(
            f"the description of trial {key} is damaged or of another version ({said_by(error)})"
        ) from error
    if found != key:
        raise DamagedRow(f"row {key} does not describe the trial it is named for")
    return trial


def result_from_row(row: dict[str, Any], folder: Path | None = None, replicate: int = 0) -> Result:
    """Return the result of a row, its files expected in the folder of a store, if one is named."""
    key = str(row.get("key"))
    _require(_Row, key, row)
    trial = trial_from(key, row["trial"])
    long = {name: row[name] for name in LONG}
    return Result(
        trial=trial, labels=tuple(row["labels"]), replicate=replicate, **long,
        **_brief(key, row, folder),
    )  # fmt: skip


def result_of(
    trial: Trial,
    labels: tuple[dict[str, str], ...],
    row: Mapping[str, Any],
    folder: Path,
    at_once: bool = True,
) -> Result:
    """Return the result of a row of the database, its lists and dictionaries as JSON text.

    Not `at_once`, it decodes (and checks) the longest of them when somebody asks for them.
    """
    key = row["key"]
    values = _sound(row)
    known = {
        "trial": trial,
        "labels": labels,
        "replicate": row["replicate"],
        **_brief(key, values, folder),
    }
    texts = {name: row[name] for name in LONG}
    if at_once:
        return Result(**known, **_decoded(key, texts))
    return Result.decoded_later(known, partial(_decoded, key, texts))


def label_from(text: str) -> dict[str, str]:
    """Return what a label says."""
    return dict(_label(text))


@lru_cache(4096)
def _label(text: str) -> dict[str, str]:
    try:
        return _Label.model_validate(json.loads(text)).root
    except ValidationError as error:
        raise DamagedRow(f"the label {text[:60]} is none ({said_by(error)})") from error


# Of a row that is sound, most is seen by less than a whole model: there may be 100,000 of them.
_METRICS: TypeAdapter[Any] = TypeAdapter(Metrics, config=STRICT)
_OF_MANY: dict[str, TypeAdapter[Any]] = {
    "counts": TypeAdapter(list[Count], config=STRICT),
    "provenance": TypeAdapter(dict[str, str], config=STRICT),
    "array_names": TypeAdapter(list[str], config=STRICT),
}
# The whole of it: `$` alone lets a line end pass that the model refuses.
_is_file_name = re.compile(FILE_NAME).fullmatch


def _sound(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the brief values of a row of the database; a `DamagedRow` says what is wrong."""
    values = {name: row[name] for name in ("seconds", "arrays", "weights")}
    try:
        values["metrics"] = _METRICS.validate_json(row["metrics"])
        # What many rows say is read once; each row has a list or dictionary of its own.
        for name in OFTEN_EQUAL:
            values[name] = _read_once(name, row[name]).copy()
        sound = type(values["seconds"]) is float and 0 <= values["seconds"] < inf
        files = [name for name in (values["arrays"], values["weights"]) if name is not None]
        if sound and all(isinstance(name, str) and _is_file_name(name) for name in files):
            return values
    except ValidationError:
        pass  # said by the model, in the words of its fields
    values |= {name: json.loads(row[name]) for name in ("metrics", *OFTEN_EQUAL)}
    _require(_Brief, row["key"], values)
    return values


@lru_cache(4096)
def _read_once(name: str, text: str) -> Any:
    return _OF_MANY[name].validate_json(text)


def _decoded(key: str, texts: Mapping[str, str]) -> dict[str, Any]:
    values = {name: json.loads(text) for name, text in texts.items()}
    _require(_Long, key, values)
    return values


def _require(kind: type[BaseModel], key: str, values: Mapping[str, Any]) -> None:
    try:
        kind.model_validate(values)
    except ValidationError as error:
        raise DamagedRow(f"the row of trial {key} is damaged ({said_by(error)})") from error


def _brief(key: str, values: Mapping[str, Any], folder: Path | None) -> dict[str, Any]:
    """Return what a result holds of a row that was checked, but trial, labels and long texts."""
    files = {
        kind: folder / kind / values[kind] if folder and values[kind] else None
        for kind in ("arrays", "weights")
    }
    return {
        "key": key,
        # Canonical JSON writes 1.0 as 1; a metric is a float.
        "metrics": {name: float(value) for name, value in values["metrics"].items()},
        "counts": values["counts"],
        "seconds": values["seconds"],
        "provenance": values["provenance"],
        "array_names": tuple(values["array_names"]),
        "array_file": files["arrays"],
        "weights_file": files["weights"],
    }


def said_by(error: Exception) -> str:
    """Return the first thing that a validation found, in one line."""
    if not isinstance(error, ValidationError):
        return str(error).partition("\n")[0]
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]


def differing_metrics(one: Result, other: Result) -> list[str]:
    """Return the names of the metrics in which two results of a key differ at all."""
    names = sorted(set(one.metrics) | set(other.metrics))
    return [name for name in names if one.metrics.get(name) != other.metrics.get(name)]
