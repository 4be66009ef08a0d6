"""Images that are nearly the same: saved again, scaled, brightened, or the next frame of a film.

Where one of two such images trains and the other tests, the test asks what was learned by heart.
"""

import numpy as np

from reproduce.data.resizing import scaled

# Images are compared at so many pixels a side, by their correlation. Saving a photograph again, at
# another size or quality, leaves more than 0.999; two photographs of one scene rarely reach 0.99.
SIDE, ALIKE = 16, 0.995
# Less contrast than this, in levels of 255, is an empty picture, of which no two can be told apart.
FLAT = 2.0
AT_ONCE = 2048


def near_copies(pixels: np.ndarray, alike: float = ALIKE) -> np.ndarray:
    """Return the pairs of images [n, h, w(, 3)] that are nearly the same, as rows [pairs, 2].

    Identical images are among them; images without contrast are never.
    """
    small = scaled(np.asarray(pixels), (SIDE, SIDE), shrinking=min(pixels.shape[1:3]) > SIDE)
    rows = small.reshape(len(small), -1).astype(np.float32)
    rows -= rows.mean(axis=1, keepdims=True)
    flat = rows.std(axis=1) < FLAT
    rows /= np.where(flat, np.inf, np.linalg.norm(rows, axis=1))[:, None]
    found = [np.empty((0, 2), dtype=np.int64)]
    for start in range(0, len(rows), AT_ONCE):
        block = rows[start : start + AT_ONCE]
        for other in range(start, len(rows), AT_ONCE):
            one, two = np.nonzero(block @ rows[other : other + AT_ONCE].T >= alike)
            pairs = np.stack([one + start, two + other], axis=1)
            found.append(pairs[pairs[:, 0] < pairs[:, 1]])
    return np.concatenate(found)


def sets_of(pairs: np.ndarray, images: int) -> np.ndarray:
    """Return a number for each image [images]; those joined by pairs have the same one."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    edges = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(images, images))
    return connected_components(edges, directed=False)[1]
