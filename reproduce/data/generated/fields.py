"""Smooth random fields and spots over whole blocks of images at once, the same at any size.

Every field is drawn on a lattice that knows nothing of pixels and is then spread over the image
by two matrix products. So a scene drawn at 64 px is the scene drawn at 256 px, seen from farther.
"""

from functools import lru_cache

import numpy as np

from reproduce.randomness import generator

# Below this many pixels a scene is drawn finer than asked for and averaged, as a camera would.
FINEST_UNDERSAMPLED = 96


class Draws:
    """The random numbers of one block of images.

    `scene` decides what is in the pictures, in a fixed order; every texture has a stream of its
    own, so that one that is left out at a small size shifts no other number. `occurrence` [n]
    says which image of its class in its split each one is, counted from 0.
    """

    def __init__(self, seed: int, purpose: str, block: int, occurrence: np.ndarray):
        self.images, self.occurrence, self.seed = len(occurrence), occurrence, seed
        self.scene = generator(seed, f"{purpose}:scene", block)
        self._purpose, self._block = purpose, block

    def stream(self, name: str, *position: int) -> np.random.Generator:
        """Return the stream of one texture (or of the sensor's noise) of this block."""
        return generator(self.seed, f"{self._purpose}:{name}", self._block, *position)

    def uniform(self, low: float = 0.0, high: float = 1.0, *shape: int) -> np.ndarray:
        """Return one number (or array) per image, even between two bounds."""
        values = self.scene.random((self.images, *shape), dtype=np.float32)
        return low + (high - low) * values

    def normal(self, *shape: int) -> np.ndarray:
        """Return one standard normal number (or array) per image."""
        return self.scene.standard_normal((self.images, *shape), dtype=np.float32)

    def chance(self, share: float, *shape: int) -> np.ndarray:
        """Return 1 with this probability and 0 otherwise, per image."""
        return (self.uniform(0, 1, *shape) < share).astype(np.float32)


def fineness(size: int) -> int:
    """Return by what whole factor a scene is drawn finer than it will be shown."""
    return max(1, -(-FINEST_UNDERSAMPLED // size))


def shrink(fields: np.ndarray, factor: int) -> np.ndarray:
    """Average squares of `factor` x `factor` pixels of [n, h, w] or [n, h, w, c]."""
    if factor == 1:
        return fields
    n, height, width = fields.shape[:3]
    shape = (n, height // factor, factor, width // factor, factor, *fields.shape[3:])
    return fields.reshape(shape).mean(axis=(2, 4), dtype=np.float32)


@lru_cache(maxsize=256)
def _spread(size: int, cells: int) -> np.ndarray:
    """Return the cubic B-spline weights [size, cells + 3] with squares that sum to 1 on average."""
    position = (np.arange(size) + 0.5) / size * cells
    cell = np.minimum(position.astype(int), cells - 1)
    t = position - cell
    weights = np.zeros((size, cells + 3))
    basis = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
    for offset, values in enumerate(basis):
        weights[np.arange(size), cell + offset] = values / 6
    weights /= np.sqrt(np.mean(np.sum(weights**2, axis=1)))
    return weights.astype(np.float32)


def noise(draws: Draws, name: str, size: int, cells: int, down: int | None = None) -> np.ndarray:
    """Return smooth noise [n, size, size] of mean 0 and variance 1.

    It has `cells` bumps across, and as many down unless `down` says otherwise.
    """
    down = down or cells
    lattice = draws.stream(name, cells).standard_normal(
        (draws.images, down + 3, cells + 3), dtype=np.float32
    )
    return np.matmul(np.matmul(_spread(size, down), lattice), _spread(size, cells).T)


def octaves(draws: Draws, name: str, size: int, weights: dict[int, float]) -> np.ndarray:
    """Return a weighted sum of noises, `{cells: weight}`; what no pixel could show is left out."""
    total = np.zeros((draws.images, size, size), np.float32)
    for cells, weight in weights.items():
        if 2 * cells <= size:
            total += np.float32(weight) * noise(draws, name, size, cells)
    return total


@lru_cache(maxsize=32)
def axis(size: int) -> np.ndarray:
    """Return the centres of the pixels, from 0 to 1 across the image."""
    return ((np.arange(size) + 0.5) / size).astype(np.float32)


def plane(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return x [1, 1, size] and y [1, size, 1], from 0 to 1."""
    line = axis(size)
    return line[None, None, :], line[None, :, None]


def spots(centres: np.ndarray, radii: np.ndarray, amounts: np.ndarray, size: int) -> np.ndarray:
    """Return a sum of round bumps [n, size, size], one matrix product for all of them.

    Parameters
    ----------
    centres
        x and y of each spot as a share of the width, [n, k, 2]; an absent spot has amount 0.
    radii, amounts
        width (one standard deviation) and height of each spot, [n, k].
    """
    line = axis(size)
    narrow = (1 / np.maximum(radii, 1e-6))[..., None]
    across = np.exp(-0.5 * np.square((line - centres[..., 0:1]) * narrow))
    down = np.exp(-0.5 * np.square((line - centres[..., 1:2]) * narrow)) * amounts[..., None]
    return np.matmul(down.transpose(0, 2, 1).astype(np.float32), across.astype(np.float32))


@lru_cache(maxsize=64)
def _blur_matrix(size: int, width: float) -> np.ndarray:
    distance = np.arange(size)[:, None] - np.arange(size)[None]
    weights = np.exp(-0.5 * (distance / max(width * size, 1e-6)) ** 2)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def blur(fields: np.ndarray, width: float) -> np.ndarray:
    """Return [n, h, w] blurred by a Gaussian whose deviation is a share of the image's width."""
    matrix = _blur_matrix(fields.shape[-1], width)
    return np.matmul(np.matmul(matrix, fields), matrix.T)


def per_image(values: np.ndarray) -> np.ndarray:
    """Return [n] as [n, 1, 1], to be multiplied with fields."""
    return values.reshape(-1, 1, 1).astype(np.float32)


def slopes(height: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the slope of a height map along x and y, per width of the image."""
    size = np.float32(height.shape[-1])
    along_x, along_y = np.empty_like(height), np.empty_like(height)
    along_x[:, :, 1:-1] = (height[:, :, 2:] - height[:, :, :-2]) * (size / 2)
    along_x[:, :, 0], along_x[:, :, -1] = along_x[:, :, 1], along_x[:, :, -2]
    along_y[:, 1:-1] = (height[:, 2:] - height[:, :-2]) * (size / 2)
    along_y[:, 0], along_y[:, -1] = along_y[:, 1], along_y[:, -2]
    return along_x, along_y
