"""Where printed scores and rates lie, and where the ones they belong to allow them to lie.

Rows that can hold are drawn beside those that cannot.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FormatStrFormatter, MaxNLocator

from reproduce.audit.outcome import Outcome
from reproduce.errors import UserError
from reproduce.figures.inputs import not_empty
from reproduce.figures.picture import Picture
from reproduce.figures.style import BLUE, INK, QUIET, REGION, in_the_look, new_figure, panels, title
from reproduce.figures.wording import plural
from reproduce.pages.audit import OUTSIDE

_ALLOWED = REGION
# From so many rows on, names stand in a column beside the picture, each with a line to its point.
CROWDED = 6
# How many sizes the words list; the picture shows all.
MENTIONED = 6
# Marker, colour and words of what can hold and what cannot.
KINDS = {
    False: ("o", BLUE, "can hold"),
    True: ("X", OUTSIDE, "cannot hold as printed"),
}


class F1Region(Picture):
    """Printed F1 scores against the largest that the same row's precision and recall allow.

    The shaded half holds every (precision, recall, F1) that some data set can have: a mean of
    harmonic means is at most the harmonic mean of the means.

    Parameters
    ----------
    outcomes
        {row: outcome of `reproduce.audit.f1_bound.macro_f1_bound`}.
    scale
        100 if the scores are printed in percent.
    """

    def __init__(self, outcomes: Mapping[str, Outcome], scale: int = 1):
        super().__init__()
        self.outcomes, self.rows = outcomes, _rows(outcomes, scale)

    @in_the_look
    def draw(self) -> Figure:
        """Draw a point for each row."""
        rows = self.rows
        crowded = len(rows) >= CROWDED
        figure, axes = new_figure(4.0 if crowded else 4.8)
        axis = axes[0, 0]
        ends = [end for row in rows for end in (row.allowed, row.printed)]
        room = 0.12 * (max(ends) - min(ends)) + 1e-3
        # More below, where the word "possible" stands.
        low, high = min(ends) - 1.5 * room, max(ends) + room
        axis.fill_between([low, high], low, [low, high], color=_ALLOWED, lw=0, zorder=0)
        axis.plot([low, high], [low, high], color=QUIET, lw=1.2)
        _scores(axis, rows, gap=(0.08 if crowded else 0.055) * (high - low), edge=high)
        axis.set_xlim(low, high)
        axis.set_ylim(low, high)
        axis.set_aspect("equal")
        for side in (axis.xaxis, axis.yaxis):
            side.set_major_locator(MaxNLocator(5))
            side.set_major_formatter(FormatStrFormatter("%.2f"))
        axis.set_xlabel("largest F1 that precision and recall allow")
        axis.set_ylabel("F1 as printed")
        axis.text(0.98, 0.03, "possible", transform=axis.transAxes, ha="right", color=QUIET)
        axis.text(0.04, 0.93, "impossible", transform=axis.transAxes, color=QUIET)
        figure.legend(handles=_keys(rows), loc="outside lower center", ncols=2)
        return figure

    def message(self) -> str:
        """Say how many rows cannot hold as printed."""
        outside = sum(row.outside for row in self.rows)
        if not outside:
            return f"Each of {plural(len(self.rows), 'printed F1')} can hold."
        return (
            f"{outside} of {plural(len(self.rows), 'printed F1')} cannot hold: larger than the "
            "same row's precision and recall allow."
        )

    def seen(self) -> str:
        """Say what the points are."""
        return (
            "Printed F1 of each row against the largest F1 that its precision and recall allow; "
            "the possible half is shaded."
        )

    def words(self) -> str:
        """Say what is printed and what is possible."""
        return " ".join(
            f"{name}: printed F1 {one.evidence['f1']}, at most {float(one.evidence['high']):.5f} "
            f"possible{', outside' if one.status == 'inconsistent' else ''}."
            for name, one in self.outcomes.items()
        )


class _Row(NamedTuple):
    """A row as it is drawn: in fractions, without the rounding that the check allows for."""

    name: str
    allowed: float
    printed: float
    outside: bool


def _rows(outcomes: Mapping[str, Outcome], scale: int) -> list[_Row]:
    not_empty("rows with precision, recall and F1", outcomes)
    rows = [
        _Row(
            name,
            float(one.evidence["harmonic_mean_as_printed"]),
            float(one.evidence["f1"]) / scale,
            one.status == "inconsistent",
        )
        for name, one in outcomes.items()
    ]
    for row in rows:
        if row.printed > 1:
            raise UserError(
                f"the F1 of '{row.name}' is {row.printed:g}, expected at most 1; pass scale=100 "
                "for scores in percent"
            )
    return rows


def _scores(axis: Axes, rows: Sequence[_Row], gap: float, edge: float) -> None:
    """Draw the rows; names stand at least a gap apart, those of possible rows in their half."""
    lowest = float("inf")
    for row in sorted(rows, key=lambda row: -row.printed):
        marker, colour, _ = KINDS[row.outside]
        axis.plot(row.allowed, row.printed, marker, color=colour, markersize=8, zorder=3)
        if row.outside:
            place, side = (row.allowed - gap / 2, row.printed + gap / 2), "right"
        elif len(rows) < CROWDED:
            lowest = min(row.printed - gap / 2, lowest - gap)
            place, side = (row.allowed + gap / 2, lowest), "left"
        else:
            lowest = min(row.printed, lowest - gap)
            place, side = (edge + gap, lowest), "left"
            ends = (row.allowed, place[0] - gap / 4), (row.printed, lowest)
            axis.plot(*ends, color=QUIET, lw=0.7, clip_on=False, zorder=2)
        axis.text(*place, row.name, ha=side, va="center", color=INK)


def _keys(rows: Sequence[_Row]) -> list[Line2D]:
    """Return the legend: only what is drawn."""
    return [
        Line2D([], [], marker=marker, color=colour, ls="", markersize=8, label=text)
        for outside, (marker, colour, text) in KINDS.items()
        if any(row.outside is outside for row in rows)
    ]


class ImpliedSizes(Picture):
    """Which class sizes the rates of each table can come from, and the size that is stated.

    Parameters
    ----------
    sizes
        {table: {class: every size that gives the printed rates}}.
    stated
        {class: the size that is stated}; drawn as a line.

    Notes
    -----
    The size nearest to the stated one is written beside its mark.
    """

    def __init__(self, sizes: Mapping[str, Mapping[str, Sequence[int]]], stated: Mapping[str, int]):
        super().__init__()
        not_empty("tables with rates", sizes)
        self.sizes, self.stated = sizes, stated

    @in_the_look
    def draw(self) -> Figure:
        """Draw a panel for each class, a row of marks for each table."""
        sizes = self.sizes
        figure, axes = panels(len(self.stated), 0.5 * len(sizes) + 1.0, columns=1, sharex=True)
        for axis, (name, wanted) in zip(axes, self.stated.items(), strict=True):
            axis.axvline(wanted, color=INK, lw=1.6, ls=(0, (4, 2)))
            for height, of_class in enumerate(reversed(sizes.values())):
                _possible(axis, height, list(of_class.get(name, ())), wanted)
            axis.set_yticks(range(len(sizes)), list(reversed(sizes)))
            axis.set_ylim(-0.5, len(sizes) - 0.3)
            axis.tick_params(axis="y", length=0)
            axis.margins(x=0.08)
            title(axis, f"{name}: {plural(wanted, 'image')} stated (dashed)")
        axes[-1].set_xlabel("class sizes that give exactly the printed rates")
        return figure

    def message(self) -> str:
        """Say how many stated sizes can have given the printed rates."""
        cells = [
            wanted in of_class.get(name, ())
            for name, wanted in self.stated.items()
            for of_class in self.sizes.values()
        ]
        return (
            f"{sum(not one for one in cells)} of {len(cells)} pairs of a table and a class have "
            "rates that the stated class size cannot give."
        )

    def seen(self) -> str:
        """Say what the marks are."""
        return (
            "The class sizes that give exactly the printed rates of each table, a panel for each "
            "class; the stated size is a dashed line."
        )

    def reading(self) -> str:
        """Say which numbers are written."""
        return "Written: the possible size nearest to the stated one."

    def words(self) -> str:
        """Say the sizes nearest to the stated one."""
        return " ".join(
            f"{table}, {name}: {_listed(of_class.get(name, ()), wanted)} (stated: {wanted})."
            for name, wanted in self.stated.items()
            for table, of_class in self.sizes.items()
        )


def _possible(axis: Axes, height: int, possible: Sequence[int], wanted: int) -> None:
    """Draw the sizes that one table allows a class."""
    marker, colour, _ = KINDS[wanted not in possible]
    axis.plot(possible, [height] * len(possible), marker, color=colour, ms=8)
    for size in _nearest(possible, wanted, 1):
        axis.annotate(
            str(size), (size, height), xytext=(0, 7), textcoords="offset points",
            ha="center", bbox={"fc": "white", "ec": "none", "pad": 0.4},
        )  # fmt: skip
    if not possible:
        axis.text(wanted, height, "  none", va="center", color=OUTSIDE)


def _nearest(possible: Sequence[int], wanted: int, count: int) -> list[int]:
    return sorted(sorted(possible, key=lambda size: abs(size - wanted))[:count])


def _listed(possible: Sequence[int], wanted: int) -> str:
    shown = _nearest(possible, wanted, MENTIONED)
    more = len(possible) - len(shown)
    return (", ".join(map(str, shown)) or "no size") + (f" and {more} more" if more else "")
