"""From a data set to what is trained on: resampled training images, untouched test images."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from reproduce.data.preparation import Images, prepare
from reproduce.data.resizing import resize
from reproduce.errors import UserError

CPU = torch.device("cpu")
NO_IMBALANCE = {"kind": "none"}
STEP = {"kind": "step", "n_max": 40, "rho": 10, "mu": 0.5}


@pytest.fixture
def prepared(make_dataset):
    """Return a function that prepares a data set of four classes as it is told."""

    def run(imbalance=NO_IMBALANCE, data_seed=0, official=True, evaluate_on=("test",), **more):
        counts = more.pop("counts", (50, 45, 60, 40))
        made = make_dataset(counts, test_counts=(9, 9, 9, 9) if official else None)
        split = {"kind": "official"}
        if not official:
            split = {"kind": "stratified", "test_share": 0.2, "seed": 0}
        return prepare(
            made,
            split=split,
            imbalance=imbalance,
            transforms={"size": 6, "divisor": 256} | more,
            data_seed=data_seed,
            evaluate_on=list(evaluate_on),
        )

    return run


def identities(images):
    """Return the number and the split that the first pixels of every image carry."""
    first = images.stored(slice(None))[:, 0].astype(int)
    return [(row[0] + 256 * row[1], row[3]) for row in first.tolist()]


def test_every_image_keeps_its_label(prepared):
    for images in (prepared(STEP).train, prepared().evaluate["test"]):
        assert (images.stored(slice(None))[:, 0, 2] == images.labels).all()


def test_the_training_part_is_imbalanced_as_told_and_counted(prepared):
    found = prepared(STEP)
    assert sorted(found.counts.tolist()) == [4, 4, 40, 40]
    assert found.counts.tolist() == np.bincount(found.train.labels).tolist()
    assert found.class_names == ("class 0", "class 1", "class 2", "class 3")


@pytest.mark.parametrize("official", [True, False])
def test_the_test_part_is_never_touched(prepared, official):
    plain = prepared(official=official).evaluate["test"]
    smaller = {**STEP, "n_max": 30}
    for data_seed in (0, 1):
        found = prepared(smaller, data_seed=data_seed, official=official)
        assert (found.evaluate["test"].stored(slice(None)) == plain.stored(slice(None))).all()
        assert (found.evaluate["test"].labels == plain.labels).all()


@pytest.mark.parametrize("official", [True, False])
def test_no_image_is_both_trained_on_and_tested(prepared, official):
    found = prepared({**STEP, "n_max": 30}, official=official)
    trained, tested = identities(found.train), identities(found.evaluate["test"])
    assert len(set(trained)) == len(trained) and len(set(tested)) == len(tested)
    assert not set(trained) & set(tested)


def test_the_draw_belongs_to_the_data_seed(prepared):
    first, again, other = (identities(prepared(STEP, seed).train) for seed in (0, 0, 1))
    assert first == again and first != other


def test_a_part_that_does_not_exist_lists_those_that_do(prepared):
    with pytest.raises(UserError, match=r"no part 'val' in data set 'made' .*: train, test\)"):
        prepared(evaluate_on=("test", "val"))


def test_a_class_without_training_images_is_named(prepared):
    with pytest.raises(UserError, match="class 'class 2' of 'made' has no training image left"):
        prepared(counts=(50, 45, 0, 40))


def test_images_are_resized_in_both_parts(prepared):
    found = prepared(size=9)
    assert found.train.pixels.shape[1:] == found.evaluate["test"].pixels.shape[1:] == (9, 9)


def test_gray_images_become_float32_of_one_channel_between_0_and_1():
    pixels = np.array([[[0, 1], [128, 255]], [[9, 9], [9, 9]]], dtype=np.uint8)
    images = Images(pixels, np.array([0, 1]), divisor=256)
    batch = images.tensor(np.array([0]), CPU)
    assert batch.dtype == torch.float32 and images.channels == 1
    assert batch.tolist() == [[[[0.0, 1 / 256], [0.5, 255 / 256]]]]


def test_the_divisor_is_255_unless_said_otherwise():
    images = Images(np.full((1, 1, 1), 255, dtype=np.uint8), np.array([0]))
    assert images.tensor(np.array([0]), CPU).item() == 1.0


def test_colour_images_become_channels_first():
    pixels = np.arange(2 * 2 * 3 * 3, dtype=np.uint8).reshape(2, 2, 3, 3)
    images = Images(pixels, np.array([0, 1]), divisor=1)
    batch = images.tensor(np.array([1, 0, 1]), CPU)
    assert batch.shape == (3, 3, 2, 3) and images.channels == 3
    for position, number in enumerate((1, 0, 1)):
        for channel in range(3):
            expected = pixels[number, :, :, channel].tolist()
            assert batch[position, channel].tolist() == expected


def test_making_a_tensor_leaves_the_images_as_they_are():
    pixels = np.full((3, 2, 2), 200, dtype=np.uint8)
    images = Images(pixels, np.zeros(3, dtype=int))
    images.tensor(slice(0, 3), CPU)
    assert (pixels == 200).all()


def test_images_that_have_the_size_are_not_copied():
    pixels = np.zeros((2, 28, 28), dtype=np.uint8)
    assert resize(pixels, 28) is pixels


def slow_bilinear(image, size):
    """Enlarge by hand: centres of pixels aligned, edges continued."""
    height = len(image)
    result = np.empty((size, size))
    for row in range(size):
        for column in range(size):
            y, x = ((k + 0.5) * height / size - 0.5 for k in (row, column))
            y, x = max(y, 0.0), max(x, 0.0)
            top, left = int(y), int(x)
            below, right = min(top + 1, height - 1), min(left + 1, height - 1)
            dy, dx = y - top, x - left
            above = image[top, left] * (1 - dx) + image[top, right] * dx
            under = image[below, left] * (1 - dx) + image[below, right] * dx
            result[row, column] = above * (1 - dy) + under * dy
    return result


def test_enlarging_is_bilinear():
    pixels = np.random.default_rng(0).integers(0, 256, (3, 8, 8), dtype=np.uint8)
    enlarged = resize(pixels, 28)
    assert enlarged.shape == (3, 28, 28) and enlarged.dtype == np.uint8
    for image, large in zip(pixels.astype(float), enlarged, strict=True):
        assert np.abs(slow_bilinear(image, 28) - large).max() <= 0.5 + 1e-3  # rounding


def test_shrinking_averages_instead_of_skipping_pixels():
    stripes = np.zeros((1, 32, 32), dtype=np.uint8)
    stripes[:, :, ::4] = 200  # none of the pixels next to the centres of a quarter as many
    small = resize(stripes, 8)
    assert small.shape == (1, 8, 8)
    assert np.abs(small[:, :, 1:-1].astype(int) - 50).max() <= 1


def test_colour_images_are_resized_channel_by_channel():
    pixels = np.random.default_rng(0).integers(0, 256, (2, 6, 6, 3), dtype=np.uint8)
    large = resize(pixels, 9)
    assert large.shape == (2, 9, 9, 3)
    for channel in range(3):
        assert (large[..., channel] == resize(pixels[..., channel], 9)).all()


@pytest.mark.parametrize("more", [{"size": 9}, {"whitening": "gcn_zca"}])
def test_two_splits_of_the_same_files_are_not_mistaken_for_each_other(make_dataset, more):
    """Folds of one release have one fingerprint; what is kept of one is not given to the other."""

    def run(dataset):
        return prepare(
            dataset,
            split={"kind": "official"},
            imbalance=NO_IMBALANCE,
            transforms={"size": 6, "divisor": 255} | more,
            data_seed=0,
            evaluate_on=["test"],
        ).train.stored(np.arange(20))

    one = make_dataset((30, 20), test_counts=(9, 9), name="made?split=fold0")
    images = {split: of_split[::-1] + 1 for split, of_split in one.images.items()}
    other = replace(one, images=images, name="made?split=fold1")
    first, second = run(one), run(other)
    assert not np.array_equal(first, second)
    assert np.array_equal(second, run(replace(other, fingerprint="1" * 64)))
