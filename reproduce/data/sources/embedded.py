"""Data that comes with a package this project needs anyway: scikit-learn's digits."""

import hashlib

import numpy as np


def read_digits() -> tuple[np.ndarray, np.ndarray, str]:
    """Return scikit-learn's 1,797 digits as uint8, their labels and a fingerprint.

    Pixels are counts from 0 to 16; they are stretched to 0..255 so that all sets share a range.
    The fingerprint covers the decoded arrays, since the packed file may differ between releases.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images = np.rint(bunch.images * (255 / 16)).astype(np.uint8)
    labels = bunch.target.astype(np.int64)
    digest = hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()
    return images, labels, digest
