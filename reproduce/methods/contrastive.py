"""Methods that learn the encoder by comparing images of known classes, then a classifier on it.

Each is a function of the recipe (one `Phase`). The encoder is learned over the whole recipe, or
over one of its own (`encoder`), on two views of each image; then a new classifier on the frozen
encoder: over `classifier` of the recipe with class-balanced batches, or, with `second="ldam"`, over
all of it with LDAM's loss and weighted classes.
"""

from typing import Any

from reproduce.errors import UserError
from reproduce.methods.method import Method, parted
from reproduce.methods.two_stage import CLASSIFIER, balanced_classifier, ldam_classifier
from reproduce.training.phases import Heads, LossParameters, Phase, Projection

# SupCon's head and the two views of its authors.
HEAD = Projection(size=128, hidden=2048)
VIEWS = {"views": 2, "transforms": "simclr_two_views"}
TEMPERATURE = 0.1
# Of the temperatures of BDCL, without decay. Not printed: at 0.1 a gradient is some tens.
TEMPERATURE_RATE = 1e-4
# "moderate" among the ambiguities of the post on the difficulty-aware loss, which prints no value.
MODERATE = {
    "alpha": 1.0, "beta": 1.0, "positive_threshold": 0.5, "negative_threshold": 0.5,
    "temperature": 0.07,
}  # fmt: skip


def contrasted(
    recipe: Phase,
    *,
    objective: str,
    objective_parameters: dict[str, Any] | None = None,
    encoder: Phase | None = None,
    head: Projection = HEAD,
    warm_up: float = 0.0,
    classifier: float = CLASSIFIER,
    second: str = "balanced",
    **changes: Any,
) -> Method:
    """Return a contrastive phase with this loss, then the classifier.

    For the share `warm_up` of it the loss has no targets (TSC). `changes` are those of the
    contrastive phase beside its head and views; an `encoder` brings its own of all three.
    """
    if second not in ("balanced", "ldam"):
        raise UserError(f"second expected balanced or ldam, received '{second}'")
    given = objective_parameters or {}
    if encoder is None:
        encoder = recipe.but(heads=Heads(projections={"contrast": head}), **VIEWS)
    whole = encoder.but(objective=objective, objective_parameters=given, **changes)
    phases = (whole,)
    if warm_up:
        alone, rest = parted(whole, warm_up)
        phases = (alone.but(objective_parameters={**given, "targets": False}), rest)
    balanced = second == "balanced"
    last = balanced_classifier(recipe, classifier) if balanced else ldam_classifier(recipe)
    return Method((*phases, last))


def sup_con(recipe: Phase, *, temperature: float = TEMPERATURE, **options: Any) -> Method:
    """Return SupCon, which is also BDCL without both of its parts."""
    parameters = {"temperature": temperature}
    return contrasted(recipe, objective="sup_con", objective_parameters=parameters, **options)


def kcl(recipe: Phase, **options: Any) -> Method:
    """Return KCL: k positives of each anchor, however large its class."""
    parameters = {"targets": False}
    return contrasted(recipe, objective="tsc", objective_parameters=parameters, **options)


def tsc(recipe: Phase, *, warm_up: float = 0.5, **options: Any) -> Method:
    """Return TSC: k positives alone (KCL) for half of the recipe, then targets as well."""
    return contrasted(recipe, objective="tsc", warm_up=warm_up, **options)


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


def difficulty_aware_sup_con(
    recipe: Phase, *, parameters: dict[str, Any] | None = None, **options: Any
) -> Method:
    """Return the loss that weighs hard pairs more; `parameters` change its moderate values."""
    given = {**MODERATE, **(parameters or {})}
    return contrasted(
        recipe, objective="difficulty_aware_sup_con", objective_parameters=given, **options
    )
