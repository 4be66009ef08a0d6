"""What the comparison measured: of each data set and method that is there, and of nothing else.

A method is *filled in* on a data set where every repeat of it, and of the baseline, is in the
store. All that the page says or draws comes from here, so that what is not in the store is nowhere.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import numpy as np

from reproduce.evaluation.calibration import (
    expected_calibration_error,
    resampled_calibration_error,
)
from reproduce.evaluation.resampling import resample_counts
from reproduce.evaluation.several import guard_of
from reproduce.evaluation.significance import Effect, cautious_quantile
from reproduce.evaluation.vocabulary import Control
from reproduce.figures.picture import NothingToShow
from reproduce.papers.comparison.choosing import METRIC
from reproduce.papers.comparison.parameters import BASELINE
from reproduce.registry import controls as registered_controls
from reproduce.study import controls, steps
from reproduce.study.cell import Cell, steps_after
from reproduce.study.contrasts import Arm
from reproduce.study.effects import effect_of
from reproduce.study.measures import BOOTSTRAP_DRAWS, Measures, NotMeasured
from reproduce.study.study import Study
from reproduce.study.tested_images import HeldOutImages, TestedImages, UsualImages

CALIBRATION = "calibration_error"
# Macro F1 again, on the validation images of the compared repeats, which nothing was chosen on.
AS_TRAINED = "as_trained"
# What is measured of every method, with the words of tables; of the last, lower is better.
MEASURES: Mapping[str, str] = {
    METRIC: "macro F1",
    "accuracy": "accuracy",
    "gmean_recall": "G-mean",
    "worst_class_recall": "worst class",
    "auc": "macro AUC",
    CALIBRATION: "calibration error",
    AS_TRAINED: "macro F1, classes as in training",
}
LOWER = (CALIBRATION,)
# A difference that nobody would change a training for.
MARGIN = 0.01
HELPED, HURT, ALIKE, OPEN = "helped", "hurt", "no practical difference", "cannot tell"
FEWEST_REPEATS = 5


@dataclass(frozen=True)
class Gain:
    """What a method gains over the baseline on one data set in one measure; up is better.

    `low` and `high` are the ends of an interval that holds for all methods of the data set
    together: it is divided by their number, and as wide as few repeats ask for.
    """

    effect: Effect
    low: float
    high: float

    @property
    def word(self) -> str:
        """Return what can be said of it."""
        if self.effect.repeats < FEWEST_REPEATS:
            return OPEN
        if max(-self.low, self.high) < MARGIN:
            return ALIKE
        if self.low > 0:
            return HELPED
        return HURT if self.high < 0 else OPEN


@dataclass(frozen=True)
class Filled:
    """One method on one data set: its cells, one a repeat, and what they came to."""

    dataset: str
    method: str
    cells: Sequence[Cell]
    values: Mapping[str, float]
    worst: Mapping[str, int] = field(default_factory=dict)


class Gains:
    """The results of a study's grid, as far as they are here."""

    def __init__(self, study: Study):
        self.study, self.measures = study, study.measures
        self.seeds = list(dict.fromkeys(cell.seed for cell in study.select()))
        self._parts: dict[str, TestedImages] = {name: self._part(name) for name in MEASURES}

    def _part(self, name: str) -> TestedImages:
        if name == CALIBRATION:
            return CalibrationPart(self.measures)
        if name == AS_TRAINED:
            return HeldOutImages(self.measures, METRIC)
        return UsualImages(self.measures, name)

    @cached_property
    def filled(self) -> dict[tuple[str, str], list[Cell]]:
        """Return the cells of each data set and method that is filled in, in the study's order."""
        wanted, found = set(self.seeds), defaultdict(list)
        for cell in self.study.select():
            if not cell.waiting and self.measures.store.get(cell.trial.key) is not None:
                found[cell.factors["dataset"], cell.method].append(cell)
        whole = {k: v for k, v in found.items() if {cell.seed for cell in v} == wanted}
        return {place: cells for place, cells in whole.items() if (place[0], BASELINE) in whole}

    @property
    def asked(self) -> Any:
        """Return the parameters of the whole run, done or not."""
        return self.study.whole.parameters

    @property
    def datasets(self) -> list[str]:
        """Return the data sets on which anything is filled in."""
        return list(dict.fromkeys(dataset for dataset, _ in self.filled))

    def methods(self, dataset: str | None = None) -> list[str]:
        """Return the methods that are filled in, on a data set or on any; the baseline first."""
        here = [m for d, m in self.filled if dataset in (None, d)]
        return sorted(dict.fromkeys(here), key=lambda name: name != BASELINE)

    def others(self, dataset: str | None = None) -> list[str]:
        """Return the same without the baseline."""
        return [name for name in self.methods(dataset) if name != BASELINE]

    def value(self, dataset: str, method: str, measure: str) -> float | None:
        """Return the mean over repeats; None where what it needs was not kept."""
        try:
            part = self._parts[measure]
            return float(np.mean([part.value(cell) for cell in self.filled[dataset, method]]))
        except NotMeasured:
            return None

    @cache  # noqa: B019 - of one study, which lives as long as its page.
    def gain(self, dataset: str, method: str, measure: str = METRIC) -> Gain | None:
        """Return what a method gains over the baseline; None where it was not measured."""
        up = -1.0 if measure in LOWER else 1.0
        arms = [
            Arm(sign * up, sign * up, (), cell)
            for name, sign in ((method, 1.0), (BASELINE, -1.0))
            for cell in self.filled[dataset, name]
        ]
        try:
            found = effect_of(arms, self._parts[measure], self.seeds)
        except NotMeasured:
            return None
        return widened(found, len(self.others(dataset)))

    def controls(self, dataset: str) -> list[Control]:
        """Return the registered positive controls of a data set, judged."""
        wanted = [one for one in registered_controls.load(self.study.paper) if dataset in one.data]
        return [controls.run(self.study, one, [dataset]) for one in wanted]

    @cached_property
    def ranked(self) -> list[str]:
        """Return the data sets that may be ranked on and spoken of: all their controls passed."""
        return [name for name in self.datasets if all(c.passed for c in self.controls(name))]

    def worst_class(self, dataset: str, method: str) -> str:
        """Return the class recognised worst over the repeats, with its number of test images."""
        table = sum(self.measures.confusion(cell) for cell in self.filled[dataset, method])
        recall = np.diagonal(table) / np.maximum(np.sum(table, axis=1), 1)
        place, repeats = int(np.argmin(recall)), len(self.filled[dataset, method])
        images = int(np.sum(table, axis=1)[place]) // repeats
        return f"{self.measures.class_names(self.filled[dataset, method][0])[place]}, n = {images}"

    def seconds(self, dataset: str, method: str) -> float:
        """Return the core-seconds that a training took, the median over repeats."""
        return float(np.median(self.seconds_of(dataset, method)))

    def seconds_of(self, dataset: str, method: str) -> list[float]:
        """Return the seconds of each repeat, which also depend on what else the machine did."""
        return [self.measures.result(cell).seconds for cell in self._of(dataset, method)]

    def passes(self, dataset: str, method: str) -> set[int]:
        """Return the image passes that the stored trials made, counted in what they did."""
        found = [self.measures.result(cell) for cell in self._of(dataset, method)]
        return {steps.network_passes(result) for result in found}

    def steps(self, dataset: str, method: str) -> set[tuple[int, ...]]:
        """Return the steps of each phase that the stored trials took."""
        return {steps.taken(self.measures.result(cell)) for cell in self._of(dataset, method)}

    def counts(self, dataset: str) -> np.ndarray:
        """Return the training images of each class of the baseline's repeats [repeats, classes]."""
        cells = self._of(dataset, BASELINE)
        return np.array([self.measures.result(cell).counts for cell in cells])

    def tested(self, dataset: str) -> np.ndarray:
        """Return the test images of each class."""
        return np.sum(self.measures.confusion(self._of(dataset, BASELINE)[0]), axis=1)

    def networks(self) -> int:
        """Return how many networks were tested; a correction of scores has none of its own."""
        return len({cell.trial.key for cells in self.filled.values() for cell in cells})

    def _of(self, dataset: str, method: str) -> list[Cell]:
        return self.filled[dataset, method]


def widened(found: Effect, comparisons: int) -> Gain:
    """Return a gain whose interval holds for so many comparisons together."""
    level = 1 - (1 - found.level) / max(comparisons, 1)
    multiple = max(
        cautious_quantile(found, level),
        float(guard_of(found)),
    )
    half = multiple * found.standard_error
    return Gain(found, found.mean - half, found.mean + half)


class CalibrationPart:
    """The expected calibration error on the test part, of scores that sum to one."""

    said = ""

    def __init__(self, measures: Measures):
        self.measures = measures

    def value(self, cell: Cell) -> float:
        """Return the error in 15 bins of equal width."""
        return float(self._derived(cell)[0]["error"])

    def draws(self, cell: Cell) -> np.ndarray:
        """Return it on bootstrap resamples of the test images, the same for every cell."""
        return self._derived(cell)[1]["draws"]

    def _derived(self, cell: Cell):
        def compute():
            scores, truth = self.measures.scores(cell, "test")
            shares = scores / scores.sum(axis=1, keepdims=True)
            counts = resample_counts(truth, BOOTSTRAP_DRAWS)
            draws = resampled_calibration_error(shares, truth, counts)
            return {"error": expected_calibration_error(shares, truth)}, {"draws": draws}

        name = f"calibration error/{BOOTSTRAP_DRAWS}/{steps_after(cell)}"
        return self.measures.derived(name, [cell], compute)


@cache
def gains_of(study: Study) -> Gains:
    """Return the results of a study, or say that there are none."""
    found = Gains(study)
    if not found.filled:
        raise NothingToShow("the baseline is not trained on any data set")
    return found
