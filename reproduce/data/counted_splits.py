"""A split with a given number of images of every class in each part, groups kept whole or unused.

So that a data set with more images stands in for one whose sizes are printed. The images beyond
these numbers are in no part.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from reproduce.errors import UserError
from reproduce.randomness import generator


def drawn(
    labels: np.ndarray, groups: np.ndarray, wanted: Mapping[str, Sequence[int]], seed: int
) -> dict[str, np.ndarray]:
    """Return the indices of each part, sorted: so many images of every class, no group in two.

    Groups come in a random order. Each goes to the first part that still lacks images of its
    classes, and gives it what is lacking; what is left of it goes to no other part. The training
    part is filled last.

    Parameters
    ----------
    labels, groups
        [n] whole numbers each.
    wanted
        For each part, the images of each class.
    seed
        Names the random order.
    """
    lacking = {part: np.array(counts, dtype=np.int64) for part, counts in wanted.items()}
    order = sorted(lacking, key=lambda part: part == "train")
    chosen: dict[str, list[int]] = {part: [] for part in order}
    _, of_image = np.unique(groups, return_inverse=True)
    members = np.split(np.argsort(of_image, kind="stable"), np.cumsum(np.bincount(of_image))[:-1])
    for group in generator(seed, "counted split").permutation(len(members)):
        for part in order:
            taken = _taken(members[group], labels, lacking[part])
            if taken:
                chosen[part] += taken
                break
    for part in order:
        if lacking[part].any():
            short = int(np.argmax(lacking[part]))
            raise UserError(
                f"the split 'counted' wants {wanted[part][short]} images of class {short} in "
                f"'{part}' and finds {wanted[part][short] - lacking[part][short]}, with groups "
                "kept on one side; ask for fewer"
            )
    return {part: np.sort(np.array(rows, dtype=np.int64)) for part, rows in chosen.items()}


def _taken(members: np.ndarray, labels: np.ndarray, lacking: np.ndarray) -> list[int]:
    """Return the images of a group that a part lacks, and count them as there."""
    found = []
    for image in members:
        if lacking[labels[image]]:
            lacking[labels[image]] -= 1
            found.append(int(image))
    return found
