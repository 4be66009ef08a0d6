"""How often two random crops of a picture show different grades, against the smallest crop."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.errors import UserError
from reproduce.figures.by_seed import numbers_along
from reproduce.figures.inputs import Observation, grouped, with_columns
from reproduce.figures.picture import Picture
from reproduce.figures.style import (
    INK,
    QUIET,
    class_style,
    in_the_look,
    new_figure,
    title,
)
from reproduce.figures.wording import percent

DEFAULT_SCALE = 0.08
_COLUMNS = ("scale", "grade", "images", "pairs", "differ", "changed")
_PANELS = {
    "differ": ("Two crops", "their grades differ"),
    "changed": ("Crop and picture", "their grades differ"),
}

# {grade, None for all: its rows, scales rising}
Curves = dict[int | None, list[Observation]]


def _by_grade(curves: Iterable[Observation]) -> Curves:
    rows = with_columns(curves, _COLUMNS)
    scales = numbers_along((row["scale"] for row in rows), "scale")
    found = {
        grade: sorted(members, key=lambda row: row["scale"])
        for (grade,), members in grouped(rows, ("grade",)).items()
    }
    for grade, members in found.items():
        if [row["scale"] for row in members] != scales:
            raise UserError(
                f"the rows of {_name(grade)} do not have each of the {len(scales)} scales once, "
                "expected the rows of one call of `view_pair_disagreement`"
            )
    order = sorted(found, key=lambda grade: -1 if grade is None else grade)
    return {grade: found[grade] for grade in order}


def _name(grade: int | None) -> str:
    if grade is None:
        return "all pictures"
    return f"grade {grade}"


class ViewPairs(Picture):
    """The share of pairs of crops whose grades differ, and of crops that change their grade.

    Parameters
    ----------
    curves
        rows made by `reproduce.data.generated.crops.view_pair_disagreement`.
    marked
        the scale at which a vertical line stands: the default of the augmentation library, which
        the paper's text leaves as it is.

    Notes
    -----
    Bands are two standard errors over pictures wide on each side. A pair whose crops agree may
    still be wrong about its picture: both may have lost the same lesions. The second panel says
    how often one crop does.
    """

    def __init__(self, curves: Iterable[Observation], marked: float = DEFAULT_SCALE):
        super().__init__()
        self.found, self.marked = _by_grade(curves), marked

    @in_the_look
    def draw(self) -> Figure:
        """Draw both shares against the smallest crop, a line for each grade."""
        marked = self.marked
        figure, axes = new_figure(4.0, 1, 2, sharex=True, sharey=True)
        for axis, (part, (name, below)) in zip(axes[0], _PANELS.items(), strict=True):
            for grade, rows in self.found.items():
                _line(axis, grade, rows, part)
            axis.axvline(marked, color=QUIET, lw=1.2, linestyle=":", zorder=1)
            title(axis, name, below)
            axis.set_xlabel("smallest crop (area)")
        axis = axes[0, 0]
        axis.set_ylabel("share (%)")
        axis.set_ylim(0, None)
        axis.set_xlim(0, 1.02)
        axis.set_xticks([marked, 0.5, 1.0], [f"{marked:g}", "0.5", "1"])
        axis.annotate(
            "default", (marked, 1), xycoords=axis.get_xaxis_transform(),
            xytext=(4, -2), textcoords="offset points", color=QUIET, va="top",
        )  # fmt: skip
        handles, labels = axes[0, 1].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=min(3, len(labels)),
                      columnspacing=1.1, handlelength=1.6, handletextpad=0.5)  # fmt: skip
        return figure

    def message(self) -> str:
        """Say how many pairs of crops disagree at the marked scale."""
        at = _nearest(next(iter(self.found.values())), self.marked)
        return (
            f"{percent(at['differ'], 0)} % of pairs of crops show two different grades where a "
            f"crop may be as small as {at['scale']:g} of the picture."
        )

    def seen(self) -> str:
        """Say what the lines are."""
        return (
            "Share of pairs of random crops whose grades differ, and of crops of another grade "
            "than their picture, against the smallest crop allowed, a line for each grade."
        )

    def reading(self) -> str:
        """Say what bands and the dotted line are."""
        return "Bands: two standard errors over pictures; dotted: the library's default crop."

    def words(self) -> str:
        """Say the shares at the marked scale and above it."""
        sentences = []
        for grade, rows in self.found.items():
            at, half = _nearest(rows, self.marked), _nearest(rows, 0.5)
            said = _name(grade)
            sentences.append(
                f"{said[:1].upper()}{said[1:]} ({at['images']}): the grades of two crops differ in "
                f"{percent(at['differ'])} % of pairs ({percent(half['differ'])} % at a smallest "
                f"crop of {half['scale']:g}); one crop shows another grade than its picture in "
                f"{percent(at['changed'])} % ({percent(half['changed'])} %)."
            )
        at = _nearest(next(iter(self.found.values())), self.marked)
        return (
            f"Random resized crops with a smallest area of {at['scale']:g} to the whole picture, "
            f"lesions counted in each crop; {at['pairs'] // at['images']} pairs of each picture. "
            + " ".join(sentences)
        )


def _nearest(rows: list[Observation], scale: float) -> Observation:
    return min(rows, key=lambda row: abs(row["scale"] - scale))


def _line(axis: Axes, grade: int | None, rows: list[Observation], part: str) -> None:
    scales = [row["scale"] for row in rows]
    shares = 100 * np.array([row[part] for row in rows])
    if grade is None:
        look: dict[str, Any] = {"color": INK, "lw": 3.0, "zorder": 4}
    else:
        style = class_style(grade)
        look = {"color": style.colour, "marker": style.marker, "lw": 1.8, "markersize": 5.5,
                "markeredgecolor": "white", "markeredgewidth": 0.6, "zorder": 3}  # fmt: skip
    axis.plot(scales, shares, label=_name(grade), clip_on=False, **look)
    errors = np.array([row.get(f"{part}_error", np.nan) for row in rows], dtype=float)
    if np.isfinite(errors).all():
        reach = 200 * errors
        axis.fill_between(scales, np.maximum(shares - reach, 0), np.minimum(shares + reach, 100),
                          color=look["color"], alpha=0.16, lw=0)  # fmt: skip
