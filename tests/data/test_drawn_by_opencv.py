"""Views by OpenCV alone against the reference: equal parameters, and equal statistics.

What chance decides is drawn by `parameters.draw`, whose distributions are compared with the
reference's in `test_augmentation_agreement`; here it is what each operation makes of a number, and
the whole, by the same rule: means over views within 4 standard errors and a level of rounding.
"""

import pickle

import numpy as np
import pytest
import torch

from reproduce import device, installed
from reproduce.data.augmentation import drawn_by_opencv, recipe
from reproduce.data.augmentation.drawn_by_opencv import JITTERED, carried_out
from reproduce.data.augmentation.pipelines import ImageViews, maker_here
from reproduce.errors import UserError
from tests.data.test_augmentation_agreement import (
    ALONE,
    LEVEL,
    RANGES,
    assert_same_distribution,
    assert_same_mean,
    neutral,
    pictures,
    read_crop,
    read_factors,
    read_sigma,
)

SIZE = 32
# Of the reference, by what it does to colours.
ORDER = dict(enumerate(JITTERED))


def both(of, pixels, read, size=SIZE):
    """Run the reference on each picture; carry out the parameters it used with OpenCV."""
    maker = ImageViews(of, size=size, channels=3, seed=0, made_by="albumentations")
    reference, ours = [], []
    for row, picture in enumerate(pixels):
        drawn = neutral(1, *picture.shape[:2])
        reference.append(maker.view(picture, row, 0))
        order = list(JITTERED)
        for operation in maker._compose.transforms:
            read(operation, drawn, 0)
            if "order" in operation.params:
                order = [ORDER[number] for number in operation.params["order"]]
        ours.append(carried_out(picture, drawn, order, of, size))
    return np.stack(reference).astype(float), np.stack(ours).astype(float)


def read_part(operation, drawn, row):
    if "crop_coords" in operation.params:
        read_crop(operation, drawn, row)


@pytest.mark.parametrize(("height", "width", "size"), [(32, 32, 32), (40, 28, 32), (24, 48, 36)])
def test_equal_crops_give_equal_pixels(height, width, size):
    of = recipe("none", crop="resized")
    reference, ours = both(of, pictures(40, height, width), read_part, size)
    assert np.abs(reference - ours).max() <= 1


@pytest.mark.parametrize("name", RANGES)
def test_equal_factors_give_equal_pixels(name):
    of = recipe("none", jitter=1.0, **{name: RANGES[name]})
    reference, ours = both(of, pictures(40), read_factors)
    assert np.abs(reference - ours).max() <= 1
    assert np.abs(reference - pictures(40)).max() > 20


@pytest.mark.parametrize("widest", [0.1, 0.5])
def test_hue_is_turned_as_the_reference_turns_it(widest):
    of = recipe("none", jitter=1.0, hue=(-widest, widest))
    reference, ours = both(of, pictures(40), read_factors)
    assert np.abs(reference - ours).max() <= 1


def test_all_that_jitter_does_in_the_order_the_reference_took_it():
    of = recipe("none", jitter=1.0, hue=(-0.1, 0.1), **RANGES)
    reference, ours = both(of, pictures(60), read_factors)
    # Where a colour was clipped the same way, only a step of hue may turn rounding into more.
    assert np.abs(reference - ours).mean() < 0.1
    other = [
        carried_out(picture, neutral(1), list(reversed(JITTERED)), of, SIZE)
        for picture in pictures(60)
    ]
    assert np.abs(np.stack(other) - reference).mean() > 5


def test_blur_has_the_same_kernel_cut_off_and_mirrored_border():
    of = recipe("none", blur=1.0, sigma=(0.5, 3.0))
    reference, ours = both(of, pictures(40), read_sigma)
    assert np.abs(reference - ours).max() <= 1


@pytest.mark.parametrize(
    "settings", [{"flip": 1.0}, {"gray": 1.0}, {"solarize": 1.0},
                 {"mean": (0.4, 0.5, 0.6), "deviation": (0.2, 0.3, 0.4)},
                 {"crop": "centre", "keep": 0.875}],
)  # fmt: skip
@pytest.mark.parametrize(("height", "width"), [(32, 32), (37, 60)])
def test_operations_without_strength_give_equal_pixels(settings, height, width):
    of, pixels = recipe("none", **settings), pictures(20, height, width, low=0.0, high=1.0)
    made = [
        ImageViews(of, size=SIZE, channels=3, seed=0, made_by=by).batch(pixels, np.arange(20), 0)[0]
        for by in ("albumentations", "opencv")
    ]
    assert (made[0] - made[1]).abs().max() <= LEVEL + 1e-6


def both_views(of, rounds=600, low=0.25, high=0.7):
    pixels = np.repeat(pictures(20, low=low, high=high), rounds // 20, axis=0)
    numbers = np.arange(len(pixels))
    return [
        ImageViews(of, size=SIZE, channels=3, seed=0, made_by=by).batch(pixels, numbers, 0)[0]
        for by in ("albumentations", "opencv")
    ]


@pytest.mark.parametrize("name", ALONE)
def test_means_and_deviations_of_each_operation(name):
    low, high = (0.0, 1.0) if name == "solarize" else (0.25, 0.7)
    reference, ours = both_views(recipe("none", **ALONE[name]), low=low, high=high)
    assert not torch.equal(reference, ours)
    for measured in (torch.mean, torch.std):
        assert_same_mean(*(measured(v, dim=(2, 3)) for v in (reference, ours)), rounding=LEVEL)


def test_the_whole_recipe_has_the_same_distributions():
    reference, ours = both_views(recipe("simclr_two_views"), rounds=1000)
    assert_same_mean(reference.mean(dim=(2, 3)), ours.mean(dim=(2, 3)), rounding=LEVEL)
    assert_same_mean(reference.std(dim=(2, 3)), ours.std(dim=(2, 3)), rounding=LEVEL)
    for colour in range(3):
        assert_same_distribution(*(v.mean(dim=(2, 3))[:, colour] for v in (reference, ours)))
    assert_same_distribution(*(v.std(dim=(1, 2, 3)) for v in (reference, ours)))


def test_gray_images_have_views_of_one_channel():
    pixels = pictures(4)[..., 0]
    of = recipe("simclr_two_views")
    views = ImageViews(of, size=16, channels=1, seed=0, made_by="opencv").batch(
        pixels, np.arange(4), 0
    )
    assert [tuple(view.shape) for view in views] == [(4, 1, 16, 16)] * 2
    assert not torch.equal(*views)


def test_a_view_depends_on_its_place_alone_and_travels_to_a_worker():
    of = recipe("simclr_two_views")
    maker = ImageViews(of, size=16, channels=3, seed=1, made_by="opencv")
    pixels, numbers = pictures(6), np.arange(6)
    whole = maker.batch(pixels, numbers, 3)
    assert torch.equal(maker.batch(pixels[2:4], numbers[2:4], 3)[0], whole[0][2:4])
    there = pickle.loads(pickle.dumps(maker))
    assert there.made_by == "opencv"
    assert torch.equal(there.batch(pixels, numbers, 3)[1], whole[1])
    assert not torch.equal(maker.batch(pixels, numbers, 4)[0], whole[0])


def test_the_reference_is_taken_where_it_is_and_its_absence_is_in_the_provenance(monkeypatch):
    here = torch.device("cpu")
    assert maker_here() == "albumentations" and "views" not in device.describe(here)
    known = installed.find_spec
    hidden = lambda name: None if name == "albumentations" else known(name)  # noqa: E731
    monkeypatch.setattr(installed, "find_spec", hidden)
    assert maker_here() == "opencv"
    assert ImageViews(recipe("flip"), size=8, channels=3, seed=0).made_by == "opencv"
    assert device.describe(here)["views"].startswith("by OpenCV")
    with pytest.raises(UserError, match="unknown maker of views 'pillow'"):
        ImageViews(recipe("flip"), size=8, channels=3, seed=0, made_by="pillow")


def test_no_level_is_changed_by_neutral_parameters():
    picture = pictures(1, low=0.0, high=1.0)[0]
    made = drawn_by_opencv.carried_out(picture, neutral(1), list(JITTERED), recipe("none"), SIZE)
    assert np.array_equal(made, picture)
