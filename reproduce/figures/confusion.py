"""Confusion matrices as small multiples, and the same per class as a table."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from reproduce.errors import unknown_name
from reproduce.figures.inputs import not_empty, square
from reproduce.figures.picture import Picture
from reproduce.figures.style import SEQUENTIAL, in_the_look, panels, title
from reproduce.figures.table import Table
from reproduce.figures.wording import MISSING, method_label, percent

_WRITTEN_UP_TO = 10
PER_CLASS = ("recall", "precision", "f1")


def row_shares(matrix: np.ndarray) -> np.ndarray:
    """Return each row divided by its sum; NaN where a class has no test image."""
    totals = matrix.sum(axis=1, keepdims=True)
    return np.divide(matrix, totals, out=np.full_like(matrix, np.nan), where=totals > 0)


class Confusion(Picture):
    """One confusion matrix for each method, rows normalised, on one colour scale.

    Parameters
    ----------
    matrices
        {method: counts [C, C]}, rows the true and columns the predicted classes; also the mean
        over seeds.
    class_names
        in the order of rows and columns.
    columns
        panels beside each other.

    Notes
    -----
    Cells hold whole percents of their row for up to ten classes. A cell below half a percent stays
    empty, so that the mistakes stand out; a class without a test image is hatched.
    """

    kind = "confusion"

    def __init__(self, matrices: Mapping[str, Any], class_names: Sequence[str], columns: int = 2):
        super().__init__()
        self.shares = {
            name: row_shares(matrix) for name, matrix in _checked(matrices, class_names).items()
        }
        self.class_names, self.columns = class_names, min(columns, len(self.shares))

    @in_the_look
    def draw(self) -> Figure:
        """Draw a panel for each method."""
        few, columns, names = (
            len(self.class_names) <= _WRITTEN_UP_TO,
            self.columns,
            self.class_names,
        )
        figure, axes = panels(len(self.shares), 3.6 if columns > 1 else 5.2, columns)
        for place, (axis, (name, shares)) in enumerate(zip(axes, self.shares.items(), strict=True)):
            _heatmap(axis, shares, few)
            left, lowest = place % columns == 0, place + columns >= len(self.shares)
            _name_classes(axis, names, left, lowest)
            recall = percent(np.nanmean(np.diag(shares)))
            title(axis, method_label(name), f"mean recall {recall} %")
        figure.set_figheight(figure.get_figheight() + 0.6 + 0.08 * _longest(names))
        bar = figure.colorbar(
            ScalarMappable(Normalize(0, 100), SEQUENTIAL), ax=axes, location="bottom",
            shrink=0.6, aspect=40, pad=0.02,
        )  # fmt: skip
        bar.set_label("percent of the true class" + (" (empty: below 0.5)" if few else ""))
        bar.outline.set_visible(False)
        return figure

    def words(self) -> str:
        """Say each method's recall per class."""
        sentences = []
        for name, shares in self.shares.items():
            each = ", ".join(
                f"{label} {percent(recall)}"
                for label, recall in zip(self.class_names, np.diag(shares), strict=True)
            )
            sentences.append(f"{method_label(name)}: recall in percent by class: {each}.")
        return " ".join(sentences)


def _checked(matrices: Mapping[str, Any], class_names: Sequence[str]) -> dict[str, np.ndarray]:
    not_empty("confusion matrices", matrices)
    return {name: square(name, matrix, class_names) for name, matrix in matrices.items()}


def _heatmap(axis: Axes, shares: np.ndarray, written: bool) -> None:
    """Draw one matrix of row shares."""
    import seaborn

    percents = 100 * shares
    words = [[f"{p:.0f}" if p >= 0.5 else "" for p in row] for row in percents]
    axis.set_facecolor("#f3f3f3")
    seaborn.heatmap(
        percents, ax=axis, vmin=0, vmax=100, cmap=SEQUENTIAL, cbar=False, square=True,
        annot=np.array(words) if written else None, fmt="", annot_kws={"fontsize": 10.5},
        linewidths=0.6 if written else 0, linecolor="#dddddd",
        xticklabels=False, yticklabels=False,
    )  # fmt: skip
    for row in np.flatnonzero(np.isnan(shares).all(axis=1)):
        axis.fill_between([0, len(shares)], row, row + 1, hatch="///", fc="none", ec="#bbbbbb")


def _name_classes(axis: Axes, class_names: Sequence[str], left: bool, lowest: bool) -> None:
    """Write the class names; long ones only at the outer panels, or no room is left to draw."""
    step = -(-len(class_names) // _WRITTEN_UP_TO)
    places = np.arange(0, len(class_names), step)
    names = [textwrap.fill(str(class_names[place]), 14, max_lines=2) for place in places]
    short = _longest(class_names) <= 3
    axis.set_xticks(places + 0.5, names if short or lowest else [""] * len(names))
    axis.set_yticks(places + 0.5, names if short or left else [""] * len(names))
    axis.tick_params(length=0, labelsize=10.5)
    axis.tick_params(axis="x", rotation=0 if short else 90)
    axis.set_xlabel("predicted class" if lowest else "")
    axis.set_ylabel("true class" if left else "")


def _longest(class_names: Sequence[str]) -> int:
    """Return the letters of the longest class name, as far as one line shows them."""
    return max(min(len(str(name)), 14) for name in class_names)


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
