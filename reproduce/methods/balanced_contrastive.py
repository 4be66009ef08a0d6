"""BDCL (2024), its rivals and its ablation: one recipe for all of them.

Each method is a function of the recipe (one `Phase`; the paper: SGD at 0.01 with momentum 0.9 and
decay 1e-4 for images, 5e-4 for pixels; length, batch, heads and transforms are not printed).
Methods in two stages learn the encoder over the whole recipe and then, over `CLASSIFIER` of it, a
new classifier on the frozen encoder with class-balanced batches.

For segmentation the loop trains the losses that read label maps; methods that need class-balanced
batches (there: of pixels), transforms of label maps, or the auxiliary loss of OCR cannot be
trained with it so far.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from reproduce.methods.method import Method, balanced_classifier, parted
from reproduce.training.phases import Heads, LossParameters, Mixing, Phase, Projection

# cRT's 30 epochs beside 200.
CLASSIFIER = 0.15
# SupCon's head and the two views of its authors.
HEAD = Projection(size=128, hidden=2048)
VIEWS = {"views": 2, "transforms": "simclr_two_views"}
# LDAM's 160 of 200 epochs before classes are weighted, and its 30.
DEFERRED, SCALE = 0.8, 30.0
TEMPERATURE = 0.1
# Of the temperatures of BDCL, without decay. Not printed: at 0.1 a gradient is some tens.
TEMPERATURE_RATE = 1e-4


def one_phase(recipe: Phase, *, objective: str, **parameters: Any) -> Method:
    """Return a method that is nothing but its loss."""
    return Method((recipe.but(objective=objective, objective_parameters=parameters),))


def ldam(recipe: Phase, *, deferred: float = DEFERRED) -> Method:
    """Return LDAM; after the share `deferred` classes are weighted as well (DRW), 1 for never."""
    cosine = Heads(classifier="cosine", scale=SCALE)
    whole = recipe.but(objective="ldam", objective_parameters={"scale": SCALE}, heads=cosine)
    if deferred >= 1:
        return Method((whole,))
    first, second = parted(whole, deferred)
    weighted = {**second.objective_parameters, "class_weights": "effective_number"}
    return Method((first, second.but(objective_parameters=weighted)))


def crt(recipe: Phase, *, classifier: float = CLASSIFIER) -> Method:
    """Return cross-entropy, then a new classifier; as in its code statistics keep moving."""
    second = balanced_classifier(recipe, classifier, batch_norm="updated")
    return Method((recipe.but(objective="cross_entropy"), second))


def balanced_mixup(recipe: Phase, *, alpha: float = 0.2) -> Method:
    """Return Balanced-MixUp: images as they come, mixed with some of a balanced batch."""
    parameters = {"alpha": alpha}
    return Method((recipe.but(sampler="balanced_mixup", sampler_parameters=parameters),))


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


def contrasted(
    recipe: Phase,
    *,
    objective: str,
    objective_parameters: dict[str, Any],
    head: Projection = HEAD,
    classifier: float = CLASSIFIER,
    **changes: Any,
) -> Method:
    """Return a contrastive phase with this loss, then the balanced classifier."""
    first = recipe.but(
        objective=objective,
        objective_parameters=objective_parameters,
        heads=Heads(projections={"contrast": head}),
        **{**VIEWS, **changes},
    )
    return Method((first, balanced_classifier(recipe, classifier)))


def sup_con(recipe: Phase, *, temperature: float = TEMPERATURE, **options: Any) -> Method:
    """Return the baseline of the ablation: BDCL without both of its parts."""
    parameters = {"temperature": temperature}
    return contrasted(recipe, objective="sup_con", objective_parameters=parameters, **options)


def tsc(recipe: Phase, *, warm_up: float = 0.5, **options: Any) -> Method:
    """Return TSC: k positives alone (KCL) for half of the recipe, then targets as well."""
    whole, last = contrasted(recipe, objective="tsc", objective_parameters={}, **options).phases
    first, second = parted(whole, warm_up)
    return Method((first.but(objective_parameters={"targets": False}), second, last))


def bdcl(
    recipe: Phase,
    *,
    temperature_learning: bool = True,
    hard_prototypes: bool = True,
    temperature: float = TEMPERATURE,
    temperature_rate: float = TEMPERATURE_RATE,
    parameters: dict[str, Any] | None = None,
    **options: Any,
) -> Method:
    """Return BDCL; the switches take out one of its parts, `parameters` choose other readings."""
    given = {
        "temperature_learning": temperature_learning,
        "hard_prototypes": hard_prototypes,
        "temperature": temperature,
        **(parameters or {}),
    }
    rate = LossParameters(learning_rate=temperature_rate if temperature_learning else 0.0)
    return contrasted(
        recipe, objective="bdcl", objective_parameters=given, loss_parameters=rate, **options
    )


METHODS: dict[str, Callable[..., Method]] = {
    "cross_entropy": partial(one_phase, objective="cross_entropy"),
    "focal": partial(one_phase, objective="focal", gamma=2.0),
    "ldam": ldam,
    "crt": crt,
    "tsc": tsc,
    "balanced_mixup": balanced_mixup,
    "gcl": gcl,
    "bdcl": bdcl,
    "bdcl_without_tdl": partial(bdcl, temperature_learning=False),
    "bdcl_without_hep": partial(bdcl, hard_prototypes=False),
    "sup_con": sup_con,
    "lovasz_softmax": partial(one_phase, objective="lovasz_softmax"),
    "soft_iou": partial(one_phase, objective="soft_iou"),
}
