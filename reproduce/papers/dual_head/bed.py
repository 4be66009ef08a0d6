"""One cell of the study: which images it stands on, and the trial that measures it.

ACNE04 may not be passed on. Its counts are kept where images are at hand that can stand for its
grades: four kinds of skin lesion (`skin_grades`), which take turns by the seed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reproduce import models
from reproduce.data import names
from reproduce.data.records import Record
from reproduce.data.sources import skin_grades
from reproduce.methods.method import Method
from reproduce.models import initialisations
from reproduce.models.weights import IMAGENET_MEAN, IMAGENET_STD
from reproduce.papers.dual_head.methods import method
from reproduce.study.cell import Cell
from reproduce.trials.trial import RECIPE, Trial

ROTATING = "skin_grades"
# The second set, of ordered grades: its 1,600 images, divided anew for every seed.
ANEW = "retinamnist?split=all"
# What a trial is evaluated on beside the test part, where the data have it: a part for positive
# controls, and larger test parts of real and of generated data.
BESIDE = ("val", "large", "balanced")
# Experiments whose encoders are looked at; and those on whose data a control is registered.
LOOKED_AT, CONTROLLED = ("grid", "second"), ("length", "initialisation", "binary")


@dataclass(frozen=True)
class Bed:
    """A data set as the study names it, and the one that a trial of each seed stands on."""

    record: Record
    others: Mapping[str, Record] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the name that the page has for it."""
        return self.record.name

    def at(self, seed: int) -> Record:
        """Return the record of what a trial of this seed stands on."""
        return self.others[rotated(seed)] if self.name == ROTATING else self.record

    @property
    def imbalance(self) -> dict[str, Any]:
        """Return how many training images of each class are drawn: ACNE04's, or what there is."""
        if names.parse(self.name).plain != ROTATING:
            return {"kind": "none"}
        return {"kind": "counts", "counts": list(skin_grades.TRAINED)}


def rotated(seed: int) -> str:
    """Return the name of the four kinds in their places at a seed."""
    return f"{ROTATING}?grades={skin_grades.rotation(seed)}"


def rotations(dataset: str) -> list[str]:
    """Return the data sets that trials stand on where kinds take turns; else none."""
    every = [f"{ROTATING}?grades={grades}" for grades in skin_grades.ROTATIONS]
    return every if dataset == ROTATING else []


def cell(
    parameters, bed: Bed, name: str, seed: int, experiment: str, factors=None, varied=(),
    imbalance=None, choices=None,
) -> Cell:  # fmt: skip
    """Return one method at one point of an experiment, for one seed."""
    record, definition = bed.at(seed), method(parameters, name, choices or {})
    factors = {"dataset": bed.name, **(factors or {})}
    trial = _trial(parameters, record, definition, seed, imbalance or bed.imbalance)
    keep = _kept(parameters, experiment)
    if experiment == "grid" and seed == parameters.seeds[0]:
        keep = (*keep, "embeddings")
    return Cell(name, definition, factors, seed, trial, experiment, keep, frozenset(varied))


def each(parameters, bed: Bed, seed: int, experiment: str, factors=None, varied=()) -> list[Cell]:
    """Return the methods that were asked for at one point, for one seed."""
    return [
        cell(parameters, bed, name, seed, experiment, factors, varied)
        for name in parameters.methods
    ]


def _kept(parameters, experiment: str) -> tuple[str, ...]:
    """Return which arrays a trial keeps: its encoder's, where a control or a page reads them."""
    controlled = experiment in CONTROLLED and "val" in parts_beside_test(parameters)
    looked_at = experiment in LOOKED_AT or controlled
    return ("logits", "encoders") if looked_at else ("logits",)


def _trial(parameters, record, definition: Method, seed: int, imbalance: dict) -> Trial:
    return Trial(
        dataset=record.name,
        fingerprint=record.fingerprint,
        backbone=parameters.backbone,
        phases=definition.phases,
        transforms={
            "size": _size(parameters, record), "divisor": 255,
            **_normalised(parameters, record),
        },
        data_seed=seed,
        seed=seed,
        split=split(parameters, record, seed),
        imbalance=imbalance,
        evaluate_on=("test", *(p for p in parts_beside_test(parameters) if _has(record, p))),
        initialisation=parameters.initialisation,
        precision=parameters.precision,
        recipe=RECIPE,
    )  # fmt: skip


def parts_beside_test(parameters) -> tuple[str, ...]:
    """Return what a trial is evaluated on beside the test part, where its data have it.

    A validation part is looked at where a control is read there; the trials of the study on
    RetinaMNIST alone hold a third of their training images out instead.
    """
    return BESIDE if names.parse(parameters.dataset).plain == ROTATING else BESIDE[1:]


def _size(parameters, record: Record) -> int:
    """Return the side of the images; of a set beside the main one no more than they have.

    Enlarged they would cost several times as much and show nothing more.
    """
    if record.name.startswith(parameters.dataset) or "val" not in parts_beside_test(parameters):
        return parameters.image_size
    least = models.find(parameters.backbone).smallest
    return min(parameters.image_size, max(least, record.shape[0]))


def _has(record: Record, part: str) -> bool:
    """Say whether a trial on these data has a part, by itself or by the split it makes."""
    return part in record.counts or (record.name == ANEW and part == "val")


def _normalised(parameters, record: Record) -> dict[str, list[float]]:
    """Return mean and deviation: those that the weights were trained with, else ImageNet's.

    A gray image is normalised by the average of the colours.
    """
    start = initialisations.normalisation(parameters.backbone, parameters.initialisation)
    shown = [list(values) for values in start or (IMAGENET_MEAN, IMAGENET_STD)]
    if len(record.shape) == 2 or record.shape[-1] == 1:
        shown = [[sum(values) / 3] for values in shown]
    return {"mean": shown[0], "deviation": shown[1]}


def split(parameters, record: Record, seed: int = 0) -> dict[str, Any]:
    """Return the official split, or the paper's random 8:2 where the data bring none.

    Data that stand beside the main ones, opened as one part, are divided anew for each seed, so
    that the spread over seeds holds that of the split; a tenth of their training part is for
    controls.
    """
    if "test" in record.counts:
        return {"kind": "official"}
    if record.name == ANEW and parameters.dataset != ANEW:
        return {
            "kind": "stratified", "test_share": 0.2, "seed": seed, "validation_share": 0.1,
            "validation_seed": seed,
        }  # fmt: skip
    return {"kind": "random", "test_share": 0.2, "seed": parameters.split_seed}
