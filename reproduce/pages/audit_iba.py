"""IBA and G-mean of one row: which way of averaging over classes can have given both."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from reproduce.audit.outcome import Outcome
from reproduce.figures.inputs import not_empty
from reproduce.figures.picture import Picture
from reproduce.figures.style import INK, QUIET, REGION, class_style, in_the_look, new_figure
from reproduce.figures.wording import plural
from reproduce.pages.audit import OUTSIDE
from reproduce.pages.audit_regions import KINDS

# Rounding of the printed values moves a row by less.
_NEAR = 0.005


class _Point(NamedTuple):
    g_mean: float
    intercept: float


def _points(groups: Mapping[str, Mapping[str, Outcome]], scale: int) -> dict[str, list[_Point]]:
    not_empty("rows with IBA and G-mean", groups)
    return {
        name: [
            _Point(float(one.evidence["g_mean"]) / scale, float(np.mean(one.evidence["intercept"])))
            for one in outcomes.values()
        ]
        for name, outcomes in groups.items()
    }


class IbaRegion(Picture):
    """The IBA at alpha 0 that each row's printed values lead to, against its G-mean.

    On the lower curve lie rows whose recalls and specificities were averaged first; the shaded
    region between the curves is that of averages over each class's own value.

    Parameters
    ----------
    groups
        {data set: {row: outcome of `reproduce.audit.iba.intercept_against_g_mean`}}.
    scale
        100 if the numbers are printed in percent.
    """

    def __init__(self, groups: Mapping[str, Mapping[str, Outcome]], scale: int = 1):
        super().__init__()
        self.points = _points(groups, scale)

    @in_the_look
    def draw(self) -> Figure:
        """Draw the rows between both curves."""
        every = [one for of_group in self.points.values() for one in of_group]
        low = min(one.g_mean for one in every) - 0.04
        high = max(one.g_mean for one in every) + 0.04
        figure, axes = new_figure(4.6)
        axis = axes[0, 0]
        x = np.linspace(low, high, 100)
        axis.fill_between(x, x**2, x, color=REGION, lw=0, zorder=0)
        axis.plot(x, x**2, color=OUTSIDE, lw=1.6)
        axis.plot(x, x, color=QUIET, lw=1.2)
        for index, (name, of_group) in enumerate(self.points.items()):
            axis.plot(
                [one.g_mean for one in of_group], [one.intercept for one in of_group],
                class_style(index).marker, ls="", ms=7, color=KINDS[False][1] if index else INK,
                mfc="none" if index else INK, mew=1.6, label=name,
            )  # fmt: skip
        axis.annotate(
            "averaged first: G²", (x[70], x[70] ** 2), xytext=(12, -14),
            textcoords="offset points", color=OUTSIDE,
        )  # fmt: skip
        axis.annotate(
            "upper bound: G", (x[55], x[55]), xytext=(-8, 6), textcoords="offset points",
            color=QUIET, ha="right",
        )  # fmt: skip
        axis.set_xlim(low, high)
        axis.set_xlabel("G-mean as printed")
        axis.set_ylabel("IBA at alpha 0, from the printed line")
        axis.legend(loc="upper left")
        return figure

    def message(self) -> str:
        """Say how far the rows lie from the curve of values averaged first."""
        above = [
            one.intercept - one.g_mean**2 for of_group in self.points.values() for one in of_group
        ]
        on = sum(abs(gap) < _NEAR for gap in above)
        return (
            f"{on} of {plural(len(above), 'row')} lie on the curve of averaging first; "
            f"{sum(gap >= _NEAR for gap in above)} lie above it, by at most {max(above):.3f}."
        )

    def seen(self) -> str:
        """Say what the points are."""
        return (
            "IBA at alpha 0 that each printed row leads to, against its G-mean, between the curve "
            "of values averaged first and the bound."
        )

    def words(self) -> str:
        """Say by how much the intercepts exceed the squared G-means."""
        said = []
        for name, of_group in self.points.items():
            above = [one.intercept - one.g_mean**2 for one in of_group]
            between = f"{min(above):.4f} to {max(above):.4f}"
            rows = plural(len(above), "row")
            said.append(f"{name}: in {rows} the intercept is {between} above the squared G-mean.")
        return " ".join(said)
