"""What methods gain over a reference on the same seeds, each with its interval."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.evaluation.significance import Effect
from reproduce.figures.by_seed import (
    Draws,
    contains_zero,
    effect_ends,
    gain_effects,
    has_interval,
    span,
)
from reproduce.figures.clipped import cut_off, inside, limits
from reproduce.figures.inputs import Observation
from reproduce.figures.picture import NothingToShow, Picture
from reproduce.figures.style import FAINT, INK, PAPER, in_the_look, method_style, panels
from reproduce.figures.wording import (
    in_sentence,
    method_label,
    metric_digits,
    metric_in_sentence,
    metric_label,
    points,
)

_LETTERS = 20


def _gains(
    observations: Iterable[Observation],
    metrics: Sequence[str],
    reference: str,
    draws: Draws | None,
) -> dict[str, dict[str, Effect]]:
    """Return {metric: {method: gain}}, the largest gain first."""
    rows = list(observations)
    found = {}
    for metric in metrics:
        effects = gain_effects(rows, metric, reference, (), draws)
        order = sorted(effects.items(), key=lambda item: -item[1].mean)
        found[metric] = {method: effect for (method,), effect in order}
    return found


class Gains(Picture):
    """Each method's gain over a reference with its interval, sorted, a panel per metric.

    Parameters
    ----------
    observations
        rows at one point of the grid.
    metrics
        a panel each, in percentage points.
    reference
        what gains are measured over, paired by seed.
    marked
        the method that stands out: bold, with a dotted line at its gain.

    draws
        finds a row's metric on resampled test images, which the intervals need.

    Notes
    -----
    The bar is the 95 % interval of the verdicts, over seeds and test images; small dots are seeds.
    A hollow mark says that the interval holds 0, or that there is none: of one seed, or where the
    draws of the test images are not known.
    """

    def __init__(
        self,
        observations: Iterable[Observation],
        metrics: Sequence[str],
        *,
        reference: str,
        marked: str | None = None,
        draws: Draws | None = None,
    ):
        super().__init__(observations)
        self.reference, self.marked = reference, marked
        self.found = _gains(self.sources, metrics, reference, draws)
        every = [effect for effects in self.found.values() for effect in effects.values()]
        if not every:
            raise NothingToShow("no method has a seed in common with what it is compared with")
        self.counts = span(effect.repeats for effect in every)
        self.sure = [has_interval(effect) for effect in every]
        self.leads = self._leads(draws)

    @in_the_look
    def draw(self) -> Figure:
        """Draw a panel for each metric."""
        most = max(map(len, self.found.values()))
        names = {name for effects in self.found.values() for name in effects}
        pitch = 0.36 if any(len(method_label(name)) > _LETTERS for name in names) else 0.27
        figure, axes = panels(len(self.found), pitch * most + 0.75, 1)
        for axis, (metric, effects) in zip(axes, self.found.items(), strict=True):
            _panel(axis, effects, self.marked, metric)
            axis.set_title(metric_label(metric))
        over = method_label(self.reference).lower()
        axes[-1].set_xlabel(f"gain over {over} (percentage points)", loc="right")
        return figure

    def _leads(self, draws: Draws | None) -> bool:
        """Say whether the first method of the first metric is above each other by its interval."""
        metric, effects = next(iter(self.found.items()))
        best = next(iter(effects))
        others = gain_effects(list(self.sources), metric, best, (), draws)
        return all(not contains_zero(one) and one.mean < 0 for one in others.values())

    def message(self) -> str:
        """Say how many methods gain for certain in the first metric, and which.

        Nothing is called the best that its intervals cannot tell apart from the others.
        """
        metric, effects = next(iter(self.found.items()))
        digits = metric_digits(metric)
        gain = f"gain in {metric_in_sentence(metric)} over {in_sentence(self.reference)}"
        sure = {name: one for name, one in effects.items() if not contains_zero(one)}
        above = {name: one for name, one in sure.items() if one.mean > 0}
        below = len(sure) - len(above)
        if not any(map(has_interval, effects.values())):
            seeds = "one seed" if self.counts == "1" else f"{self.counts} seeds"
            means = [points(one.mean, digits) for one in effects.values()]
            said = means[0] if len(means) == 1 else f"from {means[-1]} to {means[0]}"
            return f"Mean {gain}: {said} points ({seeds}, no interval)."
        if not above:
            lost = f" ({below} {_lie(below)} below)" if below else ""
            return f"No interval of a {gain} lies above 0{lost}{self._largest(effects, digits)}."
        first, effect = next(iter(above.items()))
        of_first = (
            f"{method_label(first)}, {points(effect.mean, digits)} points"
            f"{effect_ends(effect, digits)}"
        )
        most = "; it is ahead of each other method" if self.leads and len(effects) > 1 else ""
        named = f" ({of_first}{most})" if len(above) == 1 or most else ""
        return (
            f"{len(above)} of {len(effects)} intervals of a {gain} {_lie(len(above))} above 0"
            f"{named}, {below} below{self._largest(effects, digits)}."
        )

    def _largest(self, effects: Mapping[str, Effect], digits: int) -> str:
        """Name the largest gain where it has no interval: the sentence would pass it over."""
        name, effect = next(iter(effects.items()))
        if has_interval(effect) or effect.mean <= 0:
            return ""
        said = f"{method_label(name)}, {points(effect.mean, digits)} points"
        return f"; the largest gain ({said}) has too few repeats for an interval"

    def seen(self) -> str:
        """Say what the rows are."""
        metrics = ", ".join(metric_label(name).partition(" (")[0] for name in self.found)
        return (
            f"Gain of each method over {in_sentence(self.reference)} in percentage points "
            f"with its interval, the largest on top: {metrics}."
        )

    def reading(self) -> str:
        """Say what the marks mean, of those that are drawn."""
        seeds = f"small dots: seeds (n = {self.counts})"
        if not any(self.sure):
            return f"Hollow: no interval is known; {seeds}."
        none = "" if all(self.sure) else ", or there is none"
        cut = " An arrow: beyond the axis, with its number." if self._cuts() else ""
        return (
            f"Bars: 95 % intervals over seeds and test images, each for itself; {seeds}. Hollow: "
            f"the interval includes 0{none}.{cut}"
        )

    def _cuts(self) -> bool:
        for effects in self.found.values():
            ends = list(map(_ends, effects.values()))
            low, high = limits(ends)
            if any(one < low or other > high for one, other in ends):
                return True
        return False

    def words(self) -> str:
        """Say each gain with its interval."""
        sentences = []
        for metric, effects in self.found.items():
            digits = metric_digits(metric)
            each = ", ".join(
                f"{method_label(method)} {points(effect.mean, digits)}{effect_ends(effect, digits)}"
                for method, effect in effects.items()
            )
            sentences.append(f"{metric_label(metric)}: {each}.")
        ends = " with 95 percent intervals over seeds and test images" if any(self.sure) else ""
        return (
            f"Gains over {method_label(self.reference).lower()} in percentage points{ends} "
            f"(n = {self.counts} seeds), largest first. " + " ".join(sentences)
        )


def _lie(count: int) -> str:
    return "lies" if count == 1 else "lie"


def _ends(effect: Effect) -> tuple[float, float]:
    """Return the ends of what is drawn of an effect, in points; seeds may lie outside."""
    if has_interval(effect):
        return 100 * effect.low, 100 * effect.high
    return 100 * min(effect.differences), 100 * max(effect.differences)


def _panel(axis: Axes, effects: dict[str, Effect], marked: str | None, metric: str) -> None:
    """Draw one metric: a row per method, the best on top."""
    axis.set_xlim(*limits(list(map(_ends, effects.values()))))
    left, right = axis.get_xlim()
    axis.axvline(0, color=INK, lw=1)
    if marked is not None and marked in effects and left < 100 * effects[marked].mean < right:
        axis.axvline(100 * effects[marked].mean, color=method_style(marked).colour, lw=1.5,
                     linestyle=":", zorder=1)  # fmt: skip
    for row, (method, effect) in enumerate(effects.items()):
        colour = method_style(method).colour if method == marked else INK
        seeds = inside(axis, [100 * value for value in effect.differences])
        axis.plot(seeds, [row - 0.27] * len(seeds), ".", color=FAINT, ms=4.5, zorder=2)
        low, high = max(_ends(effect)[0], left), min(_ends(effect)[1], right)
        if has_interval(effect) and low < high:
            axis.plot([low, high], [row, row], color=colour, lw=2.2, solid_capstyle="butt",
                      zorder=2)  # fmt: skip
        mean = 100 * effect.mean
        if not cut_off(axis, row, mean, points(effect.mean, metric_digits(metric)), colour):
            axis.plot(mean, row, "s" if method == marked else "o", ms=8, mec=colour, mew=2,
                      mfc=PAPER if contains_zero(effect) else colour, zorder=3)  # fmt: skip
    names = [textwrap.fill(method_label(method), _LETTERS) for method in effects]
    axis.set_yticks(range(len(effects)), names, linespacing=0.95)
    for label, method in zip(axis.get_yticklabels(), effects, strict=True):
        label.set_fontweight("bold" if method == marked else "normal")
    axis.set_ylim(len(effects) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)
    axis.locator_params(axis="x", nbins=5)
    axis.spines["left"].set_visible(False)
    axis.spines["bottom"].set_color(FAINT)
    axis.grid(False, axis="y")
