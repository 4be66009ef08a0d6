"""Calibration numbers against hand calculation."""

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.evaluation.calibration import (
    expected_calibration_error,
    reliability_curve,
)

# Confidences .6 .7 .9 1.0; right, wrong, right, right.
ROWS = np.array([[0.6, 0.4], [0.3, 0.7], [0.9, 0.1], [0.0, 1.0]])
LABELS = np.array([0, 0, 0, 1])


def test_equal_width_bins_by_hand():
    curve = reliability_curve(ROWS, LABELS, bins=5)
    # Bins of width .2, each with its upper bound: (.4, .6] holds .6, (.6, .8] .7, (.8, 1] the rest.
    assert curve.confidence.tolist() == pytest.approx([0.6, 0.7, 0.95])
    assert curve.accuracy.tolist() == pytest.approx([1.0, 0.0, 1.0])
    assert curve.count.tolist() == [1, 1, 2]
    expected = (0.4 * 1 + 0.7 * 1 + 0.05 * 2) / 4
    assert expected_calibration_error(ROWS, LABELS, bins=5) == pytest.approx(expected)


def test_equal_mass_bins_by_hand():
    curve = reliability_curve(ROWS, LABELS, bins=2, binning="equal_mass")
    assert curve.count.tolist() == [2, 2]
    assert curve.confidence.tolist() == pytest.approx([0.65, 0.95])
    assert curve.accuracy.tolist() == pytest.approx([0.5, 1.0])
    found = expected_calibration_error(ROWS, LABELS, bins=2, binning="equal_mass")
    assert found == pytest.approx((0.15 * 2 + 0.05 * 2) / 4)


def test_equal_confidences_stay_in_one_bin_whatever_the_order():
    rows = np.tile([[0.8, 0.2]], (10, 1))
    labels = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    for order in (np.arange(10), np.arange(10)[::-1]):
        curve = reliability_curve(rows, labels[order], bins=4, binning="equal_mass")
        assert curve.count.tolist() == [10]
        assert curve.accuracy.tolist() == [0.5]


@pytest.mark.parametrize("binning", ["equal_width", "equal_mass"])
def test_a_calibrated_classifier_scores_lower_than_an_overconfident_one(binning):
    random = np.random.default_rng(0)
    confidence = random.uniform(0.5, 0.9, size=20_000)
    labels = (random.uniform(size=20_000) > confidence).astype(int)
    honest = np.stack([confidence, 1 - confidence], axis=1)
    boastful = np.stack([confidence + 0.1, 0.9 - confidence], axis=1)
    assert expected_calibration_error(honest, labels, binning=binning) < 0.015
    found = expected_calibration_error(boastful, labels, binning=binning)
    assert found == pytest.approx(0.1, abs=0.01)


def test_bad_input_is_refused():
    with pytest.raises(UserError, match=r"apply metrics\.softmax"):
        reliability_curve([[2.0, 1.0]], [0])
    with pytest.raises(UserError, match="bins must be a whole number of at least 1, received 0"):
        reliability_curve(ROWS, LABELS, bins=0)
    with pytest.raises(UserError, match="unknown binning 'equal'"):
        reliability_curve(ROWS, LABELS, binning="equal")
    with pytest.raises(UserError, match=r"0\.\.1 for 2 classes, received 0\.\.2"):
        reliability_curve(ROWS, [0, 0, 0, 2])
