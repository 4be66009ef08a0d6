"""What the text leaves open, and what each other reading changes in the loss.

A reading is named by its ambiguity and its name there. It moves the arms of the methods it names;
the others are those of the grid, so that a comparison under a reading costs no further training.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Change:
    """What a reading changes in the loss, and of which methods."""

    objective: dict[str, Any] = field(default_factory=dict)
    methods: tuple[str, ...] = ("bdcl",)


# A rate of 0 stands for that of the network.
AS_THE_NETWORK = 0.0
# Those that claims are judged under come first.
READINGS: dict[str, Change] = {
    "direction_of_temperature: ascent": Change({"direction_of_temperature": "ascent"}),
    "temperature_gradient: printed": Change({"temperature_gradient": "printed"}),
    "hard_examples: similarity": Change({"hard_examples": "similarity"}),
    "momentum: customary": Change({"momentum": 0.01}),
    "prototype_on_the_sphere: raw_detached": Change({"prototype_on_the_sphere": "raw_detached"}),
    "positive_set: all_prototypes": Change({"positive_set": "all_prototypes"}),
    "temperature_bounds: exponential": Change({"temperature_bounds": "exponential"}),
    "temperature_learning_rate: as_the_network": Change({"temperature_rate": AS_THE_NETWORK}),
    "denominator_temperature: pair": Change({"denominator_temperature": "pair"}),
    "hard_examples: auxiliary_head": Change({"hard_examples": "auxiliary_head"}),
    "weight_of_targets: released_code": Change({"reading": "code"}, ("tsc",)),
    "temperature_of_baseline: released_code": Change({"temperature": 0.07}, ("sup_con",)),
}
