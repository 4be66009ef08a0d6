"""Dual-head contrastive learning for acne severity (2026): pre-training, then fine-tuning.

Each method is a function of the recipe of the pre-training (one `Phase`; the paper: 200 epochs of
batches of 128, two views, rate 1e-3, decay 5e-4; AdamW is our reading). All share the fine-tuning:
a quarter as long (50 epochs), AdamW at the recipe's rate and decay, falling to 0 as a cosine, a
new classifier and the whole network trained.

The paper does not say what images are fine-tuned on, nor how long the supervised baseline trains:
here on one view of the recipe's transforms, and as long as the fine-tuning.
"""

from collections.abc import Callable
from typing import Any

from reproduce.methods.method import Method, part, parted
from reproduce.training.phases import Heads, Optimizer, Phase, Projection, Schedule

# 2048 -> 512, batch normalisation, ReLU -> 128; both heads alike.
HEAD = Projection(size=128, hidden=512, batch_norm=True)
# 20 epochs of warm-up and 50 of fine-tuning, beside 200 of pre-training.
WARM_UP, FINE_TUNING = 20 / 200, 50 / 200
TEMPERATURE = 0.5
SIMILARITY_WEIGHT = 0.2


def supervised(recipe: Phase, *, fine_tuning: float = FINE_TUNING) -> Method:
    """Return the baseline: fine-tuning alone, from the initial weights."""
    return Method((_fine_tuned(recipe, fine_tuning).but(reinitialise=()),))


def simclr(recipe: Phase, *, head: Projection = HEAD, fine_tuning: float = FINE_TUNING) -> Method:
    """Return SimCLR: both directions, all views of the batch as candidates."""
    first = _two_views(
        recipe,
        objective="nt_xent",
        objective_parameters={"temperature": TEMPERATURE},
        heads=Heads(projections={"similarity": head}),
    )
    return Method((first, _fine_tuned(recipe, fine_tuning)))


def auc_cl(recipe: Phase, *, head: Projection = HEAD, fine_tuning: float = FINE_TUNING) -> Method:
    """Return AUC-CL as its authors released it; all negatives count, none is mined."""
    first = _two_views(
        recipe,
        objective="auc_ranking",
        objective_parameters={"reading": "auc_cl"},
        heads=Heads(projections={"ranking": head}),
    )
    return Method((first, _fine_tuned(recipe, fine_tuning)))


def dual_head(
    recipe: Phase,
    *,
    head: Projection = HEAD,
    warm_up: float = WARM_UP,
    warm_up_weight: float = 1.0,
    similarity_weight: float = SIMILARITY_WEIGHT,
    ranking: dict[str, Any] | None = None,
    fine_tuning: float = FINE_TUNING,
) -> Method:
    """Return the paper's method: similarity alone, then similarity and ranking, then fine-tuning.

    `warm_up` is the share of the recipe with the similarity loss alone, 0 for none, and
    `warm_up_weight` its weight there: 1 is the text's L_sim, lambda the other reading. `ranking`
    holds parameters of the ranking loss, such as `top_k`.
    """
    both = _two_views(
        recipe,
        objective="dual_head",
        objective_parameters={
            "similarity_weight": similarity_weight,
            "temperature": TEMPERATURE,
            **(ranking or {}),
        },
        heads=Heads(projections={"similarity": head, "ranking": head}),
    )
    last = _fine_tuned(recipe, fine_tuning)
    if not warm_up:
        return Method((both, last))
    alone, both = parted(both, warm_up)
    weights = {"similarity_weight": warm_up_weight, "ranking_weight": 0.0}
    alone = alone.but(objective_parameters={**alone.objective_parameters, **weights})
    return Method((alone, both, last))


def _two_views(recipe: Phase, **changes) -> Phase:
    return recipe.but(views=2, **changes)


def _fine_tuned(recipe: Phase, share: float) -> Phase:
    optimizer = Optimizer(
        name="adamw",
        learning_rate=recipe.optimizer.learning_rate,
        weight_decay=recipe.optimizer.weight_decay,
    )
    return part(
        recipe,
        share,
        views=1,
        optimizer=optimizer,
        schedule=Schedule(name="cosine"),
        reinitialise=("classifier",),
    )


METHODS: dict[str, Callable[..., Method]] = {
    "supervised": supervised,
    "simclr": simclr,
    "auc_cl": auc_cl,
    "dual_head": dual_head,
}
