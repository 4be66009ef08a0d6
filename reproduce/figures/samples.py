"""A few images of each class, or placeholders where the images may not be published."""

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from reproduce.errors import UserError
from reproduce.figures.inputs import class_labels, not_empty, text_given
from reproduce.figures.picture import Picture
from reproduce.figures.style import BAND, FAINT, WIDTH, in_the_look, new_figure

_GAP, _LARGEST = 0.06, 0.5


def _checked_images(images: Any, rows: int) -> np.ndarray:
    """Return images as uint8 [n, h, w] or [n, h, w, 3]."""
    array = np.asarray(images)
    grey_or_colour = array.ndim == 3 or (array.ndim == 4 and array.shape[-1] in (1, 3))
    if array.dtype != np.uint8 or not grey_or_colour or len(array) != rows:
        raise UserError(
            f"images are {array.dtype} of shape {array.shape}, expected uint8 of shape "
            f"({rows}, height, width) or ({rows}, height, width, 3)"
        )
    return array[..., 0] if array.ndim == 4 and array.shape[-1] == 1 else array


class Samples(Picture):
    """The first images of each class, one row per class, or empty frames in their place.

    Parameters
    ----------
    images
        uint8 [n, h, w] or [n, h, w, 3]; not looked at (and may be None) if not publishable.
    labels
        class number of each image.
    class_names
        in the order of the class numbers.
    publishable
        False draws empty frames that say so: the figure then holds no pixel of any image.
    licence
        attribution and licence, written under the images.
    dataset
        name of the data set.
    columns
        images of a class at most.
    """

    def __init__(
        self,
        images: Any,
        labels: Any,
        class_names: Sequence[str],
        publishable: bool,
        licence: str,
        *,
        dataset: str,
        columns: int = 10,
    ):
        super().__init__()
        self.labels = class_labels(labels, len(labels), class_names)
        not_empty("images", self.labels)
        if not 1 <= columns <= 20:
            raise UserError(f"columns is {columns}, expected 1 to 20 images in a row")
        self.images = _checked_images(images, len(self.labels)) if publishable else None
        self.class_names, self.columns = class_names, columns
        self.dataset = text_given("the data set", dataset)
        self.note = f"{self.dataset}: {text_given('the licence', licence)}"

    @in_the_look
    def draw(self) -> Figure:
        """Draw a row of images for each class."""
        classes = len(self.class_names)
        columns = min(self.columns, int(np.bincount(self.labels).max()))
        figure, axes = new_figure(classes * min(_LARGEST, (WIDTH - 1.3) / columns) + 0.5)
        axis = axes[0, 0]
        axis.set(xlim=(-_GAP, columns), ylim=(classes, -_GAP), aspect="equal")
        axis.set_xticks([])
        names = [textwrap.fill(str(name), 14) for name in self.class_names]
        axis.set_yticks(np.arange(classes) + 0.5, names)
        axis.tick_params(length=0)
        axis.grid(False)
        axis.spines[:].set_visible(False)
        for row in range(classes):
            chosen = np.flatnonzero(self.labels == row)[:columns]
            if len(chosen) == 0:
                axis.text(0.1, row + 0.5, "no image of this class", va="center", color=FAINT)
            for column, index in enumerate(chosen):
                _frame(axis, row, column, None if self.images is None else self.images[index])
        if self.images is None:
            _say_unpublished(axis, columns, classes, self.dataset)
        axis.set_xlabel(textwrap.fill(self.note, 52), loc="left", labelpad=6)
        return figure

    def seen(self) -> str:
        """Say what the rows are."""
        if self.images is None:
            return (
                f"Empty frames: images of {self.dataset} are not published; a row for each class."
            )
        return f"A few images of {self.dataset}, a row for each of {len(self.class_names)} classes."

    def words(self) -> str:
        """Say how many images of each class are shown."""
        each = np.bincount(self.labels, minlength=len(self.class_names))
        shown = ", ".join(
            f"{name} {min(count, self.columns)}"
            for name, count in zip(self.class_names, each, strict=True)
        )
        if self.images is None:
            return (
                f"Empty frames: images of {self.dataset} are not published. "
                f"Frames per class: {shown}."
            )
        return f"Images of {self.dataset} shown per class: {shown}."


def _frame(axis: Axes, row: int, column: int, picture: np.ndarray | None) -> None:
    """Draw one image, or an empty frame in its place."""
    right, low = column + 1 - _GAP, row + 1 - _GAP
    if picture is None:
        axis.add_patch(Rectangle((column, row), 1 - _GAP, 1 - _GAP, fc=BAND, ec="#cccccc"))
        return
    axis.imshow(
        picture, cmap="gray", vmin=0, vmax=255, extent=(column, right, low, row),
        interpolation="none",
    )  # fmt: skip
    axis.set(xlim=(-_GAP, axis.get_xlim()[1]), ylim=(axis.get_ylim()[0], -_GAP))


def _say_unpublished(axis: Axes, columns: int, classes: int, dataset: str) -> None:
    """Write across the empty frames why they are empty."""
    axis.text(
        columns / 2, classes / 2, textwrap.fill(f"images of {dataset} are not published", 40),
        ha="center", va="center", fontsize=14,
        bbox={"facecolor": "white", "edgecolor": FAINT, "boxstyle": "round,pad=0.5"},
    )  # fmt: skip
