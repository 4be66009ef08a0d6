"""Checks of what the drawing functions are given; each mistake is said in one line."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from reproduce.errors import UserError, unknown_name
from reproduce.figures.picture import NothingToShow
from reproduce.registry.records import factor_words

Observation = Mapping[str, Any]


def not_empty(what: str, things: Any) -> None:
    """Refuse an empty collection."""
    if len(things) == 0:
        raise NothingToShow(f"there are no {what} in this run")


def text_given(what: str, text: str) -> str:
    """Return a text without its outer spaces, refuse one that says nothing."""
    if not isinstance(text, str) or not text.strip():
        raise UserError(f"{what} is empty, expected a sentence; write what the reader needs")
    return text.strip()


def square(name: str, matrix: Any, class_names: Sequence[str]) -> np.ndarray:
    """Return a confusion matrix [C, C] as floats, rows the true classes."""
    try:
        array = np.asarray(matrix, dtype=np.float64)
    except (TypeError, ValueError):
        raise UserError(f"the confusion matrix of '{name}' is ragged or holds text") from None
    classes = len(class_names)
    if array.shape != (classes, classes):
        raise UserError(
            f"the confusion matrix of '{name}' has shape {array.shape}, "
            f"expected ({classes}, {classes}) for {classes} class names"
        )
    if not np.isfinite(array).all() or (array < 0).any():
        raise UserError(
            f"the confusion matrix of '{name}' holds negative or non-finite counts; "
            "expected numbers of images"
        )
    return array


def class_labels(labels: Any, rows: int, class_names: Sequence[str]) -> np.ndarray:
    """Return labels [n] as integers within the class names."""
    array = np.asarray(labels)
    if array.shape != (rows,):
        raise UserError(f"labels have shape {array.shape}, expected ({rows},): one for each row")
    if array.dtype.kind not in "iu":
        raise UserError(f"labels are {array.dtype}, expected integers; pass class numbers")
    if rows and (array.min() < 0 or array.max() >= len(class_names)):
        raise UserError(
            f"labels run from {array.min()} to {array.max()}, "
            f"expected 0 to {len(class_names) - 1} for {len(class_names)} class names"
        )
    return array.astype(np.int64)


def with_columns(observations: Iterable[Observation], columns: Sequence[str]) -> list[Observation]:
    """Return the observations as a list, each of which must have the columns."""
    rows = list(observations)
    not_empty("observations", rows)
    for row in rows:
        for column in columns:
            if column not in row:
                raise unknown_name("column of the observations", column, map(str, row))
    return rows


def is_number(value: Any) -> bool:
    """Say whether a metric was measured (None and NaN mean that it was not)."""
    return (
        isinstance(value, (int, float, np.number))
        and not isinstance(value, bool)
        and math.isfinite(value)
    )


def one_per_seed(groups: Mapping[tuple, Sequence[Observation]], by: Sequence[str]) -> None:
    """Refuse groups in which a seed occurs twice: another factor would be averaged unseen."""
    for group, rows in groups.items():
        seeds = [row["seed"] for row in rows]
        if len(set(seeds)) == len(seeds):
            continue
        hidden = [
            factor
            for factor in ("method", *factor_words())
            if factor not in by and len({str(row.get(factor)) for row in rows}) > 1
        ]
        where = ", ".join(f"{name} {value}" for name, value in zip(by, group, strict=True))
        raise UserError(
            f"seed {next(s for s in seeds if seeds.count(s) > 1)} occurs more than once at {where}"
            f"; expected one value per seed; fix or separate {' and '.join(hidden) or 'the runs'}"
        )


def grouped(rows: Iterable[Observation], by: Sequence[str]) -> dict[tuple, list[Observation]]:
    """Return the observations by the values of some columns, in the order of first sight."""
    groups: dict[tuple, list[Observation]] = {}
    for row in rows:
        groups.setdefault(tuple(row[column] for column in by), []).append(row)
    return groups
