"""The experiment `tuned`: later methods, each at a rate that was chosen for it.

A loss that is scaled otherwise takes other steps at the same rate: the dual focal loss divided by
ten classes, at the recipe's, hardly moves. So each method has the same small budget to choose its
rate by: the rates of `RATES`, one network each, on a seed that nothing is judged on, for a fifth of
the steps, compared by macro recall on a fifth of the training images, as imbalanced as they are.
No test image is seen before. The rate of the recipe comes first, so a draw goes to it.

Trials of the choice are cells of `rates`, and belong to the experiment; what they choose is
trained at the point drawn in detail, by every seed. The baseline and oversampling have the same
budget, under names of their own: claims set later methods beside both, at the recipe's rate and at
the chosen one.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Any

from reproduce.data.records import Record
from reproduce.methods.configurations import Configuration
from reproduce.methods.method import Method
from reproduce.papers.class_imbalance import building
from reproduce.papers.class_imbalance.building import shown_point
from reproduce.study.cell import Cell
from reproduce.study.choosing import UNDECIDED, Search

NAME, SEARCH_NAME = "tuned", "rates"
VALIDATION = "val"
# A digit in a mirror is no digit, and a blurred one is another image than the baseline is shown.
CROP_AND_JITTER: Mapping[str, Any] = {"flip": 0.0, "blur": 0.0, "gray": 0.0}
# By its name here, the method of the registry and what it is asked for.
LATER: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "focal": ("focal", {}),
    "dual_focal": ("dual_focal", {}),
    "dual_focal_released": ("dual_focal", {"reading": "code"}),
    "mixup": ("mixup", {}),
    "cutmix": ("cutmix", {}),
    "cutout": ("cutout", {}),
    "intra_class_cutmix": ("intra_class_cutmix", {}),
    "smote_embeddings": ("smote_embeddings", {}),
    "borderline_smote_embeddings": ("borderline_smote_embeddings", {}),
    "kmeans_smote_embeddings": ("kmeans_smote_embeddings", {}),
    "tsc": ("tsc", {"transform_parameters": CROP_AND_JITTER}),
    "baseline_chosen_rate": ("baseline", {}),
    "oversampling_chosen_rate": ("oversampling", {}),
}
# What the recipe's rate is multiplied by.
RATES = tuple(
    Configuration(number, {"learning_rate": factor})
    for number, factor in enumerate((1.0, 0.2, 5.0))
)
# The seed of the choice, its share of the steps, and that of the drawn images it is made on.
PILOT, SHARE, HELD_OUT = 100, 0.2, 0.2
METRIC = "balanced_accuracy"


def cells(parameters, record: Record) -> list[Cell]:
    """Return each later method at the shown point, waiting for its rate; none if not asked."""
    if not _wanted(parameters):
        return []
    rho, mu = shown_point(parameters).values()
    return [
        _waiting(building.cell(parameters, record, name, method, "step", rho, mu, seed, NAME))
        for seed, (name, method) in product(parameters.seeds, _methods(parameters).items())
    ]


def references(parameters, record: Record) -> list[Cell]:
    """Return what chooses: every method at every rate, never evaluated on a test image."""
    if not _wanted(parameters):
        return []
    steps = max(2, round(parameters.iterations * SHARE))
    shorter = parameters.model_copy(update={"iterations": steps})
    (rho, mu), found = shown_point(parameters).values(), []
    for name, method in _methods(shorter).items():
        cell = building.cell(shorter, record, name, method, "step", rho, mu, PILOT, SEARCH_NAME)
        apart = {**cell.trial.split, "drawn_validation": HELD_OUT}
        trial = cell.trial.but(split=apart, evaluate_on=(VALIDATION,))
        found += [_tried(cell, trial, rate) for rate in RATES]
    return found


def _wanted(parameters) -> bool:
    return NAME in parameters.experiments and parameters.imbalance == "step"


def _methods(parameters) -> dict[str, Method]:
    """Return the methods by name, without those that the images of this network do not allow."""
    return {
        name: building.method(parameters, of, **options)
        for name, (of, options) in LATER.items()
        if not building.needs_levels(parameters, of)
    }


def _waiting(cell: Cell) -> Cell:
    return replace(cell, trial=cell.trial.but(recipe=UNDECIDED), waiting=True)


def _tried(cell: Cell, trial, rate: Configuration) -> Cell:
    definition = at_rate(cell.definition, rate)
    return replace(
        cell, definition=definition, trial=trial.but(phases=definition.phases), keep=("logits",),
        factors={**cell.factors, "tried": rate.number}, varied=frozenset({"tried"}),
        measured_on=VALIDATION,
    )  # fmt: skip


def at_rate(method: Method, rate: Configuration) -> Method:
    """Return a method all of whose phases have their rate multiplied."""
    return Method(tuple(rate.recipe(phase) for phase in method.phases), method.posthoc)


def _trained(cell: Cell, best: Cell) -> Method:
    """Return the waiting method, which trains longer than its search, at the rate that won."""
    return at_rate(cell.definition, RATES[best.factors["tried"]])


SEARCH = Search(experiment=SEARCH_NAME, metric=METRIC, trained=_trained)


def departures(parameters) -> list[str]:
    """Say what a reader must know of the rates, where the experiment is run."""
    if not _wanted(parameters):
        return []
    tried = ", ".join(f"{rate.factors['learning_rate']:g}" for rate in RATES)
    return [
        f"later methods at the best of {len(RATES)} learning rates ({tried} times the recipe's), "
        f"chosen by macro recall on a fifth of the training images of seed {PILOT} after a fifth "
        "of the steps; the paper's own methods at the recipe's"
    ]
