"""A network and images small enough to be reckoned by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from reproduce.data.preparation import Images


class Tiny(nn.Module):
    """Sixteen pixels, six hidden units, three classes."""

    def __init__(self, dropout):
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(16, 6), nn.ReLU(), nn.Dropout(dropout))
        self.classifier = nn.Linear(6, 3)


class OfPixels(nn.Module):
    """Two numbers for each pixel, and three classes of each; remembers how many it has seen."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Conv2d(1, 2, 1)
        self.classifier = nn.Conv2d(2, 3, 1)
        self.seen = []
        self.encoder.register_forward_hook(lambda m, images, out: self.seen.append(len(out)))


@pytest.fixture
def tiny():
    """Return a function that makes the network of images, always with the same weights."""

    def make(dropout=0.0):
        torch.manual_seed(11)
        return Tiny(dropout)

    return make


@pytest.fixture
def of_pixels():
    """Return the network of pixels, always with the same weights."""
    torch.manual_seed(12)
    return OfPixels()


@pytest.fixture
def images():
    """24 images of 4 x 4 pixels; classes of 12, 8 and 4."""
    random = np.random.default_rng(2)
    labels = random.permutation(np.repeat([0, 1, 2], [12, 8, 4]))
    return Images(random.integers(0, 256, (24, 4, 4), dtype=np.uint8), labels, divisor=256)


@pytest.fixture
def mapped(images):
    """The same images with the class of each pixel, of some of which nothing is known."""
    random = np.random.default_rng(3)
    maps = random.integers(0, 3, (24, 4, 4), dtype=np.uint8)
    maps[random.random(maps.shape) < 0.1] = 255
    images.maps = maps
    return images
