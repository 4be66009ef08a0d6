"""Imbalance as Buda, Maki and Mazurowski (2018) define it: step (rho, mu) and linear (rho).

Pure functions of class counts and labels. `rho` is the largest class over the smallest, `mu` the
share of classes that are minority classes.
"""

from typing import Any

import numpy as np

from reproduce.errors import UserError, unknown_name
from reproduce.randomness import generator

KINDS = ("none", "step", "linear")
MINORITY = ("drawn", "lowest")


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
) -> np.ndarray | None:
    """Return how many images of each class to keep; None keeps all.

    Which class is rare is drawn afresh per seed (`minority="drawn"`, the paper's MNIST protocol)
    or fixed to the lowest labels (`"lowest"`, its CIFAR-10 protocol). The order of classes does
    not depend on rho or mu, so that points of a grid share it for one seed.
    """
    if kind == "none":
        return None if n_max is None else np.full(classes, n_max, dtype=np.int64)
    if minority not in MINORITY:
        raise unknown_name("choice of minority classes", minority, MINORITY)
    if kind == "step":
        ranked = step_counts(classes, n_max, rho, mu)
    elif kind == "linear":
        ranked = linear_counts(classes, n_max, rho)
    else:
        raise unknown_name("imbalance", kind, KINDS)
    order = generator(seed, "minority").permutation(classes)
    if minority == "lowest":
        order = np.arange(classes)[::-1]
    counts = np.empty(classes, dtype=np.int64)
    counts[order] = ranked
    return counts


def draw(labels: np.ndarray, class_names: tuple[str, ...], seed: int, **spec: Any) -> np.ndarray:
    """Return the (sorted) indices of an imbalanced sample of `labels`.

    For one seed the samples are nested: the 50 images of a class at rho 100 are among its 500 at
    rho 10, so that two points of a grid differ in nothing but what rho changes.
    """
    counts = counts_by_class(len(class_names), seed, **spec)
    if counts is None:
        return np.arange(len(labels))
    kept = []
    for c, wanted in enumerate(counts):
        of_class = np.flatnonzero(labels == c)
        if wanted > len(of_class):
            raise UserError(
                f"the imbalance asks for {wanted} images of class '{class_names[c]}', "
                f"there are {len(of_class)}; lower images_per_class"
            )
        kept.append(generator(seed, "draw", c).permutation(of_class)[:wanted])
    return np.sort(np.concatenate(kept))
