"""Long-tailed CIFAR, whose accuracies are published: recipes with answers known beforehand.

`CAO` is the recipe of Cao et al. (2019), which most of those accuracies come from, `shortened` the
same in fewer epochs, and `OPTIONS` is what their methods are asked for where that is not the
default. The experiment `long_tail` of `reproduce.papers.class_imbalance` runs them. Left out:
tau-normalisation, which changes the weights of a trained classifier, where a post-hoc step sees
scores alone.
"""

from typing import Any

from reproduce.methods import registry
from reproduce.methods.contrastive import VIEWS
from reproduce.methods.method import Method
from reproduce.training.phases import Heads, Optimizer, Phase, Projection, Schedule

CAO = Phase(
    batch_size=128,
    epochs=200,
    optimizer=Optimizer(name="sgd", learning_rate=0.1, momentum=0.9, weight_decay=2e-4),
    schedule=Schedule(name="step", milestones=(160, 180), decay=0.01, warm_up=5, unit="epoch"),
    transforms="crop_flip",
)
# How SupCon, KCL and TSC learn their encoder on CIFAR.
CONTRASTIVE = Phase(
    batch_size=1024,
    epochs=1000,
    optimizer=Optimizer(name="sgd", learning_rate=0.5, momentum=0.9, weight_decay=1e-4),
    schedule=Schedule(name="cosine"),
    heads=Heads(projections={"contrast": Projection(size=128, hidden=512)}),
    **VIEWS,
)
_ENCODER = {"encoder": CONTRASTIVE, "second": "ldam"}
OPTIONS: dict[str, dict[str, Any]] = {
    # 30 epochs of a new classifier at 0.1, a tenth at each third.
    "crt": {"weight_decay": 5e-4, "falls": (1 / 3, 2 / 3)},
    "sup_con": _ENCODER,
    "kcl": _ENCODER,
    "tsc": _ENCODER,
}
METHODS = (
    "cross_entropy", "focal", "cb_focal", "ldam", "ldam_drw", "ce_drw", "crt", "balanced_softmax",
    "logit_adjustment", "logit_adjustment_posthoc", "mixup", "gcl", "sup_con", "kcl", "tsc",
)  # fmt: skip


def shortened(epochs: int) -> Phase:
    """Return Cao's recipe in fewer epochs: its warm-up and its falls at the same shares of them."""
    whole = CAO.schedule
    share = epochs / CAO.epochs
    return CAO.but(
        epochs=epochs,
        schedule=whole.but(
            milestones=tuple(round(share * fall) for fall in whole.milestones),
            warm_up=max(1, round(share * whole.warm_up)),
        ),
    )


def method(name: str, recipe: Phase = CAO, **options: Any) -> Method:
    """Return a method as those accuracies were reached; `options` go before `OPTIONS`."""
    return registry.build(name, recipe, **{**OPTIONS.get(name, {}), **options})
