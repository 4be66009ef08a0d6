"""The reference of the views of large images: albumentations, which nothing else here imports.

albumentations 2.0.8 has three habits that would falsify a comparison; this module guards against
all of them.

- `Compose(seed=...)` gives every operation a generator of its own, all started from *one* seed, so
  that operations which draw equally often are decided by the same numbers: with the usual SimCLR
  list an image that turns gray is then always flipped as well (correlation 0.5). Here all
  operations of a pipeline share one pair of generators.
- A misspelt or renamed argument only warns and is then ignored. Here a warning is an error.
- Importing it asks a server for a newer version. Here `NO_ALBUMENTATIONS_UPDATE` is set before.

It is not developed any more. `drawn_by_opencv` makes the same views in distribution without it.
"""

import os
import random
import warnings
from contextlib import contextmanager

import numpy as np

from reproduce.data.augmentation.recipes import Recipe


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
    album = library()
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


def composed(
    recipe: Recipe, size: int, channels: int, bits: np.random.PCG64, python: random.Random
):
    """Return the pipeline of a recipe, whose operations all draw from these two generators."""
    listed = operations(recipe, size, channels)
    with warnings_are_errors():
        made = library().Compose(listed)
    made.set_random_state(np.random.Generator(bits), python)
    return made


@contextmanager
def warnings_are_errors():
    """Raise where albumentations would warn and then do something else than it was told."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        yield


def library():
    """Return albumentations, imported so that it asks nobody for a newer version."""
    # Set, not defaulted: nothing goes to the network unless a download was asked for.
    os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
    import albumentations
    import cv2

    # A trial uses one thread; OpenCV would take all cores for a large image.
    cv2.setNumThreads(1)
    return albumentations
