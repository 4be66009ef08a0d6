"""To what level a class is over- or undersampled: fully, or only part of the way.

Buda, Maki and Mazurowski (2018) also reduce imbalance without removing it: of MNIST at rho 1000
they make training sets of smaller rho by either sampler. Their text gives the rho that is left,
not a formula per class. **Reading taken here:** `ratio` is the imbalance that remains,

- oversampling lifts every class that has fewer than n_max / ratio images to that number,
- undersampling cuts every class that has more than n_min * ratio images to that number,

and classes in between stay as they are. Ratio 1 is full balance, the present imbalance is doing
nothing. For step imbalance, which the experiment used, this and a reading that moves every class
by the same factor are the same; for other shapes they differ, and this one touches fewer classes.
"""

import numpy as np

from reproduce.errors import UserError


def oversampled_counts(counts: np.ndarray, ratio: float = 1.0) -> np.ndarray:
    """Return the counts after oversampling until largest over smallest class is `ratio`."""
    counts = _present(counts, ratio)
    return np.maximum(counts, _rounded(counts.max() / ratio))


def undersampled_counts(counts: np.ndarray, ratio: float = 1.0) -> np.ndarray:
    """Return the counts after undersampling until largest over smallest class is `ratio`."""
    counts = _present(counts, ratio)
    return np.minimum(counts, _rounded(counts.min() * ratio))


def _present(counts: np.ndarray, ratio: float) -> np.ndarray:
    counts = np.asarray(counts, dtype=np.int64)
    if counts.min() < 1:
        raise UserError(
            f"class {int(np.argmin(counts))} has no image to sample from; expected one or more in "
            "every class"
        )
    present = counts.max() / counts.min()
    if not 1 <= ratio <= present:
        raise UserError(
            f"ratio is {ratio:g}, expected 1 (full balance) to {present:g} (the imbalance that is "
            "there: nothing is sampled)"
        )
    return counts


def _rounded(images: float) -> int:
    # Half up, as the counts of the imbalance profiles are.
    return int(np.floor(images + 0.5))
