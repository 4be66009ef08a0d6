"""Means over folds or test sets of different sizes, and several classes with a mean recall.

Accuracy, recall and specificity of a set are whole numbers over its images. Sets of one size can be
counted together, so a mean over ten folds of two sizes has four unknown whole numbers.
"""

from collections.abc import Mapping, Sequence
from math import ceil, floor

import numpy as np

from reproduce.audit.outcome import CONSISTENT, INCONSISTENT, NOT_TESTABLE, Outcome
from reproduce.audit.possible.whole_solutions import TooManyChoices, solution
from reproduce.audit.printed import Printed, rounding
from reproduce.errors import UserError

OF_SETS = ("accuracy", "error", "recall", "specificity", "balanced_accuracy")


def mean_over_sets(
    printed: Mapping[str, str],
    sets: Sequence[tuple[int, int, int]],
    *,
    mode: str = "either",
    scales: Mapping[str, int] | None = None,
) -> Outcome:
    """Can the scores of each fold or test set, averaged, print so?

    `sets` lists (how many, positives, negatives). Of the printed scores those of `OF_SETS` are
    used, which are whole numbers over the images of a set.
    """
    cells = {
        name: Printed(text, (scales or {}).get(name)) for name, text in printed.items()
        if name in OF_SETS
    }  # fmt: skip
    if not cells or not sets or any(min(one) < 1 for one in sets):
        raise UserError(
            f"mean_over_sets: expected one of {', '.join(OF_SETS)}, and sets with their sizes"
        )
    k = sum(times for times, _, _ in sets)
    told = ", ".join(f"{name.replace('_', ' ')} {one.text}" for name, one in cells.items())
    sizes = ", ".join(f"{times} of {p} + {n}" for times, p, n in sets)
    evidence: dict = {"printed": {name: one.text for name, one in cells.items()},
                "sets": [list(one) for one in sets]}  # fmt: skip
    assumed = (f"the plain mean over {k} sets of images: {sizes}", rounding(mode))
    limits = [times * p for times, p, _ in sets] + [times * n for times, _, n in sets]
    rows, low, high = [], [], []
    for name, one in cells.items():
        weights, at_most = _weights(name, sets, k)
        least, most = (float(end) for end in one.interval(mode))
        if at_most is not None:  # an error is 1 less what is right
            least, most = at_most - most, at_most - least
        rows.append(weights)
        low.append(least)
        high.append(most)
    check = "mean_over_sets"
    try:
        found = solution(limits, np.array(rows), np.array(low), np.array(high))
    except TooManyChoices:
        said = f"{told}: too many counts of {k} sets to search"
        return Outcome(check, NOT_TESTABLE, said, evidence, assumed)
    if found is None:
        said = f"no counts of {k} sets of images ({sizes}) have the means {told}"
        return Outcome(check, INCONSISTENT, said, evidence, assumed)
    evidence["true_positives"], evidence["true_negatives"] = found[: len(sets)], found[len(sets) :]
    said = f"{told} are possible as means over {k} sets of images ({sizes})"
    return Outcome(check, CONSISTENT, said, evidence, assumed)


def _weights(name: str, sets, k: int) -> tuple[list[float], float | None]:
    """Return the weight of every true positive and true negative in a mean score."""
    recall = [1 / (k * p) for _, p, _ in sets]
    specificity = [1 / (k * n) for _, _, n in sets]
    zero = [0.0] * len(sets)
    if name == "recall":
        return recall + zero, None
    if name == "specificity":
        return zero + specificity, None
    if name == "balanced_accuracy":
        return [one / 2 for one in recall + specificity], None
    right = [1 / (k * (p + n)) for _, p, n in sets] * 2
    return right, 1.0 if name == "error" else None


def recalls_and_hits(
    accuracy: str,
    macro_recall: str,
    supports: Sequence[int],
    *,
    runs: int = 1,
    mode: str = "either",
    accuracy_scale: int | None = None,
    recall_scale: int | None = None,
) -> Outcome:
    """Are there hits of every class with this accuracy and this mean recall at once?

    Both are sums of the same whole numbers, in one run or over several on the same images.
    """
    if len(supports) < 2 or min(supports) < 1 or runs < 1:
        raise UserError("recalls_and_hits: expected the sizes (1 or more) of two classes or more")
    whole, mean = Printed(accuracy, accuracy_scale), Printed(macro_recall, recall_scale)
    total, classes = sum(supports) * runs, len(supports)
    # Classes of one size count together; the largest last, whose hits are then solved for.
    groups = {n: list(supports).count(n) for n in sorted(supports)}
    evidence: dict = {"accuracy": whole.text, "macro_recall": mean.text, "sizes": list(supports)}
    assumed = (f"classes of {', '.join(map(str, supports))} images, {runs} "
               f"run{'s' if runs > 1 else ''}", rounding(mode))  # fmt: skip
    told = f"accuracy {whole.text} and mean recall {mean.text}"
    least, most = whole.interval(mode)
    hits = (max(0, ceil(least * total)), min(total, floor(most * total)))
    low, high = (float(end) for end in mean.interval(mode))
    weights = np.array([[1.0] * len(groups), [1 / (runs * classes * n) for n in groups]])
    check = "recalls_and_hits"
    try:
        found = hits[0] <= hits[1] and solution(
            [runs * n * times for n, times in groups.items()], weights,
            np.array([hits[0], low]), np.array([hits[1], high]),
        )  # fmt: skip
    except TooManyChoices:
        said = f"{told}: too many counts of {classes} classes to search"
        return Outcome(check, NOT_TESTABLE, said, evidence, assumed)
    if not found:
        said = f"no hits of classes of {', '.join(map(str, supports))} images have {told} at once"
        return Outcome(check, INCONSISTENT, said, evidence, assumed)
    evidence["hits_by_class_size"] = dict(zip(groups, found, strict=True))
    said = f"{told} are possible together: {sum(found)} of {total} images right"
    return Outcome(check, CONSISTENT, said, evidence, assumed)


def fold_sizes(n: int, folds: int) -> list[tuple[int, int]]:
    """Return (how many, images) of folds that are as equal as n images allow."""
    if folds < 2 or n < folds:
        raise UserError(f"expected at least 2 folds, and as many images; got {folds} of {n}")
    base, more = divmod(n, folds)
    return [pair for pair in ((more, base + 1), (folds - more, base)) if pair[0]]


def stratified(positives: int, negatives: int, folds: int) -> list[list[tuple[int, int, int]]]:
    """Return every set of folds that is as equal as can be in both classes.

    The folds with one positive more and those with one negative more may coincide in any number.
    """
    if folds < 2 or min(positives, negatives) < folds:
        return []
    (p, more_p), (n, more_n) = divmod(positives, folds), divmod(negatives, folds)
    found = []
    for both in range(max(0, more_p + more_n - folds), min(more_p, more_n) + 1):
        sets = [(both, p + 1, n + 1), (more_p - both, p + 1, n), (more_n - both, p, n + 1),
                (folds - more_p - more_n + both, p, n)]  # fmt: skip
        found.append([one for one in sets if one[0]])
    return found


def mean_of_sizes(
    printed: str,
    sizes: Sequence[tuple[int, int]],
    *,
    mode: str = "either",
    scale: int | None = None,
) -> Outcome:
    """Can a share of the images of each fold, averaged over folds of these sizes, print so?

    `sizes` lists (how many, images).
    """
    number = Printed(printed, scale)
    k = sum(times for times, _ in sizes)
    low, high = (float(end) for end in number.interval(mode))
    told = ", ".join(f"{times} of {n}" for times, n in sizes)
    assumed = (f"the plain mean over {k} folds: {told} images", rounding(mode))
    evidence: dict = {"printed": number.text, "sizes": [list(one) for one in sizes]}
    weights = np.array([[1 / (k * n) for _, n in sizes]])
    try:
        found = solution([times * n for times, n in sizes], weights, np.array([low]),
                         np.array([high]))  # fmt: skip
    except TooManyChoices:
        said = f"{number.text}: too many counts to search"
        return Outcome("mean_of_sizes", NOT_TESTABLE, said, evidence, assumed)
    if found is None:
        said = f"{number.text} is no mean of shares over {k} folds ({told} images)"
        return Outcome("mean_of_sizes", INCONSISTENT, said, evidence, assumed)
    evidence["right"] = found
    if float(number.unit) * k * min(n for _, n in sizes) >= 1 or len(sizes) > 2:
        said = f"{number.text} is printed too coarsely to test on these folds"
        return Outcome("mean_of_sizes", NOT_TESTABLE, said, evidence, assumed)
    said = f"{number.text} can be the mean of shares over {k} folds ({told} images)"
    return Outcome("mean_of_sizes", CONSISTENT, said, evidence, assumed)
