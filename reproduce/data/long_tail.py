"""Profiles of published long-tailed and binary benchmarks, as counts by rank or by class.

The two long-tailed ones follow the code that made the CIFAR-LT sets of Cao et al. (2019, LDAM):
whole images are cut off, not rounded, and the arithmetic is in double precision in that order, or
single counts differ by one.
"""

import numpy as np

from reproduce.errors import UserError


def long_tail_counts(classes: int, n_max: int, rho: float) -> np.ndarray:
    """Return the counts by rank of an exponential long tail.

    n_i = trunc(n_max * (1 / rho)^(i / (C - 1))), i = 0 for the largest class. CIFAR-10 at rho 100:
    5000 2997 1796 1077 645 387 232 139 83 50.

    Parameters
    ----------
    classes
        C, at least 2.
    n_max
        Images of the largest class (5,000 for CIFAR-10, 500 for CIFAR-100).
    rho
        The nominal imbalance: largest class over smallest class. The real one is larger where
        truncation bites: CIFAR-100 at rho 200 ends in a class of 2, so 250.
    """
    if classes < 2:
        raise UserError(f"a long tail needs at least 2 classes, the data has {classes}")
    factor = 1 / _at_least_one(rho)
    counts = np.array([int(n_max * factor ** (i / (classes - 1.0))) for i in range(classes)])
    return _nobody_left_out(counts, n_max, rho)


def long_tail_step_counts(classes: int, n_max: int, rho: float) -> np.ndarray:
    """Return the counts by rank of that code's "step": half n_max, half trunc(n_max / rho).

    With an odd number of classes the published code leaves the last class out of the data without
    a word; here that is refused.
    """
    if classes % 2:
        raise UserError(
            f"imbalance 'long_tail_step' halves the classes and {classes} is odd; expected an even "
            "number: use imbalance 'step' with a mu of your own"
        )
    counts = np.full(classes, n_max, dtype=np.int64)
    counts[classes // 2 :] = int(n_max * (1 / _at_least_one(rho)))
    return _nobody_left_out(counts, n_max, rho)


def binary_share_counts(total: int, share: float, rare: int) -> np.ndarray:
    """Return the counts [class 0, class 1] of a sample in which class `rare` has `share` of all.

    The rare count is total * share to the nearest whole image (half up), the other class fills up
    to `total`: 1,500 images at 5 % are 75 and 1,425. Which class is rare is for the caller to say,
    since a text may mean either.
    """
    _check_share(share, rare)
    if total < 2:
        raise UserError(f"total is {total}, expected 2 images or more")
    few = int(np.floor(total * share + 0.5))
    if not 0 < few < total:
        raise UserError(
            f"a share of {share:g} of {total} images leaves a class without a single image; "
            f"expected a total of at least {int(np.ceil(0.5 / min(share, 1 - share)))}"
        )
    counts = np.full(2, total - few, dtype=np.int64)
    counts[rare] = few
    return counts


def largest_binary_total(available: np.ndarray, share: float, rare: int) -> int:
    """Return the most images that a sample with this share can have, given what there is."""
    _check_share(share, rare)
    if len(available) != 2:
        raise UserError(
            f"imbalance 'binary_share' is for two classes, the data has {len(available)}; use "
            "'step' or 'long_tail'"
        )
    # The rare count is rounded, so either class may be half an image above its exact share.
    bound = min((available[rare] + 0.5) / share, (available[1 - rare] + 0.5) / (1 - share))
    for total in range(int(bound) + 1, 1, -1):
        few = int(np.floor(total * share + 0.5))
        if 0 < few <= available[rare] and 0 < total - few <= available[1 - rare]:
            return total
    raise UserError(
        f"{available[0]} and {available[1]} images cannot make a sample in which class {rare} has "
        f"a share of {share:g}; expected more images, or another share"
    )


def _check_share(share: float, rare: int) -> None:
    if not 0 < share < 1:
        raise UserError(f"share is {share}, expected a share of the rare class between 0 and 1")
    if rare not in (0, 1):
        raise UserError(f"rare is {rare}, expected the label of the rare class: 0 or 1")


def _at_least_one(rho: float) -> float:
    if rho < 1:
        raise UserError(f"rho is {rho}, expected 1 or more (largest class over smallest class)")
    return rho


def _nobody_left_out(counts: np.ndarray, n_max: int, rho: float) -> np.ndarray:
    if counts.min() < 1:
        raise UserError(
            f"rho {rho:g} with at most {n_max} images a class leaves the smallest class without a "
            "single image (counts are cut off to whole images); lower rho"
        )
    return counts.astype(np.int64)
