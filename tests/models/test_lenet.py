"""LeNet-5 layer by layer, against the table of the paper and a slow forward pass."""

import numpy as np
import pytest
import torch

from reproduce import models
from reproduce.errors import UserError
from reproduce.randomness import seed_torch

# Layer, size of its output, number of parameters (weights and biases).
TABLE = [
    ("Conv2d", (20, 24, 24), 20 * 25 + 20),
    ("MaxPool2d", (20, 12, 12), 0),
    ("Conv2d", (50, 8, 8), 50 * 20 * 25 + 50),
    ("MaxPool2d", (50, 4, 4), 0),
    ("Flatten", (800,), 0),
    ("Linear", (500,), 800 * 500 + 500),
    ("ReLU", (500,), 0),
]


@pytest.fixture
def lenet():
    """Return a function that builds the network from a seed."""

    def build(seed=0, channels=1, size=28, classes=10):
        seed_torch(seed, "weights")
        return models.build("lenet5", channels=channels, size=size, classes=classes)

    return build


def test_it_has_the_papers_number_of_parameters(lenet):
    assert models.parameter_count(lenet()) == 431_080


def test_its_layers_are_those_of_the_paper(lenet):
    network = lenet()
    values, found = torch.rand(2, 1, 28, 28), []
    for layer in network.encoder:
        values = layer(values)
        size = sum(p.numel() for p in layer.parameters())
        found.append((type(layer).__name__, tuple(values.shape[1:]), size))
    assert found == TABLE
    assert network.classifier(values).shape == (2, 10)
    assert models.parameter_count(network.classifier) == 500 * 10 + 10


def slow_convolution(image, weight, bias):
    """Slide every filter over the image [channels, h, w]; no padding, stride 1."""
    filters, _, size, _ = weight.shape
    out = image.shape[1] - size + 1
    result = np.empty((filters, out, out))
    for row in range(out):
        for column in range(out):
            window = image[:, row : row + size, column : column + size]
            result[:, row, column] = (weight * window).sum(axis=(1, 2, 3)) + bias
    return result


def slow_pooling(image):
    """Take the largest of every 2 x 2 block."""
    channels, height, width = image.shape
    return image.reshape(channels, height // 2, 2, width // 2, 2).max(axis=(2, 4))


def slow_lenet(image, state):
    """Compute embeddings and logits of one image in float64, by the description in the paper."""
    values = slow_pooling(
        slow_convolution(image, state["encoder.0.weight"], state["encoder.0.bias"])
    )
    values = slow_pooling(
        slow_convolution(values, state["encoder.2.weight"], state["encoder.2.bias"])
    )
    hidden = state["encoder.5.weight"] @ values.reshape(-1) + state["encoder.5.bias"]
    embedding = np.maximum(hidden, 0)
    return embedding, state["classifier.weight"] @ embedding + state["classifier.bias"]


@pytest.mark.parametrize("channels", [1, 3])
def test_the_forward_pass_equals_a_slow_one(lenet, channels):
    network = lenet(channels=channels)
    for name, parameter in network.named_parameters():
        if name.endswith("bias"):  # they start at zero, where they could not be seen
            torch.nn.init.normal_(parameter, std=0.1)
    images = torch.rand(2, channels, 28, 28)
    state = {k: v.double().numpy() for k, v in network.state_dict().items()}
    with torch.no_grad():
        embeddings, logits = network.encoder(images).numpy(), network(images).numpy()
    for number, image in enumerate(images.double().numpy()):
        embedding, expected = slow_lenet(image, state)
        assert embeddings[number] == pytest.approx(embedding, abs=1e-5)
        assert logits[number] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("layer", "fan_in", "tolerance"),
    [("encoder.0", 25, 0.16), ("encoder.2", 500, 0.023), ("encoder.5", 800, 0.0057),
     ("classifier", 500, 0.051)],
)  # fmt: skip
def test_weights_are_drawn_from_the_fan_in_alone(lenet, layer, fan_in, tolerance):
    """Caffe's "xavier": uniform with variance 1 / fan_in; tolerances are 4 standard errors."""
    weight = lenet(seed=1).get_submodule(layer).weight.detach().double()
    bound = (3 / fan_in) ** 0.5
    assert weight.var().item() * fan_in == pytest.approx(1, abs=tolerance)
    assert abs(weight.mean().item()) < 4 * fan_in**-0.5 / weight.numel() ** 0.5
    assert 0.98 * bound < weight.abs().max().item() <= bound * (1 + 1e-6)


def test_biases_start_at_zero(lenet):
    biases = [p for name, p in lenet().named_parameters() if name.endswith("bias")]
    assert len(biases) == 4 and all((bias == 0).all() for bias in biases)


def test_the_seed_decides_the_weights(lenet):
    first, again, other = (lenet(seed).state_dict() for seed in (3, 3, 4))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not any(torch.equal(first[k], other[k]) for k in first if k.endswith("weight"))


@pytest.mark.parametrize("size", [8, 27, 32])
def test_images_of_another_size_are_refused(lenet, size):
    with pytest.raises(UserError, match=f"28 x 28 images, received {size} x {size}; set image_s"):
        lenet(size=size)
