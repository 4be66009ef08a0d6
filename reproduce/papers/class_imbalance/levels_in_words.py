"""Levels of one metric over rows, and how sentences say them."""

from collections.abc import Iterable
from typing import Any

import numpy as np

Row = dict[str, Any]


def mean_of(rows: Iterable[Row], metric: str, **wanted: Any) -> float:
    """Return the mean over the rows that match; NaN where there are none."""
    values = [row[metric] for row in rows if all(row.get(k) == v for k, v in wanted.items())]
    return float(np.mean(values)) if values else float("nan")


def in_percent(value: float, digits: int = 2) -> str:
    """Return a fraction in percent, with the sign."""
    return f"{100 * value:.{digits}f} %"


def than(difference: float, digits: int = 2) -> str:
    """Return "0.31 points higher" or "0.02 points lower"."""
    way = "higher" if difference >= 0 else "lower"
    return f"{abs(100 * difference):.{digits}f} points {way}"


def has(rows: Iterable[Row], *methods: str) -> bool:
    """Say whether the rows have all of these methods."""
    return set(methods) <= {row["method"] for row in rows}
