"""Averages against the rows they are averages of, and the averages that must equal each other."""

from collections.abc import Sequence
from fractions import Fraction

from reproduce.audit.outcome import Outcome, shown, verdict
from reproduce.audit.printed import Printed, count, numbers, overlap, rounding
from reproduce.errors import UserError


def macro_average(
    rows: Sequence[str], printed: str, *, mode: str = "either", scale: int | None = None
) -> Outcome:
    """Can the printed average be the plain mean of the printed rows?

    The rows' own rounding is allowed for: their true mean may be off by as much as their mean
    rounding error. It holds for means over runs as well, since a mean of means is a mean.
    """
    return _average("macro_average", rows, [1] * len(rows), printed, mode, scale,
                    "the plain mean over the rows given")  # fmt: skip


def weighted_average(
    rows: Sequence[str],
    supports: Sequence[str],
    printed: str,
    *,
    mode: str = "either",
    scale: int | None = None,
) -> Outcome:
    """Can the printed average be the mean of the rows, weighted by the printed class sizes?"""
    weights = [count(one) for one in supports]
    if len(weights) != len(rows) or not sum(weights):
        raise UserError(f"expected {len(rows)} class sizes, one per row; got {len(weights)}")
    return _average("weighted_average", rows, weights, printed, mode, scale,
                    "the mean over the rows given, weighted by class size")  # fmt: skip


def some_average(
    rows: Sequence[str], printed: str, *, mode: str = "either", scale: int | None = None
) -> Outcome:
    """Can the printed average be any average of the rows: does it lie between their ends?"""
    cells, number = _cells(rows, scale), Printed(printed, scale)
    low = min(one.interval(mode)[0] for one in cells)
    high = max(one.interval(mode)[1] for one in cells)
    holds = overlap((low, high), number.interval(mode))
    least, most = (pick(cells, key=_exact).text for pick in (min, max))
    said = f"{number.text} is {'' if holds else 'not '}between the rows' {least} and {most}"
    evidence = {"rows": [one.text for one in cells], "printed": number.text}
    assumed = ("an average of the rows given, with whatever weights", rounding(mode))
    return Outcome("some_average", verdict(holds), said, evidence, assumed)


def weighted_recall_is_accuracy(
    weighted_recall: str,
    accuracy: str,
    *,
    mode: str = "either",
    recall_scale: int | None = None,
    accuracy_scale: int | None = None,
) -> Outcome:
    """Are weighted recall and accuracy the same number, as they must be?

    Weighted by class size, the recalls add up to all hits over all images.
    """
    recall, whole = Printed(weighted_recall, recall_scale), Printed(accuracy, accuracy_scale)
    holds = overlap(recall.interval(mode), whole.interval(mode))
    said = f"weighted recall {recall.text} and accuracy {whole.text} must be one number"
    evidence = {"weighted_recall": recall.text, "accuracy": whole.text,
                "difference": recall.exact - whole.exact}  # fmt: skip
    assumed = ("recall is weighted by class size, on the same images and runs", rounding(mode))
    return Outcome("weighted_recall_is_accuracy", verdict(holds), said, evidence, assumed)


def accuracy_of_recalls(
    recalls: Sequence[str],
    accuracy: str,
    *,
    mode: str = "either",
    scale: int | None = None,
    accuracy_scale: int | None = None,
) -> Outcome:
    """Can the accuracy be an average of the classes' recalls, whatever the class sizes?"""
    cells, whole = _cells(recalls, scale), Printed(accuracy, accuracy_scale)
    low = min(one.interval(mode)[0] for one in cells)
    high = max(one.interval(mode)[1] for one in cells)
    holds = overlap((low, high), whole.interval(mode))
    said = (
        f"accuracy {whole.text} must lie between the lowest recall {min(cells, key=_exact).text} "
        f"and the highest {max(cells, key=_exact).text}"
    )
    evidence = {"recalls": [one.text for one in cells], "accuracy": whole.text}
    assumed = ("recalls of all classes, on the same images and runs", rounding(mode))
    return Outcome("accuracy_of_recalls", verdict(holds), said, evidence, assumed)


def accuracy_against_macro_recall(
    accuracy: str,
    macro_recall: str,
    supports: Sequence[str],
    *,
    mode: str = "either",
    accuracy_scale: int | None = None,
    recall_scale: int | None = None,
) -> Outcome:
    """Can this accuracy go with this mean recall, given the class sizes?

    The accuracy is largest, for a given sum of recalls, if the largest classes are recognised
    wholly and the smallest not at all; smallest the other way round.
    """
    whole, mean = Printed(accuracy, accuracy_scale), Printed(macro_recall, recall_scale)
    sizes = sorted((count(one) for one in supports), reverse=True)
    if not sizes or not sum(sizes):
        raise UserError("expected the size of at least one class with images")
    least, most = (max(Fraction(0), min(Fraction(1), end)) for end in mean.interval(mode))
    low, high = _hits(sizes[::-1], least), _hits(sizes, most)
    holds = overlap((low, high), whole.interval(mode)) and overlap(
        (Fraction(0), Fraction(1)), mean.interval(mode)
    )
    said = (
        f"with mean recall {mean.text} and classes of {', '.join(map(str, sizes))} the accuracy "
        f"lies between {shown(low * whole.scale)} and {shown(high * whole.scale)}; "
        f"printed is {whole.text}"
    )
    evidence = {"accuracy": whole.text, "macro_recall": mean.text, "low": low, "high": high}
    assumed = ("the plain mean of all classes' recalls, on the same images", rounding(mode))
    check = "accuracy_against_macro_recall"
    return Outcome(check, verdict(holds), said, evidence, assumed)


def _hits(sizes: Sequence[int], mean: Fraction) -> Fraction:
    """Return the accuracy if the recalls, of this mean, are given to the classes in order."""
    left, hits = mean * len(sizes), Fraction(0)
    for n in sizes:
        recall = min(Fraction(1), left)
        hits, left = hits + recall * n, left - recall
    return hits / sum(sizes)


def _average(check, rows, weights, printed, mode, scale, assumption) -> Outcome:
    cells, number = _cells(rows, scale), Printed(printed, scale)
    ends = [one.interval(mode) for one in cells]
    total = sum(weights)
    low, high, middle = (
        sum((v * w for v, w in zip(values, weights, strict=True)), Fraction(0)) / total
        for values in ([e[0] for e in ends], [e[1] for e in ends], [c.exact for c in cells])
    )
    evidence = {"rows": [one.text for one in cells], "weights": weights, "printed": number.text,
                "average": middle, "low": low, "high": high}  # fmt: skip
    assumed = (assumption, rounding(mode))
    kind = check.replace("_", " ")
    told, least, most = (
        shown(one * number.scale, number.digits + 2) for one in (middle, low, high)
    )
    said = (
        f"the {kind} of {', '.join(one.text for one in cells)} is {told} "
        f"(rounding allows {least} to {most}), printed is {number.text}"
    )
    holds = overlap((low, high), number.interval(mode))
    return Outcome(check, verdict(holds), said, evidence, assumed)


def _cells(rows: Sequence[str], scale: int | None) -> tuple[Printed, ...]:
    cells = numbers(rows, scale)
    if not cells:
        raise UserError("expected at least one row to average, got none")
    return cells


def _exact(number: Printed) -> Fraction:
    return number.exact
