"""Module 1: counting that does not hide the rare classes."""

import numpy as np

from reproduce.course.exercise import ByCases


def _matrices() -> list[tuple]:
    return [
        (np.array([[8, 2, 0], [1, 3, 1], [0, 4, 6]]),),
        (np.array([[90, 0, 10], [5, 5, 0], [0, 0, 0]]),),
        (np.array([[0, 7], [2, 1]]),),
    ]


def recalls(matrix):
    """Return the recall of each class, NaN where it has no image."""
    truly = matrix.sum(1)
    return np.where(truly > 0, matrix.diagonal() / np.maximum(truly, 1), np.nan)


def _precisions(matrix):
    called = matrix.sum(0)
    return np.where(called > 0, matrix.diagonal() / np.maximum(called, 1), np.nan)


RECALLS = ByCases(
    key="1.1",
    title="The recalls, from a confusion matrix",
    asks="recalls",
    level=1,
    minutes=8,
    right=recalls,
    cases=_matrices,
    wrong={
        "You divide by how often a class was predicted; a recall looks at the images that truly "
        "are of the class": _precisions,
        "A class without any image has a recall of 0 here; but nothing is known of it, which is "
        "something else than missing all": lambda m: m.diagonal() / np.maximum(m.sum(1), 1),
        "You divide by all images of the test set, so that the shares of the classes come in "
        "again": lambda m: m.diagonal() / m.sum(),
        "That is one number for the whole matrix; expected is one for each class":
            lambda m: m.trace() / m.sum(),
        "That is the mean over the classes; expected are the recalls themselves":
            lambda m: np.nanmean(recalls(m)),
    },
)  # fmt: skip


def _scored() -> list[tuple]:
    random = np.random.default_rng(11)
    positive = random.random(40) < 0.3
    return [
        (np.array([0.9, 0.8, 0.3, 0.2]), np.array([True, False, True, False])),
        (np.array([0.5, 0.5, 0.5, 0.1, 0.7]), np.array([True, False, True, False, False])),
        (np.round(random.random(40) * 0.6 + 0.4 * positive, 1), positive),
    ]


def auc(scores, positive):
    """Return how often a positive scores above a negative, an equal pair as a half."""
    ours, rest = scores[positive][:, None], scores[~positive][None, :]
    return ((ours > rest) + 0.5 * (ours == rest)).mean()


AUC = ByCases(
    key="1.2",
    title="The ROC AUC, from its meaning",
    asks="auc",
    level=2,
    minutes=12,
    right=auc,
    cases=_scored,
    wrong={
        "It is the wrong way round: a positive should score *above* a negative":
            lambda s, p: 1 - auc(s, p),
        "Pairs with equal scores are counted as lost; somebody who guesses wins half of them":
            lambda s, p: (s[p][:, None] > s[~p][None, :]).mean(),
        "Pairs with equal scores are counted as won; then a network that gives every image the "
        "same score would be perfect": lambda s, p: (s[p][:, None] >= s[~p][None, :]).mean(),
        "You compare with a threshold of 0.5; an AUC compares images with each other":
            lambda s, p: ((s > 0.5) == p).mean(),
        "You compare each positive with *all* images, itself and other positives among them":
            lambda s, p: ((s[p][:, None] > s) + 0.5 * (s[p][:, None] == s)).mean(),
    },
)  # fmt: skip


def _mixes() -> list[tuple]:
    first, second, _ = (case[0] for case in _matrices())
    full = np.array([[60, 10], [6, 14]])
    return [(first, np.array([0.8, 0.15, 0.05])), (full, np.array([0.99, 0.01])),
            (first, np.array([500, 50, 50])), (second[:2, :2], np.array([1, 3]))]  # fmt: skip


def accuracy_in(matrix, shares):
    """Return the accuracy to expect where the classes come in these shares."""
    shares = np.asarray(shares) / np.sum(shares)
    return float((recalls(matrix) * shares).sum())


ACCURACY_IN = ByCases(
    key="1.3",
    title="The same network in another clinic",
    asks="accuracy_in",
    level=3,
    minutes=15,
    right=accuracy_in,
    cases=_mixes,
    wrong={
        "That is the accuracy in the mix of the test set; the other clinic has another mix":
            lambda m, s: m.trace() / m.sum(),
        "That is the balanced accuracy: every class counts the same, whatever the shares are":
            lambda m, s: np.nanmean(recalls(m)),
        "You weigh precisions. Those depend on the mix of classes themselves; a recall does not":
            lambda m, s: (_precisions(m) * s / np.sum(s)).sum(),
        "The shares can come as counts of images, too; make them add up to 1 first":
            lambda m, s: (recalls(m) * s).sum(),
    },
)  # fmt: skip

EXERCISES = (RECALLS, AUC, ACCURACY_IN)
