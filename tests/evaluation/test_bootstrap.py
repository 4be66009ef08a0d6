"""The fast bootstrap against one that really repeats images."""

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.evaluation import metrics
from reproduce.evaluation.bootstrap import bootstrap_draws, bootstrap_variance, image_variance
from reproduce.evaluation.registry import SUMMARY
from reproduce.evaluation.resampling import resample_counts, resampled_metric


def arms(seed=0, terms=2, repeats=3, images=80, classes=4, ties=True):
    """Scores that share the images' difficulty; rounded, so that many are tied."""
    random = np.random.default_rng(seed)
    labels = np.concatenate(
        [
            np.arange(classes),
            np.arange(classes),
            random.integers(classes, size=images - 2 * classes),
        ]
    )
    hard = random.normal(size=(images, classes))
    scores = hard + 0.7 * random.normal(size=(terms, repeats, images, classes))
    scores[:, :, np.arange(images), labels] += 0.8
    return (scores.round(1) if ties else scores), labels


def slow_variance(scores, labels, weights, metric, counts):
    """Build every resample by repeating rows, and call the plain metric on it."""
    combinations = []
    for draw in counts.astype(int).T:
        rows = np.repeat(np.arange(len(labels)), draw)
        values = [
            np.mean([metrics.summary(s[rows], labels[rows], s.shape[1])[metric] for s in arm])
            for arm in scores
        ]
        combinations.append(np.dot(weights, values))
    return np.var(combinations, ddof=1)


@pytest.mark.parametrize("stratified", [True, False])
@pytest.mark.parametrize("metric", SUMMARY)
def test_fast_bootstrap_equals_the_slow_one(metric, stratified):
    scores, labels = arms(terms=3)
    weights = [1.0, -0.5, -0.5]
    found = bootstrap_variance(
        scores, labels, weights, metric, draws=20, seed=4, stratified=stratified
    )
    counts = resample_counts(labels, 20, 4, stratified=stratified)
    assert found == pytest.approx(slow_variance(scores, labels, weights, metric, counts), abs=1e-12)
    assert found > 1e-6
    drawn = bootstrap_draws(scores, labels, weights, metric, 20, 4, stratified=stratified)
    assert drawn.shape == (20,) and drawn.var(ddof=1) == pytest.approx(found, rel=1e-12)


@pytest.mark.parametrize("metric", SUMMARY)
def test_a_resample_that_loses_a_class_skips_it_like_the_plain_metric(metric):
    scores, labels = arms(repeats=1)
    counts = resample_counts(labels, 10, 0)
    counts[labels == 2, :5] = 0
    found = resampled_metric(scores[0, 0], labels, metric, counts)
    for draw in range(10):
        rows = np.repeat(np.arange(len(labels)), counts[:, draw].astype(int))
        plain = metrics.summary(scores[0, 0][rows], labels[rows], 4)[metric]
        assert found[draw] == pytest.approx(plain, abs=1e-13)


@pytest.mark.parametrize("metric", SUMMARY)
def test_every_image_once_is_the_plain_metric(metric):
    scores, labels = arms(ties=False)
    found = resampled_metric(scores[0, 0], labels, metric, np.ones((len(labels), 2)))
    plain = metrics.summary(scores[0, 0], labels, 4)[metric]
    np.testing.assert_allclose(found, plain, atol=1e-13)


def test_counts_are_those_of_drawing_with_replacement():
    labels = np.repeat([0, 1, 2], [50, 30, 20])
    counts = resample_counts(labels, 4000, seed=1)
    for number, size in enumerate([50, 30, 20]):
        assert (counts[labels == number].sum(axis=0) == size).all()
        spread = counts[labels == number].var(axis=1).mean()
        assert spread == pytest.approx(1 - 1 / size, rel=0.02)
    free = resample_counts(labels, 100, seed=1, stratified=False)
    assert (free.sum(axis=0) == 100).all()
    assert free[labels == 0].sum(axis=0).std() > 2
    np.testing.assert_array_equal(counts, resample_counts(labels, 4000, seed=1))
    assert (counts != resample_counts(labels, 4000, seed=2)).any()


def test_the_variance_of_an_accuracy_difference_is_the_textbook_one():
    scores, labels = arms(images=600, repeats=4)
    right = (scores.argmax(-1) == labels).mean(axis=1)
    difference = right[0] - right[1]
    expected = sum(difference[labels == c].var() * (labels == c).sum() / 600**2 for c in range(4))
    found = image_variance(scores[0], scores[1], labels, "accuracy", draws=6000)
    assert found == pytest.approx(expected, rel=0.06)


@pytest.mark.parametrize("metric", ["auc", "accuracy"])
def test_pairing_cancels_what_the_arms_share(metric):
    scores, labels = arms()
    assert image_variance(scores[0], scores[0], labels, metric) < 1e-30
    paired = image_variance(scores[0], scores[1], labels, metric)
    apart = sum(bootstrap_variance([arm], labels, [1.0], metric) for arm in scores)
    assert 0 < paired < 0.7 * apart


def test_the_order_of_terms_and_a_common_sign_do_not_matter_but_a_single_sign_does():
    scores, labels = arms()
    value = bootstrap_variance(scores, labels, [1, -1], "auc")
    assert bootstrap_variance(scores[::-1], labels, [1, -1], "auc") == pytest.approx(value)
    assert bootstrap_variance(scores, labels, [1, 1], "auc") > 2 * value
    assert bootstrap_variance(scores, labels, [2, -2], "auc") == pytest.approx(4 * value)


SCORES, LABELS = arms()
BAD_CALLS = {
    "weights": (
        lambda: bootstrap_variance(SCORES, LABELS, [1], "auc"),
        "one finite weight per arm",
    ),
    "no arm": (lambda: bootstrap_variance([], LABELS, [], "auc"), "received 0 arms"),
    "repeats": (
        lambda: image_variance(SCORES[0], SCORES[1, :2], LABELS, "auc"),
        "received [2, 3] repeats",
    ),
    "images": (
        lambda: image_variance(SCORES[0], SCORES[1, :, :9], LABELS, "auc"),
        "same repeats, images and classes",
    ),
    "labels": (lambda: image_variance(*SCORES, LABELS[1:], "auc"), "received shape (79,)"),
    "one arm's scores": (
        lambda: image_variance(*SCORES[0][:2], LABELS, "auc"),
        "[images, classes]",
    ),
    "metric": (lambda: image_variance(*SCORES, LABELS, "acuracy"), "did you mean 'accuracy'"),
    "draws": (lambda: image_variance(*SCORES, LABELS, "auc", draws=1), "at least 2, received 1"),
    "one class": (lambda: image_variance(*SCORES, 0 * LABELS, "auc"), "one class only"),
}


@pytest.mark.parametrize("name", BAD_CALLS)
def test_bad_input_is_refused_in_one_line(name):
    call, expected = BAD_CALLS[name]
    with pytest.raises(UserError) as caught:
        call()
    assert expected in str(caught.value) and "\n" not in str(caught.value)


def test_a_resample_without_a_second_class_is_refused():
    labels = np.array([0] * 30 + [1])
    scores = np.random.default_rng(0).normal(size=(1, 31, 2))
    with pytest.raises(UserError, match="stratified=True"):
        bootstrap_variance([scores], labels, [1.0], "auc", stratified=False)
