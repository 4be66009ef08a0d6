"""The figure of the front page: what each remedy brings where the imbalance is strongest.

Drawn as SVG in the colours of the page around it, so that it is right in the light and in the
dark, sharp everywhere, and stands one panel under the other on a phone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from statistics import fmean, median_low
from typing import Any

from reproduce.book.measured import Measured
from reproduce.evaluation.significance import Effect
from reproduce.figures.by_seed import contains_zero, effect_between, effect_ends, has_interval
from reproduce.figures.wording import method_label, plural, points

PLAIN = "baseline"
# Pixels of a panel: names of rows, the track of the marks, the numbers; a row, and what is above.
NAMES, TRACK, NUMBERS, ROW, HEAD, FOOT = 236, 160, 100, 19, 24, 20
WIDTH = NAMES + TRACK + NUMBERS


@dataclass(frozen=True)
class Panel:
    """A metric of every method: for each seed, in percent; and on resampled test images."""

    metric: str
    title: str
    values: dict[str, dict[int, float]]
    draws: dict[tuple[str, int], Any] = field(default_factory=dict)

    def mean(self, method: str) -> float:
        """Return the mean over seeds."""
        return fmean(self.values[method].values())

    @property
    def sorted(self) -> list[str]:
        """Return the methods, the best first."""
        return sorted(self.values, key=lambda method: (-self.mean(method), method))

    def effect(self, one: str, other: str) -> Effect | None:
        """Return what a method gains over another, with the interval of the verdicts."""
        rows = {
            name: [
                {"method": name, "seed": seed, self.metric: value / 100}
                for seed, value in self.values[name].items()
            ]
            for name in (one, other)
        }
        return effect_between(
            rows[one], rows[other], self.metric,
            lambda row, _: self.draws.get((row["method"], row["seed"])),
        )  # fmt: skip

    @property
    def first(self) -> list[str]:
        """Return the best method, and those that cannot be told apart from it."""
        best, *others = self.sorted
        return [best, *(name for name in others if self._level(best, name))]

    def _level(self, best: str, other: str) -> bool:
        if round(self.mean(best), 6) == round(self.mean(other), 6):
            return True
        effect = self.effect(best, other)
        return effect is not None and has_interval(effect) and contains_zero(effect)


@dataclass(frozen=True)
class Remedies:
    """What every method of a grid reached at its strongest imbalance.

    Attributes
    ----------
    ratio, share
        The largest ratio of the grid, and the middle one of its shares of rare classes.
    panels
        Accuracy, and how well it ranks.
    keys
        The trials it was drawn from.
    """

    ratio: float
    share: float
    panels: tuple[Panel, ...]
    keys: tuple[str, ...]

    @property
    def message(self) -> str:
        """Return what the first panel tells, with its numbers."""
        accuracy = self.panels[0]
        plain, best = accuracy.mean(PLAIN), accuracy.sorted[0]
        said = f"At {self.ratio:,.0f} : 1 a plain network is right {plain:.0f} % of the time"
        if best == PLAIN:
            others = len(accuracy.values) - 1
            return f"{said}; none of {others} remedies does better"
        gain = accuracy.effect(best, PLAIN)
        sure = gain is not None and has_interval(gain)
        ends = f" ({points(gain.mean, 1)} points{effect_ends(gain, 1)})" if gain and sure else ""
        level = [f"{_within(name)} ({accuracy.mean(name):.0f} %)" for name in accuracy.first[1:]]
        also = f"; {' and '.join(level)} cannot be told apart from it" if level else ""
        return (
            f"{said}; with {_within(best)}, {accuracy.mean(best):.0f} %"
            f"{self._unless_all(best)}{ends}{also}"
        )

    def _unless_all(self, best: str) -> str:
        """Say in how many repeats the best is ahead, unless it is so in all of several."""
        ours, theirs = (self.panels[0].values[name] for name in (best, PLAIN))
        both = sorted(set(ours) & set(theirs))
        ahead = sum(ours[seed] > theirs[seed] for seed in both)
        if len(both) == 1:
            return " (one repeat)"
        return "" if ahead == len(both) else f" (ahead in {ahead} of {len(both)} repeats)"

    @property
    def reading(self) -> str:
        """Return how to read it."""
        seeds = max(len(of) for of in self.panels[0].values.values())
        return (
            f"{self.share:.0%} of the classes have {self.ratio:,.0f} times fewer training images "
            f"than the others. Large dots: means over {plural(seeds, 'repeat')}; small dots: "
            "single repeats; dashed line: the plain network; bold: the highest, and what cannot "
            "be told apart from it."
        ).replace("%", " %")

    def alt(self) -> str:
        """Return what is seen, for those who do not see it."""
        return (
            f"Accuracy and ROC AUC, a row of dots for each of {len(self.panels[0].values)} "
            f"methods. {self.message}."
        )

    def svg(self, name: str) -> str:
        """Return the panels side by side, as one piece of HTML of this name."""
        drawn = "\n".join(_panel(panel, self.alt()) for panel in self.panels)
        return f'<div class="front-figure" id="{name}">\n{drawn}\n</div>'


def remedies(measured: Iterable[Measured]) -> Remedies | None:
    """Return the figure of a grid; None where it has no ratios, or no plain network."""
    points = [one for one in measured if {"rho", "mu"} <= set(one.imbalance)]
    if not any(one.method == PLAIN for one in points):
        return None
    ratio = max(one.imbalance["rho"] for one in points)
    points = [one for one in points if one.imbalance["rho"] == ratio]
    share = median_low(sorted({one.imbalance["mu"] for one in points}))
    points = [one for one in points if one.imbalance["mu"] == share]
    panels = (
        _values(points, "accuracy", "Accuracy: how often it is right"),
        _values(points, "auc", "ROC AUC: how well it ranks"),
    )
    if PLAIN not in panels[0].values:
        return None
    return Remedies(ratio, share, panels, tuple(sorted({one.key for one in points})))


def _values(points: Sequence[Measured], metric: str, title: str) -> Panel:
    values: dict[str, dict[int, float]] = {}
    for one in points:
        if metric in one.metrics:
            values.setdefault(one.method, {})[one.seed] = 100 * one.metrics[metric]
    draws = {(one.method, one.seed): one.draws[metric] for one in points if metric in one.draws}
    return Panel(metric, title, values, draws)


def _within(method: str) -> str:
    """Return a method's name within a sentence: "oversampling + thresholding"."""
    label = method_label(method)
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _panel(panel: Panel, alt: str) -> str:
    height = HEAD + ROW * len(panel.values) + FOOT
    every = [value for of in panel.values.values() for value in of.values()]
    low, high = min(every), max(every)
    room = 0.04 * (high - low) or 1.0
    low, high = low - room, high + room

    def x(value: float) -> float:
        return round(NAMES + TRACK * (value - low) / (high - low), 1)

    bottom = HEAD + ROW * len(panel.values)
    plain = x(panel.mean(PLAIN))
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(alt)}">',
        f'<text x="0" y="15" class="front-title">{escape(panel.title)}</text>',
        f'<line class="front-plain" x1="{plain}" x2="{plain}" y1="{HEAD}" y2="{bottom}"/>',
        *(
            _row(panel, method, HEAD + ROW * number + ROW / 2, x)
            for number, method in enumerate(panel.sorted)
        ),
        *(
            f'<text x="{x(tick)}" y="{bottom + 16}" class="front-tick">{tick:g} %</text>'
            for tick in _ticks(low, high)
        ),
        "</svg>",
    ]
    return "\n".join(parts)


def _row(panel: Panel, method: str, y: float, x) -> str:
    """Return the row of a method: its name, a line from the plain network, dots, the number."""
    mean, plain = panel.mean(method), panel.mean(PLAIN)
    name = f"{method_label(method)} (no remedy)" if method == PLAIN else method_label(method)
    gain = "" if method == PLAIN else f" ({mean - plain:+.1f})".replace("-", "−")
    kind = "front-base" if method == PLAIN else "front-best" if method in panel.first else ""
    dots = "".join(
        f'<circle class="front-seed" cx="{x(value)}" cy="{y}" r="2.2"/>'
        for _, value in sorted(panel.values[method].items())
    )
    return (
        f'<g class="front-row {kind}"><text x="{NAMES - 10}" y="{y + 4.5}" '
        f'class="front-name">{escape(name)}</text>'
        f'<line x1="{x(plain)}" x2="{x(mean)}" y1="{y}" y2="{y}"/>{dots}'
        f'<circle cx="{x(mean)}" cy="{y}" r="5"/>'
        f'<text x="{NAMES + TRACK + 8}" y="{y + 4.5}">{mean:.1f}{gain}</text></g>'
    )


def _ticks(low: float, high: float) -> list[float]:
    """Return two to five round numbers between two values."""
    for step in (20, 10, 5, 2, 1, 0.5, 0.2, 0.1):
        first = -(-low // step)
        ticks = [round(step * (first + turn), 6) for turn in range(int((high // step) - first) + 1)]
        if len(ticks) >= 2:
            return ticks[:5]
    return []
