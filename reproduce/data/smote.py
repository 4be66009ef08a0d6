"""Synthetic minority oversampling (SMOTE) of embeddings, by imbalanced-learn.

Pixels of two images do not average to a third; points of a learned space may. So this takes
embeddings, for a classifier that is trained anew on a frozen encoder.
"""

import numpy as np

from reproduce.data.balancing import oversampled_counts
from reproduce.errors import UserError
from reproduce.randomness import derive


def smote(
    embeddings: np.ndarray,
    labels: np.ndarray,
    seed: int,
    *,
    ratio: float = 1.0,
    k_neighbors: int = 5,
    class_names: tuple[str, ...] | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return embeddings, labels and which rows are synthetic; the given rows come first, unchanged.

    Every new point lies between one of its class and one of that point's `k_neighbors` nearest of
    the same class (Chawla et al. 2002, k = 5).

    Parameters
    ----------
    embeddings, labels
        [n, d] and [n]. Training rows only: a synthetic point made of test rows is a leak.
    seed
        The generator derives from it, whatever was drawn before.
    ratio
        Largest over smallest class afterwards, as for random oversampling; 1 is full balance.
    k_neighbors
        At most. A class of n points has n - 1 neighbours to offer and takes as many as it has.
    class_names
        For messages.

    Edge cases
    ----------
    A class with one point has no neighbour: that is refused, by its name. Points that are already
    as many as wanted are returned as they are.
    """
    from imblearn.over_sampling import SMOTE

    if k_neighbors < 1:
        raise UserError(f"k_neighbors is {k_neighbors}, expected 1 or more")
    if len(embeddings) != len(labels):
        raise UserError(f"{len(embeddings)} embeddings and {len(labels)} labels, expected as many")
    classes, counts = np.unique(labels, return_counts=True)
    targets = oversampled_counts(counts, ratio)
    growing = targets > counts
    for c in classes[growing & (counts < 2)]:
        name = class_names[c] if class_names else str(c)
        raise UserError(
            f"class '{name}' has one training image and SMOTE needs two to put a point between; "
            "use the sampler 'oversampling', or an imbalance that leaves it more"
        )
    neighbours = np.minimum(k_neighbors, counts - 1)
    new_points, new_labels = [embeddings], [labels]
    # The library takes one k for all classes; capping that at the smallest class would take
    # neighbours from the others. So classes that can have equally many go together.
    for k in np.unique(neighbours[growing]):
        together = growing & (neighbours == k)
        sampler = SMOTE(
            sampling_strategy=dict(
                zip(classes[together].tolist(), targets[together].tolist(), strict=True)
            ),
            k_neighbors=int(k),
            random_state=derive(seed, "smote", int(k)) % 2**32,
        )
        points, of_points = sampler.fit_resample(embeddings, labels)
        new_points.append(points[len(embeddings) :].astype(embeddings.dtype, copy=False))
        new_labels.append(of_points[len(labels) :].astype(labels.dtype, copy=False))
    synthetic = np.zeros(sum(len(block) for block in new_labels), dtype=bool)
    synthetic[len(labels) :] = True
    return np.concatenate(new_points), np.concatenate(new_labels), synthetic
