"""Tables of any paper's page: levels of each method at each point, and effects over one of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reproduce.evaluation.metric import FRACTION
from reproduce.evaluation.registry import metric as metric_of
from reproduce.figures.by_seed import Draws, effect_between, effect_ends
from reproduce.figures.inputs import grouped, is_number
from reproduce.figures.picture import NothingToShow
from reproduce.figures.table import Table
from reproduce.figures.wording import (
    mean_and_sd,
    mean_and_spread,
    method_label,
    metric_digits,
    metric_label,
    plain,
    points,
)
from reproduce.pages.rows import Row


def levels(
    rows: Iterable[Row], factors: Mapping[str, str], metrics: Sequence[str], *, caption: str,
    provenance: str, what: str = "Method",
) -> Table:  # fmt: skip
    """Return one row for each method at each value of the factors, as mean ± sd over seeds.

    `factors` are columns of the rows, with their heads; `what` is the head of the methods.
    """
    groups = grouped(list(rows), (*factors, "method"))
    if not groups:
        raise NothingToShow("none of these networks was run")
    finished = []
    for (*point, method), members in groups.items():
        cells = [*map(_level, point), method_label(method), str(len(members))]
        for metric in metrics:
            values = [float(row[metric]) for row in members if is_number(row[metric])]
            cells.append(_spread(values, metric))
        finished.append(cells)
    columns = [*factors.values(), what, "n", *map(metric_label, metrics)]
    return Table(caption, columns, finished, provenance, numeric_from=len(factors) + 1)


def effects(
    groups: Mapping[str, Sequence[Row]], metrics: Sequence[str], *, head: str, caption: str,
    provenance: str, reference: str, draws: Draws | None = None, what: str = "Method",
) -> Table:  # fmt: skip
    """Return, for each group of rows, what each method gains over the reference, with intervals."""
    finished = []
    for name, rows in groups.items():
        others = [row for row in rows if row["method"] == reference]
        for method in dict.fromkeys(row["method"] for row in rows):
            ones = [row for row in rows if row["method"] == method]
            if method == reference:
                continue
            cells = [_effect(ones, others, metric, draws) for metric in metrics]
            if all(cells):
                repeats = len({row["seed"] for row in ones} & {row["seed"] for row in others})
                finished.append([name, method_label(method), str(repeats), *cells])
    if not finished:
        raise NothingToShow(f"nothing stands beside {method_label(reference)} here")
    columns = [head, what, "n", *(f"{metric_label(metric)}, points" for metric in metrics)]
    return Table(caption, columns, finished, provenance, numeric_from=2)


def _effect(ones, others, metric: str, draws: Draws | None) -> str:
    known = [row for row in (*ones, *others) if not is_number(row[metric])]
    found = None if known else effect_between(ones, others, metric, draws)
    return f"{points(found.mean)}{effect_ends(found, 1)}" if found else ""


def _spread(values: list[float], name: str) -> str:
    """Return a metric's mean and spread in its unit: percent, or the number itself."""
    if metric_of(name).unit == FRACTION or not values:
        return mean_and_spread(values, metric_digits(name))
    mean, sd = mean_and_sd(values)
    return f"{mean:.3f}" if sd is None else f"{mean:.3f} ± {sd:.3f}"


def _level(value: Any) -> str:
    return plain(value) if is_number(value) else str(value).replace("_", " ")
