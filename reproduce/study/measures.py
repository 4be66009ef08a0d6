"""What stored results say: metrics, confusion matrices and bootstrap draws of cells.

It knows cells and the store, not the study that planned them. What needs arrays is a derived
value: computed once from a result's arrays, kept in the store, and carried by an edition, which
does not carry the arrays.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from reproduce.errors import UserError
from reproduce.evaluation.families import CONFUSION
from reproduce.evaluation.metrics import FROM_CONFUSION, confusion
from reproduce.evaluation.registry import metric
from reproduce.evaluation.resampling import resample_counts, resampled_confusions
from reproduce.evaluation.versions import plain
from reproduce.study.cell import Cell, steps_after
from reproduce.study.cell_arrays import CellArrays, Computed
from reproduce.study.not_measured import NotMeasured, family_of
from reproduce.tasks import task_of

__all__ = ["BOOTSTRAP_DRAWS", "Measures", "NotMeasured"]

BOOTSTRAP_DRAWS = 200


class Measures(CellArrays):
    """Measures of cells, each by the name that `evaluation.registry` gives it."""

    def rows(self, cells: Iterable[Cell]) -> list[dict[str, Any]]:
        """Return one flat row per cell: method, factors, seed, key and every stored metric."""
        return [
            {
                "method": cell.method,
                **cell.factors,
                "seed": cell.seed,
                "key": cell.trial.key,
                **self.measured(cell),
            }
            for cell in cells
        ]

    def measured(self, cell: Cell) -> dict[str, float]:
        """Return the stored metrics of a cell where it is measured, after its post-hoc steps."""
        if not cell.definition.posthoc:
            task, result = task_of(cell.trial), self.result(cell)
            stored = task.measured(result, cell.measured_on)
            if outdated := task.outdated(result, cell.measured_on):
                stored |= self._measured_again(cell, outdated)
            return stored
        values = self._after_posthoc(cell)["metrics"]
        return {name: float(value) for name, value in values.items()}

    def confusion(self, cell: Cell, part: str = "test") -> np.ndarray:
        """Return a cell's confusion matrix (rows: true class) on a part of the data."""
        if not cell.definition.posthoc:
            return task_of(cell.trial).confusion(self.result(cell), part)
        if part == "test":
            try:
                return np.asarray(self._after_posthoc(cell)["confusion"])
            except NotMeasured:
                pass  # The scores are gone; what was predicted of each image may be carried.
        found, labels = self.predicted(cell, part)
        return confusion(labels, found, len(self.result(cell).counts))

    def confusions(self, cells: Iterable[Cell]) -> dict[str, np.ndarray]:
        """Return the confusion matrix of each method, summed over its cells."""
        summed: dict[str, np.ndarray] = {}
        for cell in cells:
            summed[cell.method] = summed.get(cell.method, 0) + self.confusion(cell)
        return summed

    def value(self, cell: Cell, name: str) -> float:
        """Return one metric of a cell."""
        asked = metric(name)
        family = family_of(asked, cell)
        if family.summary:
            return float(self._one_of(self.measured(cell), asked, cell))
        if family.of_history:
            return float(self._one_of(family.values(self._known(cell)), asked, cell))
        if family.of_counts:
            # From what every result holds, so that it is known also where the scores are not.
            known = {CONFUSION: self.confusion(cell), **self._known(cell)}
            return float(self._one_of(family.values(known), asked, cell))

        def compute() -> Computed:
            return family.values(self._arrays(cell, asked, family)), {}

        found = self.derived(f"further/{family.stored}", [cell], compute)
        return float(self._one_of(found[0], asked, cell))

    def resampled(self, cell: Cell, name: str, draws: int = BOOTSTRAP_DRAWS) -> np.ndarray:
        """Return a metric on bootstrap resamples of the test part, the same for every cell."""
        asked = metric(name)
        family = family_of(asked, cell)
        if family.summary:
            return np.asarray(
                asked.made_of(self._resampled_summary(cell, asked.measured_as, draws))
            )
        if family.of_history:
            return np.asarray(self._one_of(family.draws(self._known(cell), draws), asked, cell))
        stored = f"further draws/{family.stored}/{draws}"
        if family.needs == "logits":
            stored += f"/{steps_after(cell)}"

        def compute() -> Computed:
            return {}, family.draws(self._arrays(cell, asked, family), draws)

        found = self.derived(stored, [cell], compute)[1]
        return np.asarray(self._one_of(found, asked, cell))

    def of_counts(self, name: str) -> bool:
        """Say whether a metric follows from the confusion counts."""
        asked = metric(name)
        return name in FROM_CONFUSION or bool(asked.family and asked.family.of_counts)

    def from_counts(self, cell: Cell, name: str, tables: np.ndarray) -> np.ndarray | float:
        """Return a metric of confusion counts [..., C, C], as if they were this cell's."""
        asked = metric(name)
        if name in FROM_CONFUSION:
            found: np.ndarray | float = FROM_CONFUSION[name](tables)
            return found
        family = family_of(asked, cell)
        known = {CONFUSION: tables, **self._known(cell)}
        of_tables: np.ndarray | float = self._one_of(family.of_tables(known), asked, cell)
        return of_tables

    def held_out(self, cell: Cell, name: str) -> tuple[float, np.ndarray]:
        """Return a metric, and its bootstrap draws, on training images kept out of its fit."""
        family = family_of(asked := metric(name), cell)
        if not family.holds_out:
            raise NotMeasured(f"{asked.name} is not measured on held-out images of training")

        def compute() -> Computed:
            arrays = family.held_out(self._kept(cell, asked, family)) | self._known(cell)
            arrays |= family.prepared(arrays) if family.prepares else {}
            return family.values(arrays), family.draws(arrays, BOOTSTRAP_DRAWS)

        found = self.derived(f"held out/{family.stored}/{BOOTSTRAP_DRAWS}", [cell], compute)
        value, draws = (self._one_of(of, asked, cell) for of in found)
        return float(value), draws

    def _measured_again(self, cell: Cell, names: Sequence[str]) -> dict[str, float]:
        """Return stored measures that older code computed, from the scores; none without them."""

        def compute() -> Computed:
            scores, truth = self.scores(cell)
            found = task_of(cell.trial).summary(scores, truth, len(self.result(cell).counts))
            return {name: found[name] for name in names if name in found}, {}

        try:
            found, _ = self.derived(f"summary/{cell.measured_on}", [cell], compute, of=names)
        except NotMeasured:
            return {}
        return {name: float(value) for name, value in found.items()}

    def _after_posthoc(self, cell: Cell) -> dict[str, Any]:
        task = task_of(cell.trial)
        if not task.posthoc:
            raise UserError(
                f"{cell.method} corrects class probabilities, a trial of {task.name} has none; "
                "leave its post-hoc steps out"
            )

        def compute() -> Computed:
            scores, truth = self.scores(cell)
            given = scores, truth, scores.shape[1]
            # What has post-hoc steps are class probabilities, which have a table.
            table = np.asarray(task.table(*given)).tolist()
            return {"metrics": task.summary(*given), "confusion": table}, {}

        measured = {plain(name).rpartition("/")[2] for name in self.result(cell).metrics}
        name = f"posthoc/{steps_after(cell)}"
        return self.derived(name, [cell], compute, of=sorted(measured))[0]

    def _resampled_summary(self, cell: Cell, name: str, draws: int) -> np.ndarray:
        """Return a stored metric on resamples: one at a time, or all where one costs as much."""
        task = task_of(cell.trial)

        def together() -> Computed:
            scores, truth = self.scores(cell)
            return {}, task.every_resampled(scores, truth, draws) or {}

        if task.drawn_in_any_split:
            stored = f"resampled/every/{draws}/{cell.measured_on}"
            return self.derived(stored, [cell], together)[1][name]

        def compute() -> Computed:
            if name in FROM_CONFUSION and task.posthoc:
                found, truth = self.predicted(cell)
                counts, classes = resample_counts(truth, draws), len(self.result(cell).counts)
                tables = resampled_confusions(truth, found, classes, counts)
                return {}, {"values": np.asarray(FROM_CONFUSION[name](tables))}
            return {}, {"values": task.resampled(*self.scores(cell), name, draws)}

        stored = f"resampled/{name}/{draws}/{steps_after(cell)}"
        return self.derived(stored, [cell], compute)[1]["values"]
