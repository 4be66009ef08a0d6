"""A metric over two factors as a grid, and what each method gains in it over a reference."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from reproduce.evaluation.significance import Effect
from reproduce.figures.by_seed import (
    Draws,
    by_seed,
    contains_zero,
    gain_effects,
    has_interval,
    span,
)
from reproduce.figures.factor import Factor
from reproduce.figures.grid import Grid, Square, blues, diverging, with_factor
from reproduce.figures.inputs import Observation
from reproduce.figures.wording import (
    in_sentence,
    mean_and_sd,
    mean_and_spread,
    method_label,
    metric_digits,
    metric_label,
    percent,
    plural,
    points,
)


class MetricGrid(Grid):
    """A metric over two factors, a panel per method, all on one scale of colour.

    Each cell says the mean over seeds and their standard deviation, in percent; a point that was
    not measured is grey.
    """

    def __init__(self, rows: Iterable[Observation], metric: str, across: Factor, upwards: Factor):
        rows = list(rows)
        values = by_seed(with_factor(rows, upwards), metric, ("method", across.name, upwards.name))
        digits, cells = metric_digits(metric), {}
        for point, seeds in values.items():
            mean, spread = mean_and_sd(list(seeds.values()))
            cells[point] = Square(
                mean,
                percent(mean, digits),
                "" if spread is None else f"± {percent(spread, digits)}",
                said=mean_and_spread(list(seeds.values()), digits),
            )
        counts = span(map(len, values.values()))
        super().__init__(
            rows,
            cells,
            across,
            upwards,
            colours=blues(cell.value for cell in cells.values()),
            label=f"{metric_label(metric)} (%), mean ± sd over seeds (n = {counts})",
            opening=f"{metric_label(metric)} in percent over {across.name} and {upwards.name}, "
            f"mean ± sd over seeds (n = {counts}).",
        )
        self.metric = metric

    def message(self) -> str:
        """Say where the metric is lowest, and the highest mean of a method there."""
        known = {at: cell.value for at, cell in self.cells.items() if cell.value is not None}
        (method, x, y), low = min(known.items(), key=lambda item: item[1])
        there = {name: value for (name, *at), value in known.items() if at == [x, y]}
        best = max(there, key=there.__getitem__)
        digits = metric_digits(self.metric)
        said = (
            f"{metric_label(self.metric).partition(' (')[0]} is lowest at {self.place(x, y)}: "
            f"{percent(low, digits)} % ({in_sentence(method)})"
        )
        if best != method:
            best_said = in_sentence(best)
            said += f"; the highest mean there is {percent(there[best], digits)} % ({best_said})"
        return f"{said}."

    def reading(self) -> str:
        """Say what the colours mean."""
        return "The stronger the blue, the higher; all panels have one scale."


class GainGrid(Grid):
    """Each method's gain over a reference over two factors, on a scale with 0 in the middle.

    Gains are paired by seed. Hatched: the 95 % interval over seeds and test images holds 0, so that
    they do not even tell the sign; or there is none, as from a single seed.
    """

    def __init__(
        self,
        rows: Iterable[Observation],
        metric: str,
        across: Factor,
        upwards: Factor,
        *,
        reference: str = "baseline",
        draws: Draws | None = None,
    ):
        rows = list(rows)
        effects = gain_effects(
            with_factor(rows, upwards), metric, reference, (across.name, upwards.name), draws
        )
        over = f"over {method_label(reference).lower()} in points of {metric_label(metric)}"
        label = f"gain {over}"
        self.metric, self.reference, self.effects = metric, reference, effects
        known = [effect for effect in effects.values() if has_interval(effect)]
        if known:
            label += ", ± half of the 95 % interval over seeds and test images"
            label += f" (n = {span(effect.repeats for effect in effects.values())})"
        unsure, none = sum(map(contains_zero, known)), len(effects) - len(known)
        without = f"; {none} have no interval" if none else ""
        super().__init__(
            rows,
            {point: _gain(effect, metric_digits(metric)) for point, effect in effects.items()},
            across,
            upwards,
            colours=diverging(effect.mean for effect in effects.values()),
            label=label,
            opening=f"Gain {over}, paired by seed; the 95 percent interval over seeds and test "
            f"images holds 0 in {unsure} of the {plural(len(known), 'cell')} that have one"
            f"{without}.",
            hatched="the interval holds 0" + (", or there is none" if none else ""),
        )

    def message(self) -> str:
        """Say in how many cells there is a gain for certain."""
        return gain_message(self.effects, self.metric, self.reference, self.place)

    def reading(self) -> str:
        """Say what the colours and the hatching mean."""
        return (
            "Blue: above the reference; orange: below it; hatched: the sign is not known, since "
            "the interval holds 0 or there is none."
        )


def gain_message(
    effects: Mapping[tuple, Effect],
    metric: str,
    reference: str,
    place: Callable[[Any, Any], str],
) -> str:
    """Return what gains {(method, x, y): effect} tell of their signs; of one alone, how large.

    None of several is called the largest: cells are not told apart from each other.
    """
    over, digits = in_sentence(reference), metric_digits(metric)
    above = {at: one for at, one in effects.items() if not contains_zero(one) and one.mean > 0}
    below = sum(not contains_zero(one) and one.mean < 0 for one in effects.values())
    if not above:
        low = f"; {below} lie below 0" if below else ""
        if all(not has_interval(one) for one in effects.values()):
            return f"{plural(len(effects), 'difference')} from {over}, without intervals."
        return f"None of {len(effects)} gains over {over} has an interval above 0{low}."
    said = ""
    if len(above) == 1:
        ((method, x, y), one) = next(iter(above.items()))
        said = f" ({method_label(method)}, {points(one.mean, digits)} points at {place(x, y)})"
    lie = "lies" if len(above) == 1 else "lie"
    return (
        f"{len(above)} of {len(effects)} intervals of a gain over {over} {lie} above 0{said}, "
        f"{below} below."
    )


def _gain(effect: Effect, digits: int) -> Square:
    """Return the cell of a gain, hatched where its sign is not known."""
    half = effect.high - effect.mean if has_interval(effect) else np.inf
    doubt = " (interval holds 0)" if has_interval(effect) else " (no interval)"
    doubt = " (one seed)" if effect.repeats < 2 else doubt
    return Square(
        effect.mean,
        points(effect.mean, digits),
        f"± {percent(half, digits)}" if np.isfinite(half) else "",
        said=points(effect.mean, digits) + (doubt if contains_zero(effect) else ""),
        hatched=contains_zero(effect),
    )
