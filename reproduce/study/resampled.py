"""The metrics of a page's rows on resampled test images, so that its effects have one interval."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from reproduce.study.cell import Cell
from reproduce.study.measures import NotMeasured
from reproduce.study.study import Study
from reproduce.tasks import task_of
from reproduce.tasks.task import NotKept


class Resampled:
    """Finds what the verdicts' intervals are made of, for the rows of a page.

    Called with a row and a metric it returns the metric on resampled test images, the draws of the
    verdicts; None where they are neither kept nor computable: an edition carries those that it
    was made with, not the scores they come from.
    """

    def __init__(self, study: Study):
        self.study = study

    @cached_property
    def _cells(self) -> dict[tuple[str, str], Cell]:
        cells: dict[tuple[str, str], Cell] = {}
        for cell in [*self.study.cells, *self.study.references]:
            cells.setdefault((cell.trial.key, cell.method), cell)
        return cells

    def _cell(self, row: Mapping[str, Any]) -> Cell | None:
        return self._cells.get((row.get("key", ""), row["method"]))

    def __call__(self, row: Mapping[str, Any], metric: str) -> np.ndarray | None:
        """Return the metric of a row on each resample of its test images."""
        cell = self._cell(row)
        if cell is None:
            return None
        try:
            return self.study.measures.resampled(cell, metric)
        except (NotMeasured, NotKept):
            return None

    def split_of(self, row: Mapping[str, Any]) -> str | None:
        """Return how a row's images were divided; None if not known.

        None as well where people are drawn, who are the same in any split.
        """
        cell = self._cell(row)
        if cell is None or task_of(cell.trial).drawn_in_any_split:
            return None
        return str(sorted(cell.trial.split.items()))

    def sizes_of(self, row: Mapping[str, Any]) -> tuple[int, int]:
        """Return how many of a row's images train and how many test."""
        cell = self._cell(row)
        if cell is None:
            raise NotMeasured("a row that is no cell of the study has no images to be counted")
        result = self.study.result(cell)
        return sum(result.counts), int(np.sum(result.confusion["test"]))


def draws_of(study: Study) -> Resampled:
    """Return what finds the draws and the splits of a study's rows."""
    return Resampled(study)
