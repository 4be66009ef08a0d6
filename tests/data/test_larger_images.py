"""Images stored larger than the network sees them: the middle in tests, any part in training."""

import numpy as np
import pytest
import torch

from reproduce.data.preparation import Images, prepare
from reproduce.data.records import Dataset
from reproduce.tasks.prediction import predict
from reproduce.training.inputs import Inputs
from reproduce.training.phases import Optimizer, Phase

CPU = torch.device("cpu")
COUNT = 12
# What is stored and what is seen: the batched pipeline, then the reference.
SIZES = [(11, 8), (12, 8), (80, 72)]


def noise(stored):
    """Return colour images in which no part is like another."""
    pixels = np.random.default_rng(0).integers(0, 256, (COUNT, stored, stored, 3), dtype=np.uint8)
    return pixels, np.repeat([0, 1], COUNT // 2)


def shown(images, transforms="imagenet_crop", iterations=6, **changed):
    """Return what six batches of four show of which images."""
    optimizer = Optimizer(name="sgd", learning_rate=0.1)
    phase = Phase(batch_size=4, iterations=6, optimizer=optimizer, transforms=transforms, **changed)
    inputs = Inputs(phase, images, [6, 6], 0, 0, 0)
    batches = [inputs.batch(n, CPU) for n in range(iterations)]
    return [
        (int(row), view) for b in batches for row, view in zip(b.indices, b.images, strict=True)
    ]


def place_of(view, picture, size):
    """Return where in the picture [h, w, c] a view [c, h, w] was cut, and whether it is a mirror.

    By hand: every place is tried.
    """
    view = view.permute(1, 2, 0).numpy() * 255
    found = [
        (top, left, mirrored)
        for top in range(len(picture) - size + 1)
        for left in range(len(picture) - size + 1)
        for mirrored in (False, True)
        if np.abs(cut(picture, top, left, size, mirrored) - view).max() < 0.01
    ]
    (place,) = found
    return place


def cut(picture, top, left, size, mirrored):
    part = picture[top : top + size, left : left + size].astype(float)
    return part[:, ::-1] if mirrored else part


@pytest.mark.parametrize(("stored", "seen"), SIZES)
def test_tests_see_the_middle(stored, seen):
    pixels, labels = noise(stored)
    images = Images(pixels, labels, seen=seen)
    assert images.size == seen
    views, edge = images.tensor(slice(0, COUNT), CPU), (stored - seen) // 2
    assert views.shape == (COUNT, 3, seen, seen) and views.is_contiguous()
    for picture, view in zip(pixels, views, strict=True):
        assert place_of(view, picture, seen) == (edge, edge, False)


@pytest.mark.parametrize(("stored", "seen"), SIZES)
def test_training_sees_any_part_mirrored_or_not(stored, seen):
    pixels, labels = noise(stored)
    found = shown(Images(pixels, labels, seen=seen))
    places = [place_of(view, pixels[row], seen) for row, view in found]
    assert {mirrored for _, _, mirrored in places} == {False, True}
    last = stored - seen
    for axis in (0, 1):
        where = {place[axis] for place in places}
        assert len(where) >= min(3, last) and max(where) <= last
        assert min(where) < last / 2 < max(where), "on both sides of the middle"


@pytest.mark.parametrize(("stored", "seen"), SIZES)
def test_training_without_transforms_sees_the_middle_as_well(stored, seen):
    pixels, labels = noise(stored)
    images = Images(pixels, labels, seen=seen)
    for row, view in shown(images, transforms="none", iterations=1):
        assert torch.equal(view, images.tensor(np.array([row]), CPU)[0])


def test_images_of_their_own_size_are_seen_whole():
    pixels, labels = noise(8)
    assert Images(pixels, labels).tensor(slice(0, 1), CPU).shape == (1, 3, 8, 8)
    assert Images(pixels, labels, seen=8).tensor(slice(0, 1), CPU).shape == (1, 3, 8, 8)


def test_a_part_of_the_images_is_seen_like_the_whole():
    pixels, labels = noise(12)
    images = Images(pixels, labels, 256.0, (0.5,), (0.25,), rows=np.arange(COUNT)[::-1], seen=8)
    chosen = np.array([7, 2])
    part = images.part(chosen)
    assert torch.equal(part.tensor(slice(0, 2), CPU), images.tensor(chosen, CPU))
    assert part.labels.tolist() == images.labels[chosen].tolist()


def prepared(transforms):
    pixels, labels = noise(20)
    made = Dataset(
        name="made", task="classification", class_names=("a", "b"),
        images={"train": pixels, "test": pixels}, labels={"train": labels, "test": labels},
        fingerprint="c" * 64, title="Made", licence="none", source="nobody",
        images_publishable=True,
    )  # fmt: skip
    return prepare(
        made, split={"kind": "official"}, imbalance={"kind": "none"}, transforms=transforms,
        data_seed=0, evaluate_on=["test"],
    )  # fmt: skip


def test_preparing_resizes_to_what_is_stored():
    found = prepared({"size": 8, "stored": 12, "divisor": 255})
    plain = prepared({"size": 12, "divisor": 255})
    for images, whole in ((found.train, plain.train), (found.evaluate["test"], plain.train)):
        assert images.pixels.shape == (COUNT, 12, 12, 3)
        assert (images.seen, images.size) == (8, 8)
        expected = whole.tensor(slice(0, COUNT), CPU)[..., 2:10, 2:10]
        assert torch.equal(images.tensor(slice(0, COUNT), CPU), expected)
    assert prepared({"size": 12, "stored": 12, "divisor": 255}).train.seen == 0


def test_a_network_is_tested_on_the_middle():
    images = prepared({"size": 8, "stored": 12, "divisor": 255}).evaluate["test"]
    network = torch.nn.Module()
    network.encoder, network.classifier = torch.nn.Flatten(), torch.nn.Identity()
    _, embeddings = predict(network, images, CPU, "float32", batch_size=5)
    assert embeddings.shape == (COUNT, 3 * 8 * 8)
    middle = images.pixels[:, 2:10, 2:10].transpose(0, 3, 1, 2).reshape(COUNT, -1) / 255
    assert embeddings == pytest.approx(middle, abs=1e-6)
