"""Views of large images, one by one, on uint8 pixels: by albumentations, or by OpenCV alone.

albumentations is the reference where it is installed (`albumented`); where it is not, OpenCV makes
the same views in distribution (`drawn_by_opencv`), and a result says so in its provenance.

The views of an image depend on (seed, phase, epoch, image, copy, view) and on nothing else: not on
the batch it is in, the worker that makes it, or how often training was resumed. To that end the
generators are put to the start of a stream of their own before every view. Doing that in place
takes 6 microseconds, against 12 for making new generators, 60 for `Compose.set_random_seed` (which
brings the correlation back), 390 for a new `Compose`, and 70 for the cheapest view at 32 pixels.
"""

import random
from functools import partial
from typing import Literal, get_args

import numpy as np

from reproduce import installed
from reproduce.data.augmentation import albumented, drawn_by_opencv
from reproduce.data.augmentation.recipes import Recipe
from reproduce.errors import UserError, unknown_name
from reproduce.randomness import derive

Maker = Literal["albumentations", "opencv"]


def maker_here() -> Maker:
    """Return what makes views on this machine: the reference, unless it is not installed."""
    return "opencv" if installed.missing(("albumentations",)) else "albumentations"


class ImageViews:
    """Views of images, made one by one, each reproducible on its own.

    Parameters
    ----------
    recipe
        What is to be done.
    size, channels
        Height and width of a view in pixels; 1 or 3.
    seed, phase
        The run's seed and the number of the phase of training.
    made_by
        "albumentations" or "opencv"; left out, what is here.
    """

    def __init__(
        self, recipe: Recipe, *, size: int, channels: int, seed: int, phase: int = 0,
        made_by: Maker | None = None,
    ):  # fmt: skip
        self.recipe, self.seed, self.phase = recipe, seed, phase
        self.size, self.channels = size, channels
        self.made_by = made_by or maker_here()
        if self.made_by not in get_args(Maker):
            raise unknown_name("maker of views", self.made_by, get_args(Maker))
        self._python = random.Random(0)
        self._bits = np.random.PCG64(0)
        self._state = self._bits.state
        self._random = np.random.Generator(self._bits)
        self._compose = None
        if self.made_by == "albumentations":
            self._compose = albumented.composed(recipe, size, channels, self._bits, self._python)

    def __reduce__(self):
        # A worker makes it anew, so that the library is imported there as it is here.
        names = ("size", "channels", "seed", "phase", "made_by")
        settings = {name: getattr(self, name) for name in names}
        return partial(ImageViews, **settings), (self.recipe,)

    def view(self, pixels: np.ndarray, image: int, epoch: int, copy: int = 0, view: int = 0):
        """Return one view of one image ([h, w] or [h, w, 3] uint8), uint8 or normalised float32.

        `image` is its number in the training part, `copy` tells apart the times that an
        oversampled image is shown within one epoch.
        """
        self._start(derive(self.seed, "views", self.phase, epoch, image, copy, view))
        if self._compose is None:
            return drawn_by_opencv.view(pixels, self.recipe, self.size, self._random)
        return self._compose(image=pixels)["image"]

    def batch(self, pixels: np.ndarray, images, epochs, copies=0) -> list:
        """Return the views of a batch, each as a float32 tensor [n, c, size, size].

        `images`, `epochs` and `copies` are numbers, or arrays with a number for each row of
        `pixels` (a batch may span the end of an epoch).
        """
        self._check(pixels)
        count = len(pixels)
        rows = [np.broadcast_to(part, count).tolist() for part in (images, epochs, copies)]
        with albumented.warnings_are_errors():
            return [
                _tensor(
                    [
                        self.view(of_image, *row, view)
                        for of_image, row in zip(pixels, zip(*rows, strict=True), strict=True)
                    ]
                )
                for view in range(self.recipe.views)
            ]

    def _check(self, pixels: np.ndarray) -> None:
        expected = 3 if self.channels == 1 else 4
        if pixels.dtype != np.uint8 or pixels.ndim != expected or len(pixels) == 0:
            raise UserError(
                f"images of type {pixels.dtype} and shape {pixels.shape}, expected one or more "
                f"uint8 images {'[n, h, w]' if expected == 3 else '[n, h, w, 3]'}"
            )
        check_fits(self.recipe, *pixels.shape[1:3], self.size)

    def _start(self, number: int) -> None:
        # Both generators are shared by all operations; setting them in place reaches them all.
        self._python.seed(number)
        self._state["state"]["state"] = number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128
        self._state["has_uint32"] = self._state["uinteger"] = 0
        self._bits.state = self._state


def copy_numbers(order: np.ndarray) -> np.ndarray:
    """Return how often each entry of an epoch's order occurred before in it (0 the first time)."""
    by_image = np.argsort(order, kind="stable")
    sorted_order = order[by_image]
    starts = np.flatnonzero(np.r_[True, sorted_order[1:] != sorted_order[:-1]])
    lengths = np.diff(np.r_[starts, len(order)])
    copies = np.empty(len(order), dtype=np.int64)
    copies[by_image] = np.arange(len(order)) - np.repeat(starts, lengths)
    return copies


def check_fits(recipe: Recipe, height: int, width: int, size: int) -> None:
    """Refuse a padded crop that is larger than the padded image."""
    smallest = min(height, width) + 2 * recipe.padding
    if recipe.crop == "padded" and smallest < size:
        raise UserError(
            f"images of {height} x {width} pixels with {recipe.padding} pixels of padding are "
            f"smaller than the crop of {size}; lower the size or raise the padding"
        )


def _tensor(views: list[np.ndarray]):
    import torch

    stacked = torch.from_numpy(np.stack(views))
    batch = stacked.unsqueeze(1) if stacked.ndim == 3 else stacked.permute(0, 3, 1, 2)
    return batch.float().div_(255) if batch.dtype == torch.uint8 else batch
