"""MobileNet with TensorFlow's weights pads as TensorFlow does: what is missing, behind."""

import numpy as np
import pytest
import torch

from reproduce import models
from reproduce.models import initialisations, weights
from reproduce.models.imagenet import MobileNetV1

START = "imagenet:tf_slim_in1k"
# The numbers that Keras prints for MobileNet without its classifier, and the paper with it.
NUMBERS = 3_228_864
# Strides of the thirteen separable convolutions, from the paper's table of layers.
STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)


@pytest.fixture
def network():
    """Return a function that builds the network as the published weights want it."""

    def make(channels=1, size=32):
        torch.manual_seed(0)
        own = initialisations.network_of("mobilenet_v1", START)
        return MobileNetV1(channels, size, 5, **own).eval()

    return make


def same(maps, stride, size=3):
    """Pad maps [channels, h, w] by TensorFlow's rule: ceil(h / stride) rows come out."""
    whole = maps.shape[1]
    lacking = max((-(-whole // stride) - 1) * stride + size - whole, 0)
    sides = (lacking // 2, lacking - lacking // 2)
    return np.pad(maps, ((0, 0), sides, sides))


def separate(maps, weight, stride):
    """Slide a filter of its own over every map [channels, h, w]."""
    padded, size = same(maps, stride), weight.shape[-1]
    side = (padded.shape[1] - size) // stride + 1
    result = np.empty((len(maps), side, side))
    for row in range(side):
        for column in range(side):
            top, left = row * stride, column * stride
            window = padded[:, top : top + size, left : left + size]
            result[:, row, column] = (weight[:, 0] * window).sum(axis=(1, 2))
    return result


def slowly(image, state, slow):
    """Return the embedding of an image [channels, h, w], layer by layer in float64."""

    def settle(maps, name):
        return np.clip(slow.normalisation(maps, state, name), 0, 6)

    stem = slow.convolution(same(image, 2), state["conv_stem.weight"], stride=2)
    maps = settle(stem, "bn1")
    names = sorted({name.rsplit(".", 2)[0] for name in state if name.startswith("blocks.")})
    names = sorted(names, key=lambda name: tuple(map(int, name.split(".")[1:])))
    assert len(names) == len(STRIDES)
    for name, stride in zip(names, STRIDES, strict=True):
        maps = settle(separate(maps, state[f"{name}.conv_dw.weight"], stride), f"{name}.bn1")
        mixed = np.einsum("oc,chw->ohw", state[f"{name}.conv_pw.weight"][:, :, 0, 0], maps)
        maps = settle(mixed, f"{name}.bn2")
    return maps.mean(axis=(1, 2))


def numbers_of(network):
    return {name: t.double().numpy() for name, t in network.encoder.state_dict().items()}


# By hand, of the numbers 1, 2, 3, ... in a square and a filter of ones.
BY_HAND = {
    4: [[54, 45], [72, 54]],  # 1 + 2 + 3 + 5 + 6 + 7 + 9 + 10 + 11 first: nothing stands before it
    5: [[16, 33, 28], [69, 117, 87], [76, 123, 88]],  # an odd side: one row before, one behind
}


@pytest.mark.parametrize("side", BY_HAND)
def test_the_first_convolution_pads_as_computed_by_hand(network, side):
    stem = network().encoder.conv_stem
    torch.nn.init.ones_(stem.weight)
    image = torch.arange(1.0, side * side + 1).view(1, 1, side, side)
    assert stem(image)[0, 0].tolist() == BY_HAND[side]
    assert same(np.ones((1, side, side)), 2).shape[1] == {4: 5, 5: 7}[side]


@pytest.mark.parametrize("size", [32, 38])
def test_the_whole_network_pads_so(network, stirred, slow, size):
    made, _ = stirred(network(channels=3, size=size))
    image = np.random.default_rng(0).normal(size=(3, size, size))
    with torch.no_grad():
        found = made.encoder(torch.tensor(image[None], dtype=torch.float32))[0]
    state = numbers_of(made)
    expected = slowly(image, state, slow)
    assert np.std(expected) > 0.01
    assert np.allclose(found.numpy(), expected, rtol=1e-3, atol=1e-4)


def test_drawn_at_random_it_pads_as_ever(build):
    """Trials that start at random keep their digits."""
    stem = build("mobilenet_v1", channels=1).encoder.conv_stem
    torch.nn.init.ones_(stem.weight)
    image = torch.arange(1.0, 17).view(1, 1, 4, 4)
    assert stem(image)[0, 0].tolist() == [[14, 30], [57, 99]]


def test_the_entry_says_whose_numbers_these_are():
    known = weights.named("mobilenet_v1", "tf_slim_in1k")
    assert (known.mean, known.std) == ((0.5,) * 3, (0.5,) * 3)
    assert known.licence == "Apache-2.0" and "TF-slim" in known.source
    assert len(known.sha256) == 64 and initialisations.pinned("mobilenet_v1", START) == START


def test_a_file_that_cannot_be_downloaded_says_where_it_comes_from(monkeypatch, tmp_path):
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    for ask in (weights.find, weights.fetch):
        with pytest.raises(weights.UserError) as error:
            ask("mobilenet_v1", "tf_slim_in1k")
        said = str(error.value)
        assert "\n" not in said and "made from TF-slim" in said and "Apache-2.0" in said
        assert "REPRODUCE_WEIGHTS" in said and "models fetch" not in said


def test_the_published_file_is_what_the_entry_says(real_weights, build, slow):
    real_weights("mobilenet_v1", "tf_slim_in1k")
    made = build("mobilenet_v1", initialisation=START).eval()
    state = numbers_of(made)
    counted = {name: t for name, t in state.items() if not name.endswith("num_batches_tracked")}
    assert sum(t.size for t in counted.values()) == NUMBERS
    assert models.parameter_count(made.encoder) == 3_206_976
    # TensorFlow adds 0.001 to a variance, timm 0.00001; what is between them is in the file.
    variances = [t.min() for name, t in state.items() if name.endswith("running_var")]
    assert min(variances) == pytest.approx(0.001 - 0.00001, rel=1e-6)
    image = np.random.default_rng(0).uniform(-1, 1, size=(3, 32, 32))
    with torch.no_grad():
        found = made.encoder(torch.tensor(image[None], dtype=torch.float32))[0].numpy()
    expected = slowly(image, state, slow)
    assert np.allclose(found, expected, rtol=1e-3, atol=1e-3 * expected.max())
