"""Methods on long-tailed CIFAR, whose accuracies are published: answers known beforehand.

Each method is a function of a recipe (one `Phase`), by default `CAO`, that of Cao et al. (2019)
which most of those accuracies come from. Left out: tau-normalisation, which changes the weights of
a trained classifier, where a post-hoc step sees scores alone.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from reproduce.methods import balanced_contrastive
from reproduce.methods.balanced_contrastive import ldam, one_phase
from reproduce.methods.method import Method, balanced_classifier, part, parted
from reproduce.training.phases import Heads, Mixing, Optimizer, Phase, Projection, Schedule

CAO = Phase(
    batch_size=128,
    epochs=200,
    optimizer=Optimizer(name="sgd", learning_rate=0.1, momentum=0.9, weight_decay=2e-4),
    schedule=Schedule(name="step", milestones=(160, 180), decay=0.01, warm_up=5, unit="epoch"),
    transforms="crop_flip",
)
# How SupCon, KCL and TSC learn their encoder on CIFAR.
CONTRASTIVE = Phase(
    batch_size=1024,
    epochs=1000,
    optimizer=Optimizer(name="sgd", learning_rate=0.5, momentum=0.9, weight_decay=1e-4),
    schedule=Schedule(name="cosine"),
    heads=Heads(projections={"contrast": Projection(size=128, hidden=512)}),
    **balanced_contrastive.VIEWS,
)
DEFERRED, CLASSIFIER = 160 / 200, 30 / 200


def ce_drw(recipe: Phase) -> Method:
    """Return cross-entropy whose classes are weighted from 160 of 200 epochs on (DRW)."""
    first, second = parted(recipe, DEFERRED)
    weighted = {"class_weights": "effective_number"}
    return Method((first, second.but(objective_parameters=weighted)))


def crt(recipe: Phase) -> Method:
    """Return cross-entropy, then 30 epochs of a new classifier at 0.1, a tenth at each third."""
    optimizer = recipe.optimizer.but(weight_decay=5e-4)
    second = balanced_classifier(recipe, CLASSIFIER, batch_norm="updated", optimizer=optimizer)
    return Method((recipe, second.but(schedule=_falling(second, (1 / 3, 2 / 3)))))


def contrastive(
    recipe: Phase,
    *,
    objective: str,
    encoder: Phase = CONTRASTIVE,
    warm_up: float = 0.0,
    **parameters: Any,
) -> Method:
    """Return a contrastive encoder, then a classifier with LDAM's loss and weighted classes.

    The encoder is learned by its own recipe, for the share `warm_up` without targets (TSC). The
    classifier takes the whole of the other; its rate falls at 140, 180 and 190 of 200 epochs.
    """
    whole = encoder.but(objective=objective, objective_parameters=parameters)
    phases = (whole,)
    if warm_up:
        first, second = parted(whole, warm_up)
        phases = (first.but(objective_parameters={**parameters, "targets": False}), second)
    scale = balanced_contrastive.SCALE
    classifier = part(
        recipe,
        1.0,
        objective="ldam",
        objective_parameters={"scale": scale, "class_weights": "effective_number"},
        train="classifier",
        batch_norm="frozen",
        heads=Heads(classifier="cosine", scale=scale),
        schedule=_falling(recipe, (0.7, 0.9, 0.95)),
    )
    return Method((*phases, classifier))


def _falling(phase: Phase, shares: tuple[float, ...]) -> Schedule:
    """Return a rate that falls to a tenth after each of these shares of the phase."""
    length = phase.epochs or phase.iterations
    milestones = tuple(sorted({max(1, round(share * length)) for share in shares}))
    unit = "epoch" if phase.epochs else "iteration"
    return Schedule(name="step", milestones=milestones, decay=0.1, unit=unit)


METHODS: dict[str, Callable[..., Method]] = {
    "ce": partial(one_phase, objective="cross_entropy"),
    "focal": partial(one_phase, objective="focal", gamma=2.0),
    "cb_focal": partial(one_phase, objective="focal", gamma=2.0, class_weights="effective_number"),
    "ldam": partial(ldam, deferred=1.0),
    "ldam_drw": partial(ldam, deferred=DEFERRED),
    "ce_drw": ce_drw,
    "crt": crt,
    "balanced_softmax": partial(one_phase, objective="balanced_softmax"),
    "logit_adjustment": partial(one_phase, objective="logit_adjustment", tau=1.0),
    "logit_adjustment_posthoc": lambda recipe: Method((recipe,), posthoc=("logit_adjustment",)),
    "mixup": lambda recipe: Method((recipe.but(mixing=Mixing(name="mixup")),)),
    "gcl": partial(balanced_contrastive.gcl, classifier=CLASSIFIER),
    "sup_con": partial(contrastive, objective="sup_con", temperature=0.1),
    "kcl": partial(contrastive, objective="tsc", targets=False),
    "tsc": partial(contrastive, objective="tsc", warm_up=0.5),
}
