"""The remaining error on a logarithm: ratios, known answers, its floor."""

from math import log

import numpy as np
import pytest

from reproduce.evaluation.registry import metric
from reproduce.evaluation.remaining import LEAST, log_remaining


def test_a_tenth_less_error_is_the_same_difference_at_any_level():
    for error in (0.3, 0.05, 0.0005):
        difference = log_remaining(1 - 0.9 * error) - log_remaining(1 - error)
        assert difference == pytest.approx(log(0.9), abs=1e-9)


def test_known_answers_and_shape():
    assert log_remaining(0.0) == 0.0
    assert log_remaining(0.9) == pytest.approx(-2.302585093)
    drawn = np.array([0.5, 0.75])
    assert log_remaining(drawn) == pytest.approx([log(0.5), log(0.25)])
    assert isinstance(log_remaining(0.5), float)


def test_no_error_is_the_least_that_is_told_apart():
    assert log_remaining(1.0) == log_remaining(1 - LEAST / 2) == pytest.approx(log(LEAST))


def test_the_metric_is_made_of_the_auc():
    asked = metric("auc_log_error")
    assert (asked.measured_as, asked.family) == ("auc", metric("auc").family)
    assert asked.made_of(0.9) == pytest.approx(log(0.1))
    assert metric("auc").made_of(0.9) == 0.9
