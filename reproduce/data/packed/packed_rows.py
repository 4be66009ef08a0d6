"""What a reader of packed arrays returns."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Packed:
    """The images of a packed data set, a row each, as `Listing` has them before they are decoded.

    Attributes
    ----------
    rows
        For each split, the rows that belong to it.
    groups
        One number per row: what no split may tear apart.
    another
        Whether this is a copy with other bytes than the release.
    made_by
        What was done to the images of the files, if anything; the fingerprint holds it.
    """

    images: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...]
    rows: dict[str, np.ndarray]
    groups: np.ndarray
    masks: np.ndarray | None = None
    extra: dict[str, np.ndarray] = field(default_factory=dict)
    task: str = "classification"
    another: bool = True
    made_by: str = ""
