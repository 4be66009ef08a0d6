"""Methods that learn an embedding in which images of one class, or identity, lie together.

Each is a function of the recipe (one `Phase`). For classification the embedding is learned first,
at 5e-4, on batches that show every class equally often, and the recipe's classifier follows (deep
metric learning for warts and corns, 2021). For verification there is no classifier to train: the
loss reads the encoder's output itself, since embeddings are compared by their cosine and a
projection would be gone by then; batches hold several images of several identities, so that every
anchor has a positive (the post on the difficulty-aware loss says nothing about either).

The paper of 2021 does not print the size of the embedding, whether it stays as it is while the
classifier learns, nor how pairs are drawn (its ambiguities have the readings). Its drawing has the
classifier on the embedding, and so it is here unless the features are asked for. A recipe that
stops by its training loss does so in both phases.
"""

from typing import Any

from reproduce.errors import UserError
from reproduce.methods.contrastive import MODERATE
from reproduce.methods.method import Method
from reproduce.training.phases import Heads, Mixing, Phase, Projection

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
    classifier_on: str = "embedding",
) -> Method:
    """Return an embedding phase with this loss, then the classification.

    A batch holds as many images of each of `classes_per_batch` classes as fit into the recipe's
    batch size. Without an `embedding_size` the loss reads the pooled features themselves.
    `embedding` says whether they stay "frozen" under the classifier or are "fine_tuned" with it;
    `classifier_on` whether it reads the "embedding" or the "features" that this is made of. A
    classifier that learned in the first phase, by cross-entropy, starts anew in the second.
    """
    if embedding not in ("frozen", "fine_tuned") or classifier_on not in ("embedding", "features"):
        raise UserError(
            f"embedding is '{embedding}' and classifier_on '{classifier_on}'; expected frozen or "
            "fine_tuned, and embedding or features"
        )
    heads = _heads(embedding_size, classifier_on)
    first = balanced(recipe, classes_per_batch).but(
        objective=objective,
        objective_parameters=objective_parameters or {},
        optimizer=recipe.optimizer.but(learning_rate=rate),
        heads=heads,
    )
    second = recipe.but(heads=heads.but(projections={}))
    if objective == "cross_entropy":
        second = second.but(reinitialise=("classifier",))
    return Method((first, on_frozen(second) if embedding == "frozen" else second))


def balanced(recipe: Phase, classes_per_batch: int = CLASSES) -> Phase:
    """Return the recipe on batches that show every class equally often."""
    each = max(1, recipe.batch_size // classes_per_batch)
    return recipe.but(
        sampler="class_batches",
        sampler_parameters={"images_per_class": each},
        batch_size=each * classes_per_batch,
    )


def on_frozen(recipe: Phase) -> Phase:
    """Return the recipe for the classifier alone, each image seen once where nothing moves it."""
    moved = recipe.transforms != "none" or recipe.mixing != Mixing()
    return recipe.but(train="classifier", batch_norm="frozen", embedded=not moved)


def _heads(size: int | None, classifier_on: str) -> Heads:
    if not size:
        return Heads()
    if classifier_on == "embedding":
        return Heads(embedding=size)
    return Heads(projections={"embedding": Projection(size=size)})


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
