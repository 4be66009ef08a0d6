"""Tables printed from real confusion matrices, in the ways that papers print.

Everything is computed here by plain loops on whole numbers and fractions, never by the package: a
check that disagrees with these tables is wrong.
"""

import math
import random
from dataclasses import dataclass, field
from fractions import Fraction as F

# How numbers are printed, and the modes under which a check must accept them. Programs that round
# in floating point are off by less than a step at a half, so they need a mode that allows both.
PRINTERS = {
    "half_even": ("half_even", "either", "any"),
    "half_up": ("half_up", "either", "any"),
    "truncated": ("truncated", "any"),
    "format": ("either", "any"),
    "floor": ("truncated", "any"),
}


def written(value, digits, printer="half_even", scale=1):
    """Print a number of 0 or more (or a negative one, sign first) with so many digits."""
    if value < 0:
        return "-" + written(-value, digits, printer, scale)
    if printer == "format":
        return f"{float(value) * scale:.{digits}f}"
    if printer == "floor":
        return f"{math.floor(float(value) * scale * 10**digits) / 10**digits:.{digits}f}"
    steps = F(value) * scale * 10**digits
    whole, rest = divmod(steps, 1)
    if printer == "half_up":
        whole += rest >= F(1, 2)
    elif printer == "half_even":
        whole += rest > F(1, 2) or (rest == F(1, 2) and whole % 2 == 1)
    text = str(int(whole)).zfill(digits + 1)
    return f"{text[:-digits]}.{text[-digits:]}" if digits else text


def ratio(over, under):
    return F(over, under) if under else F(0)


def mean(values):
    return sum(values, F(0)) / len(values)


def scores_of(matrix):
    """Return every score of a confusion matrix by plain loops."""
    classes = range(len(matrix))
    total = sum(sum(row) for row in matrix)
    sizes = [sum(matrix[i]) for i in classes]
    predicted = [sum(matrix[i][j] for i in classes) for j in classes]
    hits = [matrix[i][i] for i in classes]
    found = {
        "accuracy": F(sum(hits), total),
        "recall": [ratio(hits[i], sizes[i]) for i in classes],
        "precision": [ratio(hits[i], predicted[i]) for i in classes],
        "f1": [ratio(2 * hits[i], sizes[i] + predicted[i]) for i in classes],
        "specificity": [
            ratio(total - sizes[i] - predicted[i] + hits[i], total - sizes[i]) for i in classes
        ],
        "iou": [ratio(hits[i], sizes[i] + predicted[i] - hits[i]) for i in classes],
        "predicted": predicted,
    }
    for name in ("recall", "precision", "f1"):
        found[f"macro {name}"] = mean(found[name])
        found[f"weighted {name}"] = (
            sum((one * n for one, n in zip(found[name], sizes, strict=True)), F(0)) / total
        )
    both = list(zip(found["recall"], found["specificity"], strict=True))
    found["g of classes"] = [math.sqrt(s * p) for s, p in both]
    found["macro_g_mean"] = sum(found["g of classes"]) / len(both)
    found["g_mean_of_means"] = math.sqrt(mean(found["recall"]) * mean(found["specificity"]))
    found["g_mean"] = math.prod(map(float, found["recall"])) ** (1 / len(both))
    by_chance = sum(n * p for n, p in zip(sizes, predicted, strict=True))
    if by_chance < total**2:
        found["kappa"] = F(sum(hits) * total - by_chance, total**2 - by_chance)
    return found


@dataclass
class Study:
    """One made-up study: several runs on one test set, and how its paper prints."""

    seed: int
    sizes: list = field(default_factory=list)
    matrices: list = field(default_factory=list)

    def __post_init__(self):
        dice = self.dice = random.Random(self.seed)
        classes = dice.choice((2, 2, 3, 4, 5))
        self.sizes = self.sizes or [
            dice.randint(1, dice.choice((12, 60, 200))) for _ in range(classes)
        ]
        self.runs = dice.choice((2, 3, 5))
        self.digits = dice.choice((2, 3, 4))
        self.printer = dice.choice(tuple(PRINTERS))
        self.mode = dice.choice(PRINTERS[self.printer])
        self.scale = dice.choice((1, 100))
        self.matrices = self.matrices or [self._matrix() for _ in range(self.runs)]
        self.total = sum(self.sizes)
        self.scores = [scores_of(one) for one in self.matrices]

    def _matrix(self):
        skill, classes = self.dice.random(), len(self.sizes)
        rows = []
        for i, n in enumerate(self.sizes):
            row = [0] * classes
            for _ in range(n):
                right = self.dice.random() < skill
                row[i if right else self.dice.randrange(classes)] += 1
            rows.append(row)
        return rows

    def print(self, value):
        """Print a score; percentages have two digits less, so the step is the same."""
        digits = self.digits - (2 if self.scale == 100 else 0)
        return written(value, digits, self.printer, self.scale)

    def mean_of(self, name, index=None):
        """Return the mean over runs of a score (of one class)."""
        values = [one[name] if index is None else one[name][index] for one in self.scores]
        return mean(values)

    @property
    def how(self):
        """Return the arguments that tell a check how the numbers were printed."""
        return {"mode": self.mode, "scale": self.scale}

    @property
    def texts(self):
        """Return the first run's confusion matrix as printed."""
        return [[str(cell) for cell in row] for row in self.matrices[0]]

    def row(self, i, run=0):
        """Return a row of the confusion matrix, divided by its sum, as printed."""
        return [self.print(F(cell, self.sizes[i])) for cell in self.matrices[run][i]]

    def spread(self, kind):
        """Return mean and spread of the accuracy over runs, as printed."""
        values = [one["accuracy"] for one in self.scores]
        squares = sum((one - mean(values)) ** 2 for one in values)
        variance = squares / (self.runs - 1 if kind == "sample" else self.runs)
        return f"{self.print(mean(values))} ± {self.print(math.sqrt(variance))}"


def misprint(text, dice):
    """Change one digit of a printed number, not to itself."""
    places = [i for i, letter in enumerate(text) if letter.isdigit()]
    i = dice.choice(places)
    other = dice.choice([digit for digit in "0123456789" if digit != text[i]])
    return text[:i] + other + text[i + 1 :]
