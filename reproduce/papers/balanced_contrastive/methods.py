"""BDCL and what it is compared with, each in two arms.

In the *common* recipe every arm is shown the same: one augmentation, one optimizer, and as many
images pass the network in both stages together. Two views of an image are two passes, and a
classifier on a frozen encoder costs one pass of each image, since the encoder embeds it once. In
its *own* recipe an arm has the augmentation and the second stage of the work that proposed it, and
as many epochs, so that two views cost twice as many passes.
"""

from collections.abc import Callable, Mapping
from typing import Any

from reproduce.methods import classifier_losses, contrastive, registry, two_stage
from reproduce.methods.method import Method
from reproduce.registry import records
from reproduce.training.phases import Heads, Mixing, Optimizer, Phase, Schedule

# In the grid: BDCL, the loss that it starts from, and the best contrastive rival in the paper.
COMPARED = ("sup_con", "tsc", "bdcl")
# The others of the paper's table, the best of each kind first.
RIVALS = ("balanced_mixup", "gcl", "crt", "cross_entropy", "ldam", "focal")
ABLATED = ("bdcl_without_tdl", "bdcl_without_hep")
# Prototypes of all examples in the place of those of hard ones.
MEAN = "bdcl_mean_prototypes"
FROZEN = "frozen_encoder"
# Those of the three whose loss has temperatures or prototypes, in any part.
CONTRASTIVE = ("sup_con", "tsc", "bdcl", *ABLATED, MEAN)
ARMS = (MEAN, FROZEN)
COMMON, OWN = "common", "own"
# Parts of an image large enough to hold a lesion, mirrored, in mildly other colours.
AUGMENTATION = "dual_head_mild"
OWN_AUGMENTATION = "crop_flip"
# Of the recipe, for the second stage of an own recipe: a share of few epochs leaves too few steps.
WHOLE = 1.0


def recipe(parameters) -> Phase:
    """Return the recipe that all arms share: SGD as printed, its rate falling to 0 as a cosine."""
    return Phase(
        batch_size=parameters.batch_size,
        epochs=parameters.passes,
        optimizer=Optimizer(
            name="sgd",
            learning_rate=parameters.learning_rate,
            momentum=0.9,
            weight_decay=parameters.weight_decay,
        ),
        schedule=Schedule(name="cosine"),
        transforms=AUGMENTATION,
    )


def method(
    parameters, name: str, arm: str = COMMON, objective: Mapping[str, Any] | None = None
) -> Method:
    """Return a method in one of its arms; `objective` are further parameters of its loss."""
    if arm == OWN:
        return _own(parameters, name)
    return _common(parameters, name, dict(objective or {}))


def classifier(parameters) -> Phase:
    """Return the common second stage: a new classifier on what a frozen encoder embedded once."""
    whole = recipe(parameters).but(transforms="none")
    found = two_stage.balanced_classifier(whole, 1.0, embedded=True)
    return found.but(epochs=parameters.classifier_epochs)


def options(name: str) -> dict[str, Any]:
    """Return what the paper's record asks a method for, where that is not its default."""
    return dict(records.paper("balanced_contrastive").options.get(name, {}))


def _common(parameters, name: str, objective: dict[str, Any]) -> Method:
    whole, last = recipe(parameters), classifier(parameters)
    if name == FROZEN:
        return Method((last,))
    if name in ("crt", "gcl"):
        first, second = _of_two(name, whole.but(epochs=parameters.passes - 1))
        if name == "gcl":  # Its own loss and its own weights go on, on balanced batches.
            kept = {"epochs": last.epochs, "embedded": True, "transforms": "none"}
            last = second.but(mixing=Mixing(), **kept)
        return Method((first, last))
    if name == MEAN or registry.entry(name).takes == registry.entry("bdcl").takes:
        return Method((*_encoder(parameters, name, objective), last))
    return registry.build(name, whole, **options(name))


def _of_two(name: str, whole: Phase) -> tuple[Phase, ...]:
    made: Callable[[Phase], Method] = {"crt": two_stage.crt, "gcl": classifier_losses.gcl}[name]
    return made(whole).phases


def _encoder(parameters, name: str, objective: dict[str, Any]) -> tuple[Phase, ...]:
    """Return the contrastive phases: two views of each image, in all but one of the passes."""
    whole = recipe(parameters)
    heads = Heads(projections={"contrast": contrastive.HEAD})
    shown = whole.but(views=2, epochs=max(1, (parameters.passes - 1) // 2), heads=heads)
    return _contrast(parameters, name, whole, objective, encoder=shown).phases[:-1]


def _contrast(parameters, name: str, whole: Phase, objective, **given: Any) -> Method:
    """Return a contrastive method with the parameters that this study gives its loss."""
    if name == MEAN:
        name, objective = "bdcl", {"hard_examples": "every", **objective}
    temperature = objective.pop("temperature", parameters.temperature)
    if name == "sup_con":
        return contrastive.sup_con(whole, temperature=temperature, **given)
    if name.startswith("bdcl"):
        rate = objective.pop("temperature_rate", parameters.temperature_rate)
        return registry.build(
            name, whole, temperature=temperature, temperature_rate=rate, parameters=objective,
            **given,
        )  # fmt: skip
    if name == "tsc" and given.get("encoder", whole).epochs < 2:
        given["warm_up"] = 0.0  # There is no half of one epoch.
    if objective:
        given["objective_parameters"] = objective
    return registry.build(name, whole, **given)


def _own(parameters, name: str) -> Method:
    whole = recipe(parameters).but(transforms=OWN_AUGMENTATION)
    if name in ("sup_con", "tsc") or name.startswith("bdcl"):
        # The code of TSC ends in LDAM with weighted classes.
        more = {"second": "ldam"} if name == "tsc" else {"classifier": WHOLE}
        return _contrast(parameters, name, whole, {}, **more)
    more = {"classifier": WHOLE} if name in ("crt", "gcl") else {}
    return registry.build(name, whole, **options(name), **more)
