"""Results as plain rows, the form in which they are stored and travel in packs and editions.

A row may come from anywhere: it becomes a result only if every value is of its kind.
"""

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from reproduce.errors import UserError
from reproduce.trials.result import Result
from reproduce.trials.trial import Trial

FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$")]
Count = Annotated[int, Field(ge=0)]


class DamagedRow(UserError):
    """A stored row that is no result; the others of its store are none the worse for it."""


class _Row(BaseModel):
    """What a row must hold. Strict: a text that looks like a number is none."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False)

    key: str
    trial: dict[str, Any]
    labels: list[dict[str, str]]
    metrics: Annotated[dict[str, float], Field(min_length=1)]
    confusion: dict[str, list[list[Count]]]
    counts: list[Count]
    history: list[dict[str, float]]
    seconds: Annotated[float, Field(ge=0)]
    provenance: dict[str, str]
    array_names: list[str]
    arrays: FileName | None
    weights: FileName | None


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
    try:
        _Row.model_validate(row)
    except ValidationError as error:
        raise DamagedRow(f"the row of trial {key} is damaged ({said_by(error)})") from error
    files = {
        kind: folder / kind / row[kind] if folder and row[kind] else None
        for kind in ("arrays", "weights")
    }
    return Result(
        key=key,
        trial=trial_from(key, row["trial"]),
        # Canonical JSON writes 1.0 as 1; a metric is a float.
        metrics={name: float(value) for name, value in row["metrics"].items()},
        confusion=row["confusion"],
        counts=row["counts"],
        history=row["history"],
        seconds=row["seconds"],
        provenance=row["provenance"],
        array_names=tuple(row["array_names"]),
        array_file=files["arrays"],
        weights_file=files["weights"],
        replicate=replicate,
        labels=tuple(row["labels"]),
    )


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
