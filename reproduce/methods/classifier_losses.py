"""Methods that are another loss of the classifier: each a function of the recipe (one `Phase`)."""

from typing import Any

from reproduce.methods.method import Method, parted
from reproduce.methods.two_stage import CLASSIFIER, SCALE, balanced_classifier
from reproduce.training.phases import Heads, Mixing, Phase

# 160 of 200 epochs before classes are weighted (DRW).
DEFERRED = 160 / 200


def one_phase(recipe: Phase, *, objective: str, **parameters: Any) -> Method:
    """Return a method that is nothing but its loss, with the loss's own parameters."""
    return Method((recipe.but(objective=objective, objective_parameters=parameters),))


def ldam(recipe: Phase, *, deferred: float = 1.0) -> Method:
    """Return LDAM; after the share `deferred` classes are weighted as well (DRW), 1 for never."""
    cosine = Heads(classifier="cosine", scale=SCALE)
    whole = recipe.but(objective="ldam", objective_parameters={"scale": SCALE}, heads=cosine)
    return Method((whole,)) if deferred >= 1 else _weighted_late(whole, deferred)


def ldam_drw(recipe: Phase, *, deferred: float = DEFERRED) -> Method:
    """Return LDAM whose classes are weighted after the share `deferred` (DRW)."""
    return ldam(recipe, deferred=deferred)


def ce_drw(recipe: Phase, *, deferred: float = DEFERRED) -> Method:
    """Return cross-entropy whose classes are weighted after the share `deferred` (DRW)."""
    return _weighted_late(recipe, deferred)


def _weighted_late(whole: Phase, deferred: float) -> Method:
    first, second = parted(whole, deferred)
    weighted = {**second.objective_parameters, "class_weights": "effective_number"}
    return Method((first, second.but(objective_parameters=weighted)))


def gcl(recipe: Phase, *, classifier: float = CLASSIFIER) -> Method:
    """Return GCL: cosines clouded by noise and mixed images, then its classifier goes on alone."""
    clouded, refined = (Heads(classifier="cosine", scale=scale) for scale in (SCALE, 20.0))
    first = recipe.but(
        objective="gcl",
        objective_parameters={"nu": 0.5, "scale": clouded.scale},
        mixing=Mixing(name="mixup"),
        heads=clouded,
    )
    second = balanced_classifier(
        recipe,
        classifier,
        objective="gcl",
        objective_parameters={"nu": 0.5, "scale": refined.scale, "margin": 0.1, "gamma": 1.0},
        reinitialise=(),
        heads=refined,
    )
    return Method((first, second))
