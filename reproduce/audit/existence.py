"""Is there any confusion matrix of whole numbers that gives all jointly printed scores?

Two classes: an exact search through every matrix of the given class sizes. Several classes: a
search through hits and false alarms of every class, which is exact too, because a matrix with given
hits, misses m_c and false alarms f_c (the misses and the false alarms being equally many, w in all)
exists if and only if m_c + f_c <= w for every class: only another class's image can be a false
alarm. (Hall's condition for the transport of misses to false alarms off the diagonal.)

"Inconsistent" means that the search was complete and found none.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor

import numpy as np

from reproduce.audit.binary import LINEAR, SCORES, exact_values, values
from reproduce.audit.outcome import CONSISTENT, INCONSISTENT, NOT_TESTABLE, Outcome
from reproduce.audit.printed import Printed, overlap, rounding
from reproduce.errors import UserError, unknown_name

# Pairs (true positives, true negatives) looked at in one call, and sums of several classes.
MOST_PAIRS = 40_000_000
MOST_SUMS = 3_000_000
# Floating point is let off so much; what is left is decided in fractions.
ROOM = 1e-9


class _GaveUp(Exception):
    """The search would take too long."""


def binary_matrix(
    printed: Mapping[str, str],
    positives: int,
    negatives: int,
    *,
    runs: int = 1,
    mode: str = "either",
    scales: Mapping[str, int] | None = None,
) -> Outcome:
    """Is there a two-class confusion matrix with these class sizes and all these scores?

    `printed` maps names of `reproduce.audit.binary.SCORES` to printed numbers, `scales` names to
    100 for percentages. With `runs` above one the scores are means over runs on the same images:
    then only accuracy, recall, specificity and their plain means are whole numbers over the images
    of all runs; the others are left out, and the outcome says so.
    """
    cells = _cells(printed, scales)
    if positives < 1 or negatives < 1 or runs < 1:
        raise UserError(
            f"expected class sizes and runs of at least 1, got {positives}, {negatives}, {runs}"
        )
    used = {name: one for name, one in cells.items() if runs == 1 or name in LINEAR}
    left_out = sorted(set(cells) - set(used))
    assumed = (f"{positives} positive and {negatives} negative images in the test set",
               f"{runs} run{'s' if runs > 1 else ''}", rounding(mode),
               *((f"left out, as no sum of runs: {', '.join(left_out)}",) if left_out else ()),
               )  # fmt: skip
    evidence = {"printed": {name: one.text for name, one in cells.items()},
                "positives": positives, "negatives": negatives, "runs": runs}  # fmt: skip
    p, n = positives * runs, negatives * runs
    told = ", ".join(f"{name} {one.text}" for name, one in used.items())
    if not used or _pairs(used, p, n, mode) > MOST_PAIRS:
        said = "no score that runs can be summed of" if not used else f"{told}: too many to search"
        return Outcome("binary_matrix", NOT_TESTABLE, said, evidence, assumed)
    found = _binary_search(used, p, n, mode)
    if found is None:
        said = f"no confusion matrix of {p} positives and {n} negatives has {told}"
        return Outcome("binary_matrix", INCONSISTENT, said, evidence, assumed)
    tp, tn = found
    evidence["matrix"] = [[tn, n - tn], [p - tp, tp]]
    said = f"{tp} of {p} positives and {tn} of {n} negatives right give {told}"
    return Outcome("binary_matrix", CONSISTENT, said, evidence, assumed)


def binary_matrix_of_size(
    printed: Mapping[str, str],
    total: int,
    *,
    mode: str = "either",
    scales: Mapping[str, int] | None = None,
) -> Outcome:
    """Is there a two-class confusion matrix of so many images with all these scores?

    Whatever the sizes of the two classes are; one run.
    """
    cells = _cells(printed, scales)
    if total < 2:
        raise UserError(f"total: expected at least 2 images, got {total}")
    evidence = {"printed": {name: one.text for name, one in cells.items()}, "total": total}
    assumed = (f"{total} test images, both classes present, one run", rounding(mode))
    told = ", ".join(f"{name} {one.text}" for name, one in cells.items())
    if sum(_pairs(cells, p, total - p, mode) for p in range(1, total)) > MOST_PAIRS:
        said = f"{told}: too many matrices of {total} images to search"
        return Outcome("binary_matrix_of_size", NOT_TESTABLE, said, evidence, assumed)
    for p in range(1, total):
        found = _binary_search(cells, p, total - p, mode)
        if found is not None:
            tp, tn = found
            evidence["matrix"] = [[tn, total - p - tn], [p - tp, tp]]
            said = f"{tp} of {p} positives and {tn} of {total - p} negatives right give {told}"
            return Outcome("binary_matrix_of_size", CONSISTENT, said, evidence, assumed)
    said = f"no two-class confusion matrix of {total} images has {told}"
    return Outcome("binary_matrix_of_size", INCONSISTENT, said, evidence, assumed)


def matrix_of_classes(
    rows: Sequence[Mapping[str, str]],
    supports: Sequence[int],
    *,
    accuracy: str | None = None,
    mode: str = "either",
    scale: int | None = None,
    accuracy_scale: int | None = None,
) -> Outcome:
    """Is there a confusion matrix of several classes with these scores of each class?

    `rows` maps "precision", "recall", "f1" to printed numbers, one mapping per class, in the order
    of `supports` (class sizes). One run.
    """
    if len(rows) != len(supports) or len(rows) < 2 or min(supports, default=0) < 1:
        raise UserError(
            "expected the printed scores and the size (1 or more) of at least 2 classes"
        )
    total = sum(supports)
    cells = [_cells(row, dict.fromkeys(row, scale), ("precision", "recall", "f1")) for row in rows]
    whole = Printed(accuracy, accuracy_scale) if accuracy is not None else None
    evidence = {"printed": [{k: v.text for k, v in row.items()} for row in cells],
                "supports": supports, "accuracy": whole.text if whole else None}  # fmt: skip
    assumed = ("one run; every test image has one true and one predicted class", rounding(mode))
    options = [_of_class(row, n, total, mode) for row, n in zip(cells, supports, strict=True)]
    said_of = f"{len(rows)} classes of {', '.join(map(str, supports))} images"
    for i, found in enumerate(options):
        if not found:
            said = (
                f"class {i + 1}: no hits and false alarms of {supports[i]} images give "
                + ", ".join(f"{name} {one.text}" for name, one in cells[i].items())
            )
            evidence["class"] = i
            return Outcome("matrix_of_classes", INCONSISTENT, said, evidence, assumed)
    low, high = whole.interval(mode) if whole else (Fraction(0), Fraction(1))
    hits = range(max(0, ceil(low * total)), min(total, floor(high * total)) + 1)
    try:
        found = _matrix(options, supports, _narrowed(options, hits))
    except _GaveUp:
        said = f"{said_of}: too many combinations to search"
        return Outcome("matrix_of_classes", NOT_TESTABLE, said, evidence, assumed)
    if found:
        evidence["hits_and_false_alarms"] = found
        said = f"{said_of}: {sum(tp for tp, _ in found)} hits in all give every printed score"
        return Outcome("matrix_of_classes", CONSISTENT, said, evidence, assumed)
    said = f"no confusion matrix of {said_of} gives all printed scores" + (
        f" and the accuracy {whole.text}" if whole else ""
    )
    return Outcome("matrix_of_classes", INCONSISTENT, said, evidence, assumed)


def _binary_search(cells, p: int, n: int, mode: str) -> tuple[int, int] | None:
    """Return (true positives, true negatives) of a matrix with all scores, or None."""
    ends = {name: one.interval(mode) for name, one in cells.items()}
    tp_first, tp_last = _ends(ends.get("recall"), p)
    tn_first, tn_last = _ends(ends.get("specificity"), n)
    tp, tn = np.arange(tp_first, tp_last + 1)[:, None], np.arange(tn_first, tn_last + 1)[None]
    if "accuracy" in ends or "error" in ends:
        low, high = ends.get("accuracy") or tuple(1 - end for end in ends["error"][::-1])
        offsets = np.arange(ceil(low * (p + n)), floor(high * (p + n)) + 1)[None]
        tn = offsets - tp
        tp = np.broadcast_to(tp, tn.shape)
        inside = (tn >= tn_first) & (tn <= tn_last)
        tp, tn = tp[inside], tn[inside]
    else:
        tp, tn = (one.ravel() for one in np.broadcast_arrays(tp, tn))
    for name, (low, high) in ends.items():
        fits = np.zeros(len(tp), dtype=bool)
        for one in values(name, tp, p, tn, n):
            fits |= (one >= float(low) - ROOM) & (one <= float(high) + ROOM)
        tp, tn = tp[fits], tn[fits]
    for one, other in zip(tp.tolist(), tn.tolist(), strict=True):
        if all(
            any(overlap((value, value), ends[name]) if isinstance(value, Fraction) else True
                for value in exact_values(name, one, p, other, n))
            for name in ends
        ):  # fmt: skip
            return one, other
    return None


def _pairs(cells, p: int, n: int, mode: str) -> int:
    """Return how many pairs a search looks at."""
    ends = {name: one.interval(mode) for name, one in cells.items()}
    first, last = _ends(ends.get("recall"), p)
    width = max(0, last - first + 1)
    for name in ("accuracy", "error"):
        if name in ends:
            return width * (floor((ends[name][1] - ends[name][0]) * (p + n)) + 1)
    first, last = _ends(ends.get("specificity"), n)
    return width * max(0, last - first + 1)


def _ends(interval, n: int) -> tuple[int, int]:
    if interval is None:
        return 0, n
    return max(0, ceil(interval[0] * n)), min(n, floor(interval[1] * n))


def _of_class(cells, support: int, total: int, mode: str) -> list[tuple[int, int]]:
    """Return every (hits, false alarms) of one class that print as its row says."""
    ends = {name: one.interval(mode) for name, one in cells.items()}
    first, last = _ends(ends.get("recall"), support)
    found = []
    for tp in range(first, last + 1):
        # Both scores fall as false alarms are added, so each leaves a range of them.
        least, most = 0, total - support
        if "precision" in ends and tp:
            low, high = ends["precision"]
            least = max(least, ceil(tp / high - tp)) if high > 0 else total
            most = min(most, floor(tp / low - tp)) if low > 0 else most
        if "f1" in ends and tp:
            low, high = ends["f1"]
            least = max(least, ceil(2 * tp / high - tp - support)) if high > 0 else total
            most = min(most, floor(2 * tp / low - tp - support)) if low > 0 else most
        if not tp:
            # F1 is 0. Precision is 0, but of a class never predicted some print 1 or nothing.
            if "f1" in ends and ends["f1"][0] > 0:
                continue
            if "precision" in ends and ends["precision"][0] > 0:
                most = 0
        found += [(tp, fp) for fp in range(least, most + 1)]
    return found


def _narrowed(options, hits: range) -> range:
    low = sum(min(tp for tp, _ in one) for one in options)
    high = sum(max(tp for tp, _ in one) for one in options)
    return range(max(hits.start, low), min(hits.stop, high + 1))


def _matrix(options, supports, hits: range) -> list[tuple[int, int]] | None:
    total = sum(supports)
    return next(
        filter(None, (_combination(options, supports, one, total - one) for one in hits)), None
    )


def _combination(options, supports, right: int, wrong: int) -> list[tuple[int, int]] | None:
    """Choose hits and false alarms of each class that add up, or None."""
    ways: list[dict] = [{(0, 0): None}]
    for found, n in zip(options, supports, strict=True):
        usable = [(tp, fp) for tp, fp in found if n - tp + fp <= wrong]
        if len(ways[-1]) * len(usable) > MOST_SUMS:
            raise _GaveUp
        ways.append({
            (a + tp, b + fp): (tp, fp)
            for a, b in ways[-1] for tp, fp in usable if a + tp <= right and b + fp <= wrong
        })  # fmt: skip
    if (right, wrong) not in ways[-1]:
        return None
    chosen, left = [], (right, wrong)
    for way in reversed(ways[1:]):
        chosen.append(way[left])
        left = (left[0] - way[left][0], left[1] - way[left][1])
    return chosen[::-1]


def _cells(printed, scales, known: Sequence[str] = SCORES) -> dict[str, Printed]:
    if not printed:
        raise UserError(f"expected at least one printed score of: {', '.join(known)}")
    for name in printed:
        if name not in known:
            raise unknown_name("score", name, known)
    return {name: Printed(text, (scales or {}).get(name)) for name, text in printed.items()}
