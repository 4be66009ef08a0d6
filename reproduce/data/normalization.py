"""Mean and standard deviation per channel, of the training part and of nothing else."""

from dataclasses import dataclass

import numpy as np

from reproduce.data.records import Dataset
from reproduce.errors import UserError

# Images read at once, so that a memory-mapped set of any size fits.
PIXELS_AT_ONCE = 1 << 25


@dataclass(frozen=True)
class ChannelStatistics:
    """What normalisation subtracts and divides by, for pixels in 0..1; one number a channel."""

    mean: tuple[float, ...]
    standard_deviation: tuple[float, ...]


def channel_statistics(images: np.ndarray, indices: np.ndarray | None = None) -> ChannelStatistics:
    """Return the statistics of uint8 images [n, h, w] or [n, h, w, channels], over all pixels.

    Only the images at `indices` are read. Pixels are counted by their value and the moments are
    computed from the counts, so the result is exact whatever the number of images and the order
    they come in. The standard deviation is that of the pixels themselves (divided by n).
    """
    indices = np.arange(len(images)) if indices is None else np.asarray(indices)
    if len(indices) == 0:
        raise UserError("no training image to take the mean of; expected one or more")
    channels = 1 if images.ndim == 3 else images.shape[-1]
    step = max(1, PIXELS_AT_ONCE // int(np.prod(images.shape[1:])))
    values = np.zeros((channels, 256), dtype=np.int64)
    for start in range(0, len(indices), step):
        pixels = images[indices[start : start + step]].reshape(-1, channels)
        for channel in range(channels):
            values[channel] += np.bincount(pixels[:, channel], minlength=256)
    levels = np.arange(256) / 255
    share = values / values.sum(axis=1, keepdims=True)
    mean = share @ levels
    deviation = np.sqrt((share * (levels - mean[:, None]) ** 2).sum(axis=1))
    if (deviation == 0).any():
        raise UserError(
            f"channel {int(np.argmin(deviation))} has one value in all training images and cannot "
            "be normalised; look at the images, or train without normalisation"
        )
    return ChannelStatistics(tuple(mean.tolist()), tuple(deviation.tolist()))


def training_statistics(
    dataset: Dataset, parts: dict[str, tuple[str, np.ndarray]]
) -> ChannelStatistics:
    """Return the statistics of the training part of a split, reading no other image."""
    source, indices = parts["train"]
    return channel_statistics(dataset.images[source], indices)
