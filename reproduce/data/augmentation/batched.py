"""The batched pipeline: whole batches of small images, where the tensor lies.

Work per image starves a GPU, and at 32 pixels most of what albumentations does is calling. Here
crop, resize and flip are one sampling of the batch (for views that are blurred too, two matrix
products per image that resize and blur at once), brightness, contrast, saturation, hue and gray
are one 3 x 3 matrix and one offset per view, then come clamping, solarize and normalise.

Same as the reference (`pipelines`), operation by operation, up to its rounding to whole levels
after each: crop and resize, padded and centre crop, flip, brightness, contrast, saturation, gray,
blur (kernel, its cut-off and the mirrored border), solarize, normalise; and the distributions of
all parameters. A test compares the pixels that equal parameters give, and the statistics.

**Differences from the reference**

- Hue is a rotation about the gray axis, which keeps the mean of the three colours of a pixel and is
  the linear map nearest to what the reference does, a shift of the hue of HSV; that is not linear
  and keeps the largest and the smallest of the three. On CIFAR-10 a shift by 0.1 of a turn
  moves pixels by 13.0 levels (root mean square), and the two differ by 6.3 (a rotation in YIQ: by
  10.7). The angle has the same distribution. The reference also rounds hue to steps of 2 degrees.
- Values are clamped to 0..1 once, after the colour operations; the reference clips after each of
  them, and cuts off fractions after brightness and contrast: on CIFAR-10 its jittered views are 1.3
  levels darker on average. Brightness, contrast, saturation and gray only scale luma and chroma, so
  that without clipping their order does not matter and is not drawn; hue always comes first.
- The order is crop, flip, blur, colour (the reference: colour, blur). Blur and an unclipped colour
  matrix commute; contrast takes the mean luma after the blur instead of before it.
- Decisions are drawn for a batch from (seed, phase, iteration): a resumed run repeats them, another
  batch size does not. The reference draws them per image.
"""

from functools import lru_cache

import numpy as np
import torch
from torch.nn.functional import grid_sample

from reproduce.data.augmentation.parameters import Parameters, draw
from reproduce.data.augmentation.pipelines import check_fits
from reproduce.data.augmentation.recipes import Recipe
from reproduce.errors import UserError
from reproduce.randomness import generator

LUMA = (0.299, 0.587, 0.114)
# On a CPU views are made so many values at a time: more falls out of the cache and makes the system
# map fresh memory for every operation, fewer leaves calling to dominate.
VALUES_AT_ONCE = 2**17
# The class of pixels of which nothing is known.
OUTSIDE = 255


class BatchedViews:
    """Views of a batch, drawn from (seed, phase, iteration).

    Parameters
    ----------
    recipe, size
        What is to be done, and height and width of the result.
    seed, phase
        The run's seed and the number of the phase of training.
    """

    def __init__(self, recipe: Recipe, *, size: int, seed: int, phase: int = 0):
        self.recipe, self.size, self.seed, self.phase = recipe, size, seed, phase

    def batch(self, images: torch.Tensor, iteration: int) -> list[torch.Tensor]:
        """Return the views of float images [n, 1 or 3, h, w] in 0..1, on their device."""
        _check(images)
        count, _, height, width = images.shape
        drawn = self._drawn(count, height, width, iteration)
        return list(apply(images, drawn, self.recipe, self.size).split(count))

    def maps(self, maps: torch.Tensor, iteration: int) -> torch.Tensor:
        """Return label maps [n, h, w] placed as the first views are, 255 outside the image."""
        count, height, width = maps.shape
        drawn = self._drawn(count, height, width, iteration).rows(slice(0, count))
        return placed_maps(maps, drawn, self.recipe, self.size)

    def _drawn(self, count: int, height: int, width: int, iteration: int) -> Parameters:
        check_fits(self.recipe, height, width, self.size)
        random = generator(self.seed, "batched views", self.phase, iteration)
        return draw(self.recipe, count * self.recipe.views, height, width, self.size, random)


@torch.no_grad()
def apply(images: torch.Tensor, parameters: Parameters, recipe: Recipe, size: int) -> torch.Tensor:
    """Carry out drawn parameters on float images [n, c, h, w] with values from 0 to 1.

    There may be several times as many parameters as images: the images are then gone through
    again, and the views come back as [all first views, all second views, ...].
    """
    count, channels, height, width = images.shape
    images = images.contiguous()
    # Blurred views are made first, then the others, each kind in pieces; what is small is computed
    # for the whole batch before.
    order = np.argsort(parameters.sigma == 0, kind="stable")
    drawn = parameters.rows(order)
    rows, columns = _positions(images, drawn, recipe, size)
    colours = _colours(images, drawn, recipe)
    source, target = _tensor(order % count, images), _tensor(order, images)
    solarized = _tensor(drawn.solarize, images, torch.bool).view(-1, 1, 1, 1)
    blurred = int((drawn.sigma > 0).sum())
    kernels = _kernels(_tensor(drawn.sigma[:blurred], images), recipe.sigma[1])
    views = images.new_empty(len(order), channels, size, size)
    for piece in _pieces(views, blurred, channels * max(size * size, height * width)):
        some = images.index_select(0, source[piece])
        if piece.start < blurred:
            blur = _blur_matrices(kernels[piece], size)
            placed = _resize_and_blur(some, rows[piece], columns[piece], blur)
        else:
            placed = _sample(some, rows[piece], columns[piece], recipe)
        if colours:
            placed = _recolour(placed, *(part[piece] for part in colours))
        if recipe.solarize:
            inverted = solarized[piece] & (placed >= recipe.threshold)
            placed = torch.where(inverted, 1 - placed, placed)
        views.index_copy_(0, target[piece], _normalise(placed, recipe))
    return views


def placed_maps(
    maps: torch.Tensor, parameters: Parameters, recipe: Recipe, size: int
) -> torch.Tensor:
    """Return label maps [n, h, w] cropped, resized and flipped as images would be: int64.

    Every pixel takes the class of the nearest one, since classes have no mean; where an image is
    padded nothing is known (255).
    """
    count, height, width = maps.shape
    rows, columns = (
        part.round().long() for part in _positions(maps[:, None].float(), parameters, recipe, size)
    )
    inside = ((rows >= 0) & (rows < height))[:, :, None]
    inside = inside & ((columns >= 0) & (columns < width))[:, None]
    image = torch.arange(count, device=maps.device)[:, None, None]
    near = maps[image, rows.clamp(0, height - 1)[:, :, None], columns.clamp(0, width - 1)[:, None]]
    return torch.where(inside, near.long(), OUTSIDE)


def _pieces(views, blurred: int, values: int) -> list[slice]:
    count = len(views)
    at_once = max(1, VALUES_AT_ONCE // values) if views.device.type == "cpu" else count
    return [
        slice(start, min(start + at_once, end))
        for begin, end in ((0, blurred), (blurred, count))
        for start in range(begin, end, at_once)
    ]


def _positions(images, drawn: Parameters, recipe: Recipe, size: int):
    """Return where in the image each row and column of a view lies, in pixels ([n, size] each)."""
    height, width = images.shape[2:]
    top, left, part_height, part_width = (
        _tensor(part, images).unsqueeze(1)
        for part in (drawn.top, drawn.left, drawn.height, drawn.width)
    )
    middles = torch.arange(size, device=images.device, dtype=images.dtype) + 0.5
    rows = top + middles * (part_height / size) - 0.5
    columns = left + middles * (part_width / size) - 0.5
    if recipe.crop == "resized":
        # The border of the part is repeated, nothing from outside it is seen.
        rows = rows.clamp(top, top + part_height - 1)
        columns = columns.clamp(left, left + part_width - 1)
    elif recipe.crop != "padded":
        rows, columns = rows.clamp(0, height - 1), columns.clamp(0, width - 1)
    flip = _tensor(drawn.flip, images, torch.bool).unsqueeze(1)
    return rows, torch.where(flip, columns.flip(1), columns)


def _sample(images, rows, columns, recipe: Recipe):
    """Return the images at rows x columns, bilinear; black outside where there is padding."""
    height, width = images.shape[2:]
    count, size = rows.shape
    grid = images.new_empty(count, size, size, 2)
    grid[..., 0] = ((2 * columns + 1) / width - 1).unsqueeze(1)
    grid[..., 1] = ((2 * rows + 1) / height - 1).unsqueeze(2)
    border = "zeros" if recipe.crop == "padded" else "border"
    return grid_sample(images, grid, mode="bilinear", padding_mode=border, align_corners=False)


def _resize_matrices(positions, length: int):
    """Return the weights [n, size, length] of linear interpolation at these positions."""
    pixels = torch.arange(length, device=positions.device, dtype=positions.dtype)
    return (1 - (positions.unsqueeze(2) - pixels).abs()).clamp_(min=0)


def _resize_and_blur(images, rows, columns, blur):
    """Return the images at rows x columns, bilinear, then blurred: both at once, per axis."""
    count, channels, height, width = images.shape
    size = rows.shape[1]
    across = torch.bmm(blur, _resize_matrices(columns, width)).transpose(1, 2)
    down = torch.bmm(blur, _resize_matrices(rows, height)).repeat_interleave(channels, dim=0)
    wide = torch.bmm(images.view(count, channels * height, width), across)
    placed = torch.bmm(down, wide.view(count * channels, height, size))
    return placed.view(count, channels, size, size)


def _kernels(sigma, largest: float):
    """Return the weights [n, reach + 1] of Gaussian blurs by distance, cut off at 3.5 sigma."""
    distance = torch.arange(int(largest * 3.5) + 1, device=sigma.device, dtype=sigma.dtype)
    exponent = -0.5 * (distance / sigma.unsqueeze(1)) ** 2
    # The cut-off lies at -6.2; below it exp would only make numbers too small to be fast.
    weights = torch.exp(exponent.clamp_(min=-7.0))
    weights = weights * (distance <= (sigma * 3.5).floor().unsqueeze(1))
    return weights / (2 * weights.sum(dim=1, keepdim=True) - 1)


def _blur_matrices(kernels, size: int):
    """Return the blurs along an axis of `size` pixels as matrices; the border is mirrored."""
    mirrored = _mirror(size, kernels.shape[1] - 1).to(kernels.device, kernels.dtype)
    return (kernels @ mirrored).view(-1, size, size)


@lru_cache(maxsize=8)
def _mirror(size: int, reach: int) -> torch.Tensor:
    """Return [reach + 1, size * size]: where a weight at each distance goes in the matrix."""
    places = np.zeros((reach + 1, size, size), dtype=np.float32)
    here, period = np.arange(size), max(1, 2 * (size - 1))
    for offset in range(-reach, reach + 1):
        there = (here + offset) % period
        there = np.minimum(there, period - there) if size > 1 else np.zeros_like(here)
        places[abs(offset), here, there] += 1
    return torch.from_numpy(places.reshape(reach + 1, size * size))


def _colours(images, drawn: Parameters, recipe: Recipe):
    """Return per view the colour matrix, and the weights of the mean colour in the offset.

    With R the turn of hue, P the projection of a colour on its luma and Q = 1 - P its chroma, the
    matrix is M = b c (P + s Q) R, and the offset is b (1 - c) times the mean luma after R. None
    where nothing changes colour.
    """
    channels = images.shape[1]
    if not recipe.jitter and (not recipe.gray or channels == 1):
        return None
    scale = (drawn.brightness * drawn.contrast)[:, None, None]
    share = (drawn.brightness * (1 - drawn.contrast))[:, None]
    if channels == 1:
        return _tensor(scale, images), _tensor(share, images)
    saturation = np.where(drawn.gray, 0.0, drawn.saturation)[:, None, None]
    luma = np.tile(LUMA, (3, 1))
    turned = _turns_of_hue(drawn.hue)
    matrices = scale * ((luma + saturation * (np.eye(3) - luma)) @ turned)
    return _tensor(matrices, images), _tensor(share * (LUMA @ turned), images)


def _turns_of_hue(hue: np.ndarray) -> np.ndarray:
    """Return the rotations [n, 3, 3] about the gray axis by shares of a turn, red to green."""
    mean = np.full((3, 3), 1 / 3)
    quarter_turn = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)
    angle = 2 * np.pi * hue[:, None, None]
    return mean + np.cos(angle) * (np.eye(3) - mean) + np.sin(angle) * quarter_turn


def _recolour(placed, matrices, weights):
    count, channels, size, _ = placed.shape
    pixels = placed.view(count, channels, size * size)
    offset = (pixels.mean(dim=2) * weights).sum(dim=1).view(-1, 1, 1)
    if channels == 1:
        coloured = torch.addcmul(offset, pixels, matrices)
    else:
        coloured = torch.baddbmm(offset, matrices, pixels)
    return coloured.clamp_(0, 1).view_as(placed)


def _normalise(placed, recipe: Recipe):
    normalisation = recipe.normalisation(placed.shape[1])
    if normalisation is None:
        return placed
    mean, deviation = (placed.new_tensor(part).view(-1, 1, 1) for part in normalisation)
    return placed.sub_(mean).div_(deviation)


def _tensor(values: np.ndarray, like: torch.Tensor, dtype=None):
    if dtype is None:
        dtype = torch.int64 if values.dtype.kind == "i" else like.dtype
    return torch.from_numpy(values).to(like.device, dtype)


def _check(images: torch.Tensor) -> None:
    if not images.is_floating_point() or images.ndim != 4 or images.shape[1] not in (1, 3):
        raise UserError(
            f"images of type {images.dtype} and shape {tuple(images.shape)}, expected float images "
            "[n, 1 or 3, height, width] with values from 0 to 1"
        )
