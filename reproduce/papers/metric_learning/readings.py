"""What the text leaves open, and what each other reading changes: parameters, or those of a loss.

A reading is named by its ambiguity and its name there. It moves the arms of the losses it names;
the others are those of the grid, so that a comparison under a reading costs no further training.
"""

from dataclasses import dataclass, field
from typing import Any

from reproduce.papers.metric_learning.methods import METRIC_LOSSES


@dataclass(frozen=True)
class Change:
    """What a reading changes, and for which losses."""

    losses: tuple[str, ...] = METRIC_LOSSES
    parameters: dict[str, Any] = field(default_factory=dict)
    objective: dict[str, Any] = field(default_factory=dict)


# The nearer to what a reader would doubt first, the earlier: a budget may end among them.
READINGS: dict[str, Change] = {
    "classifier_input: features": Change(parameters={"classifier_on": "features"}),
    "embedding_kept_in_classification: fine_tuned": Change(parameters={"embedding": "fine_tuned"}),
    "early_stopping: fixed_length": Change(
        losses=("cross_entropy", *METRIC_LOSSES), parameters={"stop": 0}
    ),
    "margin: one": Change(losses=("triplet",), parameters={"margin": 1.0}),
    "pairs_in_a_batch: semi_hard": Change(losses=("triplet",), parameters={"mining": "semi_hard"}),
    "pairs_in_a_batch: batch_hard": Change(
        losses=("triplet",), parameters={"mining": "batch_hard"}
    ),
    "triplets_averaged: active": Change(losses=("triplet",), objective={"average": "active"}),
    "normalised_embeddings: never": Change(
        losses=("contrastive", "triplet"), parameters={"normalised": "never"}
    ),
    "normalised_embeddings: always": Change(
        losses=("lifted_structured",), parameters={"normalised": "always"}
    ),
    "distance_in_lifted_loss: squared": Change(
        losses=("lifted_structured",), objective={"squared": True}
    ),
    "averaged_apart: separate_means": Change(
        losses=("contrastive",), objective={"reading": "separate_means"}
    ),
    "sum_or_mean: printed": Change(losses=("contrastive",), objective={"reduction": "sum"}),
    "embedding_size: pooled_features": Change(parameters={"embedding_size": 0}),
}
