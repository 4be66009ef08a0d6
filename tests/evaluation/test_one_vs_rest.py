"""The three G-means and the IBA on the two small known examples of imbalanced-learn's docs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reproduce.errors import UserError
from reproduce.evaluation import metrics, one_vs_rest

FIRST = metrics.confusion([0, 1, 2, 2, 2], [0, 0, 2, 2, 1], 3)
SECOND = metrics.confusion([0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1], 3)


def test_the_first_example_by_each_definition():
    assert metrics.gmean_recall(FIRST) == 0.0
    per_class = np.sqrt(metrics.recalls(FIRST) * one_vs_rest.specificities(FIRST))
    assert per_class.round(2).tolist() == [0.87, 0.0, 0.82]
    assert one_vs_rest.gmean_one_vs_rest(FIRST) == pytest.approx(0.56084, abs=5e-6)
    assert one_vs_rest.gmean_of_means(FIRST) == pytest.approx(0.68041, abs=5e-6)


@pytest.mark.parametrize(("alpha", "value"), [(0.1, 0.471065), (0.5, 0.466435), (1.0, 0.460648)])
def test_the_first_example_by_iba(alpha, value):
    found = one_vs_rest.index_balanced_accuracy(FIRST, alpha=alpha)
    assert found == pytest.approx(value, abs=5e-7)


def test_the_second_example_by_each_definition():
    assert metrics.gmean_recall(SECOND) == 0.0
    assert one_vs_rest.gmean_of_means(SECOND) == pytest.approx(0.471, abs=5e-4)
    per_class = np.sqrt(metrics.recalls(SECOND) * one_vs_rest.specificities(SECOND))
    assert per_class.round(3).tolist() == [0.866, 0.0, 0.0]


def test_specificity_by_hand():
    # Class 1 of [[4, 1], [2, 3]]: five images are not class 1, one of them is called class 1.
    assert one_vs_rest.specificities([[4, 1], [2, 3]]).tolist() == pytest.approx([0.6, 0.8])


def test_absent_classes_are_skipped():
    matrix = [[3, 1, 0], [1, 3, 0], [0, 0, 0]]
    smaller = [[3, 1], [1, 3]]
    for function in (
        one_vs_rest.gmean_one_vs_rest,
        one_vs_rest.gmean_of_means,
        one_vs_rest.index_balanced_accuracy,
    ):
        assert function(matrix) == pytest.approx(function(smaller))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_classes_does_not_matter(seed):
    random = np.random.default_rng(seed)
    matrix = random.integers(0, 9, size=(5, 5)) + np.eye(5, dtype=int)
    order = random.permutation(5)
    moved = matrix[np.ix_(order, order)]
    for function in (
        one_vs_rest.gmean_one_vs_rest,
        one_vs_rest.gmean_of_means,
        one_vs_rest.index_balanced_accuracy,
    ):
        assert function(moved) == pytest.approx(function(matrix), abs=1e-14)


def test_bad_input_is_refused():
    with pytest.raises(UserError, match=r"alpha must lie in 0\.\.1, received 2"):
        one_vs_rest.index_balanced_accuracy(FIRST, alpha=2)
    with pytest.raises(UserError, match="confusion matrix"):
        one_vs_rest.gmean_one_vs_rest([1, 2])
