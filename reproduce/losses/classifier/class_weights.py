"""Weights of classes, from how many training images each of them has.

Losses that take `class_weights` take "effective_number", "inverse" or a list of numbers.
"""

import torch

from reproduce.errors import UserError
from reproduce.losses import checks

KINDS = ("effective_number", "inverse")


def effective_number(counts: checks.Numbers, *, beta: float = 0.9999) -> torch.Tensor:
    r"""Class-balanced weights: one over the effective number of images, float64 [C].

    .. math::
        w_c = C \frac{1 / E_c}{\sum_j 1 / E_j}, \qquad E_c = \frac{1 - \beta^{n_c}}{1 - \beta}

    The deferred re-weighting (DRW) of LDAM uses these weights in its last epochs.

    Parameters
    ----------
    counts
        Training images per class :math:`n_c` [C], each at least 1.
    beta : float
        From 0 (all classes weigh the same) to just below 1 (which tends to the inverse
        frequency); 0.9999 in LDAM's code, one of the four values that the paper tried.

    Differences from the paper
    --------------------------
    None; the weights sum to C, as in the paper, so that the size of the loss stays.

    Edge cases
    ----------
    :math:`E_c` never exceeds 1 / (1 - beta), 10,000 by default: where every class has far more
    than that, as with pixels, all weights come out equal.

    References
    ----------
    Y. Cui, M. Jia, T.-Y. Lin, Y. Song, S. Belongie (2019). Class-Balanced Loss Based on Effective
    Number of Samples. CVPR.
    """
    checks.parameter("effective_number", "beta", beta, least=0)
    if beta >= 1:
        raise UserError(
            f"effective_number: beta expected less than 1, received {beta:g}; "
            "class_weights='inverse' is its limit"
        )
    weights = (1 - beta) / (1 - beta ** _known_counts("effective_number", counts))
    return weights * len(weights) / weights.sum()


def inverse_frequency(counts: checks.Numbers) -> torch.Tensor:
    """Weights proportional to 1 / n_c that sum to C, float64 [C]."""
    weights = 1 / _known_counts("inverse_frequency", counts)
    return weights * len(weights) / weights.sum()


def chosen(
    loss: str,
    class_weights: str | checks.Numbers | None,
    *,
    counts: checks.Numbers | None = None,
    beta: float = 0.9999,
    like: torch.Tensor,
) -> torch.Tensor | None:
    """Return the weights [C] that a loss was asked for, as numbers like `like` [N, C]."""
    if class_weights is None:
        return None
    if not isinstance(class_weights, str):
        return positive(loss, "class_weights", class_weights, like)
    checks.choice(loss, "class_weights", class_weights, KINDS)
    counts = positive(loss, "counts", counts, like)
    effective = class_weights == "effective_number"
    weights = effective_number(counts, beta=beta) if effective else inverse_frequency(counts)
    return weights.to(like.dtype)


def positive(
    loss: str, name: str, values: checks.Numbers | None, like: torch.Tensor
) -> torch.Tensor:
    """Return one number above 0 for each class, as a tensor like `like` [N, C]."""
    classes = like.shape[1]
    try:
        numbers = checks.per_class(loss, name, values, classes, like)
    except (TypeError, ValueError, RuntimeError) as error:
        raise UserError(
            f"{loss}: {name} expected {classes} numbers, one per class, received {values!r}"
        ) from error
    try:
        # Only a number above 0 has a finite logarithm; so this reads the values, and makes a GPU
        # wait, only where values are checked at all.
        checks.numbers(loss, name, numbers.log(), "C")
    except UserError as error:
        raise UserError(
            f"{loss}: {name} expected more than 0 for every class, received "
            f"{[float(f'{number:.4g}') for number in numbers.tolist()]}"
        ) from error
    return numbers


def _known_counts(name: str, counts: checks.Numbers) -> torch.Tensor:
    # In float64, since 1 - beta ** n cancels where n is small.
    counts = torch.as_tensor(counts, dtype=torch.float64)
    return positive(name, "counts", counts, counts.reshape(1, -1))
