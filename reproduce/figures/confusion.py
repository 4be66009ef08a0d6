"""Confusion matrices as small multiples, and the same per class as a table."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from reproduce.errors import UserError, unknown_name
from reproduce.evaluation.per_class import in_minority
from reproduce.figures import confusion_panels
from reproduce.figures.inputs import not_empty, square
from reproduce.figures.picture import Picture
from reproduce.figures.style import in_the_look
from reproduce.figures.table import Table
from reproduce.figures.wording import (
    MISSING,
    as_subject,
    in_sentence,
    method_label,
    percent,
    plural,
)

PER_CLASS = ("recall", "precision", "f1")


def row_shares(matrix: np.ndarray) -> np.ndarray:
    """Return each row divided by its sum; NaN where a class has no test image."""
    totals = matrix.sum(axis=1, keepdims=True)
    return np.divide(matrix, totals, out=np.full_like(matrix, np.nan), where=totals > 0)


class Confusion(Picture):
    """Confusion matrices, classes by their training images, frequent against rare beside each.

    Parameters
    ----------
    matrices
        {method: counts [C, C]}, rows the true and columns the predicted classes, in the order of
        `class_names`.
    class_names
        names of the classes.
    counts
        training images of each class; the classes are ordered by them, the rare ones (fewer than
        the average class) last and marked. Left out, or all equal, the order stays and none is
        rare.
    drawn
        which draw of rare classes this is ("seed 0"): another draw has other rare classes, so
        draws are not summed.
    lost
        {method: what each repeat sends from rare to frequent classes}. Given, the message tells the
        means, and not what one draw happens to show.
    printed
        whether a paper prints these counts: cells then hold them as they are printed.

    Notes
    -----
    Cells are percents of their row, and written where classes are few; a cell below half a percent
    stays empty, so that the mistakes stand out; a class without a test image is hatched.
    """

    kind = "confusion"

    def __init__(
        self,
        matrices: Mapping[str, Any],
        class_names: Sequence[str],
        counts: Sequence[int] | None = None,
        *,
        drawn: str = "",
        lost: Mapping[str, Sequence[float]] | None = None,
        printed: bool = False,
    ):
        super().__init__()
        checked = _checked(matrices, class_names)
        self.order, self.rare = by_frequency(counts, len(class_names))
        self.matrices = {
            name: matrix[np.ix_(self.order, self.order)] for name, matrix in checked.items()
        }
        self.shares = {name: row_shares(matrix) for name, matrix in self.matrices.items()}
        self.class_names = [str(class_names[place]) for place in self.order]
        self.counts = None if counts is None else [int(counts[place]) for place in self.order]
        self.drawn, self.lost, self.printed = drawn, lost or {}, printed

    @property
    def frequent(self) -> int:
        """Return how many classes are frequent: the first ones."""
        return int((~self.rare).sum())

    def groups(self, name: str) -> np.ndarray:
        """Return the shares [true, predicted] of frequent and rare classes, in that order."""
        cut = [self.frequent]
        rows = [part.sum(axis=0) for part in np.split(self.matrices[name], cut)]
        return row_shares(np.array([[part.sum() for part in np.split(row, cut)] for row in rows]))

    @in_the_look
    def draw(self) -> Figure:
        """Draw a panel for each method, and the two groups beside it."""
        return confusion_panels.drawn(self)

    def message(self) -> str:
        """Say how often rare images go to frequent classes, where most and where least."""
        if not self.rare.any():
            return ""
        repeats = max(map(len, self.lost.values()), default=1)
        each = self.lost or {name: [self.groups(name)[1, 0]] for name in self.matrices}
        lost = {name: float(np.mean(shares)) for name, shares in each.items()}
        lost = {name: share for name, share in lost.items() if np.isfinite(share)}
        if not lost:
            return ""
        most, least = (pick(lost, key=lost.__getitem__) for pick in (max, min))
        drawn = f"drawn: {self.drawn}" if repeats > 1 else self.drawn
        there = "; ".join(filter(None, [f"means of {repeats} repeats" * (repeats > 1), drawn]))
        there = f" ({there})" if there else ""
        said = f"{as_subject(most)} sends {percent(lost[most], 0)} % of the rare classes' images "
        said += "to frequent classes"
        if lost[most] - lost[least] >= 0.005:
            said += f", {in_sentence(least)} {percent(lost[least], 0)} %"
        return f"{said}{there}."

    def seen(self) -> str:
        """Say what the panels are."""
        order = "from the most frequent class to the rarest" if self.rare.any() else ""
        order = f", {order}" if order else ""
        return (
            f"{'Printed confusion' if self.printed else 'Confusion'} matrices of "
            f"{plural(len(self.matrices), 'method')}: rows are true, columns "
            f"predicted classes{order}."
        )

    def reading(self) -> str:
        """Say what marks the rare classes, and what the small matrix is."""
        empty = (
            "Cells are numbers of images, as printed; the colour is their share of the row. "
            if self.printed
            else "Cells are percents of their row; below 0.5 they stay empty. "
        )
        if not self.rare.any():
            return empty.strip()
        return (
            f"{empty}Rare classes are orange, below the line. Beside: where the images of frequent "
            "(F) and rare (R) classes went, in percent."
        )

    def words(self) -> str:
        """Say each method's recall per class, and what goes from rare to frequent classes."""
        sentences = []
        for name, shares in self.shares.items():
            each = ", ".join(
                f"{label} {percent(recall)}"
                for label, recall in zip(self.class_names, np.diag(shares), strict=True)
            )
            lost = ""
            if self.rare.any():
                groups = self.groups(name)
                lost = (
                    f"; of images of rare classes {percent(groups[1, 0])} called a frequent class, "
                    f"of frequent ones {percent(groups[0, 1])} a rare one"
                )
            sentences.append(
                f"{method_label(name)}: recall in percent by class: {each}; mean "
                f"{percent(np.nanmean(np.diag(shares)))}{lost}."
            )
        return " ".join(sentences)


def lost_share(matrix: np.ndarray, counts: Sequence[int]) -> float:
    """Return which share of the rare classes' test images goes to frequent classes; NaN if none."""
    rare = in_minority(counts)
    rows = np.asarray(matrix)[rare]
    total = rows.sum()
    return float(rows[:, ~rare].sum() / total) if total else float("nan")


def by_frequency(counts: Sequence[int] | None, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the classes from the most frequent to the rarest, and which of them are rare."""
    if counts is None:
        return np.arange(classes), np.zeros(classes, dtype=bool)
    counts = np.asarray(counts)
    if counts.shape != (classes,):
        raise UserError(
            f"training counts have shape {counts.shape}, expected ({classes},): one for each class"
        )
    order = np.argsort(-counts, kind="stable")
    return order, in_minority(counts)[order]


def _checked(matrices: Mapping[str, Any], class_names: Sequence[str]) -> dict[str, np.ndarray]:
    not_empty("confusion matrices", matrices)
    return {name: square(name, matrix, class_names) for name, matrix in matrices.items()}


def per_class(matrix: np.ndarray, metric: str) -> np.ndarray:
    """Return recall, precision or F1 of each class; NaN where its denominator is zero."""
    if metric not in PER_CLASS:
        raise unknown_name("per-class metric", metric, PER_CLASS)
    hits, true, predicted = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    numerator, denominator = {
        "recall": (hits, true),
        "precision": (hits, predicted),
        "f1": (2 * hits, true + predicted),
    }[metric]
    return np.divide(numerator, denominator, out=np.full(len(hits), np.nan), where=denominator > 0)


def per_class_table(
    matrices: Mapping[str, Any],
    class_names: Sequence[str],
    *,
    provenance: str,
    metric: str = "recall",
    training_counts: Sequence[int] | None = None,
    repeats: int = 1,
) -> Table:
    """Return one row per class and one column per method, in percent.

    `training_counts` adds how many training images each class had, which is what most differences
    between rows come from. The test images are counted from the first matrix; over how many
    `repeats` on the same images the matrices are summed, they are not counted again.
    """
    checked = _checked(matrices, class_names)
    columns = ["Class", "Test images"]
    tested = next(iter(checked.values())).sum(axis=1) / repeats
    rows = [[str(name), f"{n:g}"] for name, n in zip(class_names, tested, strict=True)]
    if training_counts is not None:
        columns.insert(1, "Training images")
        for row, count in zip(rows, training_counts, strict=True):
            row.insert(1, str(int(count)))
    for name, matrix in checked.items():
        columns.append(method_label(name))
        for row, value in zip(rows, per_class(matrix, metric), strict=True):
            row.append(percent(value) if np.isfinite(value) else MISSING)
    caption = f"{'F1' if metric == 'f1' else metric.capitalize()} per class, in percent"
    return Table(caption, columns, rows, provenance=provenance, numeric_from=1)
