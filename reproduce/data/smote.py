"""Synthetic minority oversampling (SMOTE) of embeddings, by imbalanced-learn.

Pixels of two images do not average to a third; points of a learned space may. So this takes
embeddings, for a classifier that is trained anew on a frozen encoder.

Two extensions choose where new points are put. Borderline-SMOTE (Han et al. 2005): beside those of
a class that others nearly surround. K-means SMOTE (Last et al. 2018): within clusters that the
class has a share of, more where it lies thinly.
"""

from collections.abc import Callable

import numpy as np

from reproduce.data.balancing import oversampled_counts
from reproduce.errors import UserError, unknown_name
from reproduce.randomness import derive

# How many of the nearest points, of any class, say that one is in danger.
NEAR = 10
# Of all points, several to a class.
CLUSTERS = 50
_Grow = Callable[[np.ndarray, np.ndarray, dict[int, int], int, int], tuple[np.ndarray, np.ndarray]]


def smote(
    embeddings: np.ndarray,
    labels: np.ndarray,
    seed: int,
    *,
    ratio: float = 1.0,
    k_neighbors: int = 5,
    kind: str = "plain",
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
    kind
        "plain", "borderline" or "kmeans".
    class_names
        For messages.

    Edge cases
    ----------
    A class with one point has no neighbour: that is refused, by its name. Points that are already
    as many as wanted are returned as they are. A class of which no point is in danger, or that no
    cluster has enough of, grows as by plain SMOTE.
    """
    if kind not in KINDS:
        raise unknown_name("kind of SMOTE", kind, KINDS)
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
        wanted = dict(zip(classes[together].tolist(), targets[together].tolist(), strict=True))
        drawn = derive(seed, "smote", int(k)) % 2**32
        points, of_points = KINDS[kind](embeddings, labels, wanted, int(k), drawn)
        new_points.append(points.astype(embeddings.dtype, copy=False))
        new_labels.append(of_points.astype(labels.dtype, copy=False))
    synthetic = np.zeros(sum(len(block) for block in new_labels), dtype=bool)
    synthetic[len(labels) :] = True
    return np.concatenate(new_points), np.concatenate(new_labels), synthetic


def _plain(points, labels, wanted: dict[int, int], k: int, seed: int):
    """Return the new points, and their labels, that grow classes to the wanted size."""
    from imblearn.over_sampling import SMOTE

    sampler = SMOTE(sampling_strategy=wanted, k_neighbors=k, random_state=seed)
    return _new(sampler, points, labels)


def _borderline(points, labels, wanted: dict[int, int], k: int, seed: int):
    """Start every new point at one in danger: half or more of those near it are others, not all."""
    from imblearn.over_sampling import BorderlineSMOTE

    near = min(NEAR, len(labels) - 1)
    sampler = BorderlineSMOTE(
        sampling_strategy=wanted, k_neighbors=k, m_neighbors=near, random_state=seed
    )
    made, of_made = _new(sampler, points, labels)
    # The library leaves a class as it is of which no point is in danger.
    left = {c: size for c, size in wanted.items() if c not in of_made}
    if not left:
        return made, of_made
    plain, of_plain = _plain(points, labels, left, k, seed)
    return np.concatenate([made, plain]), np.concatenate([of_made, of_plain])


def _in_clusters(points, labels, wanted: dict[int, int], k: int, seed: int):
    """Grow each class by itself: the library gives all of them up where one fits no cluster."""
    from imblearn.over_sampling import KMeansSMOTE
    from sklearn.cluster import MiniBatchKMeans

    missing = {c: size - int((labels == c).sum()) for c, size in wanted.items()}
    clusters = min(CLUSTERS, len(labels))
    found = []
    for c, size in wanted.items():
        sampler = KMeansSMOTE(
            sampling_strategy={c: size}, k_neighbors=k, random_state=seed,
            kmeans_estimator=MiniBatchKMeans(clusters, random_state=seed, n_init=1),
            # The library's own: half of its share of all that is to be made.
            cluster_balance_threshold=missing[c] / sum(missing.values()) / 2,
        )  # fmt: skip
        try:
            made, of_made = _new(sampler, points, labels)
        except RuntimeError:
            made, of_made = _plain(points, labels, {c: size}, k, seed)
        # Each cluster rounds its part up; what is too much is left out anywhere.
        kept = np.sort(np.random.default_rng(seed).permutation(len(of_made))[: missing[c]])
        found.append((made[kept], of_made[kept]))
    return tuple(np.concatenate(part) for part in zip(*found, strict=True))


def _new(sampler, points, labels):
    """Return what a sampler of the library adds to the points, which it returns first."""
    resampled, of_resampled = sampler.fit_resample(points, labels)
    return resampled[len(points) :], of_resampled[len(labels) :]


KINDS: dict[str, _Grow] = {"plain": _plain, "borderline": _borderline, "kmeans": _in_clusters}
