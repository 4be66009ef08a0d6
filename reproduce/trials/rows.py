"""Results as plain rows, the form in which they travel in packs and editions."""

from typing import Any

from reproduce.trials.store import Result, Store
from reproduce.trials.trial import Trial


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


def result_from_row(row: dict[str, Any], store: Store | None = None) -> Result:
    """Return the result of a row, its files expected in this store; without a store, no files."""
    return Result(
        key=row["key"],
        trial=Trial(**row["trial"]),
        metrics={name: float(value) for name, value in row["metrics"].items()},
        confusion=row["confusion"],
        counts=row["counts"],
        history=row["history"],
        seconds=row["seconds"],
        provenance=row["provenance"],
        array_names=tuple(row["array_names"]),
        array_file=store.arrays_folder / row["arrays"] if store and row["arrays"] else None,
        weights_file=store.weights_folder / row["weights"] if store and row["weights"] else None,
        labels=tuple(row["labels"]),
    )


def differing_metrics(one: Result, other: Result) -> list[str]:
    """Return the names of the metrics in which two results of a key differ at all."""
    names = sorted(set(one.metrics) | set(other.metrics))
    return [name for name in names if one.metrics.get(name) != other.metrics.get(name)]
