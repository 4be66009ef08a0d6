"""The calibration error on resamples, against resamples that are really made."""

import numpy as np
import pytest

from reproduce.evaluation.calibration import (
    expected_calibration_error,
    resampled_calibration_error,
)
from reproduce.evaluation.resampling import resample_counts
from reproduce.randomness import generator


def test_each_draw_is_the_error_of_the_images_it_holds():
    random = generator(0, "made up scores")
    scores = random.dirichlet(np.ones(3), size=80)
    labels = random.integers(3, size=80)
    counts = resample_counts(labels, 7)
    slow = [
        expected_calibration_error(np.repeat(scores, draw, axis=0), np.repeat(labels, draw))
        for draw in counts.astype(int).T
    ]
    assert resampled_calibration_error(scores, labels, counts) == pytest.approx(slow, rel=1e-12)
