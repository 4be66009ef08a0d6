"""Module 3: priors, the focal loss, and whether probabilities can be believed."""

import numpy as np
import torch
from torch.nn import functional

from reproduce.course.exercise import ByCases


def _probabilities() -> list[tuple]:
    random = np.random.default_rng(3)
    drawn = random.dirichlet([1, 1, 1, 1], 6)
    return [
        (np.array([[0.9, 0.1], [0.6, 0.4]]), np.array([90, 10])),
        (np.array([[0.5, 0.3, 0.2]]), np.array([500, 400, 100])),
        (drawn, np.array([100, 100, 10, 2])),
    ]


def balanced(probabilities, counts):
    """Return the probabilities there would be if every class were as frequent."""
    scores = probabilities / (counts / counts.sum())
    return scores / scores.sum(1, keepdims=True)


def _multiplied(p, n):
    scores = p * n / n.sum()
    return scores / scores.sum(1, keepdims=True)


def _softened(p, n):
    scores = p / np.sqrt(n / n.sum())
    return scores / scores.sum(1, keepdims=True)


BALANCED = ByCases(
    key="3.1",
    title="Probabilities for another mix of classes",
    asks="balanced",
    level=1,
    minutes=8,
    right=balanced,
    cases=_probabilities,
    wrong={
        "You multiply by the prior, which makes the frequent classes even likelier": _multiplied,
        "The scores are right, but each row has to add up to 1 again to be probabilities":
            lambda p, n: p / (n / n.sum()),
        "You make the *columns* add up to 1; an image's probabilities stand in a row":
            lambda p, n: (s := p / n) / s.sum(0),
        "You take the root of the shares: that is half of the way":  _softened,
        "These are the probabilities as they were": lambda p, n: p,
    },
)  # fmt: skip


def _logits() -> list[tuple]:
    random = torch.Generator().manual_seed(4)
    drawn, labels = torch.randn(12, 5, generator=random), torch.arange(12) % 5
    return [(drawn, labels, 2.0), (3 * drawn, labels, 0.5), (drawn[:3], labels[:3], 0.0)]


def focal(logits, labels, gamma):
    """Return the mean of (1 - p) ** gamma times the cross-entropy."""
    p = functional.softmax(logits, 1)[torch.arange(len(labels)), labels]
    return ((1 - p) ** gamma * -p.log()).mean()


def _focal(of_p):
    def mistaken(logits, labels, gamma):
        p = functional.softmax(logits, 1)[torch.arange(len(labels)), labels]
        return of_p(p, gamma)

    return mistaken


FOCAL = ByCases(
    key="3.2",
    title="The focal loss",
    asks="focal",
    level=2,
    minutes=12,
    right=focal,
    cases=_logits,
    wrong={
        "You turn down what is classified *badly*; it is easy images that shall count less":
            _focal(lambda p, g: (p**g * -p.log()).mean()),
        "That is the sum over the batch; expected is the mean":
            _focal(lambda p, g: ((1 - p) ** g * -p.log()).sum()),
        "The factor is there, the cross-entropy is not: where is the logarithm?":
            _focal(lambda p, g: ((1 - p) ** g).mean()),
        "The sign is wrong: a loss becomes smaller as p rises":
            _focal(lambda p, g: ((1 - p) ** g * p.log()).mean()),
        "You multiply two means; each image's own factor belongs to its own cross-entropy":
            _focal(lambda p, g: ((1 - p) ** g).mean() * -p.log().mean()),
    },
)  # fmt: skip


def _stated() -> list[tuple]:
    random = np.random.default_rng(6)
    confidence = random.uniform(0.35, 0.99, 200)
    return [
        (np.array([0.95, 0.91, 0.32, 0.36]), np.array([1, 0, 1, 0]), 10),
        (confidence, (random.random(200) < confidence**2).astype(int), 10),
        (confidence, (random.random(200) < 0.9).astype(int), 5),
    ]


def _bins(confidence, right, bins):
    """Return confidence less share that is right, and the images, of every bin with an image."""
    place = np.clip(np.ceil(confidence * bins), 1, bins)
    found = [place == number for number in range(1, bins + 1)]
    return [(confidence[b].mean() - right[b].mean(), b.sum()) for b in found if b.any()]


def calibration_error(confidence, right, bins):
    """Return the mean distance of confidence and accuracy over bins, weighted by images."""
    return sum(abs(gap) * n for gap, n in _bins(confidence, right, bins)) / len(right)


CALIBRATION = ByCases(
    key="3.3",
    title="The expected calibration error",
    asks="calibration_error",
    level=3,
    minutes=18,
    right=calibration_error,
    cases=_stated,
    wrong={
        "Every bin counts the same; one of a single image weighs as much as one of a hundred":
            lambda c, r, b: np.mean([abs(gap) for gap, _ in _bins(c, r, b)]),
        "Being too sure in one bin is paid for by being too modest in another; take the distance "
        "within each bin": lambda c, r, b: sum(gap * n for gap, n in _bins(c, r, b)) / len(r),
        "There is one bin only: that is the distance of two overall means":
            lambda c, r, b: abs(c.mean() - r.mean()),
        "That is the distance of each single image; an image is right or wrong, never 80 % right":
            lambda c, r, b: np.abs(c - r).mean(),
        "That is the worst bin; expected is the mean":
            lambda c, r, b: max(abs(gap) for gap, _ in _bins(c, r, b)),
    },
)  # fmt: skip

EXERCISES = (BALANCED, FOCAL, CALIBRATION)
