"""What two random crops of one generated picture show: how often their grades differ.

Contrastive learning takes two crops of a picture for the same thing. Where severity is a number
of lesions, a crop that leaves some out may show another grade. Nothing here looks at a pixel: the
lesion maps say what a crop holds.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from reproduce import randomness
from reproduce.data.augmentation.parameters import draw
from reproduce.data.augmentation.recipes import Recipe
from reproduce.data.generated.lesions import grade_of_crop
from reproduce.errors import UserError

WHOLE = np.array([0.0, 0.0, 1.0, 1.0])
# From the default of the augmentation library, which the dual-head paper leaves as it is.
SCALES = (0.08, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
# A few thousand views of 65 lesions take some megabytes; all views of a large set take gigabytes.
_VIEWS_AT_ONCE = 16_384


def crop_boxes(scale: float, count: int, size: int, random: np.random.Generator) -> np.ndarray:
    """Return left, top, right and bottom of random resized crops as shares of the side, [n, 4].

    The area is uniform from `scale` to the whole picture, the logarithm of width / height uniform
    from that of 3/4 to that of 4/3, in whole pixels: those of the augmentation itself.
    """
    drawn = draw(Recipe(crop="resized", scale=(scale, 1.0)), count, size, size, size, random)
    left, top = drawn.left, drawn.top
    return np.stack([left, top, left + drawn.width, top + drawn.height], axis=1) / size


def view_pair_disagreement(
    centres: ArrayLike,
    labels: ArrayLike,
    scales: Sequence[float] = SCALES,
    pairs: int = 20,
    seed: int = 0,
    *,
    size: int = 224,
) -> list[dict[str, Any]]:
    """Return how often two crops of a picture show different grades, by the smallest crop.

    Parameters
    ----------
    centres
        x and y of each lesion as a share of the width, [n, k, 2]; absent ones are NaN
        (`extra["train"]["centres"]` of `lesions`).
    labels
        the class that each picture is counted under, [n].
    scales
        smallest shares of the area that a crop may have, above 0 up to 1. Every one meets the same
        random numbers, so that the curve over them is smooth.
    pairs
        pairs of crops drawn of each picture.
    seed
        of the crops.
    size
        side of the picture in pixels: crops are whole pixels.

    Returns
    -------
    list
        for each scale a row of all pictures (`grade` None), then one of each class present:
        `scale`, `grade`, `images`, `pairs` (in all), `differ` (share of pairs whose two crops show
        different grades), `changed` (share of single crops that show another grade than the
        whole picture), and `differ_error`, `changed_error` (standard errors over pictures; NaN
        for one picture).
    """
    centres, labels = _checked(centres, labels, scales, pairs, size)
    of_whole = grade_of_crop(centres, WHOLE)
    rows = []
    for scale in scales:
        differ, changed = _shares(centres, of_whole, scale, pairs, seed, size)
        for grade in (None, *np.unique(labels).tolist()):
            chosen = slice(None) if grade is None else labels == grade
            images = len(differ[chosen])
            row = {"scale": float(scale), "grade": grade, "images": images, "pairs": pairs * images}
            for name, each in (("differ", differ[chosen]), ("changed", changed[chosen])):
                row |= {name: float(each.mean()), f"{name}_error": _standard_error(each)}
            rows.append(row)
    return rows


def _shares(centres, of_whole, scale: float, pairs: int, seed: int, size: int):
    """Return the two shares of each picture, float64 [n] each."""
    random = randomness.generator(seed, "pairs of crops")
    boxes = crop_boxes(scale, len(centres) * pairs * 2, size, random)
    boxes = boxes.reshape(len(centres), pairs * 2, 4)
    step = max(1, _VIEWS_AT_ONCE // (pairs * 2))
    grades = np.concatenate(
        [
            grade_of_crop(centres[start : start + step, None], boxes[start : start + step])
            for start in range(0, len(centres), step)
        ]
    )
    differ = grades[:, 0::2] != grades[:, 1::2]
    return differ.mean(axis=1), (grades != of_whole[:, None]).mean(axis=1)


def _standard_error(shares: np.ndarray) -> float:
    return float(shares.std(ddof=1) / np.sqrt(len(shares))) if len(shares) > 1 else np.nan


def _checked(centres, labels, scales, pairs, size) -> tuple[np.ndarray, np.ndarray]:
    centres, labels = np.asarray(centres), np.asarray(labels)
    if centres.ndim != 3 or centres.shape[-1] != 2 or not len(centres):
        raise UserError(
            f"centres have shape {centres.shape}, expected (pictures, lesions, 2) with at least "
            'one picture; pass extra["train"]["centres"] of `lesions`'
        )
    if labels.shape != (len(centres),) or labels.dtype.kind not in "iu":
        raise UserError(
            f"labels have shape {labels.shape} and type {labels.dtype}, expected integers of shape "
            f"({len(centres)},); pass one class number for each picture"
        )
    if not len(scales) or not all(0 < scale <= 1 for scale in scales):
        raise UserError(
            f"scales are {', '.join(map(str, scales)) or 'absent'}, expected shares of the area "
            "above 0 and up to 1"
        )
    if pairs < 1 or size < 1:
        raise UserError(f"pairs {pairs} and size {size} received, expected at least 1 of each")
    return centres, labels
