"""Contrastive methods of label maps: the encoder by comparing pixels, then a classifier of them.

As with images, each is a function of the recipe (one `Phase`): the encoder over the recipe, or over
one of its own, then a new classifier on the frozen encoder, shown equally many images of each class
(that of an image is the highest in its mask). An image has one view, whose pixels are the rows that
are compared; the objective draws them.
"""

from typing import Any

from reproduce.methods import contrastive
from reproduce.methods.contrastive import TEMPERATURE, TEMPERATURE_RATE
from reproduce.methods.method import Method
from reproduce.methods.two_stage import CLASSIFIER
from reproduce.training.phases import Heads, Phase, Projection

# Of each pixel; not printed, and smaller than that of images, since there are so many of them.
HEAD = Projection(size=128, hidden=512)


def bdcl(
    recipe: Phase,
    *,
    temperature_learning: bool = True,
    hard_prototypes: bool = True,
    temperature: float = TEMPERATURE,
    temperature_rate: float = TEMPERATURE_RATE,
    parameters: dict[str, Any] | None = None,
    encoder: Phase | None = None,
    head: Projection = HEAD,
    classifier: float = CLASSIFIER,
) -> Method:
    """Return BDCL of pixels; the switches take out one of its parts, `parameters` are readings."""
    return contrastive.bdcl(
        recipe,
        temperature_learning=temperature_learning,
        hard_prototypes=hard_prototypes,
        temperature=temperature,
        temperature_rate=temperature_rate,
        parameters=parameters,
        encoder=_compared(encoder or recipe, head),
        classifier=classifier,
    )


def tsc(
    recipe: Phase,
    *,
    warm_up: float = 0.5,
    parameters: dict[str, Any] | None = None,
    encoder: Phase | None = None,
    head: Projection = HEAD,
    classifier: float = CLASSIFIER,
) -> Method:
    """Return TSC of pixels: k positives alone for half of the recipe, then targets as well."""
    return contrastive.tsc(
        recipe,
        warm_up=warm_up,
        objective_parameters=parameters,
        encoder=_compared(encoder or recipe, head),
        classifier=classifier,
    )


def _compared(phase: Phase, head: Projection) -> Phase:
    return phase.but(heads=Heads(projections={"contrast": head}))
