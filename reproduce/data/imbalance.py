"""How many images of each class are kept, and which.

Buda, Maki and Mazurowski (2018) define step (rho, mu) and linear (rho) imbalance; `long_tail` has
the profiles of other benchmarks. Pure functions of class counts and labels. `rho` is the largest
class over the smallest, `mu` the share of classes that are minority classes.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from reproduce.data.long_tail import (
    binary_share_counts,
    largest_binary_total,
    long_tail_counts,
    long_tail_step_counts,
)
from reproduce.errors import UserError, unknown_name
from reproduce.randomness import generator

KINDS = ("none", "step", "linear", "long_tail", "long_tail_step", "binary_share", "counts")
MINORITY = ("drawn", "lowest", "highest")


def smallest_count(n_max: int, rho: float) -> int:
    """Return n_max / rho rounded to whole images, or say that nothing would be left."""
    if rho < 1:
        raise UserError(f"rho is {rho}, expected 1 or more (largest class over smallest class)")
    if n_max / rho < 1:
        raise UserError(
            f"rho {rho:g} with at most {n_max} images a class leaves the minority classes without "
            f"a single image; expected rho <= {n_max}"
        )
    return int(np.floor(n_max / rho + 0.5))


def step_counts(classes: int, n_max: int, rho: float, mu: float) -> np.ndarray:
    """Return the counts by rank: majority classes n_max, the last mu * classes n_max / rho."""
    minority = round(mu * classes)
    if not np.isclose(minority, mu * classes) or not 0 <= minority <= classes:
        steps = ", ".join(f"{k / classes:g}" for k in range(1, classes))
        raise UserError(
            f"mu is {mu}, but {classes} classes allow only whole shares of them: {steps}"
        )
    counts = np.full(classes, n_max, dtype=np.int64)
    counts[classes - minority :] = smallest_count(n_max, rho)
    return counts


def linear_counts(classes: int, n_max: int, rho: float) -> np.ndarray:
    """Return the counts by rank: falling by a constant difference from n_max to n_max / rho."""
    smallest_count(n_max, rho)
    return np.floor(np.linspace(n_max, n_max / rho, classes) + 0.5).astype(np.int64)


def counts_by_class(
    classes: int,
    seed: int,
    *,
    kind: str,
    n_max: int | None = None,
    rho: float = 1,
    mu: float = 0.5,
    minority: str = "drawn",
    share: float | None = None,
    rare: int | None = None,
    total: int | None = None,
    counts: Sequence[int] | None = None,
) -> np.ndarray | None:
    """Return how many images of each class to keep; None keeps all.

    Which class is rare is drawn afresh per seed (`minority="drawn"`, Buda's MNIST protocol) or
    fixed to the lowest labels (`"lowest"`, their CIFAR-10 protocol) or to the highest
    (`"highest"`, the CIFAR-LT sets: class 0 is the largest). The order of classes does not depend
    on rho or mu, so that points of a grid share it for one seed. `binary_share` takes `share`,
    `rare` (a label) and `total` instead, `counts` the images of each class in `counts`.
    """
    if kind == "none":
        return None if n_max is None else np.full(classes, n_max, dtype=np.int64)
    if kind == "binary_share":
        return _binary(classes, n_max, share, rare, total)
    if kind == "counts":
        return _given(classes, counts)
    if minority not in MINORITY:
        raise unknown_name("choice of minority classes", minority, MINORITY)
    if kind == "step":
        ranked = step_counts(classes, n_max, rho, mu)
    elif kind == "linear":
        ranked = linear_counts(classes, n_max, rho)
    elif kind in ("long_tail", "long_tail_step"):
        if n_max is None:
            raise UserError(f"imbalance '{kind}' needs n_max, the images of the largest class")
        profile = long_tail_counts if kind == "long_tail" else long_tail_step_counts
        ranked = profile(classes, n_max, rho)
    else:
        raise unknown_name("imbalance", kind, KINDS)
    order = generator(seed, "minority").permutation(classes)
    if minority != "drawn":
        order = np.arange(classes)
        order = order[::-1] if minority == "lowest" else order
    counts = np.empty(classes, dtype=np.int64)
    counts[order] = ranked
    return counts


def _given(classes: int, counts: Sequence[int] | None) -> np.ndarray:
    if counts is None or len(counts) != classes or min(counts) < 1:
        raise UserError(
            f"imbalance 'counts' needs counts, {classes} whole numbers of 1 or more, one a class; "
            f"received {counts}"
        )
    return np.array(counts, dtype=np.int64)


def _binary(classes, n_max, share, rare, total) -> np.ndarray:
    if classes != 2:
        raise UserError(
            f"imbalance 'binary_share' is for two classes, the data has {classes}; use 'step' or "
            "'long_tail'"
        )
    if n_max is not None:
        raise UserError("imbalance 'binary_share' knows no n_max; give total, the images in all")
    if share is None or rare is None or total is None:
        raise UserError(
            "imbalance 'binary_share' needs share (of the rare class), rare (its label, 0 or 1) "
            "and total (images in all)"
        )
    return binary_share_counts(total, share, rare)


def draw(
    labels: np.ndarray,
    class_names: tuple[str, ...],
    seed: int,
    **spec: Any,
) -> np.ndarray:
    """Return the (sorted) indices of an imbalanced sample of `labels`.

    For one seed the samples are nested: the 50 images of a class at rho 100 are among its 500 at
    rho 10, so that two points of a grid differ in nothing but what rho changes. `binary_share`
    without a `total` takes the largest sample that the labels allow.
    """
    if spec.get("kind") == "binary_share" and spec.get("total") is None:
        spec = {**spec, "total": _largest_total(labels, class_names, **spec)}
    counts = counts_by_class(len(class_names), seed, **spec)
    if counts is None:
        return np.arange(len(labels))
    asked_by = {"binary_share": "total", "counts": "counts"}.get(spec["kind"], "images_per_class")
    kept = []
    for c, wanted in enumerate(counts):
        of_class = np.flatnonzero(labels == c)
        if wanted > len(of_class):
            raise UserError(
                f"the imbalance asks for {wanted} images of class '{class_names[c]}', "
                f"there are {len(of_class)}; lower {asked_by}"
            )
        kept.append(generator(seed, "draw", c).permutation(of_class)[:wanted])
    return np.sort(np.concatenate(kept))


def _largest_total(labels, class_names, *, kind, share=None, rare=None, **others) -> int | None:
    if share is None or rare is None:
        return None
    available = np.bincount(labels, minlength=len(class_names))
    return largest_binary_total(available, share, rare)
