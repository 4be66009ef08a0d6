"""Global contrast normalisation and ZCA whitening: how the All-CNN sees CIFAR-10.

Goodfellow et al. (2013), "Maxout networks", prepared CIFAR-10 so, and Springenberg et al. (2015),
whose All-CNN Buda et al. train, took it over: every image less its mean and scaled to norm 55, then
all of them whitened with a filter bias of 0.1. Both numbers are of the public preprocessing code
as remembered, not printed in the papers. What is learned (mean and covariance) is learned of
training images alone, before any class is made rare.
"""

import numpy as np

from reproduce.errors import unknown_name

KINDS = ("gcn", "gcn_zca")
SCALE, FILTER_BIAS, SMALLEST_NORM = 55.0, 0.1, 1e-8
# Rows transformed at once, so that no second copy of a data set in float64 is made.
AT_ONCE = 4096


def fit(name: str, images: np.ndarray) -> np.ndarray:
    """Return what whitening needs of training images [n, h, w(, c)]: mean and matrix, one array.

    The first row is the mean of the normalised images, the others the symmetric matrix
    V (E + 0.1)^(-1/2) V^T of the covariance V E V^T; one row of zeros for "gcn" alone.
    """
    if name not in KINDS:
        raise unknown_name("whitening", name, KINDS)
    size = int(np.prod(images.shape[1:]))
    if name == "gcn":
        return np.zeros((1, size), dtype=np.float32)
    total, products = np.zeros(size), np.zeros((size, size))
    for start in range(0, len(images), AT_ONCE):
        rows = contrast_normalised(images[start : start + AT_ONCE])
        total += rows.sum(axis=0)
        products += rows.T @ rows
    mean = total / len(images)
    values, vectors = np.linalg.eigh(products / len(images) - np.outer(mean, mean))
    matrix = (vectors / np.sqrt(np.maximum(values, 0) + FILTER_BIAS)) @ vectors.T
    return np.vstack([mean, matrix]).astype(np.float32)


def apply(name: str, fitted: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Return the images whitened with what was fitted, float32 of the same shape."""
    made = np.empty(images.shape, dtype=np.float32)
    for start in range(0, len(images), AT_ONCE):
        piece = slice(start, start + AT_ONCE)
        rows = contrast_normalised(images[piece]).astype(np.float32)
        if name == "gcn_zca":
            rows = (rows - fitted[0]) @ fitted[1:]
        made[piece] = rows.reshape(images[piece].shape)
    return made


def contrast_normalised(images: np.ndarray) -> np.ndarray:
    """Return every image as a row [n, pixels] less its mean, with norm 55 (float64).

    An image of one colour has no contrast and becomes zeros.
    """
    rows = images.reshape(len(images), -1).astype(np.float64)
    rows -= rows.mean(axis=1, keepdims=True)
    norms = np.sqrt((rows**2).sum(axis=1, keepdims=True)) / SCALE
    return rows / np.where(norms < SMALLEST_NORM, 1.0, norms)
