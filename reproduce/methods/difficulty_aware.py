"""Difficulty-aware SupCon (a personal post): two losses, one recipe, embeddings to verify with.

Each method is a function of the recipe (one `Phase`). The loss reads the encoder's output itself:
the post compares its embeddings by their cosine, and a projection would be gone by then. Batches
hold several images of several identities, so that every anchor has a positive; the post says
nothing about either. There is no classifier to train.
"""

from collections.abc import Callable
from typing import Any

from reproduce.methods.method import Method
from reproduce.training.phases import Phase

IMAGES_PER_IDENTITY = 4
# "moderate" in reproduce/papers/ambiguities/difficulty_aware.yaml; the post prints no value.
MODERATE = {
    "alpha": 1.0, "beta": 1.0, "positive_threshold": 0.5, "negative_threshold": 0.5,
    "temperature": 0.07,
}  # fmt: skip


def sup_con(
    recipe: Phase, *, images_per_identity: int = IMAGES_PER_IDENTITY, temperature: float = 0.07
) -> Method:
    """Return the plain loss, with the same batches and the same temperature."""
    return _of_loss(recipe, "sup_con", {"temperature": temperature}, images_per_identity)


def difficulty_aware_sup_con(
    recipe: Phase, *, images_per_identity: int = IMAGES_PER_IDENTITY, **parameters: Any
) -> Method:
    """Return the loss that weighs hard pairs more; `parameters` change its moderate values."""
    given = {**MODERATE, **parameters}
    return _of_loss(recipe, "difficulty_aware_sup_con", given, images_per_identity)


def _of_loss(recipe: Phase, objective: str, parameters: dict[str, Any], each: int) -> Method:
    phase = recipe.but(
        objective=objective,
        objective_parameters=parameters,
        sampler="class_batches",
        sampler_parameters={"images_per_class": each},
    )
    return Method((phase,))


METHODS: dict[str, Callable[..., Method]] = {
    "sup_con": sup_con,
    "difficulty_aware_sup_con": difficulty_aware_sup_con,
}
