"""The reference pipeline: albumentations, image by image, on uint8 pixels.

albumentations 2.0.8 has three habits that would falsify a comparison; this module guards against
all of them.

- `Compose(seed=...)` gives every operation a generator of its own, all started from *one* seed, so
  that operations which draw equally often are decided by the same numbers: with the usual SimCLR
  list an image that turns gray is then always flipped as well (correlation 0.5). Here all
  operations of a pipeline share one pair of generators.
- A misspelt or renamed argument only warns and is then ignored. Here a warning is an error.
- Importing it asks a server for a newer version. Here `NO_ALBUMENTATIONS_UPDATE` is set before.

The views of an image depend on (seed, phase, epoch, image, copy, view) and on nothing else: not on
the batch it is in, the worker that makes it, or how often training was resumed. To that end the
generators are put to the start of a stream of their own before every view. Doing that in place
takes 6 microseconds, against 12 for making new generators, 60 for `Compose.set_random_seed` (which
brings the correlation back), 390 for a new `Compose`, and 70 for the cheapest view at 32 pixels.
"""

import os
import random
import warnings
from contextlib import contextmanager
from functools import partial

import numpy as np

from reproduce.data.augmentation.recipes import Recipe
from reproduce.errors import UserError
from reproduce.randomness import derive


def operations(recipe: Recipe, size: int, channels: int) -> list:
    """Return the albumentations operations of a recipe, in order.

    Parameters
    ----------
    recipe
        What is to be done.
    size
        Height and width of the result in pixels.
    channels
        1 or 3. For gray images the operations that change nothing but colour are left out.
    """
    album = _library()
    with warnings_are_errors():
        return [
            *_geometry(album, recipe, size),
            *([album.HorizontalFlip(p=recipe.flip)] if recipe.flip else []),
            *_colour(album, recipe, channels),
            *_blur_and_after(album, recipe, channels),
        ]


def _geometry(album, recipe: Recipe, size: int) -> list:
    if recipe.crop == "resized":
        return [album.RandomResizedCrop(size=(size, size), scale=recipe.scale, ratio=recipe.ratio)]
    if recipe.crop == "padded":
        return [
            album.Pad(padding=recipe.padding, fill=0, p=1.0),
            album.RandomCrop(height=size, width=size),
        ]
    if recipe.crop == "centre":
        shorter = round(size / recipe.keep)
        return [
            album.SmallestMaxSize(max_size=shorter),
            album.CenterCrop(height=size, width=size),
        ]
    return [album.Resize(height=size, width=size)]


def _colour(album, recipe: Recipe, channels: int) -> list:
    found = []
    if recipe.jitter:
        found.append(
            album.ColorJitter(
                brightness=recipe.brightness,
                contrast=recipe.contrast,
                saturation=recipe.saturation,
                hue=recipe.hue,
                p=recipe.jitter,
            )
        )
    if recipe.gray and channels == 3:
        found.append(album.ToGray(p=recipe.gray))
    return found


def _blur_and_after(album, recipe: Recipe, channels: int) -> list:
    found = []
    if recipe.blur:
        found.append(album.GaussianBlur(blur_limit=0, sigma_limit=recipe.sigma, p=recipe.blur))
    if recipe.solarize:
        threshold = (recipe.threshold, recipe.threshold)
        found.append(album.Solarize(threshold_range=threshold, p=recipe.solarize))
    normalisation = recipe.normalisation(channels)
    if normalisation:
        found.append(album.Normalize(mean=normalisation[0], std=normalisation[1]))
    return found


class ImageViews:
    """Views of images, made one by one, each reproducible on its own.

    Parameters
    ----------
    recipe, size, channels
        As for `operations`.
    seed, phase
        The run's seed and the number of the phase of training.
    """

    def __init__(self, recipe: Recipe, *, size: int, channels: int, seed: int, phase: int = 0):
        self.recipe, self.seed, self.phase = recipe, seed, phase
        self.size, self.channels = size, channels
        self._python = random.Random(0)
        self._bits = np.random.PCG64(0)
        self._state = self._bits.state
        listed = operations(recipe, size, channels)
        with warnings_are_errors():
            self._compose = _library().Compose(listed)
        self._compose.set_random_state(np.random.Generator(self._bits), self._python)

    def __reduce__(self):
        # A worker makes it anew, so that the library is imported there as it is here.
        settings = {name: getattr(self, name) for name in ("size", "channels", "seed", "phase")}
        return partial(ImageViews, **settings), (self.recipe,)

    def view(self, pixels: np.ndarray, image: int, epoch: int, copy: int = 0, view: int = 0):
        """Return one view of one image ([h, w] or [h, w, 3] uint8), uint8 or normalised float32.

        `image` is its number in the training part, `copy` tells apart the times that an
        oversampled image is shown within one epoch.
        """
        self._start(derive(self.seed, "views", self.phase, epoch, image, copy, view))
        return self._compose(image=pixels)["image"]

    def batch(self, pixels: np.ndarray, images, epochs, copies=0) -> list:
        """Return the views of a batch, each as a float32 tensor [n, c, size, size].

        `images`, `epochs` and `copies` are numbers, or arrays with a number for each row of
        `pixels` (a batch may span the end of an epoch).
        """
        self._check(pixels)
        count = len(pixels)
        rows = [np.broadcast_to(part, count).tolist() for part in (images, epochs, copies)]
        with warnings_are_errors():
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


@contextmanager
def warnings_are_errors():
    """Raise where albumentations would warn and then do something else than it was told."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        yield


def _library():
    # Set, not defaulted: nothing goes to the network unless a download was asked for.
    os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
    import albumentations
    import cv2

    # A trial uses one thread; OpenCV would take all cores for a large image.
    cv2.setNumThreads(1)
    return albumentations


def _tensor(views: list[np.ndarray]):
    import torch

    stacked = torch.from_numpy(np.stack(views))
    batch = stacked.unsqueeze(1) if stacked.ndim == 3 else stacked.permute(0, 3, 1, 2)
    return batch.float().div_(255) if batch.dtype == torch.uint8 else batch
