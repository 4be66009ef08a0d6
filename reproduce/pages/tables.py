"""The tables of the book: published beside reproduced, and means over seeds."""

from collections.abc import Iterable, Sequence
from typing import Any

from reproduce.figures.inputs import (
    Observation,
    grouped,
    is_number,
    not_empty,
    one_per_seed,
    with_columns,
)
from reproduce.figures.table import Table
from reproduce.figures.wording import (
    in_words,
    mean_and_spread,
    method_label,
    metric_digits,
    metric_label,
    plain,
)
from reproduce.registry import datasets

# Of a table that sets methods, or what a paper prints and ours, beside each other.
COMPARISON = "comparison"
NOT_RUN = "not run at this scale"
FACTORS = ("dataset", "imbalance", "rho", "mu")


def summary_table(
    observations: Iterable[Observation],
    metrics: Sequence[str],
    *,
    provenance: str,
    caption: str = "Mean ± standard deviation over seeds, in percent",
) -> Table:
    """Return one row per method and point, one column per metric, as mean ± sd with n.

    Factors that vary get a column; those that do not are said once, in the note.
    """
    not_empty("metrics", metrics)
    rows = with_columns(observations, ("method", "seed", *metrics))
    present = [factor for factor in FACTORS if all(factor in row for row in rows)]
    varying = [factor for factor in present if len({str(row[factor]) for row in rows}) > 1]
    by = ("method", *varying)
    groups = grouped(rows, by)
    one_per_seed(groups, by)
    finished = []
    for (name, *point), members in groups.items():
        told = (_said(factor, value) for factor, value in zip(varying, point, strict=True))
        cells = [method_label(name), *told, str(len(members))]
        for metric in metrics:
            values = [float(row[metric]) for row in members if is_number(row[metric])]
            short = f" (n = {len(values)})" if 0 < len(values) < len(members) else ""
            cells.append(mean_and_spread(values, metric_digits(metric)) + short)
        finished.append(cells)
    fixed = [
        f"{in_words(f).lower()} {_said(f, rows[0][f])}" if f != "dataset" else _said(f, rows[0][f])
        for f in present if f not in varying
    ]  # fmt: skip
    columns = [
        "Method",
        *(in_words(factor) for factor in varying),
        "n",
        *map(metric_label, metrics),
    ]
    note = f"All at {', '.join(fixed)}." if fixed else ""
    if fixed == [_said("dataset", rows[0].get("dataset", ""))]:
        note = f"All on {fixed[0]}."
    return Table(caption, columns, finished, provenance, numeric_from=1, note=note, kind=COMPARISON)


def _said(factor: str, value: Any) -> str:
    """Return a factor's value as a reader sees it: data sets by their names in words."""
    return datasets.in_words(str(value)) if factor == "dataset" else plain(value)
