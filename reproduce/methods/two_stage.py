"""Methods that learn the encoder first and a classifier on it afterwards, and that second stage."""

from typing import Any

from reproduce.methods.method import Method, part
from reproduce.training.phases import Heads, Phase, Schedule

# cRT's 30 epochs beside 200.
CLASSIFIER = 30 / 200
# Of cosines, as in LDAM's code.
SCALE = 30.0


def balanced_classifier(recipe: Phase, share: float, **changes: Any) -> Phase:
    """Return the second stage: a new classifier on the frozen encoder, classes shown equally.

    It lasts this share of the recipe; its rate starts at the recipe's and falls to 0 as a cosine.
    """
    stage = {
        "objective": "cross_entropy",
        "objective_parameters": {},
        "sampler": "class_balanced",
        "sampler_parameters": {},
        "train": "classifier",
        "batch_norm": "frozen",
        "reinitialise": ("classifier",),
        "auxiliary": 0.0,
        "heads": Heads(),
        "schedule": Schedule(name="cosine"),
    }
    return part(recipe, share, **{**stage, **changes})


def ldam_classifier(recipe: Phase) -> Phase:
    """Return the second stage as long as the recipe, with LDAM's loss and weighted classes.

    Its rate falls to a tenth at 140, 180 and 190 of 200 epochs.
    """
    return part(
        recipe,
        1.0,
        objective="ldam",
        objective_parameters={"scale": SCALE, "class_weights": "effective_number"},
        train="classifier",
        batch_norm="frozen",
        auxiliary=0.0,
        heads=Heads(classifier="cosine", scale=SCALE),
        schedule=falling(recipe, (0.7, 0.9, 0.95)),
    )


def falling(phase: Phase, shares: tuple[float, ...]) -> Schedule:
    """Return a rate that falls to a tenth after each of these shares of the phase."""
    length = phase.epochs or phase.iterations
    milestones = tuple(sorted({max(1, round(share * length)) for share in shares}))
    unit = "epoch" if phase.epochs else "iteration"
    return Schedule(name="step", milestones=milestones, decay=0.1, unit=unit)


def crt(
    recipe: Phase,
    *,
    classifier: float = CLASSIFIER,
    weight_decay: float | None = None,
    falls: tuple[float, ...] = (),
) -> Method:
    """Return cross-entropy, then a new classifier; as in its code statistics keep moving.

    The classifier lasts this share of the recipe, by default at the recipe's `weight_decay` and
    with a rate that falls as a cosine, or to a tenth after each share of the stage in `falls`.
    """
    changes: dict[str, Any] = {"batch_norm": "updated"}
    if weight_decay is not None:
        changes["optimizer"] = recipe.optimizer.but(weight_decay=weight_decay)
    second = balanced_classifier(recipe, classifier, **changes)
    if falls:
        second = second.but(schedule=falling(second, falls))
    return Method((recipe, second))


def smote_embeddings(recipe: Phase, *, kind: str = "plain") -> Method:
    """Return the recipe, then its classifier trained on with new points among the embeddings."""
    placed = {} if kind == "plain" else {"kind": kind}
    return Method(
        (recipe, recipe.but(train="classifier", sampler="smote", sampler_parameters=placed))
    )
