"""Images of another shape brought to a square without losing theirs: shrunk, then padded.

As the metric-learning paper brings its crops to 128 x 128: what is larger is shrunk, what is
missing is padded; nothing is enlarged and no side is stretched.
"""

import numpy as np

from reproduce.data.resizing import scaled


def padded(pixels: np.ndarray, size: int) -> np.ndarray:
    """Return images [n, h, w] or [n, h, w, c] at size x size, black where they do not reach.

    The longer side is shrunk to `size` where it is longer, the shorter one in proportion (to the
    nearest pixel, 1 at least). What an odd rest leaves over is padded behind.
    """
    height, width = pixels.shape[1:3]
    scale = min(1.0, size / max(height, width))
    sides = (max(1, round(height * scale)), max(1, round(width * scale)))
    inner = scaled(pixels, sides, shrinking=scale < 1)
    made = np.zeros((len(pixels), size, size, *pixels.shape[3:]), pixels.dtype)
    top, left = (size - sides[0]) // 2, (size - sides[1]) // 2
    made[:, top : top + sides[0], left : left + sides[1]] = inner
    return made
