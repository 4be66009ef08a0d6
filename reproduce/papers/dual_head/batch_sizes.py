"""How much a method depends on the size of its batch: a metric against it, a line per method."""

from collections.abc import Iterable
from statistics import mean
from typing import Any

from reproduce.figures.by_seed import span
from reproduce.figures.factor import Factor
from reproduce.figures.inputs import Observation
from reproduce.figures.lines import Line, Lines, Seeds
from reproduce.figures.wording import (
    mean_and_spread,
    metric_digits,
    metric_in_sentence,
    metric_label,
    plain,
    points,
)

BATCH = Factor("batch_size", "batch size of pre-training", scale="log", say=plain)


class BatchSizes(Lines):
    """A metric against the batch size of pre-training, a line and a band per method.

    The band reaches one sd over seeds to either side of the mean; dots are seeds. With the images
    passed held fixed a larger batch takes fewer steps, so a line says what both do together.
    """

    def __init__(self, rows: Iterable[Observation], metric: str = "macro_f1"):
        super().__init__(rows, metric, BATCH, dots=True, inches=3.2)

    def message(self) -> str:
        """Say what the smallest batch costs or brings, by method."""
        (lines,) = self.found.values()
        moved = {line: self.ending(values) for line, values in lines.items()}
        low, high = self.places[0], self.places[-1]
        said = ", ".join(
            f"{self.label(line)} {text.rpartition(' ')[2]}" for line, text in moved.items() if text
        )
        if not said:
            return ""
        label = metric_in_sentence(self.metric)
        return f"Points of {label} at batch size {plain(low)} minus {plain(high)}: {said}."

    def opening(self) -> str:
        """Say from where to where sizes go."""
        return (
            f"{metric_label(self.metric)} in percent by batch size from {plain(self.places[0])} to "
            f"{plain(self.places[-1])}, mean ± sd over seeds (n = {span(self.seeds)})."
        )

    def said(self, place: Any, seeds: Seeds) -> str:
        """Say the mean at one size."""
        digits = metric_digits(self.metric)
        return f"{mean_and_spread(list(seeds.values()), digits)} at {plain(place)}"

    def ending(self, values: Line) -> str:
        """Say the smallest batch minus the largest; the findings have its interval."""
        low, high = min(values), max(values)
        both = [seed for seed in values[low] if seed in values[high]]
        if low == high or not both:
            return ""
        digits = metric_digits(self.metric)
        difference = mean(values[low][seed] - values[high][seed] for seed in both)
        return f"; {plain(low)} minus {plain(high)} {points(difference, digits)}"
