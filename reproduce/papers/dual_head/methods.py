"""Yun and Kim (2026): which methods are compared, and the recipe and options they are given."""

from typing import Any

from reproduce.data.augmentation import recipes
from reproduce.methods import registry
from reproduce.methods.method import Method
from reproduce.training.phases import Optimizer, Phase, Schedule

# The paper's methods; the first is not pre-trained.
FOUR = ("supervised", "simclr", "auc_cl", "dual_head")
PRE_TRAINED = FOUR[1:]
# The paper's method or a rival with one component changed.
VARIANTS = (
    "ranking_alone", "shared_head", "all_negatives", "auc_cl_warm_up", "supervised_longer",
)  # fmt: skip


def method(parameters, name: str, choices: dict[str, str]) -> Method:
    """Return a method as the parameters ask for it, and a combination of readings."""
    ranking: dict[str, Any] = {"reading": choices.get("reading", parameters.reading)}
    ranking["c"] = float(choices.get("c", parameters.c))
    ranking |= {name: choices[name] for name in ("score", "negatives") if name in choices}
    mined = choices.get("k", parameters.top_k)
    by_ratio = mined in (None, "ratio")
    ranking |= {"ratio": parameters.ratio} if by_ratio else {"top_k": int(mined)}
    options: dict[str, Any] = {
        "fine_tuning_epochs": parameters.fine_tuning_epochs,
        "fine_tuning_transforms": "none" if parameters.fine_tuning_transforms == "none" else "same",
        "temperature": parameters.temperature,
        "warm_up": parameters.warm_up,
        "similarity_weight": parameters.lam,
        "similarity_reading": choices.get("similarity", "printed"),
        # SimCLR's own loss, unless the paper's equation is to be read as its rival's too.
        "simclr_reading": choices.get("similarity", "nt_xent"),
        "warm_up_weight": parameters.lam if choices.get("warm_up_weight") == "lambda" else 1.0,
        "ranking": {k: v for k, v in ranking.items() if v != _USUAL.get(k)},
    }
    plain = recipe(parameters, choices)
    if "fine_tuning_epochs" in registry.entry(name).options("classification"):
        return registry.build(name, plain, **options)
    # Not one that pre-trains: it takes the place of the supervised baseline, and its recipe.
    (fine_tuning,) = registry.build("supervised", plain, **options).phases
    return registry.build(name, fine_tuning)


# At these values a parameter of the ranking loss is left out of the description of a trial.
_USUAL = dict(reading="printed", c=10.0, ratio=0.1, score="half", negatives="both_views")


def recipe(parameters, choices: dict[str, str]) -> Phase:
    """Return the recipe of pre-training: AdamW, a constant rate, the list of augmentations."""
    wanted = choices.get("solarize") == "yes"
    differs = wanted != bool(recipes.recipe(parameters.transforms).solarize)
    solarized = {"solarize": 0.5 if wanted else 0.0} if choices and differs else {}
    return Phase(
        batch_size=parameters.batch_size,
        epochs=parameters.epochs,
        views=2,
        transforms=parameters.transforms,
        transform_parameters=solarized,
        schedule=Schedule(),
        optimizer=Optimizer(
            name="adamw", learning_rate=parameters.learning_rate,
            weight_decay=parameters.weight_decay,
        ),
    )  # fmt: skip
