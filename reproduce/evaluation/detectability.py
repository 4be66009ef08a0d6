"""What a small test set can tell: the measured gap over many small sets out of a large one.

Two methods classify the same large labelled set. From it small sets are drawn, so many images of
each class, and the gap between the methods is measured on each. No image is drawn one by one: how
many of a class's drawn images fall on each pair of predictions (a, b) is a multivariate
hypergeometric count (with replacement a multinomial one), which is exact and takes the same time
for a large set as for a small one.
Of methods that were trained several times, as papers average them, the images are drawn one by one.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from reproduce.errors import UserError, unknown_name
from reproduce.evaluation.checked_inputs import checked_labels
from reproduce.evaluation.metrics import FROM_CONFUSION
from reproduce.evaluation.per_class import FROM_MATRIX
from reproduce.randomness import generator

MEASURES: dict[str, Callable] = FROM_CONFUSION | FROM_MATRIX


def gaps(
    labels: ArrayLike,
    predictions_a: ArrayLike,
    predictions_b: ArrayLike,
    per_class: Sequence[int],
    draws: int = 10_000,
    metric: str = "accuracy",
    seed: int = 0,
    replace: bool = False,
) -> np.ndarray:
    """Return the metric of method a minus that of b on each of many small test sets: [draws].

    Parameters
    ----------
    labels, predictions_a, predictions_b
        true and predicted classes of the same large set, whole numbers [n].
    per_class
        images of each class in a small set, e.g. 111, 118, 38, 25; the same images for both
        methods. A class with 0 is absent and skipped in every mean.
    metric
        any measure of a confusion matrix: accuracy, macro_f1, balanced_accuracy, ...
    replace
        whether an image may be drawn twice. Where the large set has not many times the images of a
        small one, draws without replacement are too much alike: they hold the same images.
    """
    if metric not in MEASURES:
        raise unknown_name("metric", metric, MEASURES)
    if isinstance(draws, bool) or not isinstance(draws, int | np.integer) or draws < 1:
        raise UserError(f"draws must be a whole number of at least 1, received {draws!r}")
    tables = joint_tables(labels, predictions_a, predictions_b, len(per_class))
    _check_enough(tables, per_class)
    random = generator(seed, "small test sets")
    classes = len(per_class)
    drawn = np.zeros((draws, classes, classes, classes), dtype=np.int64)
    for c, wanted in enumerate(per_class):
        held = tables[c].ravel()
        if replace:
            chosen = random.multinomial(wanted, held / max(1, held.sum()), size=draws)
        else:
            chosen = random.multivariate_hypergeometric(
                held, wanted, size=draws, method="marginals"
            )
        drawn[:, c] = chosen.reshape(draws, classes, classes)
    # [draws, true, a, b]: summed over the other method's prediction, each is a confusion matrix.
    of_a, of_b = drawn.sum(axis=3), drawn.sum(axis=2)
    return np.asarray(MEASURES[metric](of_a) - MEASURES[metric](of_b), dtype=np.float64)


def true_gap(
    labels: ArrayLike,
    predictions_a: ArrayLike,
    predictions_b: ArrayLike,
    per_class: Sequence[int],
    metric: str = "accuracy",
) -> float:
    """Return the gap on all images of the large set, weighted to the small set's class shares.

    Weighted, because a gap on balanced images is another quantity than one on unequal classes.
    """
    if metric not in MEASURES:
        raise unknown_name("metric", metric, MEASURES)
    tables = joint_tables(labels, predictions_a, predictions_b, len(per_class))
    _check_enough(tables, per_class)
    held = np.maximum(tables.sum(axis=(1, 2)), 1)
    shares = tables * (np.asarray(per_class) / held)[:, None, None]
    return float(MEASURES[metric](shares.sum(axis=2)) - MEASURES[metric](shares.sum(axis=1)))


def smallest_detectable(gaps: ArrayLike, level: float = 0.05, power: float = 0.8) -> float:
    """Return the true gap that a test set of this size tells from 0 in `power` of all draws.

    By normal approximation (z_{1 - level / 2} + z_power) s, with s the standard deviation of the
    gap over the draws. It takes the spread to be the same whatever the true gap is, the test to be
    two-sided, and both methods to be trained already: what differs between trainings comes on top.
    """
    values = np.asarray(gaps, dtype=np.float64)
    if values.ndim != 1 or len(values) < 2 or not np.isfinite(values).all():
        raise UserError(
            f"gaps must be at least 2 finite numbers, received shape {values.shape}; pass what "
            "`gaps` returns"
        )
    return smallest_detectable_of_means(values[None], 0.0, level, power)


def gaps_of_runs(
    labels: ArrayLike,
    runs_a: ArrayLike,
    runs_b: ArrayLike,
    per_class: Sequence[int],
    draws: int = 2000,
    metric: str = "accuracy",
    seed: int = 0,
) -> np.ndarray:
    """Return the gap of each run on many small test sets, the same for all runs: [runs, draws].

    `runs_a` and `runs_b` hold the predicted classes of both methods, run by run, [runs, n]; the
    rest is as in `gaps`.
    """
    if metric not in MEASURES:
        raise unknown_name("metric", metric, MEASURES)
    if isinstance(draws, bool) or not isinstance(draws, int | np.integer) or draws < 1:
        raise UserError(f"draws must be a whole number of at least 1, received {draws!r}")
    a, b = np.atleast_2d(runs_a), np.atleast_2d(runs_b)
    if a.shape != b.shape or not len(a):
        raise UserError(f"both methods need the same runs, received shapes {a.shape} and {b.shape}")
    classes, labels = len(per_class), np.asarray(labels)
    for of_a, of_b in zip(a, b, strict=True):
        _check_enough(joint_tables(labels, of_a, of_b, classes), per_class)
    random = generator(seed, "small test sets of runs")
    places = [np.flatnonzero(labels == number) for number in range(classes)]
    images = np.concatenate([
        np.stack([random.choice(place, wanted, replace=False) for _ in range(draws)])
        for place, wanted in zip(places, per_class, strict=True)
    ], axis=1)  # fmt: skip
    cell = labels[images] * classes + np.arange(draws)[:, None] * classes**2

    def measured(predictions: np.ndarray) -> np.ndarray:
        counts = np.bincount((cell + predictions[images]).ravel(), minlength=draws * classes**2)
        return MEASURES[metric](counts.reshape(draws, classes, classes))

    return np.stack([measured(x) - measured(y) for x, y in zip(a, b, strict=True)])


def smallest_detectable_of_means(
    gaps_by_run: ArrayLike, between_runs: float = 0.0, level: float = 0.05, power: float = 0.8
) -> float:
    """Return the true gap that means over runs tell from 0, as papers print them.

    Parameters
    ----------
    gaps_by_run
        [runs, draws], from `gaps_of_runs`: the image part is the variance of the mean over runs.
        Averaging shrinks what is particular to one run and leaves what all runs share (an image
        that one method always misses), so it lies between the variance of one run and that / r.
    between_runs
        Variance, between trainings, of the gap on *all* images: what another seed would change.
        It counts 1 / r. With 0 the trained runs are taken as given.

    Notes
    -----
    (z_{1 - level / 2} + z_power) sqrt(image part + between_runs / r). It assumes that both parts
    are normal and known, that they do not depend on the true gap, and that the paper's runs share
    as much as ours. Runs that differ less than ours (from pretrained weights, on one split) share
    more, and the truth lies between this number and that of a single run.
    """
    values = np.asarray(gaps_by_run, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] < 2 or not len(values) or not np.isfinite(values).all():
        raise UserError(
            f"gaps_by_run must be finite, shape [runs, draws of at least 2], received shape "
            f"{values.shape}; pass what `gaps_of_runs` returns"
        )
    if not (np.isfinite(between_runs) and between_runs >= 0):
        raise UserError(f"between_runs is a variance of at least 0, received {between_runs}")
    if not 0 < level < 1 or not 0 < power < 1:
        raise UserError(
            f"level and power must lie between 0 and 1, received level {level}, power {power}"
        )
    squared = values.mean(axis=0).var(ddof=1) + between_runs / len(values)
    return float((norm.ppf(1 - level / 2) + norm.ppf(power)) * np.sqrt(squared))


def joint_tables(
    labels: ArrayLike, predictions_a: ArrayLike, predictions_b: ArrayLike, classes: int
) -> np.ndarray:
    """Count images by true class and both predictions: int64 [true, a, b]."""
    labels = checked_labels(labels, classes, np.size(labels))
    a = checked_labels(predictions_a, classes, len(labels), "predictions_a")
    b = checked_labels(predictions_b, classes, len(labels), "predictions_b")
    place = (labels * classes + a) * classes + b
    return np.bincount(place, minlength=classes**3).reshape(classes, classes, classes)


def _check_enough(tables: np.ndarray, per_class: Sequence[int]) -> None:
    wanted, held = np.asarray(per_class), tables.sum(axis=(1, 2))
    whole = wanted.ndim == 1 and wanted.dtype.kind in "iu"
    if not whole or (wanted < 0).any() or not wanted.sum() or (wanted > held).any():
        raise UserError(
            f"per_class is {list(per_class)}, expected a whole number of images for each class, "
            f"not all 0 and at most those of the large set, {held.tolist()}"
        )
