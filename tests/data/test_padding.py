"""Images brought to a square by shrinking or padding, against a slow way; never stretched."""

import numpy as np
import pytest
from PIL import Image

from reproduce.data.padding import padded
from reproduce.data.preparation import prepare


def random(*shape):
    return np.random.default_rng(0).integers(1, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize(("height", "width", "rows", "columns"), [
    (5, 8, (1, 6), (0, 8)),   # an odd rest: one above, two behind
    (8, 6, (0, 8), (1, 7)),
    (3, 3, (2, 5), (2, 5)),
])  # fmt: skip
def test_what_is_smaller_is_padded_and_not_touched(height, width, rows, columns):
    pixels = random(2, height, width, 3)
    found = padded(pixels, 8)
    assert found.shape == (2, 8, 8, 3)
    assert (found[:, slice(*rows), slice(*columns)] == pixels).all()
    assert found.sum() == pixels.sum()  # all else is black


def test_what_is_larger_is_shrunk_in_proportion():
    """24 x 32 pixels become 6 x 8, as Pillow shrinks them, with a row above and below."""
    pixels = random(1, 24, 32, 3)
    found = padded(pixels, 8)
    assert not found[:, [0, -1]].any()
    expected = Image.fromarray(pixels[0]).resize((8, 6), Image.Resampling.BILINEAR)
    assert np.abs(found[0, 1:7].astype(int) - np.asarray(expected)).max() <= 1
    flat = np.full((1, 24, 32), 90, np.uint8)
    assert (padded(flat, 8)[0, 1:7] == 90).all()


def test_every_pixel_counts_where_it_shrinks():
    stripes = np.zeros((1, 16, 32), dtype=np.uint8)
    stripes[:, :, ::4] = 200
    assert np.abs(padded(stripes, 8)[0, 2:6, 1:-1].astype(int) - 50).max() <= 1


def test_a_thin_image_keeps_a_pixel():
    assert padded(random(1, 1, 300), 8).any()


def test_a_trial_asks_for_it_by_its_transforms(make_dataset):
    made = make_dataset((30, 20, 50))
    asked = {"imbalance": {"kind": "none"}, "data_seed": 0, "evaluate_on": ["test"]}
    split = {"kind": "stratified", "test_share": 0.2, "seed": 0}
    transforms = {"size": 10, "divisor": 255, "padded": True}
    found = prepare(made, split=split, transforms=transforms, **asked)
    stored = found.train.stored(np.arange(5))
    assert stored.shape == (5, 10, 10) and not stored[:, [0, 1, -1, -2]].any()
    plain = prepare(made, split=split, transforms={"size": 10, "divisor": 255}, **asked)
    assert (plain.train.stored(np.arange(5)) != stored).any()
