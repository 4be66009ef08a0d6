"""CutOut: which pixels are erased, against a loop over pixels, and how many on average."""

import numpy as np
import pytest
import torch

from reproduce.data.augmentation import mixing
from reproduce.data.preparation import Images
from reproduce.errors import UserError
from reproduce.training.inputs import Inputs
from reproduce.training.phases import Mixing, Optimizer, Phase


def slowly(images, generator, side):
    """Return the images with a square erased, one pixel after the other."""
    count, channels, height, width = images.shape
    square = int(min(height, width) * side)
    rows, columns = generator.integers(0, height, count), generator.integers(0, width, count)
    out = images.clone()
    for image in range(count):
        for y in range(height):
            for x in range(width):
                down, right = y - (rows[image] - square // 2), x - (columns[image] - square // 2)
                if 0 <= down < square and 0 <= right < square:
                    for channel in range(channels):
                        out[image, channel, y, x] = 0.0
    return out


@pytest.mark.parametrize(
    ("shape", "side"), [((7, 1, 9, 9), 0.5), ((5, 3, 8, 12), 0.3), ((6, 2, 6, 5), 1.0)]
)
def test_it_is_what_a_loop_over_pixels_erases(shape, side):
    images = torch.rand(shape) + 1
    found = mixing.cutout(images, np.random.default_rng(3), side=side)
    assert torch.equal(found, slowly(images, np.random.default_rng(3), side))
    assert not torch.equal(found, images) and (images >= 1).all(), "the given images stay"


def test_a_square_of_the_paper_has_16_of_32_pixels_and_is_cut_off_at_the_border():
    images = torch.ones(4000, 1, 32, 32)
    erased = (mixing.cutout(images, np.random.default_rng(0)) == 0).sum(dim=(1, 2, 3)).numpy()
    assert erased.max() == 16 * 16 and erased.min() >= 8 * 8
    # Of 32 middles of a side 17 leave all 16 pixels inside, the others 8 to 15.
    of_a_side = [min(32, m + 8) - max(0, m - 8) for m in range(32)]
    assert (erased == 256).mean() == pytest.approx((17 / 32) ** 2, abs=0.03)
    assert erased.mean() == pytest.approx(np.mean(of_a_side) ** 2, rel=0.02)


def test_each_image_has_a_place_of_its_own_and_a_batch_the_same_ones_again():
    images = torch.ones(64, 1, 28, 28)
    found = mixing.cutout(images, np.random.default_rng(1))
    assert len({tuple(one.flatten().tolist()) for one in found}) > 50
    assert torch.equal(found, mixing.cutout(images, np.random.default_rng(1)))


@pytest.mark.parametrize(
    ("side", "said"),
    [(0.0, "side is 0, expected a share"), (1.5, "side is 1.5"), (0.1, "less than a pixel")],
)
def test_what_erases_nothing_or_more_than_all_is_refused(side, said):
    with pytest.raises(UserError, match=said):
        mixing.cutout(torch.ones(2, 1, 8, 8), np.random.default_rng(0), side=side)


def test_in_training_labels_stay_hard_and_black_is_what_is_erased():
    rng = np.random.default_rng(0)
    pixels = rng.integers(1, 256, (40, 8, 8), dtype=np.uint8)
    labels = np.repeat([0, 1], 20).astype(np.int64)
    images = Images(pixels, labels)
    phase = Phase(
        batch_size=8, iterations=5, optimizer=Optimizer(name="sgd", learning_rate=0.1),
        mixing=Mixing(name="cutout", side=0.5),
    )  # fmt: skip
    made = Inputs(phase, images, [20, 20], 0, 0, 0)
    plain = Inputs(phase.but(mixing=Mixing()), images, [20, 20], 0, 0, 0)
    shown, before = (one.batch(2, torch.device("cpu")) for one in (made, plain))
    assert torch.equal(shown.labels, before.labels) and shown.mixed is None
    erased = shown.images == 0
    assert torch.equal(torch.where(erased, shown.images, before.images), shown.images)
    counts = erased.flatten(1).sum(dim=1)
    assert counts.min() >= 4 and counts.max() <= 16
    assert not torch.equal(made.batch(3, torch.device("cpu")).images == 0, erased)
