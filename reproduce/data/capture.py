"""Two frozen capture models: one image of a character as two devices might have taken it.

Simulated, and registered before any network was trained on them: `sharp` leaves an image as it is,
`poor` has the resolution of a smaller sensor, a lens that blurs, less contrast and noise of its
own. They stand for no real device. Whatever is said across them is said of real images and
*simulated* devices.
"""

from dataclasses import asdict, dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, zoom

from reproduce.randomness import generator

# Images at once, so that no copy of all of them in float is made.
AT_ONCE = 2000


@dataclass(frozen=True)
class Capture:
    """What a device does to an image of levels from 0 to 255.

    Attributes
    ----------
    resolution
        The share of the pixels of a side that its sensor has; 1 leaves them all.
    blur
        The deviation of its lens in pixels.
    contrast
        What is left of the distance to the middle level.
    noise
        The deviation of its noise in levels.
    """

    resolution: float = 1.0
    blur: float = 0.0
    contrast: float = 1.0
    noise: float = 0.0

    def taken(self, images: np.ndarray, seed: int) -> np.ndarray:
        """Return uint8 images [n, h, w] as the device takes them."""
        if self == Capture():
            return images
        random, made = generator(seed, "capture"), np.empty_like(images)
        for start in range(0, len(images), AT_ONCE):
            rows = images[start : start + AT_ONCE].astype(np.float32)
            made[start : start + AT_ONCE] = self._of(rows, random)
        return made

    def _of(self, rows: np.ndarray, random: np.random.Generator) -> np.ndarray:
        if self.blur:
            rows = gaussian_filter(rows, (0, self.blur, self.blur))
        if self.resolution < 1:
            side = rows.shape[1]
            small = zoom(rows, (1, self.resolution, self.resolution), order=1, grid_mode=True,
                         mode="nearest")  # fmt: skip
            back = side / small.shape[1]
            rows = zoom(small, (1, back, back), order=1, grid_mode=True, mode="nearest")
        rows = 127.5 + self.contrast * (rows - 127.5)
        rows = rows + self.noise * random.standard_normal(rows.shape, dtype=np.float32)
        return np.clip(np.rint(rows), 0, 255).astype(np.uint8)


# Chosen by eye so that a digit stays readable, before any network saw an image of theirs.
DEVICES = {"sharp": Capture(), "poor": Capture(0.5, 0.8, 0.6, 12.0)}


def described() -> str:
    """Return the models in one line, which the fingerprint of data made by them holds."""
    return "; ".join(f"{name} {asdict(one)}" for name, one in DEVICES.items())


def by_device(images: np.ndarray, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return the images, each as one of the devices has taken it, and the number of the device.

    Which device takes which image is drawn once for all; no image is taken twice.
    """
    device = generator(seed, "devices").integers(len(DEVICES), size=len(images))
    made = np.empty_like(images)
    for number, one in enumerate(DEVICES.values()):
        chosen = np.flatnonzero(device == number)
        made[chosen] = one.taken(images[chosen], seed + number)
    return made, device
