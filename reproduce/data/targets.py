"""What is learned of an image: its class, the class of each of its pixels, or whom it shows.

A task names one of these, and preparing the data asks it for everything in which they differ.
"""

import numpy as np

from reproduce.data.records import Dataset
from reproduce.data.split_kinds import Parts
from reproduce.errors import UserError

# The label of a pixel of which nothing is known; losses and measures leave it out.
UNKNOWN = 255
# Parts whose names say that identities in them were trained on: a control, not an open set.
KNOWN_PARTS = ("train", "seen")
# By what verification calls them, the arrays of `Dataset.extra`: the domain of an image, and what
# two images must share to be compared (a writer is told by one digit, not by which digit it is).
ABOUT = {"domains": "device", "kinds": "digit"}
# Pixels counted at once, so that no copy of all masks in whole numbers is made.
MAPS_AT_ONCE = 256


class ClassOfImage:
    """What a network is trained to say of an image: here, its one class."""

    def require(self, dataset: Dataset, parts: Parts, evaluate_on: list[str]) -> None:
        """Refuse data or a split from which this cannot be learned, or not be judged."""

    def numbered(self, labels: np.ndarray, dataset: Dataset) -> tuple[np.ndarray, tuple[str, ...]]:
        """Return the training labels as a classifier counts them, and the names of its classes."""
        return labels, dataset.class_names

    def maps(self, dataset: Dataset, source: str) -> np.ndarray | None:
        """Return the classes of all pixels of a source [n, h, w]; None where images have one."""
        return None

    def about(self, dataset: Dataset, source: str, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Return what else the task must know of each of these images, by name: here, nothing."""
        return {}

    def counted(self, images, dataset: Dataset, class_names: tuple[str, ...]) -> np.ndarray:
        """Return how much there is to learn of each class; refuse a class of which nothing is."""
        counts = np.bincount(images.labels, minlength=len(class_names))
        return _none_empty(counts, dataset, class_names, "image")


class ClassOfPixel(ClassOfImage):
    """One class a pixel; images are sampled by the highest class in their mask."""

    def require(self, dataset: Dataset, parts: Parts, evaluate_on: list[str]) -> None:
        """Refuse a data set without masks."""
        if dataset.masks is None:
            raise UserError(
                f"data set '{dataset.name}' has no masks, which segmentation learns; take one that "
                "has (`reproduce data list` says which are for segmentation) or classify its images"
            )

    def maps(self, dataset: Dataset, source: str) -> np.ndarray:
        """Return the masks."""
        return dataset.masks[source]

    def counted(self, images, dataset: Dataset, class_names: tuple[str, ...]) -> np.ndarray:
        """Return the training pixels of each class, at the size the network sees."""
        counts = np.zeros(UNKNOWN + 1, dtype=np.int64)
        for start in range(0, len(images.labels), MAPS_AT_ONCE):
            rows = np.arange(start, min(start + MAPS_AT_ONCE, len(images.labels)))
            counts += np.bincount(images.targets(rows).ravel(), minlength=len(counts))
        highest = int(np.flatnonzero(counts[:UNKNOWN]).max(initial=0))
        if highest >= len(class_names):
            raise UserError(
                f"a mask of '{dataset.name}' holds the class {highest}, expected 0 to "
                f"{len(class_names) - 1}, or {UNKNOWN} where nothing is known"
            )
        return _none_empty(counts[: len(class_names)], dataset, class_names, "pixel")


class Identity(ClassOfImage):
    """Whom an image shows; those who are tested were never trained on (open set)."""

    def require(self, dataset: Dataset, parts: Parts, evaluate_on: list[str]) -> None:
        """Refuse a split that tests on identities that are trained on."""
        source, rows = parts["train"]
        trained = dataset.labels[source][rows]
        for part in evaluate_on:
            if part in KNOWN_PARTS:
                continue
            source, rows = parts[part]
            both = np.intersect1d(trained, dataset.labels[source][rows])
            if len(both):
                raise UserError(
                    f"{len(both)} identities of part '{part}' of '{dataset.name}' are trained on "
                    f"as well, '{dataset.class_names[both[0]]}' among them; verification is judged "
                    "on others: use a split of kind 'grouped', or the official one"
                )

    def numbered(self, labels: np.ndarray, dataset: Dataset) -> tuple[np.ndarray, tuple[str, ...]]:
        """Return the identities that are trained on as 0, 1, ..., and their names."""
        present, numbers = np.unique(labels, return_inverse=True)
        return numbers, tuple(dataset.class_names[c] for c in present)

    def about(self, dataset: Dataset, source: str, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Return the device that took each image, and what a pair must share, where known."""
        known = (dataset.extra or {}).get(source, {})
        return {
            name: np.asarray(known[array])[rows] for name, array in ABOUT.items() if array in known
        }


CLASS_OF_IMAGE, CLASS_OF_PIXEL, IDENTITY = ClassOfImage(), ClassOfPixel(), Identity()


def nearest(masks: np.ndarray, size: int) -> np.ndarray:
    """Return masks [n, h, w] at size x size; every pixel is one that was there."""
    height, width = masks.shape[1:]
    if (height, width) == (size, size):
        return masks
    middles = (np.arange(size) + 0.5) / size
    rows, columns = (middles * height).astype(np.int64), (middles * width).astype(np.int64)
    return np.ascontiguousarray(masks[:, rows[:, None], columns])


def _none_empty(counts: np.ndarray, dataset: Dataset, class_names, what: str) -> np.ndarray:
    if (counts == 0).any():
        empty = class_names[int(np.argmin(counts))]
        raise UserError(f"class '{empty}' of '{dataset.name}' has no training {what} left")
    return counts
