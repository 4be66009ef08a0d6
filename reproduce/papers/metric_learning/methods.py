"""Kim, Kim and Chun (2021): the losses compared, their controls, and what each is given.

The paper's arms are cross-entropy, and an embedding by one of three losses with a classifier on it.
The embeddings are given two things that cross-entropy is not: batches in which every class is shown
equally often, and a second phase. The controls give cross-entropy one or the other.
"""

from collections.abc import Callable, Mapping
from typing import Any

from reproduce.methods import registry
from reproduce.methods.contrastive import MODERATE
from reproduce.methods.method import Method
from reproduce.methods.metric_learning import balanced, embedded, on_frozen
from reproduce.training.phases import Optimizer, Phase

METRIC_LOSSES = ("contrastive", "triplet", "lifted_structured")
# As the page asks for the four that are compared; "ce" is short for the method that claims name.
LOSSES = ("ce", *METRIC_LOSSES)
SHORT = {"ce": "cross_entropy"}
# Losses of other papers of the book, given the same two phases.
BEYOND = ("sup_con_embedding", "difficulty_aware_embedding")
BALANCED = "cross_entropy_balanced"
CONTROLS = (
    "cross_entropy_twice", "cross_entropy_longer", "cross_entropy_augmented",
    "cross_entropy_oversampled", "frozen_encoder",
)  # fmt: skip
# What is put together here and is no method of its own elsewhere.
ARMS = (BALANCED, *CONTROLS, *BEYOND)
AUGMENTATION = "crop_flip"
# Losses whose distances are taken on the sphere unless the text is read otherwise.
ON_SPHERE = ("contrastive", "triplet")


def method(parameters, name: str, objective: Mapping[str, Any] | None = None) -> Method:
    """Return a method as the parameters ask for it; `objective` are further ones of its loss.

    Any other registered method has the recipe to its ceiling: some go on from phase to phase.
    """
    if name not in _MADE and name not in METRIC_LOSSES:
        return registry.build(name, recipe(parameters).but(stop=0))
    return _MADE.get(name, _metric)(parameters, name, dict(objective or {}))


def recipe(parameters) -> Phase:
    """Return the recipe of the classification: Adam at a constant rate, stopped by its loss."""
    return Phase(
        batch_size=parameters.batch_size,
        epochs=parameters.epochs,
        stop=parameters.stop,
        optimizer=Optimizer(name="adam", learning_rate=parameters.learning_rate),
    )


def objective_parameters(parameters, loss: str) -> dict[str, Any]:
    """Return the parameters of a metric loss, those at its own default left out."""
    given: dict[str, Any] = {}
    if parameters.margin is not None:
        given["margin"] = parameters.margin
    usual = loss in ON_SPHERE
    wanted = {"per_loss": usual, "never": False, "always": True}[parameters.normalised]
    if wanted != usual:
        given["normalize"] = wanted
    if loss == "triplet" and parameters.mining != "all":
        given["mining"] = parameters.mining
    return given


def _embedding(parameters, loss: str, given: dict[str, Any]) -> Method:
    first, second = embedded(
        recipe(parameters),
        objective=loss,
        objective_parameters=given,
        rate=parameters.embedding_rate,
        embedding_size=parameters.embedding_size or None,
        embedding=parameters.embedding,
        classifier_on=parameters.classifier_on,
    ).phases
    return Method((first, _at_length(parameters, second)))


def _at_length(parameters, classification: Phase) -> Phase:
    """Return the classification, with a ceiling of its own where only its one layer learns."""
    if not classification.embedded:
        return classification
    return classification.but(epochs=parameters.classifier_epochs)


def _metric(parameters, name: str, objective: dict[str, Any]) -> Method:
    return _embedding(parameters, name, {**objective_parameters(parameters, name), **objective})


def _plain(parameters, name: str, objective: dict[str, Any]) -> Method:
    return Method((recipe(parameters),))


def _balanced(parameters, name: str, objective: dict[str, Any]) -> Method:
    return Method((balanced(recipe(parameters)),))


def _twice(parameters, name: str, objective: dict[str, Any]) -> Method:
    return _embedding(parameters, "cross_entropy", {})


def _longer(parameters, name: str, objective: dict[str, Any]) -> Method:
    # No arm trains its encoder for more steps than to the ceiling.
    return Method((recipe(parameters).but(stop=0),))


def _augmented(parameters, name: str, objective: dict[str, Any]) -> Method:
    return Method((recipe(parameters).but(transforms=AUGMENTATION),))


def _oversampled(parameters, name: str, objective: dict[str, Any]) -> Method:
    return Method((recipe(parameters).but(sampler="oversampling"),))


def _frozen(parameters, name: str, objective: dict[str, Any]) -> Method:
    return Method((_at_length(parameters, on_frozen(recipe(parameters))),))


def _sup_con(parameters, name: str, objective: dict[str, Any]) -> Method:
    return _embedding(parameters, "sup_con", {"temperature": MODERATE["temperature"]})


def _difficulty_aware(parameters, name: str, objective: dict[str, Any]) -> Method:
    return _embedding(parameters, "difficulty_aware_sup_con", dict(MODERATE))


_MADE: dict[str, Callable[[Any, str, dict[str, Any]], Method]] = {
    "cross_entropy": _plain,
    BALANCED: _balanced,
    "cross_entropy_twice": _twice,
    "cross_entropy_longer": _longer,
    "cross_entropy_augmented": _augmented,
    "cross_entropy_oversampled": _oversampled,
    "frozen_encoder": _frozen,
    "sup_con_embedding": _sup_con,
    "difficulty_aware_embedding": _difficulty_aware,
}
