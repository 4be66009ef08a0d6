"""Temperature scaling: one number that makes stated confidences come true, on images held out.

Guo et al. (2017), "On calibration of modern neural networks": logits are divided by the number T
at which the likelihood of the labels of held-out images is largest. No image changes its class.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize_scalar

from reproduce.errors import UserError
from reproduce.evaluation.metrics import softmax

# Beyond these the images do not say how sure the network may be.
COLDEST, HOTTEST = 0.05, 20.0


def negative_log_likelihood(logits: ArrayLike, labels: ArrayLike, temperature: float = 1.0):
    """Return the mean of -ln p of the true classes, with logits [n, C] divided by a number."""
    found = softmax(np.asarray(logits, dtype=np.float64) / temperature)
    chosen = found[np.arange(len(found)), np.asarray(labels)]
    return float(-np.log(np.maximum(chosen, np.finfo(np.float64).tiny)).mean())


def fitted(logits: ArrayLike, labels: ArrayLike) -> float:
    """Return the temperature at which labels [n] are likeliest under logits [n, C].

    Where every image is right, no temperature is low enough; where the logits say nothing, none is
    high enough. Both are refused: these images cannot tell.
    """
    logits, labels = np.asarray(logits, dtype=np.float64), np.asarray(labels)
    if logits.ndim != 2 or not len(logits) or labels.shape != (len(logits),):
        raise UserError(
            f"a temperature is fitted on logits [n, C] and labels [n], received {logits.shape} and "
            f"{labels.shape}"
        )
    right = int((logits.argmax(axis=1) == labels).sum())
    ends = np.log(COLDEST), np.log(HOTTEST)
    found = minimize_scalar(
        lambda t: negative_log_likelihood(logits, labels, float(np.exp(t))),
        bounds=ends, method="bounded", options={"xatol": 1e-6},
    )  # fmt: skip
    if right == len(labels) or min(found.x - ends[0], ends[1] - found.x) < 1e-3:
        raise UserError(
            f"{len(labels)} held-out images, {right} of them classified rightly, do not say how "
            "sure the network may be"
        )
    return float(np.exp(found.x))
