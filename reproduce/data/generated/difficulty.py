"""How hard a generated set is, how noisy its labels are, and the best score anyone can reach.

An image is drawn from what it shows (how many lesions; how far between two classes), and its
label is drawn given that, with noise near the threshold. The noise is known, so the probability
of each class given what the image shows is known, and with it the best possible score: that of
somebody who reads from the image without error what it shows, and knows the noise and the prior.
No classifier can do better on average; a finite test set may flatter one by its standard error.
"""

from dataclasses import dataclass

import numpy as np

from reproduce.errors import unknown_name

LEVELS = ("easy", "medium", "hard")


@dataclass(frozen=True)
class Level:
    """What a level of difficulty changes.

    Parameters
    ----------
    label_noise
        width of the zone around a threshold in which labels are noisy.
    contrast
        how strongly what matters stands out.
    confusion
        how much there is of what looks alike but does not matter, and how much classes vary.
    nuisance
        how much tone, lighting and device vary.
    """

    label_noise: float
    contrast: float
    confusion: float
    nuisance: float


def level(levels: dict[str, Level], name: str) -> Level:
    """Return a level by its name."""
    if name not in levels:
        raise unknown_name("difficulty", name, levels)
    return levels[name]


def flip_probability(distance: np.ndarray, width: float) -> np.ndarray:
    """Return how likely a label falls on the other side of a threshold.

    One half at the threshold, falling in a straight line to 0 at `width` from it.
    """
    return 0.5 * np.clip(1 - np.abs(distance) / max(width, 1e-12), 0, 1)


def best_scores(shown_given_class: np.ndarray, prior) -> dict[str, float]:
    """Return the best possible accuracy at a prior, and the best possible balanced accuracy.

    Parameters
    ----------
    shown_given_class
        P(what is shown | class) over all that an image can show, [states, C]; columns sum to 1.
    prior
        share of each class, [C].
    """
    table = np.asarray(shown_given_class, np.float64)
    prior = np.asarray(prior, np.float64) / np.sum(prior)
    return {
        "accuracy": float((table * prior).max(axis=1).sum()),
        "balanced_accuracy": float(table.max(axis=1).sum() / table.shape[1]),
    }


# ---- classes that shade into one another -------------------------------------------------------

STEPS = 64


@dataclass(frozen=True)
class Between:
    """Classes as places on a graph; an image lies on an edge, between two of them.

    `partners[y]` says how often an image labelled y lies on the edge to each other class. The
    image lies at t steps (0 to 1/2, even) from the nearer end, which is y unless the label is
    noisy: then it is the other end, with `flip_probability(1/2 - t, width)`.
    """

    partners: tuple[dict[int, float], ...]

    @property
    def classes(self) -> int:
        """Return how many classes there are."""
        return len(self.partners)

    def draw(self, labels: np.ndarray, width: float, rng: np.random.Generator):
        """Return nearer class, farther class and t of each image, given their labels."""
        table = np.zeros((self.classes, self.classes))
        for of_class, others in enumerate(self.partners):
            for other, share in others.items():
                table[of_class, other] = share
        limits = np.cumsum(table, axis=1)
        at = rng.random(len(labels))[:, None] * limits[labels, -1:]
        partner = np.minimum((at >= limits[labels]).sum(axis=1), self.classes - 1)
        step = rng.integers(0, STEPS, len(labels))
        t = (step + 0.5) / (2 * STEPS)
        flipped = rng.random(len(labels)) < flip_probability(0.5 - t, width)
        nearer = np.where(flipped, partner, labels)
        farther = np.where(flipped, labels, partner)
        return nearer, farther, t.astype(np.float32)

    def likelihood(self, nearer, farther, t, width: float) -> np.ndarray:
        """Return P(edge, t | class) for each image, [n, C].

        A class that is its own partner stands alone: nothing is mistaken for it.
        """
        rows = np.arange(len(t))
        flip = flip_probability(0.5 - np.asarray(t, np.float64), width)
        share = np.zeros((self.classes, self.classes))
        for of_class, others in enumerate(self.partners):
            for other, value in others.items():
                share[of_class, other] = value
        result = np.zeros((len(t), self.classes))
        result[rows, nearer] += share[nearer, farther] * (1 - flip) / STEPS
        result[rows, farther] += share[farther, nearer] * flip / STEPS
        return result

    def table(self, width: float) -> np.ndarray:
        """Return P(what is shown | class) over all edges and steps, [states, C]."""
        t = (np.arange(STEPS) + 0.5) / (2 * STEPS)
        rows = []
        for nearer in range(self.classes):
            for farther in self.partners[nearer]:
                ends = np.full(STEPS, nearer), np.full(STEPS, farther)
                rows.append(self.likelihood(*ends, t, width))
        return np.concatenate(rows)
