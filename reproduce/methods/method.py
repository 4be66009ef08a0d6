"""What a method is: phases that train, then post-hoc steps that only look at stored scores."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from reproduce.errors import UserError
from reproduce.evaluation import thresholding
from reproduce.training.phases import Phase


@dataclass(frozen=True)
class Method:
    """A list of phases and the names of the post-hoc steps that follow them."""

    phases: tuple[Phase, ...]
    posthoc: tuple[str, ...] = ()


# A post-hoc step maps class probabilities [n, C] and the *original* training counts [C] (before
# any sampling) to scores [n, C]. It never retrains, so a method that differs from another only by
# such a step shares its trials.
POSTHOC: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "divide_by_prior": thresholding.divide_by_prior,
    "logit_adjustment": thresholding.logit_adjustment,
}


def part(recipe: Phase, share: float, **changes) -> Phase:
    """Return a phase that lasts this share of the recipe, and one step or epoch at least."""
    unit = "epochs" if recipe.epochs else "iterations"
    return recipe.but(**{unit: max(1, round(share * getattr(recipe, unit))), **changes})


def parted(recipe: Phase, share: float) -> tuple[Phase, Phase]:
    """Return the recipe in two, as if it were one: the second phase continues the first.

    The first lasts this share of the recipe. What a method changes on the way (class weights, the
    terms of its loss) it then changes in one of the two.
    """
    unit = "epochs" if recipe.epochs else "iterations"
    whole = getattr(recipe, unit)
    if whole < 2:
        raise UserError(
            f"the method changes its loss on the way and the recipe lasts {whole} {unit}; expected "
            f"2 or more, give more {unit}"
        )
    first = min(max(1, round(share * whole)), whole - 1)
    return recipe.but(**{unit: first}), recipe.but(**{unit: whole - first}, continued=True)


def scores_after(method: Method, probabilities: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the scores a method ranks classes by, after its post-hoc steps."""
    for step in method.posthoc:
        probabilities = POSTHOC[step](probabilities, counts)
    return probabilities
