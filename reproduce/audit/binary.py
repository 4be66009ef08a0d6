"""Scores of two classes as functions of true positives and true negatives, for exact searches."""

from fractions import Fraction

import numpy as np

# Those that are whole numbers over the images of all runs when runs are averaged.
LINEAR = ("accuracy", "error", "recall", "specificity", "balanced_accuracy", "youden")
SCORES = (
    *LINEAR, "precision", "npv", "f1", "macro_precision", "macro_f1", "weighted_precision",
    "weighted_f1", "g_mean", "mcc", "kappa",
)  # fmt: skip


def values(name: str, tp, p: int, tn, n: int) -> list[np.ndarray]:
    """Return a score in floating point for arrays of matrices, once per convention for 0 / 0."""
    tp, tn = np.asarray(tp, dtype=float), np.asarray(tn, dtype=float)
    if name in ("g_mean", "mcc"):
        return _irrational(name, tp, p, tn, n)
    found = []
    with np.errstate(divide="ignore", invalid="ignore"):
        for instead in (0.0, 1.0, None):
            one = _rational(name, tp, p, tn, n, _divide(instead))
            found.append(np.where(np.isfinite(one), one, -np.inf))
    return found


def exact_values(name: str, tp: int, p: int, tn: int, n: int) -> list[Fraction | float]:
    """Return a score of one matrix, once per convention: fractions, floats of square roots."""
    if name in ("g_mean", "mcc"):
        return [float(one) for one in _irrational(name, float(tp), p, float(tn), n)]
    exact = (Fraction(tp), Fraction(p), Fraction(tn), Fraction(n))
    found = [_rational(name, *exact, _divide_exactly(instead)) for instead in (0, 1, None)]
    return [one for one in found if one is not None]


def _rational(name: str, tp, p, tn, n, divide):
    fp, fn, total = n - tn, p - tp, p + n
    if name in ("accuracy", "error"):
        right = divide(tp + tn, total)
        return right if name == "accuracy" else 1 - right
    if name == "kappa":
        by_chance = p * (tp + fp) + n * (tn + fn)
        return divide((tp + tn) * total - by_chance, total * total - by_chance)
    if name in ("balanced_accuracy", "youden"):
        both = divide(tp, p) + divide(tn, n)
        return both / 2 if name == "balanced_accuracy" else both - 1
    positive, negative = {
        "recall": ((tp, p), None), "specificity": (None, (tn, n)),
        "precision": ((tp, tp + fp), None), "npv": (None, (tn, tn + fn)),
        "f1": ((2 * tp, 2 * tp + fp + fn), None),
        "macro_precision": ((tp, tp + fp), (tn, tn + fn)),
        "weighted_precision": ((tp, tp + fp), (tn, tn + fn)),
        "macro_f1": ((2 * tp, 2 * tp + fp + fn), (2 * tn, 2 * tn + fp + fn)),
        "weighted_f1": ((2 * tp, 2 * tp + fp + fn), (2 * tn, 2 * tn + fp + fn)),
    }[name]  # fmt: skip
    weights = (p, n) if name.startswith("weighted") else (1, 1)
    parts = [
        (divide(*pair), w) for pair, w in zip((positive, negative), weights, strict=True) if pair
    ]
    if len(parts) == 1:
        return parts[0][0]
    return _mean(parts)


def _mean(parts):
    """Average, leaving out what has no value (None; nan in arrays)."""
    if any(one is None for one, _ in parts):
        kept = [(one, w) for one, w in parts if one is not None]
        return kept[0][0] if kept else None
    (first, a), (second, b) = parts
    if isinstance(first, Fraction):
        return (first * a + second * b) / (a + b)
    mean = (first * a + second * b) / (a + b)
    return np.where(np.isnan(first), second, np.where(np.isnan(second), first, mean))


def _divide(instead: float | None):
    """Divide arrays; where the divisor is 0 the value is `instead` (None: nan)."""

    def divide(over, under):
        over, under = np.broadcast_arrays(np.asarray(over, float), np.asarray(under, float))
        return np.where(under == 0, np.nan if instead is None else instead, over / under)

    return divide


def _divide_exactly(instead: int | None):
    def divide(over, under):
        if under:
            return Fraction(over) / Fraction(under)
        return None if instead is None else Fraction(instead)

    return divide


def _irrational(name: str, tp, p: int, tn, n: int) -> list:
    if name == "g_mean":
        return [np.sqrt(tp / p * tn / n)]
    fp, fn = n - tn, p - tp
    under = np.sqrt((tp + fp) * (tn + fn) * float(p) * float(n))
    with np.errstate(divide="ignore", invalid="ignore"):
        return [np.where(under == 0, 0.0, (tp * tn - fp * fn) / np.where(under == 0, 1.0, under))]
