"""The metrics of a page's rows on resampled test images, so that its effects have one interval."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from reproduce.study.cell import Cell
from reproduce.study.measures import NotMeasured
from reproduce.study.study import Study
from reproduce.tasks.task import NotKept


def draws_of(study: Study) -> Callable[[Mapping[str, Any], str], np.ndarray | None]:
    """Return what finds a row's metric on resampled test images: the draws of the verdicts.

    None where they are neither kept nor computable: an edition carries those that it was made
    with, not the scores they come from.
    """
    cells: dict[tuple[str, str], Cell] = {}
    for cell in [*study.cells, *study.references]:
        cells.setdefault((cell.trial.key, cell.method), cell)

    def found(row: Mapping[str, Any], metric: str) -> np.ndarray | None:
        cell = cells.get((row.get("key", ""), row["method"]))
        if cell is None:
            return None
        try:
            return study.measures.resampled(cell, metric)
        except (NotMeasured, NotKept):
            return None

    return found
