"""The losses in contest, and what each is given: the same embedding, batches and temperature.

Every loss learns an embedding of as many numbers on the same network, from batches that hold
several images of several identities; cross-entropy, which needs no pairs, gets the same batches.
Identities are compared by the cosine of what the loss read, or, of cross-entropy, of what its
classifier read.
"""

from collections.abc import Mapping
from typing import Any

from reproduce.methods import registry
from reproduce.methods.contrastive import MODERATE
from reproduce.methods.entry import VERIFICATION
from reproduce.methods.method import Method
from reproduce.methods.metric_learning import compared
from reproduce.training.phases import Heads, Optimizer, Phase

PLAIN, AWARE, PRINTED = "sup_con", "difficulty_aware_sup_con", "difficulty_aware_printed"
TILTED, CLASSES = "hard_negative_sup_con", "cross_entropy"
METHODS = (CLASSES, PLAIN, AWARE, PRINTED, TILTED)
# Those whose gradient by pairs is looked at over training.
OF_PAIRS = (PLAIN, AWARE, PRINTED, TILTED)
# What the text prints, read to the letter. Its beta then multiplies nothing.
TO_THE_LETTER = {
    "reading": "printed", "gate_of_positive_weight": "printed",
    "gate_of_negative_weight": "printed", "normalisation": "printed",
}  # fmt: skip
# What the network makes of images before it has learned anything: a control.
UNTRAINED = "untrained"
# Of the authors of the tilted loss, on the cosine.
TILT = 10.0


def method(parameters, name: str, objective: Mapping[str, Any] | None = None) -> Method:
    """Return a method as the parameters ask for it; `objective` are further ones of its loss."""
    phase, each = recipe(parameters), parameters.images_per_identity
    if name == UNTRAINED:
        return Method(())
    if name in METHODS:
        loss = AWARE if name == PRINTED else name
        given = {**_of_loss(parameters, name), **(objective or {})}
        made = compared(phase, objective=loss, images_per_identity=max(2, each), **given)
    else:
        made = registry.build(name, phase, task=VERIFICATION)
    if each:
        return made
    as_they_come = {"sampler": "instance", "sampler_parameters": {}}
    return Method(tuple(phase.but(**as_they_come) for phase in made.phases))


def _of_loss(parameters, name: str) -> dict[str, Any]:
    """Return the parameters of the loss of a method."""
    if name == CLASSES:
        return {}
    if name == PLAIN:
        return {"temperature": parameters.temperature}
    if name == TILTED:
        return {"temperature": parameters.temperature, "beta": TILT}
    return {**MODERATE, **weights(parameters), **(TO_THE_LETTER if name == PRINTED else {})}


def weights(parameters) -> dict[str, float]:
    """Return what the text leaves open of its weights."""
    names = ("alpha", "beta", "positive_threshold", "negative_threshold", "temperature")
    return {name: getattr(parameters, name) for name in names}


def recipe(parameters) -> Phase:
    """Return the recipe of all: Adam at a constant rate for so many steps."""
    return Phase(
        batch_size=parameters.batch_size,
        iterations=parameters.iterations,
        optimizer=Optimizer(name="adam", learning_rate=parameters.learning_rate),
        heads=Heads(embedding=parameters.embedding_size),
    )
