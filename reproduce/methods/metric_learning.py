"""Methods that learn an embedding in which images of one class, or identity, lie together.

Each is a function of the recipe (one `Phase`). For classification the embedding is learned first,
at 5e-4, on batches that show every class equally often, and the recipe's classifier follows (deep
metric learning for warts and corns, 2021). For verification there is no classifier to train: the
loss reads the encoder's output itself, since embeddings are compared by their cosine and a
projection would be gone by then; batches hold several images of several identities, so that every
anchor has a positive (the post on the difficulty-aware loss says nothing about either).

The paper of 2021 does not print the size of the embedding, whether it stays as it is while the
classifier learns, nor how pairs are drawn (its ambiguities have the readings). Differences from its
drawing: the classifier stands on the encoder's features, not on the projection of them, and the
length of both phases is fixed, where the paper stops when the training loss no longer falls.
"""

from typing import Any

from reproduce.methods.contrastive import MODERATE
from reproduce.methods.method import Method
from reproduce.training.phases import Heads, Phase, Projection

EMBEDDING_RATE = 5e-4
EMBEDDING_SIZE = 128
# Healthy skin, corns and warts: every batch shows all of them.
CLASSES = 3
IMAGES_PER_IDENTITY = 4


def embedded(
    recipe: Phase,
    *,
    objective: str,
    objective_parameters: dict[str, Any] | None = None,
    rate: float = EMBEDDING_RATE,
    classes_per_batch: int = CLASSES,
    embedding_size: int | None = EMBEDDING_SIZE,
    embedding: str = "frozen",
) -> Method:
    """Return an embedding phase with this loss, then the classification.

    A batch holds as many images of each of `classes_per_batch` classes as fit into the recipe's
    batch size. Without an `embedding_size` the loss reads the pooled features themselves.
    `embedding` says whether they stay "frozen" under the classifier or are "fine_tuned" with it.
    """
    each = max(1, recipe.batch_size // classes_per_batch)
    linear = {"embedding": Projection(size=embedding_size)} if embedding_size else {}
    first = recipe.but(
        objective=objective,
        objective_parameters=objective_parameters or {},
        sampler="class_batches",
        sampler_parameters={"images_per_class": each},
        batch_size=each * classes_per_batch,
        optimizer=recipe.optimizer.but(learning_rate=rate),
        heads=Heads(projections=linear),
    )
    frozen = {"train": "classifier", "batch_norm": "frozen"} if embedding == "frozen" else {}
    return Method((first, recipe.but(**frozen)))


def compared(
    recipe: Phase,
    *,
    objective: str,
    images_per_identity: int = IMAGES_PER_IDENTITY,
    **parameters: Any,
) -> Method:
    """Return an embedding to verify identities with, learned by this loss and its parameters."""
    phase = recipe.but(
        objective=objective,
        objective_parameters=parameters,
        sampler="class_batches",
        sampler_parameters={"images_per_class": images_per_identity},
    )
    return Method((phase,))


def sup_con_embedding(
    recipe: Phase, *, temperature: float = 0.07, images_per_identity: int = IMAGES_PER_IDENTITY
) -> Method:
    """Return SupCon's embedding, at the temperature of the difficulty-aware loss beside it."""
    return compared(
        recipe, objective="sup_con", images_per_identity=images_per_identity,
        temperature=temperature,
    )  # fmt: skip


def difficulty_aware_embedding(
    recipe: Phase, *, images_per_identity: int = IMAGES_PER_IDENTITY, **parameters: Any
) -> Method:
    """Return the embedding of the loss that weighs hard pairs more."""
    return compared(
        recipe, objective="difficulty_aware_sup_con", images_per_identity=images_per_identity,
        **{**MODERATE, **parameters},
    )  # fmt: skip
