"""A metric along a factor: a line for each method with its name at the end, in panels or in one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.errors import unknown_name
from reproduce.figures.by_seed import Values, alike, by_seed, span
from reproduce.figures.factor import Factor
from reproduce.figures.inputs import Observation
from reproduce.figures.line_ends import line_name, name_the_ends
from reproduce.figures.picture import Picture
from reproduce.figures.style import MethodStyle, in_the_look, method_style, new_figure, panels
from reproduce.figures.wording import (
    mean_and_sd,
    mean_and_spread,
    method_label,
    metric_digits,
    metric_label,
    percent,
    plural,
)

SPREADS = {"range": "lowest to highest seed", "sd": "± 1 sd"}
_FILLED_UP_TO = 4

Seeds = Mapping[Any, float]
# {what runs along the axis: {seed: value}}
Line = Mapping[Any, Seeds]


class Lines(Picture):
    """A metric along a factor, a line for each method.

    Parameters
    ----------
    rows
        observations; a factor that is not named here must be the same in all of them.
    metric
        what is drawn, in percent; all panels have one scale.
    along
        the factor of the axis.
    line
        the column whose values have a line each.
    panel
        the factor that panels stand for; None draws one panel.
    spread
        "range" (lowest to highest seed), "sd" or None. A band; upright bars where there are more
        than four lines, whose bands would cover each other.
    dots
        whether every seed is a dot.
    inches
        about how high a panel is; follows from the names at the ends where left out.

    Notes
    -----
    Methods that agree in every value, as an AUC before and after thresholding does, share a line
    that has both names. Where there is one panel and a single value of the factor, each method has
    a row. A paper that writes its axis, its lines or its sentences in another way overrides
    `style`, `label`, `end`, `message`, `reading`, `opening`, `said` and `ending`.
    """

    # How far apart the dots of the first and the fifth line stand, as a share of a step.
    aside = 0.3

    def __init__(
        self,
        rows: Iterable[Observation],
        metric: str,
        along: Factor,
        *,
        line: str = "method",
        panel: Factor | None = None,
        spread: str | None = "sd",
        dots: bool = False,
        inches: float | None = None,
    ):
        super().__init__(rows)
        if spread is not None and spread not in SPREADS:
            raise unknown_name("spread", spread, SPREADS)
        self.metric, self.along, self.panel = metric, along, panel
        self.spread, self.dots = spread, dots
        values = by_seed(self.sources, metric, (line, along.name, *([panel.name] if panel else [])))
        self.places = along.values(place for _, place, *_ in values)
        there = panel.values(rest[0] for _, _, *rest in values) if panel else [None]
        self.found: dict[Any, dict[Any, Line]] = {
            where: self._of_panel(values, (where,) if panel else ()) for where in there
        }
        self.kin = alike(values)
        self.seeds = [len(seeds) for seeds in values.values()]
        names = 0.22 * sum(2 + len(each) // 2 for each in self.kin.values())
        self.inches = inches or max(3.3 if dots else 2.3, names)

    def _of_panel(self, values: Values, where: tuple) -> dict[Any, Line]:
        """Return the lines of a panel, places in their order."""
        lines = {
            line: {
                place: values[line, place, *where]
                for place in self.places
                if (line, place, *where) in values
            }
            for line in dict.fromkeys(line for line, *_ in values)
        }
        return {line: points for line, points in lines.items() if points}

    # -- what a paper may write in another way ---------------------------------------------------

    def style(self, line: Any) -> MethodStyle:
        """Return how a line is drawn."""
        return method_style(line)

    def label(self, line: Any) -> str:
        """Return a line's name in a sentence."""
        return method_label(line)

    def end(self, lines: Sequence[Any]) -> str:
        """Return what is written at the end of a line that belongs to these, which are alike."""
        return line_name(lines)

    def message(self) -> str:
        """Say which line ends highest and which lowest, in the first panel."""
        where, lines = next(iter(self.found.items()))
        place = self.places[-1]
        ends = {
            line: self._mean(values, place) for line, values in lines.items() if place in values
        }
        if not ends:
            return ""
        best, worst = (pick(ends, key=ends.__getitem__) for pick in (max, min))
        label, digits = metric_label(self.metric).partition(" (")[0], metric_digits(self.metric)
        at = self.along.said(place) + (f", {self.panel.said(where)}" if self.panel else "")
        seeds = "one seed" if set(self.seeds) == {1} else f"means of {span(self.seeds)} seeds"
        high, low = (percent(ends[line], digits) for line in (best, worst))
        if high == low:
            many = "both methods" if len(ends) == 2 else "every method"
            return f"{label} at {at}: {high} % for {many} ({seeds})."
        return (
            f"{label} at {at}: from {low} % ({self.label(worst)}) to {high} % "
            f"({self.label(best)}); {seeds}."
        )

    @staticmethod
    def _mean(values: Line, place: Any) -> float:
        return mean_and_sd(list(values[place].values()))[0]

    def seen(self) -> str:
        """Say what runs along the axes."""
        panels = len(self.found)
        several = f", a panel for each of {panels} values" if self.panel and panels > 1 else ""
        along = self.along.words or self.along.name
        return (
            f"{metric_label(self.metric)} in percent against {along}, "
            f"a line for each of {plural(len(self.kin), 'method')}{several}."
        )

    def reading(self) -> str:
        """Say what line, band and dots are, and how many seeds there were."""
        if self._one_row_each():
            return self._known("Mark", "bar")
        return self._known("Line", "band" if self._filled() else "bars")

    def _one_row_each(self) -> bool:
        return len(self.places) == 1 and self.panel is None

    def opening(self) -> str:
        """Return the sentence before those of the lines."""
        label = f"{metric_label(self.metric)} in percent"
        if self.spread == "range":
            most = plural(max(self.seeds), "seed")
            return f"{label}, mean of {most} at most and {SPREADS['range']}."
        return f"{label}, mean ± sd."

    def said(self, place: Any, seeds: Seeds) -> str:
        """Return one point of a line in words."""
        digits, values = metric_digits(self.metric), list(seeds.values())
        where = self.along.said(place)
        if self.spread == "range":
            low, high = percent(min(values), digits), percent(max(values), digits)
            return f"{percent(mean_and_sd(values)[0], digits)} ({low} to {high}) at {where}"
        counted = plural(len(values), "seed")
        return f"{mean_and_spread(values, digits)} at {where} ({counted})"

    def ending(self, values: Line) -> str:
        """Return what is said of a line after its points."""
        return ""

    # -- both faces ------------------------------------------------------------------------------

    def words(self) -> str:
        """Say every point of every line."""
        sentences = [self.opening()]
        for where, lines in self.found.items():
            at = f" at {self.panel.said(where)}" if self.panel else ""
            for line, values in lines.items():
                each = ", ".join(self.said(place, seeds) for place, seeds in values.items())
                sentences.append(f"{self.label(line)}{at}: {each}{self.ending(values)}.")
        return " ".join(sentences)

    @in_the_look
    def draw(self) -> Figure:
        """Draw the lines, or a row for each where the factor has a single value."""
        if self._one_row_each():
            return self._rows()
        ticks = [self.along.tick(place) for place in self.places]
        below = 0.65 + 0.25 * any("\n" in tick for tick in ticks)
        figure, axes = panels(len(self.found), self.inches + below, 1, sharex=True, sharey=True)
        for axis, (where, lines) in zip(axes, self.found.items(), strict=True):
            self.draw_panel(axis, lines)
            if self.along.scale == "log":
                axis.set_xscale("log")
            axis.set_xticks(list(self.along.places(self.places).values()), ticks)
            axis.minorticks_off()
            axis.grid(False, axis="x")
            axis.set_ylabel(f"{metric_label(self.metric).partition(' (')[0]} (%)")
            if self.panel:
                axis.set_title(self.panel.said(where))
        axes[-1].set_xlabel(self.along.label())
        for axis, lines in zip(axes, self.found.values(), strict=True):
            self._name(axis, lines)
        return figure

    def draw_panel(self, axis: Axes, lines: Mapping[Any, Line]) -> None:
        """Draw the lines of one panel, moved a little aside where they would hide each other."""
        aside = self.aside if self.dots else 0.0 if self._filled() else 0.14
        for turn, line in enumerate(self.kin):
            if line in lines:
                shift = aside * (turn - (len(self.kin) - 1) / 2) / max(len(self.kin) - 1, 4)
                self._line(axis, line, lines[line], self.along.places(self.places, shift))

    def _known(self, mean: str, spread: str) -> str:
        said = [f"{mean}: mean"]
        said += [f"{spread}: {SPREADS[self.spread]}"] if self.spread else []
        said += ["dots: seeds"] if self.dots else []
        return f"{'; '.join(said)} (n = {span(self.seeds)})."

    def _filled(self) -> bool:
        return len(self.kin) <= _FILLED_UP_TO

    def _ends(self, seeds: Seeds) -> tuple[float, float, float]:
        """Return the mean and the ends of the spread, in percent."""
        values = list(seeds.values())
        mean, sd = mean_and_sd(values)
        low, high = mean - (sd or 0), mean + (sd or 0)
        if self.spread == "range":
            low, high = min(values), max(values)
        return 100 * mean, 100 * low, 100 * high

    def _line(self, axis: Axes, line: Any, values: Line, places: Mapping[Any, float]) -> None:
        style, x = self.style(line), np.array([places[place] for place in values])
        mean, low, high = np.array([self._ends(seeds) for seeds in values.values()]).T
        axis.plot(x, mean, color=style.colour, linestyle=style.line, marker=style.marker,
                  markeredgecolor="white", markeredgewidth=0.8, zorder=3,
                  markersize=8.5 if self.dots else 7.5, label=self.label(line))  # fmt: skip
        if self.spread and self._filled() and len(x) > 1:
            axis.fill_between(x, low, high, color=style.colour, alpha=0.14, lw=0)
        elif self.spread:
            axis.vlines(x, low, high, color=style.colour, lw=1.5, alpha=0.8)
        for place, seeds in zip(x, values.values(), strict=True):
            if self.dots:
                axis.scatter([place] * len(seeds), 100 * np.array(list(seeds.values())), s=14,
                             color=style.colour, alpha=0.6, linewidths=0, zorder=3)  # fmt: skip

    def _name(self, axis: Axes, lines: Mapping[Any, Line]) -> None:
        """Write the names at the last values."""
        here = {self.end(names): line for line, names in self.kin.items() if line in lines}
        ends = {
            name: 100 * mean_and_sd(list([*lines[line].values()][-1].values()))[0]
            for name, line in here.items()
        }
        colours = {name: self.style(line).colour for name, line in here.items()}
        name_the_ends(axis, ends, colours, self.inches)

    def _rows(self) -> Figure:
        """Draw a row for each method, for a single value of the factor."""
        (lines,), (place,) = self.found.values(), self.places
        figure, axes = new_figure(1.5 + 0.42 * len(lines))
        axis = axes[0, 0]
        for row, (line, values) in enumerate(lines.items()):
            style, (mean, low, high) = self.style(line), self._ends(values[place])
            if self.spread:
                axis.hlines(row, low, high, color=style.colour, lw=2.2)
            axis.plot(mean, row, marker=style.marker, color=style.colour, ms=9,
                      markeredgecolor="white", label=self.label(line))  # fmt: skip
            if self.dots:
                seeds = 100 * np.array(list(values[place].values()))
                axis.scatter(seeds, [row + 0.26] * len(seeds), s=16, color=style.colour, alpha=0.7,
                             linewidths=0)  # fmt: skip
        axis.set_yticks(range(len(lines)), [self.label(line) for line in lines])
        axis.set_ylim(len(lines) - 0.4, -0.6)
        axis.tick_params(axis="y", length=0)
        axis.set_xlabel(f"{metric_label(self.metric)} (%)")
        axis.set_title(self.along.said(place), fontweight="normal")
        return figure
