"""Remedies for imbalance on one's own images: trained, compared with doing nothing, one chosen.

Trials, splits, methods and effects are those of the papers' studies. Every repeat has other weights
and another validation part; the test part is one for all, so that nothing is ever chosen on it.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from reproduce import models
from reproduce.data.records import Record
from reproduce.errors import UserError
from reproduce.evaluation import metrics
from reproduce.evaluation.significance import Effect
from reproduce.evaluation.verdicts import judge_contrast
from reproduce.evaluation.vocabulary import Verdict
from reproduce.methods import registry
from reproduce.own.folder import Folder
from reproduce.study.cell import Cell
from reproduce.study.contrasts import Arm
from reproduce.study.effects import effect_of
from reproduce.study.measures import Measures
from reproduce.study.tested_images import UsualImages
from reproduce.training.phases import Optimizer, Phase, Schedule
from reproduce.trials.store import Store
from reproduce.trials.trial import RECIPE, Planned, Trial, merged

NOTHING = "baseline"
# One of each kind: images shown more often, scores corrected afterwards, another loss, a classifier
# anew on balanced batches, and blending. Losses of cosines (LDAM) need longer than few images last.
REMEDIES = ("oversampling", "thresholding", "balanced_softmax", "crt", "balanced_mixup")
METRIC = "balanced_accuracy"
# A difference that nobody would change a network for, as a share of balanced accuracy.
MARGIN = 0.02
# Means of equal shares differ in their last digits.
ROUNDING = 9
BATCH = 32
# Passes through the training images, and the steps that they may come to.
PASSES, FEWEST, MOST = 40, 150, 2000
# From so many training images on, a deeper network has enough to learn from.
MANY = 5000
WORDS = {
    Verdict.HOLDS: "better",
    Verdict.HOLDS_SMALLER: "better",
    Verdict.OPPOSITE: "worse",
    Verdict.NO_DIFFERENCE: "no practical difference",
}


@dataclass(frozen=True)
class Settings:
    """How networks are trained; what is None or empty is sized to the data."""

    repeats: int = 5
    backbone: str = ""
    iterations: int = 0
    augmentation: str = "none"
    remedies: tuple[str, ...] = REMEDIES


@dataclass(frozen=True)
class Row:
    """A remedy: means over the repeats, and its effect beside doing nothing (None for nothing)."""

    method: str
    validation: float
    test: float
    worst_class: float
    effect: Effect | None

    @property
    def word(self) -> str:
        """Return what can be said of the effect."""
        if self.effect is None:
            return ""
        return WORDS.get(judge_contrast(self.effect, "greater", MARGIN), "cannot tell")


class Remedies:
    """The comparison on one folder."""

    def __init__(self, folder: Folder, settings: Settings, store: Store):
        self.folder, self.store = folder, store
        self.record: Record = folder.dataset.record()
        self.settings = sized(settings, int(folder.counts()["train"].sum()))
        self.measures = Measures(store, "own", [self.record])
        self.cells = [cell for seed in range(settings.repeats) for cell in self._of_seed(seed)]

    def _of_seed(self, seed: int) -> list[Cell]:
        names = dict.fromkeys((NOTHING, *self.settings.remedies))
        return [self._cell(name, seed) for name in names]

    def _cell(self, method: str, seed: int) -> Cell:
        settings = self.settings
        rate = Optimizer(name="sgd", learning_rate=0.05, momentum=0.9, weight_decay=0.0005)
        recipe = Phase(
            batch_size=BATCH,
            iterations=settings.iterations,
            optimizer=rate,
            schedule=Schedule(name="cosine"),
            transforms=settings.augmentation,
        )
        definition = registry.build(method, recipe)
        trial = Trial(
            dataset=self.record.name,
            fingerprint=self.record.fingerprint,
            backbone=settings.backbone,
            phases=definition.phases,
            transforms={"size": self.folder.size, "divisor": 255},
            data_seed=seed,
            seed=seed,
            split=self.folder.split(seed),
            imbalance={"kind": "none"},
            evaluate_on=("val", "test"),
            recipe=RECIPE,
        )
        return Cell(method, definition, {"dataset": self.record.name}, seed, trial, "own")

    def planned(self) -> list[Planned]:
        """Return the trials, each once; methods that differ by a post-hoc step share theirs."""
        point = f"own images, {self.folder.path.name}"
        return merged(
            [
                Planned(
                    c.trial, ({"method": c.method, "experiment": "own", "point": point},), c.keep
                )
                for c in self.cells
            ]
        )

    # -- what was found -------------------------------------------------------------------------

    @cached_property
    def rows(self) -> list[Row]:
        """Return nothing done, then the remedies in the order asked for."""
        methods = dict.fromkeys(cell.method for cell in self.cells)
        return [self._row(method) for method in methods]

    def _row(self, method: str) -> Row:
        cells = self._cells(method)
        return Row(
            method,
            float(np.mean([self.validated(cell) for cell in cells])),
            float(np.mean([self.measures.value(cell, METRIC) for cell in cells])),
            float(np.mean([self.measures.value(cell, "worst_class_recall") for cell in cells])),
            None if method == NOTHING else self.effect(method),
        )

    def effect(self, method: str) -> Effect:
        """Return how much better a remedy does on the test part than doing nothing."""
        arms = [
            Arm(weight, weight, (), cell)
            for name, weight in ((method, 1.0), (NOTHING, -1.0))
            for cell in self._cells(name)
        ]
        seeds = range(self.settings.repeats)
        return effect_of(arms, UsualImages(self.measures, METRIC), seeds)

    def validated(self, cell: Cell) -> float:
        """Return the metric on the validation part, after the method's post-hoc steps."""
        scores, truth = self.measures.scores(cell, "val")
        return metrics.summary(scores, truth, scores.shape[1])[METRIC]

    @cached_property
    def chosen(self) -> Cell:
        """Return the network to keep: of the remedy that validates best, the one that does.

        The test part has no say. What is equal, but for rounding, goes to the plainer, the first in
        the order.
        """
        best = max(self.rows, key=lambda row: round(row.validation, ROUNDING)).method
        return max(self._cells(best), key=lambda cell: round(self.validated(cell), ROUNDING))

    def tested(self, cell: Cell) -> np.ndarray:
        """Return the confusion matrix of a network on the test part (rows: the truth)."""
        return self.measures.confusion(cell)

    def _cells(self, method: str) -> list[Cell]:
        return [cell for cell in self.cells if cell.method == method]


def sized(settings: Settings, images: int) -> Settings:
    """Return the settings with what was left open sized to so many training images."""
    if settings.repeats < 2:
        raise UserError(
            f"--repeats is {settings.repeats}, expected 2 or more: one alone has no spread, and so "
            "no interval"
        )
    backbone = settings.backbone or ("small_cnn" if images < MANY else "resnet8")
    if models.find(backbone).task != "classification":
        raise UserError(f"{backbone} is no network for classification; `reproduce models list`")
    passes = int(np.ceil(PASSES * images / BATCH))
    iterations = settings.iterations or int(np.clip(passes, FEWEST, MOST))
    return replace(settings, backbone=backbone, iterations=iterations)
