"""The values that a method's own options are drawn from where methods are tuned alike.

Written down for each method, so that a comparison can say what it tried of which. What is not here
has no option of its own that is tuned; learning rate and weight decay are tuned of all.
"""

from collections.abc import Mapping
from typing import Any

Space = Mapping[str, tuple[Any, ...]]
# What is tuned of every method, as a factor of the recipe's value; 1 is the recipe as it is.
SHARED: dict[str, tuple[float, ...]] = {
    "learning_rate": (0.2, 0.5, 1.0, 2.0, 5.0), "weight_decay": (0.2, 1.0, 5.0),
}  # fmt: skip

_GAMMA: Space = {"gamma": (0.5, 1.0, 2.0, 3.0)}
_BETA: Space = {"beta": (0.9, 0.99, 0.999, 0.9999)}
_LATE: Space = {"deferred": (0.5, 0.65, 0.8, 0.9)}
_CLASSIFIER: Space = {"classifier": (0.1, 0.15, 0.3, 0.5)}
_BLEND: Space = {"alpha": (0.2, 0.4, 1.0)}
_CONTRAST: Space = {**_CLASSIFIER, "temperature": (0.05, 0.1, 0.2, 0.5)}
_TARGETS: Space = {
    **_CLASSIFIER,
    "objective_parameters": tuple({"temperature": t} for t in (0.05, 0.07, 0.1, 0.2)),
}
_MARGINS: Space = {
    "objective_parameters": tuple({"margin": m} for m in (0.2, 0.5, 1.0)),
    "embedding": ("frozen", "fine_tuned"),
}
_FINE_TUNED: Space = {"fine_tuning": (0.25, 0.5, 1.0)}
_PRE_TRAINED: Space = {**_FINE_TUNED, "temperature": (0.1, 0.2, 0.5)}
_BOTH_HEADS: Space = {**_PRE_TRAINED, "similarity_weight": (0.1, 0.2, 0.5, 1.0)}

SPACES: dict[str, Space] = {
    "effective_number_weights": _BETA,
    "focal": _GAMMA,
    "dual_focal": {"gamma": (0.5, 1.0, 2.0)},
    "cb_focal": {**_GAMMA, **_BETA},
    "logit_adjustment": {"tau": (0.5, 1.0, 1.5, 2.0)},
    "ldam_drw": _LATE,
    "ce_drw": _LATE,
    "gcl": _CLASSIFIER,
    "mixup": _BLEND,
    "cutmix": _BLEND,
    "intra_class_cutmix": _BLEND,
    "cutout": {"side": (0.25, 0.5)},
    "balanced_mixup": {"alpha": (0.1, 0.2, 0.4, 1.0)},
    "crt": _CLASSIFIER,
    "sup_con": _CONTRAST,
    "kcl": _CLASSIFIER,
    "tsc": _TARGETS,
    "bdcl": _CONTRAST,
    "bdcl_without_tdl": _CONTRAST,
    "bdcl_without_hep": _CONTRAST,
    "difficulty_aware_sup_con": {
        **_CLASSIFIER, "parameters": tuple({"temperature": t} for t in (0.07, 0.1, 0.2)),
    },
    "contrastive": _MARGINS,
    "triplet": _MARGINS,
    "lifted_structured": _MARGINS,
    "simclr": _PRE_TRAINED,
    "auc_cl": _FINE_TUNED,
    "dual_head": _BOTH_HEADS,
    "ranking_alone": _FINE_TUNED,
    "shared_head": _BOTH_HEADS,
    "all_negatives": _BOTH_HEADS,
    "auc_cl_warm_up": _PRE_TRAINED,
}  # fmt: skip
