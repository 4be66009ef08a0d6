"""The views of large images by OpenCV alone, for where albumentations is not to be had.

The same operations in the same order on whole levels, and chance with the same distributions
(`parameters.draw`): with equal parameters a view differs from the reference's by rounding, and
over many views both have the same statistics. Tests compare both. The numbers drawn are others,
so that one view is not the other's, and a network trained on them has other digits.
"""

import numpy as np

from reproduce.data.augmentation.parameters import Parameters, draw
from reproduce.data.augmentation.recipes import Recipe

LEVELS = np.arange(256, dtype=np.float64)
# OpenCV counts hue in steps of two degrees.
STEPS = 180
# Where a Gaussian is cut off, in standard deviations.
REACH = 3.5
JITTERED = ("brightness", "contrast", "saturation", "hue")


def view(pixels: np.ndarray, recipe: Recipe, size: int, random: np.random.Generator) -> np.ndarray:
    """Return a view of an image ([h, w] or [h, w, 3] uint8), uint8 or normalised float32."""
    height, width = pixels.shape[:2]
    drawn = draw(recipe, 1, height, width, size, random)
    order = random.permutation(len(JITTERED))
    return carried_out(pixels, drawn, [JITTERED[number] for number in order], recipe, size)


def carried_out(
    pixels: np.ndarray, drawn: Parameters, order: list[str], recipe: Recipe, size: int
) -> np.ndarray:
    """Return the view that these parameters of one image make.

    Parameters
    ----------
    pixels
        [h, w] or [h, w, 3] uint8.
    drawn
        One row.
    order
        In which the operations of `JITTERED` follow one another.
    recipe, size
        What is to be done, and height and width of the view.
    """
    made = _placed(pixels, drawn, recipe, size)
    if drawn.flip[0]:
        made = np.ascontiguousarray(made[:, ::-1])
    for name in order:
        made = _jittered(made, name, float(getattr(drawn, name)[0]))
    if drawn.gray[0] and made.ndim == 3:
        made = _gray(made)
    if drawn.sigma[0] > 0:
        made = _blurred(made, float(drawn.sigma[0]))
    if drawn.solarize[0]:
        made = np.where(made >= recipe.threshold * 255, 255 - made, made)
    return _normalised(made, recipe)


def _placed(pixels: np.ndarray, drawn: Parameters, recipe: Recipe, size: int) -> np.ndarray:
    """Return the part of the image that becomes the view, in its size."""
    cv2 = _library()
    if recipe.crop == "centre":
        height, width = pixels.shape[:2]
        scale = round(size / recipe.keep) / min(height, width)
        resized = cv2.resize(pixels, (round(width * scale), round(height * scale)))
        top, left = ((side - size) // 2 for side in resized.shape[:2])
        return resized[top : top + size, left : left + size]
    top, left = int(drawn.top[0]), int(drawn.left[0])
    if recipe.crop == "padded":
        border = recipe.padding
        pixels = cv2.copyMakeBorder(
            pixels, border, border, border, border, cv2.BORDER_CONSTANT, value=(0, 0, 0)
        )
        top, left = top + border, left + border
    part = pixels[top : top + int(drawn.height[0]), left : left + int(drawn.width[0])]
    if part.shape[:2] == (size, size):
        return part
    return cv2.resize(np.ascontiguousarray(part), (size, size), interpolation=cv2.INTER_LINEAR)


def _jittered(made: np.ndarray, name: str, drawn: float) -> np.ndarray:
    """Return the view with one property of its colours changed; none of a neutral number."""
    if drawn == (0.0 if name == "hue" else 1.0):
        return made
    if name == "brightness":
        return _by_level(made, LEVELS * drawn)
    if name == "contrast":
        mean = float((made if made.ndim == 2 else _luma(made)).mean())
        return _by_level(made, LEVELS * drawn + mean * (1 - drawn))
    if made.ndim == 2:
        return made
    cv2 = _library()
    if name == "saturation":
        return cv2.addWeighted(made, drawn, _gray(made), 1 - drawn, 0)
    turned = cv2.cvtColor(made, cv2.COLOR_RGB2HSV)
    turned[..., 0] = np.floor((turned[..., 0] + STEPS * drawn) % STEPS)
    return cv2.cvtColor(turned, cv2.COLOR_HSV2RGB)


def _by_level(made: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Return the view with each level replaced, fractions cut off as the reference does."""
    return _library().LUT(np.ascontiguousarray(made), np.clip(levels, 0, 255).astype(np.uint8))


def _luma(made: np.ndarray) -> np.ndarray:
    cv2 = _library()
    return cv2.cvtColor(np.ascontiguousarray(made), cv2.COLOR_RGB2GRAY)


def _gray(made: np.ndarray) -> np.ndarray:
    return np.repeat(_luma(made)[:, :, None], 3, axis=2)


def _blurred(made: np.ndarray, sigma: float) -> np.ndarray:
    cv2 = _library()
    distance = np.arange(-int(sigma * REACH), int(sigma * REACH) + 1)
    kernel = np.exp(-0.5 * (distance / sigma) ** 2)
    kernel /= kernel.sum()
    return cv2.sepFilter2D(made, -1, kernel, kernel, borderType=cv2.BORDER_REFLECT_101)


def _normalised(made: np.ndarray, recipe: Recipe) -> np.ndarray:
    found = recipe.normalisation(1 if made.ndim == 2 else made.shape[2])
    if found is None:
        return made
    mean, deviation = (np.asarray(part, np.float32) for part in found)
    if made.ndim == 2:
        mean, deviation = mean[0], deviation[0]
    return (made.astype(np.float32) / np.float32(255) - mean) / deviation


def _library():
    import cv2

    # A trial uses one thread; OpenCV would take all cores for a large image.
    cv2.setNumThreads(1)
    return cv2
