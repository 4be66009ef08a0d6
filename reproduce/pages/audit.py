"""Printed confusion matrices beside the class sizes they should add up to.

A table that adds up is drawn like one that does not: only the frame and the unequal sums differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from reproduce.errors import UserError
from reproduce.figures.confusion_panels import without_common_word
from reproduce.figures.heat import cells
from reproduce.figures.inputs import not_empty, square
from reproduce.figures.picture import Picture
from reproduce.figures.style import (
    INK,
    QUIET,
    WRONG,
    in_the_look,
    panels,
    title,
)
from reproduce.figures.wording import plural

OUTSIDE = WRONG


@dataclass(frozen=True)
class Mend:
    """One cell that would mend a table: its place (row, column) and the count it would need."""

    row: int
    column: int
    needed: int


class FramedConfusion(Picture):
    """Printed confusion matrices with their row sums beside the class sizes they should have.

    Parameters
    ----------
    matrices
        {table: counts [C, C]}, rows the true classes, as printed.
    class_names
        in the order of rows and columns.
    stated
        the size of each class that every table should add up to.
    mends
        {table: the cell that would mend it}; it is framed, with the count it would need beside its
        own.
    columns
        panels beside each other.
    """

    kind = "confusion"

    def __init__(
        self,
        matrices: Mapping[str, Sequence[Sequence[int]]],
        class_names: Sequence[str],
        stated: Sequence[int],
        mends: Mapping[str, Mend] | None = None,
        columns: int = 1,
    ):
        super().__init__()
        self.counts = _checked_counts(matrices, class_names, stated)
        self.class_names, self.stated = class_names, stated
        self.mends, self.columns = mends or {}, columns

    @in_the_look
    def draw(self) -> Figure:
        """Draw a panel for each table."""
        figure, axes = panels(len(self.counts), 3.0, self.columns)
        for place, (axis, (name, counts)) in enumerate(zip(axes, self.counts.items(), strict=True)):
            _counts(axis, counts, self.mends.get(name))
            _sums(axis, counts, self.stated)
            _classes(axis, self.class_names, named=place % self.columns == 0)
            total = int(counts.sum())
            same = "as stated" if total == sum(self.stated) else f"stated {sum(self.stated)}"
            title(axis, name, f"{total} images, {same}")
        return figure

    def message(self) -> str:
        """Say which table does not add up, and which single cell would mend it."""
        wrong = [
            name for name, counts in self.counts.items()
            if not np.array_equal(counts.sum(axis=1), self.stated)
        ]  # fmt: skip
        if not wrong:
            return "The rows of every table add up to the stated class sizes."
        verb = "does" if len(wrong) == 1 else "do"
        said = f"{len(wrong)} of {plural(len(self.counts), 'table')} {verb} not add up"
        mend = self.mends.get(wrong[0])
        if mend is None:
            return f"{said}."
        printed = self.counts[wrong[0]][mend.row, mend.column]
        return f"{said}; “{wrong[0]}” would with {mend.needed} in place of {printed:g}."

    def seen(self) -> str:
        """Say what the panels are."""
        return (
            f"{len(self.counts)} printed confusion matrices with their row sums, a "
            "sum that differs from the stated class size in bold."
        )

    def reading(self) -> str:
        """Say what the frame is."""
        if not self.mends:
            return ""
        return "Framed: the one cell that would mend the table, and the count it would need."

    def words(self) -> str:
        """Say the sums of each table, and which cell would mend it."""
        said = []
        for name, counts in self.counts.items():
            sums = zip(self.class_names, counts.sum(axis=1), self.stated, strict=True)
            rows = ", ".join(
                f"{label} {found:g}" + ("" if found == wanted else f" where {wanted:g} are stated")
                for label, found, wanted in sums
            )
            said.append(f"{name}: {counts.sum():g} images, rows add up to {rows}.")
            mend = self.mends.get(name)
            if mend is not None:
                true, predicted = self.class_names[mend.row], self.class_names[mend.column]
                printed = counts[mend.row, mend.column]
                said.append(
                    f"Framed: {true} predicted as {predicted}, printed {printed:g}, would need "
                    f"{mend.needed}."
                )
        return " ".join(said)


def _checked_counts(
    matrices: Mapping[str, Sequence[Sequence[int]]],
    class_names: Sequence[str],
    stated: Sequence[int],
) -> dict[str, np.ndarray]:
    not_empty("confusion matrices", matrices)
    if len(stated) != len(class_names):
        raise UserError(
            f"{len(stated)} class sizes are stated, expected {len(class_names)}: one for each class"
        )
    return {name: square(name, matrix, class_names) for name, matrix in matrices.items()}


def _counts(axis: Axes, counts: np.ndarray, mend: Mend | None) -> None:
    """Draw the cells, shaded by their share of the row, and frame the one that would mend them."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    words = [[f"{count:g}" for count in row] for row in counts]
    if mend is not None:
        words[mend.row][mend.column] += f"\n→ {mend.needed}"
    cells(axis, shares, words)
    if mend is not None:
        said = axis.texts[mend.row * len(counts) + mend.column]
        ink = OUTSIDE if said.get_color() == INK else said.get_color()
        said.set(fontweight="bold", color=ink)
        corner = (mend.column, mend.row)
        axis.add_patch(Rectangle(corner, 1, 1, fill=False, ec=OUTSIDE, lw=3, zorder=3))


def _sums(axis: Axes, counts: np.ndarray, stated: Sequence[int]) -> None:
    """Write the row sums right of the cells, and the stated size where it is another."""
    edge = len(counts) + 0.2
    axis.text(edge, len(counts) + 0.1, "sum", color=QUIET, va="top")
    for row, (found, wanted) in enumerate(zip(counts.sum(axis=1), stated, strict=True)):
        wrong = found != wanted
        axis.text(
            edge, row + 0.5, f"{found:g}" + (f" ≠ {wanted:g}" if wrong else ""), va="center",
            fontweight="bold" if wrong else "normal", color=OUTSIDE if wrong else INK,
        )  # fmt: skip


def _classes(axis: Axes, class_names: Sequence[str], named: bool) -> None:
    noun, names = without_common_word(class_names)
    places = np.arange(len(names)) + 0.5
    axis.set_xticks(places, names, rotation=90 if max(map(len, names)) > 3 else 0)
    axis.set_yticks(places, names if named else [""] * len(names))
    axis.set_xlim(0, len(names) + 1.8)
    axis.set_ylabel(f"true {noun or 'class'}" if named else "")
    # Under the cells, not under the sums beside them.
    axis.set_xlabel(f"predicted {noun or 'class'}", x=len(names) / (2 * len(names) + 3.6))
    axis.xaxis.label.set_horizontalalignment("center")
    axis.spines[["left", "bottom"]].set_visible(False)
