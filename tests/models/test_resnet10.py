"""ResNet-10 with pre-activation, against its published layers and a slow forward pass."""

import numpy as np
import pytest
import torch

from reproduce import models


def test_parameters_by_hand(build):
    expected = 2 * 3 + (7 * 7 * 3 * 64 + 64) + 2 * 64
    expected += 2 * 64 * 64 * 9 + 2 * 64  # the first block has one normalisation and no shortcut
    for before, width in ((64, 128), (128, 256), (256, 512)):
        expected += 2 * before + before * width * 9 + 2 * width + width * width * 9 + before * width
    expected += 2 * 512 + 512 * 1000 + 1000
    assert models.parameter_count(build("resnet10", classes=1000)) == expected == 5_417_070


def test_maps_of_a_photograph_have_the_published_sizes(build):
    network, sizes = build("resnet10"), []
    maps = torch.zeros(1, 3, 224, 224)
    with torch.no_grad():
        for layer in network.eval().encoder:
            maps = layer(maps)
            sizes.append(maps.shape[-1])
    assert sizes[:5] == [224, 112, 112, 112, 56]
    assert sizes[5:9] == [56, 28, 14, 7]


def slow_block(maps, state, name, slow):
    shortcut = maps
    if f"{name}.shortcut.weight" in state:
        maps = np.maximum(slow.normalisation(maps, state, f"{name}.normalisation1"), 0)
        shortcut = slow.convolution(maps, state[f"{name}.shortcut.weight"], stride=2)
    stride = 1 if shortcut is maps else 2
    out = slow.convolution(maps, state[f"{name}.convolution1.weight"], stride=stride, padding=1)
    out = np.maximum(slow.normalisation(out, state, f"{name}.normalisation2"), 0)
    return shortcut + slow.convolution(out, state[f"{name}.convolution2.weight"], padding=1)


def test_the_forward_pass_equals_a_slow_one(build, stirred, slow):
    network, state = stirred(build("resnet10"))
    image = torch.randn(3, 32, 32)
    maps = slow.normalisation(image.double().numpy(), state, "encoder.0")
    first, bias = state["encoder.1.weight"], state["encoder.1.bias"]
    maps = slow.convolution(maps, first, bias, stride=2, padding=3)
    maps = slow.pooling(np.maximum(slow.normalisation(maps, state, "encoder.2"), 0), 3, 2)
    for number in (5, 6, 7, 8):
        maps = slow_block(maps, state, f"encoder.{number}", slow)
    embedding = np.maximum(slow.normalisation(maps, state, "encoder.9"), 0).mean(axis=(1, 2))
    logits = state["classifier.weight"] @ embedding + state["classifier.bias"]
    with torch.no_grad():
        assert network.encoder(image[None])[0].numpy() == pytest.approx(embedding, rel=1e-3)
        assert network(image[None])[0].numpy() == pytest.approx(logits, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "fan"),
    [("encoder.1", 64 * 49), ("encoder.7.convolution1", 128 * 9), ("encoder.8.shortcut", 256),
     ("classifier", 512)],
)  # fmt: skip
def test_weights_are_drawn_as_msra_says(build, name, fan):
    """Fan-out in the first convolution, fan-in in the others."""
    weight = build("resnet10", classes=1000).get_submodule(name).weight
    error = 5 * (2 / weight.numel()) ** 0.5
    assert weight.var().item() * fan / 2 == pytest.approx(1, abs=error)


def test_images_are_normalised_by_the_network_itself(build):
    network = build("resnet10").train()
    images = torch.rand(4, 3, 32, 32)
    with torch.no_grad():
        assert torch.allclose(network(images), network(images * 255 + 7), atol=1e-3)
