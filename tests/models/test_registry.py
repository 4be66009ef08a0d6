"""Networks by name."""

import subprocess
import sys

import pytest
import torch

from reproduce import models
from reproduce.errors import UserError

NAMES_WITHOUT_TORCH = """
import sys
from reproduce import losses, models
from reproduce.methods.class_imbalance import METHODS
assert "lenet5" in models.BACKBONES and "cross_entropy" in losses.LOSSES and METHODS
assert "torch" not in sys.modules, "torch was imported"
"""


@pytest.mark.parametrize("name", models.BACKBONES)
def test_every_network_is_an_encoder_and_a_classifier(name):
    network = models.build(name, channels=1, size=28, classes=7)
    images = torch.rand(3, 1, 28, 28)
    embeddings = network.encoder(images)
    assert embeddings.shape == (3, network.classifier.in_features)
    assert torch.equal(network(images), network.classifier(embeddings))
    assert network(images).shape == (3, 7)


def test_an_unknown_network_lists_the_known_ones():
    with pytest.raises(UserError, match="unknown backbone 'lenet'; did you mean 'lenet5'"):
        models.build("lenet", channels=1, size=28, classes=10)


def test_a_layout_is_named_for_known_networks_only():
    assert set(models.BACKBONES) >= models.CHANNELS_LAST


def test_parameters_are_counted_weights_and_biases():
    layer = torch.nn.Linear(3, 4)
    assert models.parameter_count(layer) == 3 * 4 + 4


def test_names_are_known_without_torch():
    subprocess.run([sys.executable, "-c", NAMES_WITHOUT_TORCH], check=True, timeout=60)
