"""Every score that follows from a confusion matrix, recomputed and compared with the printed one.

Rational scores are computed as fractions, so that a value exactly half way between two printed
numbers is judged right. Where a score divides by zero (precision of a class never predicted) every
convention in use is tried: the class counts as 0, as 1, or is left out of the mean.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import prod, sqrt

from reproduce.audit.outcome import NOT_TESTABLE, Outcome, shown, verdict
from reproduce.audit.printed import Printed, rounding
from reproduce.audit.sums import Matrix, counts
from reproduce.errors import UserError, unknown_name

Counts = Sequence[Sequence[int]]
PER_CLASS = ("precision", "recall", "specificity", "f1", "iou", "support", "predicted")
AVERAGES = ("macro", "weighted")
ALONE = (
    "accuracy", "error", "balanced_accuracy", "g_mean", "macro_g_mean", "g_mean_of_means", "kappa",
    "quadratic_kappa", "mcc", "total",
)  # fmt: skip
UNDEFINED = ("zero", "one", "left out")
# Square roots are computed in floating point; half a step of the last digit is far more.
ROOM = Fraction(1, 10**12)


def score(
    matrix: Matrix,
    metric: str,
    printed: str,
    *,
    average: str | None = None,
    of_class: int | None = None,
    mode: str = "either",
    scale: int | None = None,
) -> Outcome:
    """Does a score recomputed from a confusion matrix of one run print as the paper prints it?

    `metric` is one of `PER_CLASS`, with `of_class` (its row) or an `average` of `AVERAGES`, or one
    of `ALONE`. The macro-F1 has two definitions, the mean of the classes' F1 and the F1 of the mean
    precision and recall; it is inconsistent only if it is neither.
    """
    rows, number = counts(matrix), Printed(printed, scale)
    values = recomputed(rows, metric, average=average, of_class=of_class)
    name = " ".join(filter(None, (average, metric))) + (
        f" of row {of_class + 1}" if of_class is not None else ""
    )
    evidence = {"metric": name, "printed": number.text, "recomputed": values,
                "row_sums": [sum(row) for row in rows]}  # fmt: skip
    assumed = ("rows are the true classes; matrix and score are of the same run", rounding(mode))
    if not values:
        said = f"{name} divides by zero and has no value"
        return Outcome("score", NOT_TESTABLE, said, evidence, assumed)
    low, high = number.interval(mode)
    holds = any(
        number.allows(one, mode) if isinstance(one, Fraction) else low - ROOM <= one <= high + ROOM
        for one in values.values()
    )
    digits = number.digits + 2
    told = " or ".join(f"{shown(v * number.scale, digits)}{_way(way)}" for way, v in values.items())
    said = f"{name}: printed {number.text}, recomputed {told}"
    return Outcome("score", verdict(holds), said, evidence, assumed)


def recomputed(
    rows: Counts, metric: str, *, average: str | None = None, of_class: int | None = None
) -> dict[str, Fraction | float]:
    """Return the values that a score can have, by convention; none where it has no value."""
    if metric in ALONE:
        if average or of_class is not None:
            raise UserError(f"{metric} is one number of the whole matrix: no average, no class")
        found = {"": _alone(rows, metric)}
    elif metric not in PER_CLASS:
        raise unknown_name("score", metric, (*PER_CLASS, *ALONE))
    elif of_class is not None:
        if not 0 <= of_class < len(rows):
            raise UserError(f"of_class: expected 0 to {len(rows) - 1}, got {of_class}")
        one = per_class(rows, metric)[of_class]
        found = {"": one} if one is not None else {"zero": Fraction(0), "one": Fraction(1)}
    elif average in AVERAGES:
        found = _averages(rows, metric, average)
    else:
        raise UserError(f"{metric}: expected of_class, or average: {' or '.join(AVERAGES)}")
    return {way: value for way, value in found.items() if value is not None}


def per_class(rows: Counts, metric: str) -> list[Fraction | None]:
    """Return a score of each class, None where it divides by zero."""
    total = sum(map(sum, rows))
    found = []
    for i, row in enumerate(rows):
        hits, truly, predicted = row[i], sum(row), sum(one[i] for one in rows)
        over, under = {
            "precision": (hits, predicted),
            "recall": (hits, truly),
            "specificity": (total - truly - predicted + hits, total - truly),
            "f1": (2 * hits, truly + predicted),
            "iou": (hits, truly + predicted - hits),
            "support": (truly, 1),
            "predicted": (predicted, 1),
        }[metric]
        found.append(Fraction(over, under) if under else None)
    return found


def _averages(rows: Counts, metric: str, average: str) -> dict[str, Fraction | None]:
    weights = [sum(row) if average == "weighted" else 1 for row in rows]
    values = per_class(rows, metric)
    if None not in values:
        found = {"": _mean(values, weights)}
    else:
        found = {way: _mean(_filled(values, way), weights) for way in UNDEFINED}
    if metric == "f1":
        for way in UNDEFINED:
            p, r = (
                _mean(_filled(per_class(rows, one), way), weights)
                for one in ("precision", "recall")
            )
            if p and r:
                found[f"F1 of the means{'' if None not in values else ', ' + way}"] = (
                    2 * p * r / (p + r)
                )
    return found


def _filled(values: Iterable[Fraction | None], way: str) -> list[Fraction | None]:
    instead = {"zero": Fraction(0), "one": Fraction(1), "left out": None}[way]
    return [instead if one is None else one for one in values]


def _mean(values: Sequence[Fraction | None], weights: Sequence[int]) -> Fraction | None:
    kept = [(value, weight) for value, weight in zip(values, weights, strict=True)
            if value is not None]  # fmt: skip
    total = sum(weight for _, weight in kept)
    return sum((v * w for v, w in kept), Fraction(0)) / total if total else None


def _alone(rows: Counts, metric: str) -> Fraction | float | None:
    total = sum(map(sum, rows))
    hits = sum(row[i] for i, row in enumerate(rows))
    if not total:
        return None
    if metric in ("total", "accuracy", "error"):
        return {"total": Fraction(total), "accuracy": Fraction(hits, total),
                "error": Fraction(total - hits, total)}[metric]  # fmt: skip
    if metric in ("kappa", "quadratic_kappa", "mcc"):
        return _agreement(rows, metric, total, hits)
    recalls = [one for one in per_class(rows, "recall") if one is not None]
    if metric == "balanced_accuracy":
        return sum(recalls) / len(recalls)
    if metric == "g_mean":
        return float(prod(recalls)) ** (1 / len(recalls))
    specificities = per_class(rows, "specificity")
    both = [(s, p) for s, p in zip(per_class(rows, "recall"), specificities, strict=True)
            if s is not None and p is not None]  # fmt: skip
    if not both:
        return None
    if metric == "macro_g_mean":
        return sum(sqrt(s * p) for s, p in both) / len(both)
    return sqrt(sum(s for s, _ in both) * sum(p for _, p in both)) / len(both)


def _agreement(rows: Counts, metric: str, total: int, hits: int) -> Fraction | float | None:
    truly = [sum(row) for row in rows]
    predicted = [sum(row[i] for row in rows) for i in range(len(rows))]
    by_chance = sum(t * p for t, p in zip(truly, predicted, strict=True))
    if metric == "kappa":
        under = total**2 - by_chance
        return Fraction(hits * total - by_chance, under) if under else None
    if metric == "mcc":
        under = (total**2 - sum(p * p for p in predicted)) * (total**2 - sum(t * t for t in truly))
        return (hits * total - by_chance) / sqrt(under) if under else None
    classes = range(len(rows))
    seen = sum((i - j) ** 2 * rows[i][j] for i in classes for j in classes)
    expected = sum((i - j) ** 2 * truly[i] * predicted[j] for i in classes for j in classes)
    return 1 - Fraction(seen * total, expected) if expected else None


def _way(way: str) -> str:
    if way in UNDEFINED:
        told = "is left out" if way == "left out" else f"counts {('0', '1')[way == 'one']}"
        return f" (a class where it divides by zero {told})"
    return f" ({way})" if way else ""
