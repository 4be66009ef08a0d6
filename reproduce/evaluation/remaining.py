"""What is left to gain: measures of the error that remains, for metrics close to their end."""

import numpy as np
from numpy.typing import ArrayLike

# The smallest error told apart: one pair in a million in the wrong order.
LEAST = 1e-6


def log_remaining(values: ArrayLike) -> np.ndarray | float:
    """Return the natural logarithm of 1 - value, of a metric whose best value is 1.

    A difference of two is the logarithm of a ratio of remaining errors: -0.1 is a tenth less of
    what was left, whether that was .05 or .0005. An error below one in a million counts as that.
    """
    left = np.log(np.maximum(1 - np.asarray(values, dtype=np.float64), LEAST))
    return float(left) if left.ndim == 0 else left
