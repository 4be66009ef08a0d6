"""Label maps: counted and measured by hand."""

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.evaluation import label_maps

TRUTH = np.array([[[0, 0], [1, 255]], [[2, 1], [1, 1]]])
FOUND = np.array([[[0, 1], [1, 2]], [[2, 2], [1, 0]]])


def test_pixels_are_counted_image_by_image():
    found = label_maps.pixel_counts(TRUTH, FOUND, 3)
    assert found.tolist() == [
        [[1, 1, 0], [0, 1, 0], [0, 0, 0]],
        [[0, 0, 0], [1, 1, 1], [0, 0, 1]],
    ]


def test_measures_are_those_reckoned_by_hand():
    """Pooled: class 0 has 1 of 2 right and one false, class 1 has 2 of 4 and one false, 2 all."""
    found = label_maps.summary(label_maps.pixel_counts(TRUTH, FOUND, 3).sum(axis=0))
    assert found == pytest.approx({
        "miou": (1 / 3 + 2 / 5 + 1 / 2) / 3, "iou_class_0": 1 / 3, "iou_class_1": 2 / 5,
        "iou_class_2": 1 / 2, "mean_dice": (2 / 4 + 4 / 7 + 2 / 3) / 3, "pixel_accuracy": 4 / 7,
    })  # fmt: skip


def test_a_class_that_is_nowhere_is_left_out():
    table = label_maps.pixel_counts(TRUTH[:1], FOUND[:1], 3)[0]
    found = label_maps.summary(table)
    assert "iou_class_2" not in found
    assert found["miou"] == pytest.approx((1 / 2 + 1 / 2) / 2)


def test_a_perfect_answer_is_worth_one():
    truth = np.array([[[0, 1], [2, 255]]])
    answer = np.where(truth == 255, 0, truth)
    assert set(label_maps.summary(label_maps.pixel_counts(truth, answer, 3)[0]).values()) == {1.0}


def test_resampling_repeats_images():
    pixels = label_maps.pixel_counts(TRUTH, FOUND, 3)
    counts = np.array([[1, 2], [1, 0]])
    found = label_maps.resampled(pixels, "pixel_accuracy", counts)
    assert found.tolist() == pytest.approx([4 / 7, 2 / 3])


@pytest.mark.parametrize(
    ("truth", "found", "message"),
    [
        (TRUTH[0], FOUND[0], "must be"),
        (TRUTH, FOUND[:1], "twice, received"),
        (TRUTH + 3, FOUND, "true classes of pixels must lie in 0..2, received 3"),
        (TRUTH, FOUND + 1, "predicted classes of pixels must lie in 0..2, received 1..3"),
    ],
)
def test_maps_that_do_not_fit_are_refused(truth, found, message):
    with pytest.raises(UserError, match=message):
        label_maps.pixel_counts(truth, found, 3)


def test_a_measure_that_is_none_is_refused():
    pixels = label_maps.pixel_counts(TRUTH, FOUND, 3)
    with pytest.raises(UserError, match=r"unknown measure of label maps 'iou_class_7'.*miou"):
        label_maps.resampled(pixels, "iou_class_7", np.ones((2, 1)))


# -- image by image --------------------------------------------------------------------------------


def slow_by_image(truth, found, classes):
    """Return the mean IoU of each image, and the IoU of each class of each image that shows it."""
    means, of_classes = [], {c: [] for c in range(classes)}
    for true, answer in zip(truth, found, strict=True):
        known = true != 255
        own = []
        for c in range(classes):
            here, said = (true == c) & known, (answer == c) & known
            if here.any():
                own.append((here & said).sum() / (here | said).sum())
                of_classes[c].append(own[-1])
        means.append(np.mean(own))
    return means, of_classes


def test_means_over_images_are_those_of_a_loop():
    random = np.random.default_rng(3)
    truth, found = random.integers(0, 3, (2, 7, 5, 5))
    truth[2], truth[3:5] = 0, np.minimum(truth[3:5], 1)
    truth[6, 2] = 255
    means, of_classes = slow_by_image(truth, found, 3)
    told = label_maps.summary_of_images(label_maps.pixel_counts(truth, found, 3))
    assert told["image_miou"] == pytest.approx(np.mean(means))
    for c, values in of_classes.items():
        assert told[f"image_iou_class_{c}"] == pytest.approx(np.mean(values))
    assert len(of_classes[2]) == 4, "three images do not show class 2, and have no overlap of it"


def test_by_hand_an_absent_class_has_no_overlap_of_its_own():
    """The first image shows classes 0 and 1, half right each; the second 1 and 2."""
    told = label_maps.summary_of_images(label_maps.pixel_counts(TRUTH, FOUND, 3))
    assert told == pytest.approx({
        "image_miou": ((1 / 2 + 1 / 2) / 2 + (1 / 3 + 1 / 2) / 2) / 2,
        "image_iou_class_0": 1 / 2, "image_iou_class_1": (1 / 2 + 1 / 3) / 2,
        "image_iou_class_2": 1 / 2,
    })  # fmt: skip
    one = label_maps.summary_of_images(label_maps.pixel_counts(TRUTH[:1], FOUND[:1], 3))
    assert "image_iou_class_2" not in one


@pytest.mark.parametrize("metric", ["image_miou", "image_iou_class_2"])
def test_a_mean_over_images_is_resampled_by_images(metric):
    random = np.random.default_rng(4)
    truth, found = random.integers(0, 3, (2, 6, 4, 4))
    truth[:2] = np.minimum(truth[:2], 1)
    pixels = label_maps.pixel_counts(truth, found, 3)
    counts = random.integers(0, 3, (6, 5))
    counts[:, 4] = [3, 3, 0, 0, 0, 0]
    drawn = label_maps.resampled(pixels, metric, counts)
    for number in range(4):
        rows = np.repeat(np.arange(6), counts[:, number])
        expected = label_maps.summary_of_images(pixels[rows])[metric]
        assert drawn[number] == pytest.approx(expected)
    assert np.isnan(drawn[4]) == (metric == "image_iou_class_2"), "no image drawn shows class 2"
