"""Rows of a study's experiments, with measures beyond those that every result stores."""

from collections.abc import Iterable, Sequence
from typing import Any

from reproduce.figures.inputs import Observation
from reproduce.study.cell import Cell
from reproduce.study.measures import NotMeasured
from reproduce.study.study import Study

Row = dict[str, Any]


def rows_of(study: Study, experiment: str, metrics: Sequence[str] = (), **wanted: Any) -> list[Row]:
    """Return an experiment's rows; [] if it was not run.

    `metrics` are measures beyond those that every result stores. One that has no value on a row's
    data (the F1 of rarer classes where no class is rare), or whose arrays were not kept, is None.
    """
    cells = study.of_experiment(experiment, **wanted)
    found = study.rows(cells)
    for row, cell in zip(found, cells, strict=True):
        row |= {name: _known(study, cell, name) for name in metrics}
    return found


def _known(study: Study, cell: Cell, metric: str) -> float | None:
    try:
        return study.measures.value(cell, metric)
    except NotMeasured:
        return None


def rows_at(rows: Iterable[Observation], **wanted: Any) -> list[Observation]:
    """Return the rows at these values."""
    return [row for row in rows if all(row.get(k) == v for k, v in wanted.items())]
