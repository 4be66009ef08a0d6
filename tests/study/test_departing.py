"""Departures in words, whatever the paper."""

import pytest

from reproduce.papers.class_imbalance.parameters import ClassImbalance
from reproduce.study import departing


@pytest.mark.parametrize(
    ("ours", "said"),
    [([0], ["1 repeat instead of 3"]), ([4, 5], ["2 repeats instead of 3"]), ([0, 1, 2], [])],
)
def test_fewer_repeats_are_said(ours, said):
    assert departing.of_repeats(ours, [0, 1, 2]) == said


def test_more_repeats_are_no_departure():
    assert departing.of_repeats([0, 1, 2, 3], [0]) == []


def test_other_values_are_said_in_the_order_asked_for():
    ours, theirs = ClassImbalance(momentum=0.5, map_images=50), ClassImbalance()
    names = ("map_images", "precision", "momentum")
    assert departing.of_values(ours, theirs, names) == [
        "map_images 50 instead of 400",
        "momentum 0.5 instead of 0.9",
    ]


def test_generated_data_are_named_as_such():
    assert departing.of_data("retinamnist", "ACNE04") == (
        "data: retinamnist stands in for ACNE04; it is not the paper's data"
    )
    assert "lesions (generated images) stands in for MNIST" in departing.of_data("lesions", "MNIST")
