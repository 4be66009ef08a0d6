"""Metrics against hand calculation, slow loops and scikit-learn."""

import numpy as np
import pytest
import sklearn.metrics as reference
from hypothesis import given, settings
from hypothesis import strategies as st

from reproduce.errors import UserError
from reproduce.evaluation import metrics
from reproduce.evaluation.registry import SUMMARY

MATRIX_METRICS = list(metrics.FROM_CONFUSION)


def example(seed, images=60, classes=4, ties=False):
    random = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(classes), random.integers(classes, size=images - classes)])
    scores = random.normal(size=(images, classes))
    scores[np.arange(images), labels] += 0.7
    return (scores.round() if ties else scores), labels


def slow_auc(scores, labels):
    """P(score of a member > score of another) + half of the ties, pair by pair."""
    areas = []
    for number in range(scores.shape[1]):
        wins, pairs = 0.0, 0
        for inside in scores[labels == number, number]:
            for outside in scores[labels != number, number]:
                wins += 1.0 if inside > outside else 0.5 if inside == outside else 0.0
                pairs += 1
        if pairs:
            areas.append(wins / pairs)
    return sum(areas) / len(areas)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_auc_equals_the_slow_loop_and_scikit_learn(seed, ties):
    scores, labels = example(seed, ties=ties)
    found = metrics.auc_macro_ovr(scores, labels)
    assert found == pytest.approx(slow_auc(scores, labels), abs=1e-13)
    columns = [reference.roc_auc_score(labels == c, scores[:, c]) for c in range(4)]
    assert found == pytest.approx(np.mean(columns), abs=1e-13)
    probabilities = metrics.softmax(scores)
    assert metrics.auc_macro_ovr(probabilities, labels) == pytest.approx(
        reference.roc_auc_score(labels, probabilities, multi_class="ovr"), abs=1e-13
    )


def test_auc_points_the_right_way():
    labels = np.array([0, 0, 1, 1])
    right = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.4, 0.6]])
    assert metrics.auc_macro_ovr(right, labels) == 1.0
    assert metrics.auc_macro_ovr(right[:, ::-1], labels) == 0.0
    assert metrics.auc_macro_ovr(np.full((4, 2), 0.5), labels) == 0.5


def test_auc_of_float32_scores_is_computed_in_float64():
    scores, labels = example(3, images=500)
    single = scores.astype(np.float32)
    exact = metrics.auc_macro_ovr(single.astype(np.float64), labels)
    assert metrics.auc_macro_ovr(single, labels) == exact


def test_logits_and_their_softmax_rank_images_differently():
    scores, labels = example(0)
    on_logits = metrics.auc_macro_ovr(scores, labels)
    assert metrics.auc_macro_ovr(metrics.softmax(scores), labels) != pytest.approx(on_logits)


@pytest.mark.parametrize("seed", range(5))
def test_confusion_metrics_equal_scikit_learn(seed):
    scores, labels = example(seed)
    predicted = metrics.predictions(scores)
    matrix = metrics.confusion(labels, predicted, 4)
    assert matrix.dtype == np.int64
    np.testing.assert_array_equal(matrix, reference.confusion_matrix(labels, predicted))
    expected = {
        "accuracy": reference.accuracy_score(labels, predicted),
        "balanced_accuracy": reference.balanced_accuracy_score(labels, predicted),
        "macro_f1": reference.f1_score(labels, predicted, average="macro"),
    }
    found = metrics.summary(scores, labels, 4)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=1e-14), name
    recall = reference.recall_score(labels, predicted, average=None)
    assert found["gmean_recall"] == pytest.approx(np.prod(recall) ** 0.25, abs=1e-14)
    assert found["worst_class_recall"] == pytest.approx(recall.min(), abs=1e-14)
    np.testing.assert_allclose(
        metrics.precisions(matrix),
        reference.precision_score(labels, predicted, average=None, zero_division=0),
    )


def test_rows_of_the_confusion_matrix_are_the_true_classes():
    matrix = metrics.confusion([0, 0, 0, 1], [1, 1, 0, 1], 2)
    assert matrix.tolist() == [[1, 2], [0, 1]]
    assert metrics.recalls(matrix).tolist() == pytest.approx([1 / 3, 1])
    assert metrics.precisions(matrix).tolist() == pytest.approx([1, 1 / 3])


def test_summary_returns_exactly_the_registered_metrics():
    scores, labels = example(0)
    assert set(metrics.summary(scores, labels, 4)) == set(SUMMARY)


def test_an_absent_class_is_skipped_but_errors_into_it_count():
    # Class 2 has no image, yet one image of class 1 is taken for it.
    matrix = np.array([[2, 0, 0], [1, 2, 1], [0, 0, 0]])
    assert np.isnan(metrics.recalls(matrix)[2]) and np.isnan(metrics.f1_scores(matrix)[2])
    assert metrics.balanced_accuracy(matrix) == pytest.approx((1 + 0.5) / 2)
    assert metrics.macro_f1(matrix) == pytest.approx((4 / 5 + 4 / 6) / 2)
    assert metrics.gmean_recall(matrix) == pytest.approx(np.sqrt(0.5))
    assert metrics.worst_class_recall(matrix) == 0.5
    scores, labels = example(1, classes=3)
    kept = labels != 2
    found = metrics.auc_macro_ovr(scores[kept], labels[kept])
    assert found == pytest.approx(slow_auc(scores[kept], labels[kept]), abs=1e-13)
    assert np.isnan(metrics.auc_per_class(scores[kept], labels[kept])[2])


def test_a_missed_class_makes_the_geometric_mean_zero_and_precision_zero():
    matrix = np.array([[5, 0], [5, 0]])
    assert metrics.gmean_recall(matrix) == 0.0
    assert metrics.worst_class_recall(matrix) == 0.0
    assert metrics.precisions(matrix).tolist() == [0.5, 0.0]
    assert metrics.f1_scores(matrix)[1] == 0.0


@pytest.mark.parametrize("name", MATRIX_METRICS)
def test_leading_axes_give_one_value_per_matrix(name):
    matrices = np.random.default_rng(0).integers(0, 9, size=(3, 2, 4, 4)) + np.eye(4, dtype=int)
    function = metrics.FROM_CONFUSION[name]
    found = function(matrices)
    assert found.shape == (3, 2)
    assert found[2, 1] == pytest.approx(function(matrices[2, 1]), abs=1e-15)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), ties=st.booleans())
def test_the_order_of_images_and_of_classes_does_not_matter(seed, ties):
    scores, labels = example(seed, images=30, ties=ties)
    # Equal scores would let the class order decide the prediction, so break them by image.
    random = np.random.default_rng(seed)
    scores = scores + (0 if not ties else 1e-3 * np.arange(4))
    expected = metrics.summary(scores, labels, 4)
    images, classes = random.permutation(30), random.permutation(4)
    by_image = metrics.summary(scores[images], labels[images], 4)
    by_class = metrics.summary(scores[:, classes], np.argsort(classes)[labels], 4)
    for name, value in expected.items():
        assert by_image[name] == pytest.approx(value, abs=1e-12), name
        assert by_class[name] == pytest.approx(value, abs=1e-12), name


def test_softmax_sums_to_one_and_survives_large_logits():
    found = metrics.softmax(np.array([[1e4, 0.0], [np.log(3), 0.0]], dtype=np.float32))
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, [[1, 0], [0.75, 0.25]], atol=1e-7)


GOOD = np.eye(3)
BAD_CALLS = {
    "shape": (lambda: metrics.auc_macro_ovr(np.zeros(3), [0, 1, 2]), "received shape (3,)"),
    "range": (lambda: metrics.auc_macro_ovr(GOOD, [0, 1, 3]), "0..2 for 3 classes, received 0..3"),
    "negative": (lambda: metrics.summary(GOOD, [0, 1, -1], 3), "received -1..1"),
    "length": (lambda: metrics.summary(GOOD, [0, 1], 3), "shape (3,), received shape (2,)"),
    "float labels": (lambda: metrics.summary(GOOD, [0.0, 1.0, 2.0], 3), "of float64"),
    "nan": (lambda: metrics.softmax(GOOD * np.nan), "received 9 NaN"),
    "infinite": (lambda: metrics.summary(GOOD / 0.0 * 0 + np.inf, [0, 1, 2], 3), "finite"),
    "empty scores": (lambda: metrics.summary(np.zeros((0, 3)), [], 3), "empty"),
    "empty labels": (lambda: metrics.confusion([], [], 3), "empty"),
    "columns": (
        lambda: metrics.summary(GOOD, [0, 1, 2], 4),
        "4 columns, one per class, received 3",
    ),
    "one class": (lambda: metrics.auc_macro_ovr(GOOD, [1, 1, 1]), "at least two classes"),
    "matrix": (lambda: metrics.accuracy(np.zeros((2, 3))), "[classes, classes], received"),
    "no image": (lambda: metrics.accuracy(np.zeros((2, 2))), "at least one image"),
    "negative count": (lambda: metrics.recalls([[1, -1], [0, 2]]), "at least 0"),
    "classes": (lambda: metrics.confusion([0], [0], 0), "at least 1, received 0"),
}


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
@pytest.mark.parametrize("name", BAD_CALLS)
def test_bad_input_is_refused_in_one_line(name):
    call, expected = BAD_CALLS[name]
    with pytest.raises(UserError) as caught:
        call()
    assert expected in str(caught.value) and "\n" not in str(caught.value)
