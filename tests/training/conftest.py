"""A tiny network, tiny images, and a way to train the one on the other."""

import numpy as np
import pytest
import torch
from torch import nn

from reproduce.data.preparation import Images
from reproduce.training.loop import Settings, train
from reproduce.training.phases import Optimizer, Phase, Schedule

CPU = torch.device("cpu")


class Tiny(nn.Module):
    """Sixteen pixels, six hidden units, three classes; dropout makes every step draw numbers."""

    def __init__(self, dropout):
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(16, 6), nn.ReLU(), nn.Dropout(dropout))
        self.classifier = nn.Linear(6, 3)


@pytest.fixture
def tiny():
    """Return a function that makes the network, always with the same weights."""

    def make(dropout=0.0):
        torch.manual_seed(11)
        return Tiny(dropout)

    return make


@pytest.fixture
def images():
    """24 images of 4 x 4 pixels; classes of 12, 8 and 4."""
    random = np.random.default_rng(2)
    labels = random.permutation(np.repeat([0, 1, 2], [12, 8, 4]))
    pixels = random.integers(0, 256, (24, 4, 4), dtype=np.uint8)
    pixels[np.arange(24), labels, labels] = 255
    return Images(pixels, labels, divisor=256)


@pytest.fixture
def phase():
    """Return a function that makes a phase; its numbers are large, so that each can be seen."""

    def make(**changed):
        optimizer = {
            "name": "sgd", "learning_rate": 0.1, "momentum": 0.9, "weight_decay": 0.1,
            "bias_multiplier": 2, **changed.pop("optimizer", {}),
        }  # fmt: skip
        if not changed.keys() & {"iterations", "epochs"}:
            changed["iterations"] = 5
        given = {
            "batch_size": 5, "optimizer": Optimizer(**optimizer),
            "schedule": Schedule(name="inverse", gamma=0.5, power=0.75), **changed,
        }  # fmt: skip
        return Phase(**given)

    return make


@pytest.fixture
def run(images):
    """Return a function that trains a network on the images and returns where it ended."""

    def go(network, phases, seed=0, data_seed=0, precision="float32", on=None, **settings):
        on = on or images
        return train(
            network,
            list(phases),
            on,
            np.bincount(on.labels).tolist(),
            data_seed=data_seed,
            seed=seed,
            precision=precision,
            settings=Settings(device=settings.pop("device", CPU), **settings),
        )

    return go
