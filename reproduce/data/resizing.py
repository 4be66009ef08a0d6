"""Stored images at another size: bilinear, with antialiasing where they shrink."""

import numpy as np

# Images resized in one go, so that a set that lies on disk is never in memory as floats.
RESIZED_AT_ONCE = 2048


def resize(pixels: np.ndarray, size: int) -> np.ndarray:
    """Return the images at size x size (bilinear); unchanged where they have that size."""
    return scaled(pixels, (size, size), shrinking=size < min(pixels.shape[1:3]))


def scaled(pixels: np.ndarray, sides: tuple[int, int], *, shrinking: bool) -> np.ndarray:
    """Return the images at this height and width (bilinear); unchanged where they have it."""
    if pixels.shape[1:3] == sides:
        return pixels
    made = np.empty((len(pixels), *sides, *pixels.shape[3:]), np.uint8)
    for start in range(0, len(pixels), RESIZED_AT_ONCE):
        piece = slice(start, start + RESIZED_AT_ONCE)
        made[piece] = _scaled(np.array(pixels[piece]), sides, shrinking)
    return made


def _scaled(pixels: np.ndarray, sides: tuple[int, int], shrinking: bool) -> np.ndarray:
    import torch
    from torch.nn.functional import interpolate

    images = torch.from_numpy(pixels)
    images = images.unsqueeze(1) if images.ndim == 3 else images.permute(0, 3, 1, 2)
    images = interpolate(images.float(), sides, mode="bilinear", antialias=shrinking)
    images = images.round().clamp(0, 255).to(torch.uint8)
    return (images[:, 0] if pixels.ndim == 3 else images.permute(0, 2, 3, 1)).numpy()
