"""The residual networks of CIFAR against a slow forward pass and the published size."""

import numpy as np
import pytest
import torch

from reproduce import models


@pytest.mark.parametrize(("name", "blocks"), [("resnet8", 1), ("resnet32", 5)])
def test_parameters_by_hand(build, name, blocks):
    expected, before = 3 * 16 * 9 + 2 * 16, 16
    for width in (16, 32, 64):
        for _ in range(blocks):
            expected += before * width * 9 + 2 * width + width * width * 9 + 2 * width
            before = width
    expected += 64 * 10 + 10
    assert models.parameter_count(build(name, classes=10)) == expected
    assert name == "resnet8" or expected == 464_154


def slow_network(image, state, slow, blocks):
    def normalised(maps, number, kind):
        return slow.normalisation(maps, state, f"encoder.{number}.normalisation{kind}")

    maps = slow.convolution(image, state["encoder.0.weight"], padding=1)
    maps = np.maximum(slow.normalisation(maps, state, "encoder.1"), 0)
    number = 3
    for width in (16, 32, 64):
        for block in range(blocks):
            first = state[f"encoder.{number}.convolution1.weight"]
            second = state[f"encoder.{number}.convolution2.weight"]
            changes = block == 0 and width > 16
            out = slow.convolution(maps, first, stride=2 if changes else 1, padding=1)
            out = np.maximum(normalised(out, number, 1), 0)
            out = normalised(slow.convolution(out, second, padding=1), number, 2)
            if changes:
                shortcut = np.zeros_like(out)
                for channel in range(width // 2):
                    shortcut[channel + width // 4] = maps[channel, ::2, ::2]
                maps = shortcut
            maps = np.maximum(out + maps, 0)
            number += 1
    embedding = maps.mean(axis=(1, 2))
    return embedding, state["classifier.weight"] @ embedding + state["classifier.bias"]


@pytest.mark.parametrize(("name", "blocks"), [("resnet8", 1), ("resnet32", 5)])
def test_the_forward_pass_equals_a_slow_one(build, stirred, slow, name, blocks):
    network, state = stirred(build(name, size=9))
    image = torch.randn(3, 9, 9)
    embedding, logits = slow_network(image.double().numpy(), state, slow, blocks)
    with torch.no_grad():
        assert network.encoder(image[None])[0].numpy() == pytest.approx(embedding, abs=1e-4)
        assert network(image[None])[0].numpy() == pytest.approx(logits, rel=1e-4, abs=1e-4)


def test_weights_are_normal_with_variance_two_over_fan_in(build):
    network = build("resnet32")
    for name, layer in network.named_modules():
        weight = getattr(layer, "weight", None)
        if weight is None or weight.ndim == 1:
            continue
        fan_in, error = weight[0].numel(), (2 / weight.numel()) ** 0.5
        assert weight.var().item() * fan_in / 2 == pytest.approx(1, abs=5 * error), name


@pytest.mark.parametrize("name", ["small_cnn", "resnet8"])
def test_it_learns(build, name):
    """Bright and dark images are told apart after a few steps."""
    network = build(name, size=8, classes=2)
    labels = torch.arange(32) % 2
    images = torch.rand(32, 3, 8, 8) * 0.5 + labels.view(-1, 1, 1, 1) * 0.5
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
    for _ in range(15):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(network(images), labels)
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1


def test_the_small_network_has_the_size_it_says(build):
    count = models.parameter_count(build("small_cnn", classes=10))
    assert count == (27 * 32 + 64) + (288 * 64 + 128) + (576 * 64 + 128) + 650 == 57_130
