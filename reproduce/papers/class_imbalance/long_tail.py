"""The experiment `long_tail`: does this code reach accuracies that others have published?

Long-tailed CIFAR-10 is no part of Buda et al., and no claim speaks of it. Its accuracies are known
for many methods under one recipe, that of Cao et al. (2019), so that a mistake in a method would
show. `SCALES` has that recipe for a GPU, a tenth of it for two processor cores, and a run on digits
that takes seconds, has no known answer and only shows that everything runs.
"""

from dataclasses import dataclass
from itertools import product
from typing import Any

from reproduce.data.records import Record
from reproduce.methods import known_answers
from reproduce.papers.class_imbalance import building
from reproduce.study.cell import Cell
from reproduce.training.phases import Phase
from reproduce.trials.trial import RECIPE, Trial

NAME = "long_tail"
CIFAR10 = "cifar10"
# A loss of each kind: none, priors in the loss or afterwards, margins with weights that come late.
FEW = (
    "cross_entropy", "balanced_softmax", "logit_adjustment", "logit_adjustment_posthoc", "ldam_drw",
)  # fmt: skip
# Means and deviations of the training images' channels, as the public code of CIFAR rounds them.
LEVELS = {"mean": [0.4914, 0.4822, 0.4465], "deviation": [0.2023, 0.1994, 0.2010]}


@dataclass(frozen=True)
class Scale(building.Scale):
    """How much of the protocol is run, and on what; `repeats` are the first seeds of the run."""

    methods: tuple[str, ...]
    repeats: int
    epochs: int = known_answers.CAO.epochs
    transforms: str = known_answers.CAO.transforms

    @property
    def recipe(self) -> Phase:
        """Return how a network is trained."""
        return known_answers.shortened(self.epochs).but(transforms=self.transforms)


SCALES = {
    # A digit mirrored, or shifted by half its size, is another digit or none.
    "digits": Scale("digits", "resnet8", 125, (10.0,), FEW, 1, 10, "none"),
    "reduced": Scale(CIFAR10, "resnet32", 5000, (100.0,), FEW, 2, 20),
    "paper": Scale(CIFAR10, "resnet32", 5000, (100.0, 50.0, 10.0), known_answers.METHODS, 3),
}


def scale_of(parameters) -> Scale:
    """Return the scale that a run asks for."""
    return SCALES[parameters.long_tail_scale]


def other_data(parameters) -> list[str]:
    """Return the name of its data set, where it is run."""
    return [scale_of(parameters).dataset] if NAME in parameters.experiments else []


def cells(parameters, *records: Record) -> list[Cell]:
    """Return every method at every ratio, all of one seed before the next; none if not asked."""
    if NAME not in parameters.experiments:
        return []
    scale = scale_of(parameters)
    record = next(record for record in records if record.name == scale.dataset)
    seeds = parameters.seeds[: scale.repeats]
    return [
        _cell(scale, record, name, rho, seed, parameters.precision)
        for seed, rho, name in product(seeds, scale.rho, scale.methods)
    ]


def _cell(scale: Scale, record: Record, name: str, rho: float, seed: int, precision: str) -> Cell:
    definition = known_answers.method(name, scale.recipe)
    trial = Trial(
        dataset=record.name,
        fingerprint=record.fingerprint,
        backbone=scale.backbone,
        phases=definition.phases,
        transforms=_transforms(record),
        data_seed=seed,
        seed=seed,
        split=building.split(record),
        # Class 0 is the largest, as in the sets that the accuracies are of.
        imbalance={"kind": "long_tail", "rho": rho, "n_max": scale.images_per_class,
                   "minority": "highest"},
        evaluate_on=("test",),
        precision=precision,
        recipe=RECIPE,
    )  # fmt: skip
    factors = {"imbalance": "long-tailed", "rho": rho, "dataset": record.name}
    # Scores where a step after training works on them; their counts tell the rest.
    keep = ("logits",) if definition.posthoc else ()
    return Cell(name, definition, factors, seed, trial, NAME, keep)


def _transforms(record: Record) -> dict[str, Any]:
    made = {"size": min(record.shape[:2]), "divisor": 255}
    return {**made, **LEVELS} if record.name == CIFAR10 else made
