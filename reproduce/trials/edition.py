"""An edition: executed notebooks and their results, in files that can be committed.

Of each paper an edition holds, under its root, `papers/<paper>.ipynb` (executed),
`results/<paper>.csv` (a row a trial), `results/<paper>.npz` (the class that every trial predicted
of every image, arrays that figures draw on, and what was derived from those that stay at home) and
`results/<paper>.json` (the stamp: parameters, scale, keys, verdicts, records of the data sets).
"""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.data.records import Record
from reproduce.errors import UserError, reason
from reproduce.files import project_root, relative, write_bytes, write_text
from reproduce.tasks import task_of
from reproduce.trials import arrays as array_files
from reproduce.trials import diverged, soundness
from reproduce.trials import predicted as predicted_classes
from reproduce.trials.locks import shared_lock
from reproduce.trials.pack import Merged, take
from reproduce.trials.predicted import Predicted
from reproduce.trials.store import Result, Store
from reproduce.trials.stored_rows import DamagedRow, result_from_row, row_of
from reproduce.trials.trial import Planned, Trial, canonical

# What a committed paper may weigh, and all of them; a repository is cloned by everyone.
MEGABYTES_ALLOWED, MEGABYTES_IN_ALL = 12, 60
# Columns of the table that are JSON text; the others are plain numbers and words.
JSON_COLUMNS = ("trial", "labels", "confusion", "counts", "history", "array_names")


Arrays = dict[str, np.ndarray]
# Name, sources and value of each derived value.
Derived = list[tuple[str, list[str], Any]]


@dataclass(frozen=True)
class Edition:
    """Where one edition's files are."""

    root: Path

    def notebook(self, paper: str) -> Path:
        """Return the executed notebook."""
        return self.root / "papers" / f"{paper}.ipynb"

    def results(self, paper: str, suffix: str) -> Path:
        """Return the results file with this suffix: csv, npz or json."""
        return self.root / "results" / f"{paper}.{suffix}"

    def stamp(self, paper: str) -> dict[str, Any] | None:
        """Return what the edition says of its paper, or None where it has none."""
        path = self.results(paper, "json")
        if not path.is_file():
            return None
        try:
            stamp: dict[str, Any] = json.loads(path.read_text("utf-8"))
            return stamp
        except ValueError as error:
            raise UserError(
                f"{relative(path)} is damaged ({reason(error)}); restore it or run the paper again"
            ) from error

    def waiting(self, paper: str) -> Path:
        """Return where trials that were packed for its next edition wait."""
        return self.root / "waiting" / f"{paper}.zip"

    def papers(self) -> list[str]:
        """Return the papers that the edition holds trials of."""
        return sorted(path.stem for path in self.root.glob("results/*.csv"))

    def keys(self, beginning: str = "") -> dict[str, str]:
        """Return the keys of its trials that begin so, each with the paper it is listed under."""
        found: dict[str, str] = {}
        for paper in reversed(self.papers()):
            known = (self.stamp(paper) or {}).get("keys", ())
            found |= {key: paper for key in known if key.startswith(beginning)}
        return found


def published() -> Edition:
    """Return the edition that is committed with the project."""
    return Edition(project_root() / "book")


def latest() -> Edition:
    """Return the edition of this machine's last default runs."""
    return Edition(project_root() / "_build" / "latest")


def write(
    edition: Edition,
    paper: str,
    results: list[Result],
    derived: list[tuple[str, list[str], Any, Path | None]],
    records: list[Record],
    stamp: dict[str, Any],
    with_scores: set[str],
    predicted: Iterable[Predicted] = (),
) -> None:
    """Write a paper's results; `with_scores` are the keys whose scores figures draw.

    `predicted` is what makes new contrasts possible without training again.
    """
    carried: dict[str, np.ndarray] = predicted_classes.pack(predicted)
    for result in results:
        if result.key in with_scores:
            for name in (f"test/{array}" for array in task_of(result.trial).carried):
                if name in result.arrays:
                    carried[f"{result.key}/{name}"] = result.arrays[name]
    derived_rows = []
    for number, (name, sources, value, file) in enumerate(derived):
        of_value = array_files.read(file) if file else {}
        carried |= {f"derived/{number}/{inner}": array for inner, array in of_value.items()}
        derived_rows.append({"name": name, "sources": sources, "value": value})
    content = array_files.encode(carried)
    if len(content) > MEGABYTES_ALLOWED * 1024 * 1024:
        raise UserError(
            f"the arrays of {paper} weigh {len(content) / 1024**2:.1f} MB, an edition may carry "
            f"{MEGABYTES_ALLOWED} MB; draw fewer scores or run fewer trials"
        )
    write_bytes(edition.results(paper, "npz"), content)
    write_text(edition.results(paper, "csv"), table(results))
    whole = {
        **stamp,
        "keys": sorted(result.key for result in results),
        "records": [record.to_json() for record in records],
        "derived": derived_rows,
    }
    write_text(edition.results(paper, "json"), json.dumps(whole, indent=1, sort_keys=True) + "\n")


def table(results: list[Result]) -> str:
    """Return results as CSV: a row a trial, what it is and all that was measured."""
    rows = [_flat(result) for result in sorted(results, key=lambda result: result.key)]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def _flat(result: Result) -> dict[str, Any]:
    row = row_of(result)
    trial = result.trial
    return {
        "key": result.key,
        "dataset": trial.dataset,
        **{f"imbalance.{name}": value for name, value in trial.imbalance.items()},
        "backbone": trial.backbone,
        "sampler": " then ".join(phase.sampler for phase in trial.phases),
        "iterations": sum(phase.iterations for phase in trial.phases),
        "data_seed": trial.data_seed,
        "seed": trial.seed,
        **{f"metric.{name}": repr(value) for name, value in result.metrics.items()},
        "seconds": repr(result.seconds),
        **{f"made_on.{name}": value for name, value in result.provenance.items()},
        **{name: json.dumps(row[name], sort_keys=True) for name in JSON_COLUMNS},
    }


def read_results(edition: Edition, paper: str) -> list[Result]:
    """Return the results of an edition's table; their array files are not set."""
    path = edition.results(paper, "csv")
    try:
        with open(path, newline="", encoding="utf-8") as file:
            return [_unflat(row) for row in csv.DictReader(file)]
    except DamagedRow as error:
        raise UserError(
            f"{relative(path)}: {error}; restore it (it is committed) or publish the paper again"
        ) from error
    except (OSError, KeyError, ValueError, TypeError, AttributeError, csv.Error) as error:
        raise UserError(
            f"{relative(path)} is missing or damaged ({reason(error)}); restore it (it is "
            "committed) or publish the paper again"
        ) from error


def _unflat(flat: dict[str, str]) -> Result:
    prefixed = {
        part: {k.removeprefix(f"{part}."): v for k, v in flat.items() if k.startswith(f"{part}.")}
        for part in ("metric", "made_on")
    }
    row = {name: json.loads(flat[name]) for name in JSON_COLUMNS}
    row |= {
        "key": flat["key"],
        "seconds": float(flat["seconds"]),
        "metrics": {name: float(value) for name, value in prefixed["metric"].items() if value},
        "provenance": {name: value for name, value in prefixed["made_on"].items() if value},
        "arrays": None,
        "weights": None,
    }
    return result_from_row(row)


def merge(store: Store, edition: Edition, paper: str) -> Merged:
    """Take an edition's results, derived values and records back into a store."""
    stamp = edition.stamp(paper)
    if stamp is None:
        raise UserError(
            f"no results of '{paper}' at {relative(edition.root)}; expected "
            f"{relative(edition.results(paper, 'json'))}"
        )
    # Read and checked as a whole before anything of it is taken.
    carried = array_files.read(edition.results(paper, "npz"))
    results = read_results(edition, paper)
    derived, records, lost_to_divergence = _read_stamp(edition, paper, stamp)
    lost = set(stamp.get("keys", ())) - {result.key for result in results}
    if lost:
        raise UserError(
            f"{relative(edition.results(paper, 'csv'))} is damaged: {len(lost)} of the trials that "
            "its stamp names are not in it; restore it (it is committed) or publish the paper again"
        )
    own_arrays = _by_trial(edition, paper, carried, results)
    with shared_lock(store.files_lock):
        outcome = _take_whole(store, carried, results, own_arrays, derived, records)
    diverged.take(store, lost_to_divergence)
    return outcome


def _by_trial(
    edition: Edition, paper: str, carried: Arrays, results: list[Result]
) -> dict[str, Arrays]:
    """Return the arrays that each trial brings, or refuse numbers that do not follow from them."""
    predicted = predicted_classes.unpack(carried)
    found = {}
    for result in results:
        own = _under(carried, f"{result.key}/") | predicted.get(result.key, {})
        wrong = next(soundness.problems(result, own), "")
        if wrong:
            raise UserError(
                f"{relative(edition.results(paper, 'csv'))}: trial {result.key}: {wrong}; restore "
                "it and its arrays (they are committed) or publish the paper again"
            )
        found[result.key] = own
    return found


def _take_whole(
    store: Store,
    carried: Arrays,
    results: list[Result],
    own_arrays: dict[str, Arrays],
    derived: Derived,
    records: list[Record],
) -> Merged:
    outcome = Merged()
    # Noted first: should this be killed, the files it leaves belong to trials that are known.
    store.add([Planned(result.trial) for result in results])
    for result in results:
        own = own_arrays[result.key]
        if own:
            name = array_files.write(store.arrays_folder, result.key, own)
            result = replace(result, array_file=store.arrays_folder / name)
        take(store, result, outcome)
    for number, (name, sources, value) in enumerate(derived):
        store.put_derived(name, sources, value, _under(carried, f"derived/{number}/"))
    for record in records:
        store.put_record(record)
    return outcome


def _read_stamp(
    edition: Edition, paper: str, stamp: dict[str, Any]
) -> tuple[Derived, list[Record], list[tuple[Trial, str]]]:
    """Return the derived values, the records and the trials without a result of a stamp."""
    try:
        derived = [(row["name"], list(row["sources"]), row["value"]) for row in stamp["derived"]]
        for name, sources, value in derived:
            if not isinstance(name, str) or not all(isinstance(key, str) for key in sources):
                raise TypeError(f"a derived value is named {name!r}")
            canonical(value)
        records = [Record.from_json(values) for values in stamp["records"]]
        return derived, records, diverged.from_json(stamp.get("diverged", {}))
    except (DamagedRow, KeyError, ValueError, TypeError, AttributeError) as error:
        path = edition.results(paper, "json")
        raise UserError(
            f"{relative(path)} is damaged or of another version ({reason(error)}); restore it or "
            "run the paper again"
        ) from error


def _under(arrays: Arrays, prefix: str) -> Arrays:
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}
