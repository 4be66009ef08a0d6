"""Layers written out slowly in float64, from their definitions; never the code under test."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from reproduce import models
from reproduce.randomness import seed_torch


def convolution(maps, weight, bias=None, stride=1, padding=0):
    """Slide every filter over the maps [channels, h, w]."""
    filters, _, size, _ = weight.shape
    maps = np.pad(maps, ((0, 0), (padding, padding), (padding, padding)))
    height = (maps.shape[1] - size) // stride + 1
    width = (maps.shape[2] - size) // stride + 1
    result = np.empty((filters, height, width))
    for row in range(height):
        for column in range(width):
            top, left = row * stride, column * stride
            window = maps[:, top : top + size, left : left + size]
            result[:, row, column] = (weight * window).sum(axis=(1, 2, 3))
    return result if bias is None else result + bias[:, None, None]


def normalisation(maps, state, name):
    """Normalise maps [channels, ...] by the running mean and variance of this layer."""
    result = np.empty_like(maps)
    for channel, values in enumerate(maps):
        mean, variance = (state[f"{name}.running_{kind}"][channel] for kind in ("mean", "var"))
        scaled = (values - mean) / np.sqrt(variance + 1e-5)
        result[channel] = scaled * state[f"{name}.weight"][channel] + state[f"{name}.bias"][channel]
    return result


def pooling(maps, size, stride):
    """Take the largest of every window, also of those that reach over the edge (rounding up)."""
    side = -(-(maps.shape[1] - size) // stride) + 1
    result = np.empty((len(maps), side, side))
    for row in range(side):
        for column in range(side):
            top, left = row * stride, column * stride
            result[:, row, column] = maps[:, top : top + size, left : left + size].max(axis=(1, 2))
    return result


@pytest.fixture
def slow():
    """Give the slow layers."""
    return SimpleNamespace(convolution=convolution, normalisation=normalisation, pooling=pooling)


@pytest.fixture
def build():
    """Return a function that builds a network from a seed."""

    def build(name, seed=0, channels=3, size=32, classes=5, initialisation="random"):
        seed_torch(seed, "weights")
        return models.build(
            name, channels=channels, size=size, classes=classes, initialisation=initialisation
        )

    return build


@pytest.fixture
def stirred():
    """Return a function that gives every number of a network a value that can be seen."""

    def stir(network):
        draw = torch.Generator().manual_seed(1)
        for name, tensor in network.state_dict().items():
            if name.endswith("running_var"):
                tensor.uniform_(0.5, 2, generator=draw)
            elif name.endswith(("bias", "running_mean")):
                tensor.normal_(std=0.1, generator=draw)
            elif tensor.ndim == 1:
                tensor.uniform_(0.5, 1.5, generator=draw)
        state = {k: v.double().numpy() for k, v in network.state_dict().items()}
        return network.eval(), state

    return stir
