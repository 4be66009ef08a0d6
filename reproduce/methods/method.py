"""What a method is: phases that train, then post-hoc steps that only look at stored scores."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

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
}


def scores_after(method: Method, probabilities: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the scores a method ranks classes by, after its post-hoc steps."""
    for step in method.posthoc:
        probabilities = POSTHOC[step](probabilities, counts)
    return probabilities
