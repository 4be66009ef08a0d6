"""On which images a contrast is measured: the test part, its large version, or held-out ones.

Some data come with a large test part beside the one of the paper's size: generated ones with
equally many images of each class, real ones with all images that were held out. There a contrast is
measured, since nothing but time speaks for few images. Classes are weighted to the shares of the
paper-sized part, so that accuracy, precision and F1 are of the same mixture as registered; recalls
do not depend on it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from reproduce.data.splits import HELD_OUT
from reproduce.evaluation.metric import Metric
from reproduce.evaluation.registry import metric
from reproduce.evaluation.resampling import by_name, resample_counts, resampled_confusions
from reproduce.evaluation.significance import BOOTSTRAP_DRAWS
from reproduce.randomness import generator
from reproduce.study.cell import Cell
from reproduce.study.cell_arrays import Computed
from reproduce.study.contrasts import Comparison
from reproduce.study.measures import Measures, NotMeasured
from reproduce.tasks import task_of

LARGE = "balanced"
# All images that were held out, of real data; the paper-sized part is a draw of them.
ALL = "large"


class TestedImages(Protocol):
    """What a contrast reads off a cell; `said` tells where that is, if not on the test part."""

    said: str

    def value(self, cell: Cell) -> float:
        """Return the metric."""

    def draws(self, cell: Cell) -> np.ndarray:
        """Return the metric on resamples of the images, the same ones for every cell."""


def images_for(comparison: Comparison, held_out: bool = False) -> TestedImages:
    """Return the part that a comparison is measured on."""
    measures, asked = comparison.study.measures, comparison.asked
    if held_out:
        return HeldOutImages(measures, asked)
    cells = [arm.cell for arm in comparison.arms]
    roles = {comparison.study.role_of(cell.factors["dataset"]) for cell in cells}
    everywhere = all(LARGE in cell.trial.evaluate_on for cell in cells)
    able = measures.of_counts(asked) and not any(cell.definition.posthoc for cell in cells)
    if roles == {"generated"} and everywhere and able:
        return LargeTestSet(measures, asked, cells)
    if comparison.mixture == "training":
        if not able:
            raise NotMeasured(
                f"{asked} is not taken from confusion counts, which alone can be weighted to the "
                "class shares of the training images"
            )
        return TrainingShares(measures, asked, cells)
    if able and all(ALL in cell.trial.evaluate_on for cell in cells):
        return LargeTestSet(measures, asked, cells, ALL)
    return UsualImages(measures, asked)


class UsualImages:
    """The test part of the paper's size."""

    said = ""

    def __init__(self, measures: Measures, asked: str):
        self.measures, self.asked = measures, asked

    def value(self, cell: Cell) -> float:
        """Return the metric on the test part."""
        return self.measures.value(cell, self.asked)

    def draws(self, cell: Cell) -> np.ndarray:
        """Return the metric on bootstrap resamples of it."""
        return self.measures.resampled(cell, self.asked)


class LargeTestSet:
    """The large test part, its classes weighted as in the one of paper's size.

    Where the predicted classes are kept, images are resampled for all arms together. Of older
    trials only the confusion counts are known: then every class is drawn anew from its row, apart
    for each method and once for all its repeats, as if these erred on the same images and two
    methods never did. That is an upper bound of what the images add.
    """

    # Which part it is unless told, and under which name draws are kept.
    part, stored = LARGE, "large draws"

    def __init__(self, measures: Measures, asked: str, cells: Sequence[Cell], part: str = LARGE):
        self.measures, self.asked, self.part = measures, asked, part
        self._of_arm: dict[tuple[object, ...], dict[str, Cell]] = {}
        for cell in cells:
            self._of_arm.setdefault(_arm(cell), {})[cell.trial.key] = cell
        large, small = (int(self._table(cells[0], one).sum()) for one in (part, "test"))
        self.said = f"{large:,} test images in the class shares of the {small}"

    def value(self, cell: Cell) -> float:
        """Return the metric of the weighted confusion counts."""
        return float(self._measured(cell, self._table(cell, self.part)))

    def draws(self, cell: Cell) -> np.ndarray:
        """Return the metric on resampled images, or on counts drawn anew."""

        def compute() -> Computed:
            predicted, labels = self.measures.predicted(cell, self.part)
            counts = resample_counts(self._strata(cell, labels), BOOTSTRAP_DRAWS)
            classes = len(self._table(cell, self.part))
            tables = resampled_confusions(labels, predicted, classes, counts)
            return {}, {"values": np.asarray(self._measured(cell, tables))}

        name = f"{self.stored}/{self.asked}/{BOOTSTRAP_DRAWS}"
        try:
            return self.measures.derived(name, [cell], compute)[1]["values"]
        except NotMeasured:
            return self._drawn_anew(cell)

    def _strata(self, cell: Cell, labels: np.ndarray) -> np.ndarray:
        """Return by what images are drawn: of real ones a class may be numbered by the seed."""
        return labels if self.part == LARGE else by_name(labels, self.measures.class_names(cell))

    def _drawn_anew(self, cell: Cell) -> np.ndarray:
        arm = self._of_arm[_arm(cell)]
        summed = np.sum([self._table(one, self.part) for one in arm.values()], axis=0)
        random = generator(0, f"counts of {'+'.join(sorted(arm))}")
        rows = [
            random.multinomial(
                round(row.sum() / len(arm)), row / max(row.sum(), 1), BOOTSTRAP_DRAWS
            )
            for row in summed
        ]
        return np.asarray(self._measured(cell, np.stack(rows, axis=1)))

    def _table(self, cell: Cell, part: str) -> np.ndarray:
        return self.measures.confusion(cell, part)

    def _shares(self, cell: Cell) -> np.ndarray:
        """Return how many images of each class the mixture has."""
        return np.asarray(self._table(cell, "test").sum(axis=1))

    def _measured(self, cell: Cell, tables: np.ndarray) -> Any:
        of_class = self._shares(cell)
        there = tables.sum(axis=-1, keepdims=True)
        shares = np.divide(tables, there, out=np.zeros(tables.shape), where=there > 0)
        return self.measures.from_counts(cell, self.asked, shares * of_class[:, None])


class TrainingShares(LargeTestSet):
    """The test part, its classes weighted as among the training images.

    As in a test part that is as imbalanced as training, but with every test image there is: of a
    class that is 5 % of so few images, a draw would leave a handful.
    """

    stored = "draws in training shares"

    def __init__(self, measures: Measures, asked: str, cells: Sequence[Cell]):
        super().__init__(measures, asked, cells, "test")
        tested = int(self._table(cells[0], "test").sum())
        self.said = f"{tested:,} test images in the class shares of the training images"

    def _shares(self, cell: Cell) -> np.ndarray:
        counts, tested = np.asarray(self.measures.result(cell).counts), self._table(cell, "test")
        return np.asarray(counts / counts.sum() * tested.sum())


class HeldOutImages:
    """Images that nothing was fitted on and no verdict uses: of training, or of a part beside."""

    said = "on held-out images of training"

    def __init__(self, measures: Measures, asked: str):
        self.measures, self.asked = measures, asked

    def value(self, cell: Cell) -> float:
        """Return the metric on them."""
        if self._by_the_task(cell):
            return self.measures.value(self._there(cell), self.asked)
        if self.measures.of_counts(self.asked):
            table = self.measures.confusion(cell, self._part(cell))
            return float(self.measures.from_counts(cell, self.asked, table))
        if self._stored:
            found = task_of(cell.trial).measured(self.measures.result(cell), self._part(cell))
            return float(self._stored.made_of(found[self._stored.measured_as]))
        return self.measures.held_out(cell, self.asked)[0]

    def draws(self, cell: Cell) -> np.ndarray:
        """Return the metric on bootstrap resamples of them."""
        if self._by_the_task(cell):
            return self.measures.resampled(self._there(cell), self.asked)
        if self._stored:
            return self._of_scores(cell, self._stored)
        if not self.measures.of_counts(self.asked):
            return self.measures.held_out(cell, self.asked)[1]
        part = self._part(cell)
        predicted, labels = self.measures.predicted(cell, part)
        counts = resample_counts(by_name(labels, self.measures.class_names(cell)), BOOTSTRAP_DRAWS)
        classes = len(self.measures.confusion(cell, part))
        tables = resampled_confusions(labels, predicted, classes, counts)
        return np.asarray(self.measures.from_counts(cell, self.asked, tables))

    def _by_the_task(self, cell: Cell) -> bool:
        """Say whether the task itself measures it of every part, and keeps no confusion counts."""
        family = metric(self.asked).family
        return family is not None and family.summary and task_of(cell.trial).drawn_in_any_split

    def _there(self, cell: Cell) -> Cell:
        part = next((part for part in HELD_OUT if part in cell.trial.evaluate_on), None)
        if part is None:
            raise NotMeasured(
                f"{metric(self.asked).label} on held-out images: trial {cell.trial.key} "
                f"({cell.method}, seed {cell.seed}) has none"
            )
        return replace(cell, measured_on=part)

    @property
    def _stored(self) -> Metric | None:
        """Return the metric if every result stores it, by part, and scores alone can give it."""
        found = metric(self.asked)
        summary = found.family and found.family.summary
        return found if summary and not self.measures.of_counts(self.asked) else None

    def _of_scores(self, cell: Cell, asked: Metric) -> np.ndarray:
        part = self._part(cell)

        def compute() -> Computed:
            scores, truth = self.measures.scores(cell, part)
            made = task_of(cell.trial).resampled(scores, truth, asked.measured_as, BOOTSTRAP_DRAWS)
            return {}, {"values": made}

        name = f"held out/{asked.measured_as}/{part}/{BOOTSTRAP_DRAWS}"
        return np.asarray(asked.made_of(self.measures.derived(name, [cell], compute)[1]["values"]))

    def _part(self, cell: Cell) -> str:
        kept = self.measures.result(cell).confusion
        part = next((part for part in HELD_OUT if part in kept), None)
        if part is None:
            raise NotMeasured(
                f"{metric(self.asked).label} on held-out images: trial {cell.trial.key} "
                f"({cell.method}, seed {cell.seed}) was evaluated on {', '.join(kept)} only"
            )
        return part


def _arm(cell: Cell) -> tuple[object, ...]:
    return (cell.method, *sorted((name, str(value)) for name, value in cell.factors.items()))
