"""Images of which every pixel has a class: both are moved together, and never torn apart."""

import numpy as np
import pytest
import torch

from reproduce.data.preparation import Images
from reproduce.errors import UserError
from reproduce.training.embedded import EmbeddedInputs
from reproduce.training.inputs import Inputs
from reproduce.training.phases import Mixing

CPU = torch.device("cpu")


@pytest.fixture
def mapped():
    """Return a function that makes images whose pixels are 80 times (1 + their class)."""

    def make(size=12, blocks=4):
        random = np.random.default_rng(6)
        maps = random.integers(0, 3, (20, size // blocks, size // blocks), dtype=np.uint8)
        maps = maps.repeat(blocks, axis=1).repeat(blocks, axis=2)
        return Images(80 * (maps + 1), np.arange(20) % 3, maps=maps)

    return make


@pytest.fixture
def inputs(phase):
    """Return a function that makes the inputs of a phase."""

    def make(images, kind=Inputs, **changed):
        return kind(phase(**{"batch_size": 6, **changed}), images, [1, 1, 1], 0, 0, 0)

    return make


def test_maps_are_shown_beside_their_images(inputs, mapped):
    images = mapped()
    shown = inputs(images).batch(1, CPU)
    assert shown.labels.dtype == torch.int64 and shown.labels.shape == (6, 12, 12)
    assert (shown.labels.numpy() == images.maps[shown.indices]).all()
    assert torch.equal(shown.images[:, 0], 80 * (shown.labels + 1) / 255)


def test_a_map_is_flipped_where_its_image_is(inputs, mapped):
    images = mapped()
    stream = inputs(images, transforms="flip")
    flipped = 0
    for number in range(8):
        shown = stream.batch(number, CPU)
        assert torch.allclose(shown.images[:, 0], 80 * (shown.labels + 1) / 255, atol=1e-5)
        flipped += sum((shown.labels.numpy() != images.maps[shown.indices]).any(axis=(1, 2)))
    assert 10 < flipped < 38


def test_a_map_is_padded_where_its_image_is(inputs, mapped):
    """Black outside, and nothing known of it; inside, class and pixel agree."""
    images = mapped()
    shown = inputs(images, transforms="crop_flip").batch(2, CPU)
    outside = shown.labels == 255
    assert 0 < outside.float().mean() < 0.6
    assert (shown.images[:, 0][outside] < 1e-5).all()
    expected = 80 * (shown.labels[~outside] + 1) / 255
    assert torch.allclose(shown.images[:, 0][~outside], expected, atol=1e-5)


def test_a_map_is_cut_and_resized_where_its_image_is(inputs, mapped):
    """A pixel between two blocks is a mixture; away from the borders class and pixel agree."""
    recipe = {"transforms": "simclr_two_views", "transform_parameters": {
        "jitter": 0.0, "gray": 0.0, "blur": 0.0, "scale": (0.5, 1.0)}}  # fmt: skip
    images = mapped(size=48, blocks=16)
    shown = inputs(images, **recipe).batch(0, CPU)
    error = (shown.images[:, 0] - 80 * (shown.labels + 1) / 255).abs()
    assert (error < 1e-4).float().mean() > 0.85
    assert set(shown.labels.unique().tolist()) == {0, 1, 2}
    assert (shown.labels.numpy() != images.maps[shown.indices]).any(axis=(1, 2)).all()


def test_maps_of_large_images_are_moved_as_well(inputs, mapped):
    images = mapped(size=72, blocks=24)
    shown = inputs(images, transforms="flip").batch(0, CPU)
    assert torch.allclose(shown.images[:, 0], 80 * (shown.labels + 1) / 255, atol=1e-5)


def test_of_a_larger_map_the_middle_is_shown(inputs, mapped):
    images = mapped()
    images.seen = 8
    shown = inputs(images).batch(0, CPU)
    assert (shown.labels.numpy() == images.maps[shown.indices, 2:10, 2:10]).all()
    assert torch.equal(shown.images[:, 0], 80 * (shown.labels + 1) / 255)


def test_what_would_tear_images_and_maps_apart_is_refused(inputs, mapped):
    images = mapped()
    for changed in ({"mixing": Mixing(name="mixup")}, {"sampler": "balanced_mixup"}):
        with pytest.raises(UserError, match="take the mixing out of this phase"):
            inputs(images, **changed)
    with pytest.raises(UserError, match="cut each of 2 views otherwise"):
        inputs(images, transforms="crop_flip", views=2)
    with pytest.raises(UserError, match="these have one a pixel; use another sampler"):
        inputs(images, EmbeddedInputs, sampler="smote", train="classifier")


def test_views_that_differ_in_colour_alone_share_their_map(inputs, mapped):
    images = mapped()
    still = {"crop": "none", "flip": 0.0}
    shown = inputs(
        images, transforms="simclr_two_views", views=2, transform_parameters=still
    ).batch(0, CPU)
    assert shown.images.shape == (12, 1, 12, 12) and shown.labels.shape == (6, 12, 12)
    assert (shown.labels.numpy() == images.maps[shown.indices]).all()
