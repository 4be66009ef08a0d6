"""Networks by name, and what holds for every one of them."""

import subprocess
import sys

import pytest
import torch

from reproduce import models
from reproduce.errors import UserError

NAMES_WITHOUT_TORCH = """
import sys
from reproduce import losses, models
from reproduce.methods.registry import ENTRIES
from reproduce.models import initialisations
assert "lenet5" in models.BACKBONES and "cross_entropy" in losses.LOSSES and ENTRIES
assert initialisations.describe("random") and initialisations.parse("imagenet:IMAGENET1K_V2")
assert "torch" not in sys.modules, "torch was imported"
"""
LARGE = {"hrnet_w48_ocr"}
SIZES = {name: max(28, backbone.smallest) for name, backbone in models.BACKBONES.items()}
CLASSIFICATION = [n for n, b in models.BACKBONES.items() if b.task == "classification"]
BUILT = [name for name in models.BACKBONES if name not in LARGE]


def images_for(name, number=3, channels=3):
    draw = torch.Generator().manual_seed(0)
    return torch.rand(number, channels, SIZES[name], SIZES[name], generator=draw)


def one_step(network, images):
    """Return the names of parameters that a step of training leaves without gradient."""
    network.train()
    logits = network(images)
    labels = torch.arange(logits[:, 0].numel()).reshape(logits[:, 0].shape) % logits.shape[1]
    torch.nn.functional.cross_entropy(logits, labels).backward()
    return [name for name, p in network.named_parameters() if p.grad is None]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", CLASSIFICATION)
def test_every_network_is_an_encoder_and_a_classifier(build, name, channels):
    network = build(name, channels=channels, size=SIZES[name], classes=7).eval()
    images = images_for(name, channels=channels)
    with torch.no_grad():
        embeddings = network.encoder(images)
        assert embeddings.shape == (3, network.classifier.in_features)
        assert torch.equal(network(images), network.classifier(embeddings))
        assert network(images).shape == (3, 7)
    assert network.classifier.out_features == 7
    assert network.task == models.BACKBONES[name].task


@pytest.mark.parametrize("name", BUILT)
def test_a_gradient_reaches_every_parameter(build, name):
    network = build(name, size=SIZES[name])
    assert one_step(network, images_for(name)) == []
    moved = {n for n, p in network.named_parameters() if p.grad.abs().max() > 0}
    silent = {n for n, _ in network.named_parameters()} - moved
    # A bias before batch normalisation, or a shift of a softmax over pixels, changes nothing.
    assert {n for n in silent if not n.endswith("bias")} == set()
    assert all(p.grad.isfinite().all() for p in network.parameters())


@pytest.mark.parametrize("name", BUILT)
def test_the_seed_decides_the_weights(build, name):
    first, again, other = (build(name, s, size=SIZES[name]).state_dict() for s in (3, 3, 4))
    assert all(torch.equal(first[key], again[key]) for key in first)
    drawn = [key for key in first if first[key].ndim > 1]
    assert not any(torch.equal(first[key], other[key]) for key in drawn)


@pytest.mark.parametrize("name", BUILT)
def test_training_and_evaluation_differ_where_the_network_says_so(build, name):
    network = build(name, size=SIZES[name])
    images = images_for(name)
    with torch.no_grad():
        quiet = network.eval()(images)
        assert torch.equal(network(images), quiet), "evaluation repeats itself"
        single = torch.cat([network(image[None]) for image in images])
        busy = network.train()(images)
    assert torch.allclose(single, quiet, rtol=1e-3, atol=1e-4), (
        "an image does not depend on its batch"
    )
    assert torch.equal(busy, quiet) == (name == "lenet5")


@pytest.mark.parametrize("name", sorted(set(BUILT) - {"lenet5"}))
def test_the_smallest_size_works_and_one_below_is_refused(build, name):
    backbone = models.BACKBONES[name]
    images = torch.rand(2, 3, backbone.smallest, backbone.smallest)
    assert build(name, size=backbone.smallest)(images).shape[:2] == (2, 5)
    below = backbone.smallest - 1
    with pytest.raises(UserError, match=f"{name} reads .* {backbone.smallest} .* {below} x"):
        build(name, size=below)


def test_segmentation_sizes_are_multiples(build):
    with pytest.raises(UserError, match=r"multiples of 32, received 48 x 48; set image_size"):
        build("hrnet_small_ocr", size=48)


@pytest.mark.parametrize("what", ["channels", "classes"])
def test_no_channels_and_no_classes_are_refused(build, what):
    with pytest.raises(UserError, match=f"1 or more {what}, received 0"):
        build("small_cnn", **{what: 0})


def test_an_unknown_network_lists_the_known_ones():
    with pytest.raises(UserError, match="unknown backbone 'lenet'; did you mean 'lenet5'"):
        models.build("lenet", channels=1, size=28, classes=10)


@pytest.mark.parametrize("name", BUILT)
def test_the_layout_is_that_of_the_table(build, name):
    network = build(name, size=SIZES[name])
    weight = next(p for p in network.parameters() if p.ndim == 4 and p.shape[1] > 1)
    layouts = (torch.contiguous_format, torch.channels_last)
    assert weight.is_contiguous(memory_format=layouts[models.BACKBONES[name].channels_last])


def test_parameters_are_counted_weights_and_biases():
    layer = torch.nn.Linear(3, 4)
    assert models.parameter_count(layer) == 3 * 4 + 4


def test_names_are_known_without_torch():
    subprocess.run([sys.executable, "-c", NAMES_WITHOUT_TORCH], check=True, timeout=60)
