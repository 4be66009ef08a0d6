"""Thresholding: its known answer, and what it does to ranking and to decisions."""

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.evaluation import metrics
from reproduce.evaluation.thresholding import divide_by_prior

COUNTS = np.array([5000, 500, 50])


def probabilities(seed=0, images=300):
    random = np.random.default_rng(seed)
    labels = random.integers(3, size=images)
    logits = random.normal(size=(images, 3)) + np.log(COUNTS)
    logits[np.arange(images), labels] += 2
    return metrics.softmax(logits), labels


def test_the_published_example():
    scores = divide_by_prior([[0.2, 0.2, 0.6]], [100, 400, 500])
    np.testing.assert_allclose(scores, [[2.0, 0.5, 1.2]], rtol=1e-15)
    assert metrics.predictions([[0.2, 0.2, 0.6]]) == 2
    assert metrics.predictions(scores) == 0


def test_the_auc_is_unchanged_and_renormalising_would_change_it():
    before, labels = probabilities()
    after = divide_by_prior(before, COUNTS)
    auc = metrics.auc_macro_ovr(before, labels)
    assert metrics.auc_macro_ovr(after, labels) == pytest.approx(auc, abs=1e-12)
    renormalised = after / after.sum(axis=1, keepdims=True)
    assert abs(metrics.auc_macro_ovr(renormalised, labels) - auc) > 0.01


def test_decisions_move_towards_the_rare_class():
    before, labels = probabilities()
    after = divide_by_prior(before, COUNTS)
    recall_before = metrics.recalls(metrics.confusion(labels, before.argmax(1), 3))
    recall_after = metrics.recalls(metrics.confusion(labels, after.argmax(1), 3))
    assert recall_after[2] > recall_before[2] + 0.2
    assert recall_after[0] < recall_before[0]


def test_only_the_proportions_of_the_counts_matter():
    before, _ = probabilities()
    np.testing.assert_allclose(
        divide_by_prior(before, COUNTS), divide_by_prior(before, COUNTS / 50), rtol=1e-14
    )


@pytest.mark.parametrize(
    ("rows", "counts", "message"),
    [
        ([[0.5, 0.5]], [10, 0], "above 0 for every class"),
        ([[0.5, 0.5]], [10, np.nan], "above 0 for every class"),
        ([[0.5, 0.5]], [10, 5, 5], "2 numbers, one per class, received shape"),
        ([[3.0, 1.0]], [10, 5], "apply metrics.softmax"),
        ([[1.5, -0.5]], [10, 5], "apply metrics.softmax"),
        ([[np.nan, 0.5]], [10, 5], "finite"),
        (np.zeros((0, 2)), [10, 5], "empty"),
        ([0.5, 0.5], [10, 5], "received shape"),
    ],
)
def test_bad_input_is_refused_in_one_line(rows, counts, message):
    with pytest.raises(UserError, match=message) as caught:
        divide_by_prior(rows, counts)
    assert "\n" not in str(caught.value)
