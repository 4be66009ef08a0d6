"""What is known of the cells of a study: their results, arrays, and what is derived of these."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from reproduce.data.records import Record
from reproduce.errors import UserError
from reproduce.evaluation.families import CLASS_NAMES, COUNTS, HISTORY, LABELS, PREDICTIONS
from reproduce.evaluation.metric import Family, Metric
from reproduce.evaluation.versions import versioned
from reproduce.methods.method import scores_after
from reproduce.study.cell import Cell, steps_after
from reproduce.study.not_measured import NotMeasured, why_not
from reproduce.tasks import task_of
from reproduce.trials import predicted as predicted_classes
from reproduce.trials.store import Result, Store

Arrays = dict[str, Any]
# Values of one computation, plain JSON, and its arrays.
Computed = tuple[dict[str, Any], dict[str, np.ndarray]]


class CellArrays:
    """Results of cells, and what measures are computed from."""

    def __init__(self, store: Store, paper: str, records: Sequence[Record] = ()):
        self.store, self.paper = store, paper
        self._class_names = {record.name: tuple(record.class_names) for record in records}

    def result(self, cell: Cell) -> Result:
        """Return the stored result of a cell's trial."""
        found = self.store.get(cell.trial.key)
        if found is None:
            of = f"{cell.method}, seed {cell.seed}"
            raise UserError(f"trial {cell.trial.key} ({of}) has not been run; run the study first")
        return found

    def scores(self, cell: Cell, part: str = "") -> tuple[np.ndarray, np.ndarray]:
        """Return what its task measures, after the method's post-hoc steps, and the truth.

        Of a classification: class scores [n, C] and labels.
        """
        result = self.result(cell)
        try:
            scores, truth = task_of(cell.trial).scores(result, part or cell.measured_on)
        except UserError as gone:
            raise NotMeasured(str(gone)) from gone
        if cell.definition.posthoc:
            scores = scores_after(cell.definition, scores, np.asarray(result.counts))
        return scores, truth

    def predicted(self, cell: Cell, part: str = "test") -> tuple[np.ndarray, np.ndarray]:
        """Return the class predicted of each image, after post-hoc steps, and the true one.

        From the scores where they are kept, else as an edition carries them.
        """
        result = self.result(cell)
        carried = predicted_classes.of(result, part, steps_after(cell))
        if carried is not None:
            return carried
        if f"{part}/logits" in result.arrays:
            scores, truth = self.scores(cell, part)
            return scores.argmax(axis=1), truth
        raise NotMeasured(
            f"the classes that trial {result.key} ({cell.method}, seed {cell.seed}) predicted of "
            f"part '{part}' are not in this store; run its study again with --force"
        )

    def derived(
        self,
        name: str,
        cells: Iterable[Cell],
        compute: Callable[[], Computed],
        of: Iterable[str] = (),
    ) -> Computed:
        """Return a value and arrays computed from the results of these cells, at most once.

        Kept under the versions of the code that its name, and those in `of`, stand for.
        """
        keys = sorted({cell.trial.key for cell in cells})
        return self.store.derived(f"{versioned(name, of)}/{'+'.join(keys)}", keys, compute)

    def _arrays(self, cell: Cell, asked: Metric, family: Family) -> Arrays:
        """Return what a family computes from, or say that the trial did not keep it."""
        known = self._known(cell)
        if family.needs == "logits":
            found, labels = self.predicted(cell)
            return {PREDICTIONS: found, LABELS: labels, **known}
        arrays = {**self._kept(cell, asked, family), **known}
        if not family.prepares:
            return arrays
        stored = f"further arrays/{family.stored}"
        return arrays | self.derived(stored, [cell], lambda: ({}, family.prepared(arrays)))[1]

    def _kept(self, cell: Cell, asked: Metric, family: Family) -> Arrays:
        """Return the arrays of a trial, or say that it did not keep what a family needs."""
        result = self.result(cell)
        if not result.holds((family.needs,)):
            raise NotMeasured(
                f"{asked.name} needs the {family.needs} of trial {result.key} ({cell.method}, seed "
                f"{cell.seed}), which were not kept or are not in this store; run the study at a "
                "scale that keeps them"
            )
        return result.arrays

    def class_names(self, cell: Cell) -> tuple[str, ...]:
        """Return the names of a cell's classes; numbers where no record has them."""
        names: tuple[str, ...] = self._known(cell)[CLASS_NAMES]
        return names

    def _known(self, cell: Cell) -> Arrays:
        """Return what is known of every trial: training images by class, classes, its history."""
        result = self.result(cell)
        numbers = tuple(str(number) for number in range(len(result.counts)))
        names = self._class_names.get(result.trial.dataset, numbers)
        return {
            COUNTS: np.asarray(result.counts),
            CLASS_NAMES: names if len(names) == len(numbers) else numbers,
            HISTORY: result.history,
        }

    def _one_of(self, values: Mapping[str, Any], asked: Metric, cell: Cell) -> Any:
        """Return a value by its name, or say why the data have none."""
        if asked.measured_as in values:
            return asked.made_of(values[asked.measured_as])
        known = self._known(cell)
        why = why_not(asked, cell, self.result(cell), known[CLASS_NAMES])
        raise NotMeasured(f"{asked.name} has no value here: {why}; ask for another measure")
