"""Dividing images by group: all of a patient, a person, a lesion or a duplicate on one side.

Pure functions of labels and groups, whatever the groups stand for.
"""

import numpy as np

from reproduce.errors import UserError
from reproduce.randomness import generator


def assign(
    labels: np.ndarray,
    groups: np.ndarray,
    shares: list[float],
    seed: int,
    purpose: str,
) -> np.ndarray:
    """Return for every image the number of the part it goes to; no group is in two parts.

    Stratified as far as groups allow: groups are placed one by one, large ones first (by powers of
    two, in an order shuffled by the seed), each where it brings all classes nearest to their
    shares of what has been placed so far. Every class counts the same, however rare. With one
    image a group this comes to a stratified split.

    Parameters
    ----------
    labels, groups
        [n] whole numbers each; what the groups are called does not matter.
    shares
        How much of every class each part should have; they add up to 1.
    seed, purpose
        Name the random stream.
    """
    _, of_image = np.unique(groups, return_inverse=True)
    _, class_of_image = np.unique(labels, return_inverse=True)
    classes, number = class_of_image.max() + 1, of_image.max() + 1
    content = np.zeros((number, classes))
    np.add.at(content, (of_image, class_of_image), 1.0)
    weighted = content / content.sum(axis=0) ** 2
    shuffled = generator(seed, purpose).permutation(number)
    magnitude = np.frexp(content.sum(axis=1)[shuffled])[1]
    wanted = np.asarray(shares)[:, None]
    # How far every part is above its share, by class.
    excess = np.zeros((len(shares), classes))
    part_of_group = np.empty(number, dtype=np.int64)
    for group in shuffled[np.argsort(-magnitude, kind="stable")]:
        excess -= wanted * content[group]
        # |excess + content|^2 - |excess|^2 differs between parts in this product alone.
        part = int(np.argmin(excess @ weighted[group]))
        excess[part] += content[group]
        part_of_group[group] = part
    return part_of_group[of_image]


def joined(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return groups of what belongs together by either of two groupings, through any others.

    They are numbered in the order of the first grouping, with gaps.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    # The groups of both are two kinds of nodes, images the edges between them.
    nodes = int(one.max()) + 1
    size = nodes + int(other.max()) + 1
    edges = coo_matrix((np.ones(len(one)), (one, other + nodes)), shape=(size, size))
    return connected_components(edges, directed=False)[1][one]


def assert_disjoint(groups: dict[str, np.ndarray]) -> None:
    """Refuse parts of which two hold images of one group."""
    parts = list(groups)
    for number, one in enumerate(parts):
        for other in parts[number + 1 :]:
            both = np.intersect1d(groups[one], groups[other])
            if len(both):
                raise UserError(
                    f"group {both[0]} is in '{one}' and in '{other}' ({len(both)} groups are in "
                    "both); expected every patient, person or duplicate in one part: use a grouped "
                    "split"
                )


def leaked_share(training: np.ndarray, evaluated: np.ndarray) -> float:
    """Return the share of evaluated images whose group is also in training."""
    return float(np.isin(evaluated, training).mean()) if len(evaluated) else 0.0
