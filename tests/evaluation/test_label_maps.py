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
