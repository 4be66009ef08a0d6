"""All-CNN-C layer by layer, against the published description and a slow forward pass."""

import numpy as np
import pytest
import torch
from torch import nn

from reproduce import models

# Channels in, maps out, size of the filter, stride, padding; the last two are the classifier.
LAYERS = [
    (3, 96, 3, 1, 1), (96, 96, 3, 1, 1), (96, 96, 3, 2, 1),
    (96, 192, 3, 1, 1), (192, 192, 3, 1, 1), (192, 192, 3, 2, 1),
    (192, 192, 3, 1, 0), (192, 192, 1, 1, 0), (192, 10, 1, 1, 0),
]  # fmt: skip


def test_its_parameters_are_those_of_its_layers(build):
    network = build("all_cnn", classes=10)
    assert models.parameter_count(network) == sum(a * b * c * c + b for a, b, c, *_ in LAYERS)
    assert models.parameter_count(network) == 1_369_738


def test_its_layers_are_those_of_the_paper(build):
    network = build("all_cnn", classes=10)
    found = [m for m in network.modules() if isinstance(m, nn.Conv2d)]
    assert [
        (m.in_channels, m.out_channels, m.kernel_size[0], m.stride[0], m.padding[0]) for m in found
    ] == LAYERS
    layers = [type(m).__name__ for m in network.encoder]
    pair = ["Conv2d", "ReLU"]
    assert layers == ["Dropout", *pair * 3, "Dropout", *pair * 3, "Dropout", *pair, "Flatten"]
    assert [m.p for m in network.modules() if isinstance(m, nn.Dropout)] == [0.2, 0.5, 0.5]


def test_the_classifier_is_the_last_two_convolutions(build):
    network = build("all_cnn", classes=10)
    assert models.parameter_count(network.classifier) == 192 * 192 + 192 + 192 * 10 + 10
    assert network.classifier.in_features == 192 * 6 * 6
    assert network.encoder(torch.rand(2, 3, 32, 32)).shape == (2, 6912)


def test_the_forward_pass_equals_a_slow_one(build, stirred, slow):
    network, state = stirred(build("all_cnn", size=13, classes=10))
    image = torch.randn(3, 13, 13)
    maps = image.double().numpy()
    names = [name.removesuffix(".weight") for name in state if name.endswith("weight")]
    for name, (*_, stride, padding) in zip(names, LAYERS, strict=True):
        weight, bias = state[f"{name}.weight"], state[f"{name}.bias"]
        maps = np.maximum(slow.convolution(maps, weight, bias, stride, padding), 0)
    with torch.no_grad():
        found = network(image[None])[0].numpy()
    assert found == pytest.approx(maps.mean(axis=(1, 2)), abs=1e-5)
    assert (found > 0).any()


def test_no_logit_is_negative(build):
    with torch.no_grad():
        logits = build("all_cnn").eval()(torch.randn(8, 3, 32, 32))
    assert (logits >= 0).all() and (logits > 0).any()


def test_weights_are_drawn_from_the_fan_in_alone(build):
    network = build("all_cnn", classes=10)
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            bound = (3 / module.weight[0].numel()) ** 0.5
            assert 0.97 * bound < module.weight.abs().max().item() <= bound * (1 + 1e-6)
            assert (module.bias == 0).all()


def test_a_new_classifier_is_drawn_alike(build):
    network = build("all_cnn")
    new = network.new_classifier(4)
    assert new(network.encoder(torch.rand(2, 3, 32, 32))).shape == (2, 4)
    assert not torch.equal(new.layers[0].weight, network.classifier.layers[0].weight)
    assert new.layers[0].weight.abs().max() <= (3 / 192) ** 0.5 * (1 + 1e-6)
