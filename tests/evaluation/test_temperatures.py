"""Temperatures and negatives' gradients by class, as training recorded them: known answers."""

import numpy as np
import pytest
from scipy import stats

from reproduce.evaluation.families import COUNTS, HISTORY
from reproduce.evaluation.families.temperatures import draws, evenness, last, spearman, values


def history(temperatures, nearest=(0.9, 0.8, 0.5, 0.4), push=(0.4, 0.3, 0.2, 0.1)):
    names = ("temperature_class_", "hardest_negative_class_", "negative_push_class_")
    told = {
        f"{name}{c}": value
        for name, of in zip(names, (temperatures, nearest, push), strict=True)
        for c, value in enumerate(of)
    }
    earlier = {name: 0.7 for name in told}
    return [{"phase": 0, **earlier}, {"phase": 0, **told}, {"phase": 1, "loss": 0.1}]


def of(recorded):
    return {HISTORY: recorded, COUNTS: np.array([100, 50, 20, 5])}


def test_temperatures_that_fall_with_the_class_size():
    found = values(of(history((0.4, 0.3, 0.2, 0.1))))
    assert found["temperature_count_correlation"] == pytest.approx(1)
    assert found["temperature_similarity_correlation"] == pytest.approx(1)
    found = values(of(history((0.1, 0.3, 0.2, 0.4))))
    assert found["temperature_count_correlation"] == pytest.approx(-0.8)


def test_the_last_record_that_has_them_counts():
    assert last(history((0.4, 0.3, 0.2, 0.1)), "temperature_class_", 4).tolist() == [
        0.4, 0.3, 0.2, 0.1,
    ]  # fmt: skip


def test_ranks_are_those_of_scipy_with_ties_and_gaps():
    first, second = [3, 1, 1, 2, np.nan, 5], [1, 2, 3, 3, 4, 9]
    expected = stats.spearmanr([3, 1, 1, 2, 5], [1, 2, 3, 3, 9]).statistic
    assert spearman(first, second) == pytest.approx(expected)
    assert np.isnan(spearman([1, 1, 1], [1, 2, 3])) and np.isnan(spearman([1, 2], [1, 2]))


def test_evenness_is_one_of_equal_shares_and_zero_of_one():
    assert evenness([0.25] * 4) == pytest.approx(1) and evenness([1, 0, 0, 0]) == 0
    assert evenness([0.5, 0.5, 0, 0]) == pytest.approx(0.5)
    assert np.isnan(evenness([np.nan, 1]))


def test_a_loss_with_one_temperature_has_evenness_alone():
    recorded = history((0.1,) * 4)
    for row in recorded:
        for c in range(4):
            row.pop(f"temperature_class_{c}", None)
    assert set(values(of(recorded))) == {"negative_gradient_evenness"}
    assert values(of([{"phase": 0, "loss": 1.0}])) == {}


def test_no_test_image_moves_them():
    told = of(history((0.4, 0.3, 0.2, 0.1)))
    for name, drawn in draws(told, 7).items():
        assert drawn.tolist() == [values(told)[name]] * 7
