"""What the text leaves open, and what each other reading changes: of the loss, or of the recipe.

A reading is named by its ambiguity and its name there. It moves the arms of the methods it names;
the others are those of the grid, so that a comparison under a reading costs no more than it must.
"""

from dataclasses import dataclass, field
from typing import Any

from reproduce.papers.difficulty_aware.methods import AWARE, PLAIN


@dataclass(frozen=True)
class Change:
    """What a reading changes, and of which methods."""

    methods: tuple[str, ...] = (AWARE,)
    objective: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)


# The nearer to what a reader would doubt first, the earlier: a budget may end among them.
READINGS: dict[str, Change] = {
    "negative_weights_never_act: printed": Change(objective={"reading": "printed"}),
    "parameters: strong": Change(
        objective={"alpha": 2.0, "beta": 2.0, "positive_threshold": 0.7, "negative_threshold": 0.3}
    ),
    "normalisation: weighted_mean": Change(objective={"normalisation": "weighted_mean"}),
    "gradient_through_weights: attached": Change(
        objective={"gradient_through_weights": "attached"}
    ),
    "gate_of_positive_weight: printed": Change(objective={"gate_of_positive_weight": "printed"}),
    "gate_of_negative_weight: printed": Change(objective={"gate_of_negative_weight": "printed"}),
    "normalisation: printed": Change(objective={"normalisation": "printed"}),
    "sum_over_k: with_anchor": Change(objective={"sum_over_k": "with_anchor"}),
    "loss_compared_with: own_recipe": Change(methods=(PLAIN,), objective={"temperature": 0.1}),
    "batches: as_they_come": Change(methods=(PLAIN, AWARE), parameters={"images_per_identity": 0}),
}
