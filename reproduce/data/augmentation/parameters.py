"""What chance decides for each view of a batch, drawn for all of them at once.

The distributions are those of albumentations 2.0.8, number for number where it rounds: whole
pixels for crops, ten attempts before the fallback. Only NumPy is used, so that the same decisions
are made whatever device then carries them out.
"""

from dataclasses import dataclass, fields

import numpy as np

from reproduce.data.augmentation.recipes import Recipe

ATTEMPTS = 10


@dataclass
class Parameters:
    """One number per view; an operation that is not applied has its neutral value.

    `top`, `left`, `height`, `width` say which part of the image (in its pixels; it may reach
    beyond the border) becomes the view. `sigma` 0 means no blur.
    """

    top: np.ndarray
    left: np.ndarray
    height: np.ndarray
    width: np.ndarray
    flip: np.ndarray
    brightness: np.ndarray
    contrast: np.ndarray
    saturation: np.ndarray
    hue: np.ndarray
    gray: np.ndarray
    sigma: np.ndarray
    solarize: np.ndarray

    def __len__(self) -> int:
        return len(self.top)

    def rows(self, chosen) -> "Parameters":
        """Return the parameters of some of the views."""
        return Parameters(*(getattr(self, part.name)[chosen] for part in fields(self)))


def draw(
    recipe: Recipe, count: int, height: int, width: int, size: int, random: np.random.Generator
) -> Parameters:
    """Draw the parameters of `count` views of images of height x width.

    Every operation consumes its numbers whether it is applied or not, so that changing one
    probability leaves all other decisions as they were.
    """
    box = _box(recipe, count, height, width, size, random)
    flip, jittered, gray, blurred, solarize = random.random((5, count))
    factors = random.random((4, count))
    sigma = random.random(count)
    jittered = jittered < recipe.jitter

    def factor(number: int, low_high, neutral: float) -> np.ndarray:
        return np.where(jittered, _between(factors[number], low_high), neutral)

    return Parameters(
        *box,
        flip=flip < recipe.flip,
        brightness=factor(0, recipe.brightness, 1.0),
        contrast=factor(1, recipe.contrast, 1.0),
        saturation=factor(2, recipe.saturation, 1.0),
        hue=factor(3, recipe.hue, 0.0),
        gray=gray < recipe.gray,
        sigma=np.where(blurred < recipe.blur, _between(sigma, recipe.sigma), 0.0),
        solarize=solarize < recipe.solarize,
    )


def _between(uniform: np.ndarray, low_high: tuple[float, float]) -> np.ndarray:
    low, high = low_high
    return low + (high - low) * uniform


def _box(recipe: Recipe, count, height, width, size, random):
    if recipe.crop == "resized":
        return _random_part(recipe, count, height, width, random)
    if recipe.crop == "padded":
        down, right = random.random((2, count))
        top = np.floor((height + 2 * recipe.padding - size + 1) * down) - recipe.padding
        left = np.floor((width + 2 * recipe.padding - size + 1) * right) - recipe.padding
        return top, left, np.full(count, float(size)), np.full(count, float(size))
    if recipe.crop == "centre":
        return [np.full(count, side) for side in _centre_part(recipe, height, width, size)]
    return [np.full(count, float(side)) for side in (0, 0, height, width)]


def _random_part(recipe: Recipe, count, height, width, random):
    area, ratio = random.random((2, ATTEMPTS, count))
    down, right = random.random((2, count))
    area = _between(area, recipe.scale) * (height * width)
    ratio = np.exp(_between(ratio, tuple(np.log(recipe.ratio))))
    widths, heights = np.rint(np.sqrt(area * ratio)), np.rint(np.sqrt(area / ratio))
    fits = (widths > 0) & (widths <= width) & (heights > 0) & (heights <= height)
    first, views = fits.argmax(axis=0), np.arange(count)
    inside = fits.any(axis=0)
    other_height, other_width = _fallback(recipe, height, width)
    part_height = np.where(inside, heights[first, views], other_height)
    part_width = np.where(inside, widths[first, views], other_width)
    # Where no attempt fitted the part is taken from the centre.
    top = np.where(inside, np.floor((height - part_height + 1) * down), (height - part_height) // 2)
    left = np.where(inside, np.floor((width - part_width + 1) * right), (width - part_width) // 2)
    return top, left, part_height, part_width


def _fallback(recipe: Recipe, height: int, width: int) -> tuple[float, float]:
    if width / height < recipe.ratio[0]:
        return float(round(width / recipe.ratio[0])), float(width)
    if width / height > recipe.ratio[1]:
        return float(height), float(round(height * recipe.ratio[1]))
    return float(height), float(width)


def _centre_part(recipe: Recipe, height: int, width: int, size: int) -> list[float]:
    # The image is resized first and cut then; this is the same part in pixels of the image.
    scale = round(size / recipe.keep) / min(height, width)
    resized = round(height * scale), round(width * scale)
    per_pixel = height / resized[0], width / resized[1]
    top, left = ((side - size) // 2 for side in resized)
    return [top * per_pixel[0], left * per_pixel[1], size * per_pixel[0], size * per_pixel[1]]
