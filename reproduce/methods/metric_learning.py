"""Deep metric learning for warts and corns (2021): an embedding first, then a classifier.

Each method is a function of the recipe of the classification (one `Phase`; the paper: Adam at
6e-4). The embedding is learned before it, at 5e-4, on batches that show every class equally often.

The paper does not print the size of the embedding, whether it stays as it is while the classifier
learns, nor how pairs are drawn (`reproduce/papers/ambiguities/metric_learning.yaml`). Differences
from its drawing: the classifier stands on the encoder's features, not on the projection of them,
and the length of both phases is fixed, where the paper stops when the training loss no longer
falls.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from reproduce.methods.method import Method
from reproduce.training.phases import Heads, Phase, Projection

EMBEDDING_RATE = 5e-4
EMBEDDING_SIZE = 128
# Healthy skin, corns and warts: every batch shows all of them.
CLASSES = 3


def cross_entropy(recipe: Phase) -> Method:
    """Return the baseline: classification alone."""
    return Method((recipe,))


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
    each = recipe.batch_size // classes_per_batch
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


METHODS: dict[str, Callable[..., Method]] = {
    "cross_entropy": cross_entropy,
    "contrastive": partial(embedded, objective="contrastive"),
    "triplet": partial(embedded, objective="triplet"),
    "lifted_structured": partial(embedded, objective="lifted_structured"),
}
