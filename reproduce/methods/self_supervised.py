"""Methods that learn the encoder without labels, then fine-tune the whole network with them.

Those of dual-head contrastive learning for acne severity (2026): each is a function of the recipe
of the pre-training (one `Phase`; the paper: 200 epochs of batches of 128, two views, rate 1e-3,
decay 5e-4; AdamW is our reading). All share the fine-tuning: a quarter as long (50 epochs), AdamW
at the recipe's rate and decay, falling to 0 as a cosine, a new classifier and the whole network
trained.

The paper does not say what images are fine-tuned on, nor how long the supervised baseline trains:
here on one view of the recipe's transforms, and as long as the fine-tuning. Where a recipe has no
transforms, the views are those of SimCLR, and the fine-tuning sees the images as they are.

All methods take the same options (`Options`), so that a study can ask all of them for the same
thing; an option that a method has no use for changes nothing there.
"""

from dataclasses import dataclass
from typing import Any

from reproduce.errors import UserError
from reproduce.methods.contrastive import VIEWS
from reproduce.methods.method import Method, part, parted
from reproduce.training.phases import Heads, Optimizer, Phase, Projection, Schedule

# 2048 -> 512, batch normalisation, ReLU -> 128; both heads alike.
HEAD = Projection(size=128, hidden=512, batch_norm=True)
# 20 epochs of warm-up and 50 of fine-tuning, beside 200 of pre-training.
WARM_UP, FINE_TUNING = 20 / 200, 50 / 200
TEMPERATURE = 0.5
SIMILARITY_WEIGHT = 0.2


@dataclass(frozen=True)
class Options:
    """What can be asked of the methods; the defaults are the paper's.

    `temperature` is that of InfoNCE and of SimCLR's loss.
    `fine_tuning` is its length as a share of the recipe's, unless `fine_tuning_epochs` says it in
    epochs; `fine_tuning_transforms` is "same", the recipe's, or the name of others, such as "none".

    Of the paper's method alone: `warm_up` is the share of the recipe with the similarity loss
    alone, 0 for none, and `warm_up_weight` its weight there (1 is the text's L_sim, lambda the
    other reading); `similarity_weight` is lambda; `similarity_reading` is InfoNCE as "printed" or
    SimCLR's "nt_xent"; `ranking` holds parameters of the ranking loss, such as `top_k`. SimCLR's
    own loss is `simclr_reading`, "nt_xent" or InfoNCE as "printed".
    """

    head: Projection = HEAD
    fine_tuning: float = FINE_TUNING
    fine_tuning_epochs: int | None = None
    fine_tuning_transforms: str = "same"
    temperature: float = TEMPERATURE
    simclr_reading: str = "nt_xent"
    warm_up: float = WARM_UP
    warm_up_weight: float = 1.0
    similarity_weight: float = SIMILARITY_WEIGHT
    similarity_reading: str = "printed"
    ranking: dict[str, Any] | None = None


def pre_trained(
    recipe: Phase,
    *,
    objective: str,
    objective_parameters: dict[str, Any] | None = None,
    projection: str = "similarity",
    **options: Any,
) -> Method:
    """Return a pre-training with this loss on one projection head, then the fine-tuning."""
    wanted = Options(**options)
    first = _two_views(
        recipe,
        objective=objective,
        objective_parameters=objective_parameters or {},
        heads=Heads(projections={projection: wanted.head}),
    )
    return Method((first, _fine_tuned(recipe, wanted)))


def supervised(recipe: Phase, **options) -> Method:
    """Return the baseline: fine-tuning alone, from the initial weights."""
    return Method((_fine_tuned(recipe, Options(**options)).but(reinitialise=()),))


def simclr(recipe: Phase, **options) -> Method:
    """Return SimCLR: both directions, all views of the batch as candidates."""
    wanted = Options(**options)
    if wanted.simclr_reading not in ("nt_xent", "printed"):
        raise UserError(
            f"simclr: simclr_reading expected nt_xent or printed, received {wanted.simclr_reading}"
        )
    return pre_trained(
        recipe,
        objective="nt_xent" if wanted.simclr_reading == "nt_xent" else "info_nce",
        objective_parameters={"temperature": wanted.temperature},
        **options,
    )


def auc_cl(recipe: Phase, **options) -> Method:
    """Return AUC-CL as its authors released it; all negatives count, none is mined."""
    return pre_trained(
        recipe,
        objective="auc_ranking",
        objective_parameters={"reading": "auc_cl"},
        projection="ranking",
        **options,
    )


def dual_head(recipe: Phase, **options) -> Method:
    """Return the paper's method: similarity alone, then both losses, then fine-tuning."""
    return _joint(recipe, Options(**options))


def ranking_alone(recipe: Phase, **options) -> Method:
    """Return the paper's method without its similarity loss: lambda 0, and so no warm-up."""
    return dual_head(recipe, **{**options, "similarity_weight": 0.0, "warm_up": 0})


def shared_head(recipe: Phase, **options) -> Method:
    """Return the paper's method with one projection head that feeds both losses."""
    return _joint(recipe, Options(**options), ranking_head="similarity")


def all_negatives(recipe: Phase, **options) -> Method:
    """Return the paper's method with every negative in the ranking loss, none mined."""
    given = {**(options.get("ranking") or {}), "ratio": 1.0}
    given.pop("top_k", None)
    return dual_head(recipe, **{**options, "ranking": given})


def auc_cl_warm_up(recipe: Phase, **options) -> Method:
    """Return AUC-CL after the paper's warm-up: InfoNCE on a head of its own, then AUC-CL alone."""
    ranking = {"reading": "auc_cl"}
    return dual_head(recipe, **{**options, "similarity_weight": 0.0, "ranking": ranking})


def supervised_longer(recipe: Phase, **options) -> Method:
    """Return the baseline for as long as the other methods' pre-training and fine-tuning."""
    last = supervised(recipe, **options).phases[0]
    if bool(last.epochs) != bool(recipe.epochs):
        raise UserError(
            "supervised_longer adds up pre-training and fine-tuning, and received the one in "
            "iterations and the other in epochs; give both in epochs"
        )
    unit = "epochs" if recipe.epochs else "iterations"
    return Method((last.but(**{unit: getattr(recipe, unit) + getattr(last, unit)}),))


def _joint(recipe: Phase, wanted: Options, **more) -> Method:
    """Return the warm-up, the phase with both losses, and the fine-tuning."""
    reading = {"similarity_reading": wanted.similarity_reading}
    names = {"similarity", more.get("ranking_head", "ranking")}
    both = _two_views(
        recipe,
        objective="dual_head",
        objective_parameters={
            "similarity_weight": wanted.similarity_weight,
            "temperature": wanted.temperature,
            **(reading if wanted.similarity_reading != "printed" else {}),
            **(wanted.ranking or {}),
            **more,
        },
        heads=Heads(projections=dict.fromkeys(sorted(names), wanted.head)),
    )
    last = _fine_tuned(recipe, wanted)
    if not wanted.warm_up:
        return Method((both, last))
    alone, both = parted(both, wanted.warm_up)
    weights = {"similarity_weight": wanted.warm_up_weight, "ranking_weight": 0.0}
    alone = alone.but(objective_parameters={**alone.objective_parameters, **weights})
    return Method((alone, both, last))


def _two_views(recipe: Phase, **changes) -> Phase:
    seen = VIEWS if recipe.transforms == "none" else {"views": 2}
    return recipe.but(**seen, **changes)


def _fine_tuned(recipe: Phase, wanted: Options) -> Phase:
    optimizer = Optimizer(
        name="adamw",
        learning_rate=recipe.optimizer.learning_rate,
        weight_decay=recipe.optimizer.weight_decay,
    )
    phase = part(
        recipe,
        wanted.fine_tuning,
        views=1,
        optimizer=optimizer,
        schedule=Schedule(name="cosine"),
        reinitialise=("classifier",),
    )
    if wanted.fine_tuning_epochs is not None:
        phase = phase.but(iterations=0, epochs=wanted.fine_tuning_epochs)
    if wanted.fine_tuning_transforms not in ("same", recipe.transforms):
        phase = phase.but(transforms=wanted.fine_tuning_transforms, transform_parameters={})
    return phase
