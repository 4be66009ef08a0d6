"""Temperature scaling, and intervals of counted shares."""

import numpy as np
import pytest
from scipy.stats import binomtest

from reproduce.errors import UserError
from reproduce.evaluation.calibration import expected_calibration_error
from reproduce.evaluation.metrics import softmax
from reproduce.evaluation.shares import wilson
from reproduce.evaluation.temperature import fitted, negative_log_likelihood


def drawn(temperature, images=20_000, classes=3):
    """Return logits that are right to claim so much when divided by the temperature, and labels."""
    random = np.random.default_rng(0)
    logits = random.normal(size=(images, classes)) * 2
    labels = (softmax(logits).cumsum(axis=1) > random.random((images, 1))).argmax(axis=1)
    return logits * temperature, labels


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_it_finds_the_temperature_that_labels_were_drawn_with(temperature):
    logits, labels = drawn(temperature)
    found = fitted(logits, labels)
    assert found == pytest.approx(temperature, rel=0.05)
    for other in (0.9 * found, 1.1 * found):
        assert negative_log_likelihood(logits, labels, found) < negative_log_likelihood(
            logits, labels, other
        )


def test_confidences_come_true_afterwards():
    logits, labels = drawn(3.0)
    before, after = (
        expected_calibration_error(softmax(logits / t), labels)
        for t in (1.0, fitted(logits, labels))
    )
    assert before > 0.1 and after < 0.02


def test_images_that_cannot_tell_are_refused():
    right = np.eye(3)[[0, 1, 2, 0]] * 2
    with pytest.raises(UserError, match="4 held-out images, 4 of them classified rightly"):
        fitted(right, [0, 1, 2, 0])
    with pytest.raises(UserError, match="do not say how sure"):
        fitted(right, [1, 2, 0, 1])
    with pytest.raises(UserError, match="logits"):
        fitted(right, [1, 2])


@pytest.mark.parametrize(("right", "of"), [(0, 5), (3, 7), (50, 50), (812, 1000)])
def test_shares_have_wilsons_interval(right, of):
    expected = binomtest(right, of).proportion_ci(method="wilson")
    assert wilson(right, of) == pytest.approx((expected.low, expected.high))


def test_a_share_of_nothing_is_refused():
    with pytest.raises(UserError, match="received 1 of 0"):
        wilson(1, 0)
