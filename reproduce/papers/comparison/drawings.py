"""The two figures of the comparison alone: what helps where, and what trying more buys."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from reproduce.figures import heat
from reproduce.figures.picture import NothingToShow, Picture
from reproduce.figures.style import (
    FAINT,
    FURTHER_COLOURS,
    INK,
    QUIET,
    in_the_look,
    new_figure,
)
from reproduce.figures.wording import in_sentence, listed, method_label, plural, points
from reproduce.papers.comparison.gains import HELPED, HURT, Gain
from reproduce.registry.datasets import in_words

# A gain that is drawn as strong as can be.
STRONG = 0.2
FAINTEST = 0.35
# So many columns have room for tenths of points.
WITH_TENTHS = 4


class Landscape(Picture):
    """A row for each method, a column for each data set, and what it gains there in points.

    Coloured is what is certain for all methods of a data set together; a number without a colour
    may be chance; an empty place was not attempted, or its training diverged.
    """

    kind = "landscape"

    def __init__(self, found: Mapping[tuple[str, str], Gain], datasets: Sequence[str], of: str):
        super().__init__()
        self.found, self.datasets, self.of = found, list(datasets), of
        if not found:
            raise NothingToShow(
                "no method beside the baseline is trained on a data set that counts"
            )
        methods = dict.fromkeys(method for _, method in found)
        self.methods = sorted(methods, key=self._order)

    def _order(self, method: str) -> tuple[int, int, float]:
        """Sort by the sets on which it helped for certain less those on which it hurt, the mean."""
        gains = [gain for (_, name), gain in self.found.items() if name == method]
        certain = sum((gain.word == HELPED) - (gain.word == HURT) for gain in gains)
        mean = sum(gain.effect.mean for gain in gains) / len(gains)
        return (-certain, -len(gains), -mean)

    @in_the_look
    def draw(self) -> Figure:
        """Draw the cells, the methods that helped most often on top."""
        rows, columns = len(self.methods), len(self.datasets)
        # Names of many columns have room where they stand upright.
        narrow = columns > 2
        figure, axes = new_figure(0.29 * rows + (1.7 if narrow else 0.6))
        axis = axes[0, 0]
        strengths = np.full((rows, columns), np.nan)
        words = np.full((rows, columns), "", dtype=object)
        for row, method in enumerate(self.methods):
            for column, dataset in enumerate(self.datasets):
                gain = self.found.get((dataset, method))
                if gain is None:
                    continue
                strengths[row, column] = (1 if gain.word == HELPED else -1) * _strength(gain)
                words[row, column] = points(gain.effect.mean, 0 if columns > WITH_TENTHS else 1)
        heat.cells(axis, strengths, words)
        for text, strength in zip(axis.texts, strengths[~np.isnan(strengths)], strict=True):
            if not strength:
                text.set_color(QUIET)
        for row, column in np.argwhere(np.isnan(strengths)):
            axis.text(column + 0.5, row + 0.5, "·", color=FAINT, ha="center", va="center")
        axis.set_aspect("auto")
        axis.set_yticks([row + 0.5 for row in range(rows)], map(method_label, self.methods))
        names = [in_words(name).replace("scikit-learn's ", "") for name in self.datasets]
        turned = 90 if narrow else 0
        axis.set_xticks([column + 0.5 for column in range(columns)], names, rotation=turned)
        axis.xaxis.tick_top()
        return figure

    def message(self) -> str:
        """Say which method helped on the most sets, and on how many it hurt."""
        sets = len(self.datasets)
        best = min(self.methods, key=lambda name: (-self._on(name, HELPED), self._on(name, HURT)))
        helped, hurt = self._on(best, HELPED), self._on(best, HURT)
        if not helped:
            where = in_words(self.datasets[0]) if sets == 1 else f"any of {sets} data sets"
            return f"No remedy improves {self.of} for certain on {where}."
        alike = [name for name in self.methods if self._on(name, HELPED) == helped]
        if sets == 1:
            return self._on_one_set(best, len(alike))
        if len(alike) > 1:
            named = listed([method_label(alike[0]), *map(in_sentence, alike[1:])])
            some = f"{helped} of {sets} data sets each, no method on more"
            where = some if helped < sets else f"all {sets} data sets"
            return f"{named} improve {self.of} for certain on {where}."
        but = f" (and hurts on {hurt})" if hurt else ""
        tried = sum(name == best for _, name in self.found)
        return (
            f"Most often of help: {in_sentence(best)}, for certain on {helped} of "
            f"{plural(tried, 'data set')}{but}, {self._mean(best)} of {self.of} in the mean."
        )

    def _on_one_set(self, best: str, helped: int) -> str:
        where, largest = in_words(self.datasets[0]), f"{in_sentence(best)}: {self._mean(best)}"
        if helped == 1:
            return f"One method improves {self.of} for certain on {where}, {largest}."
        return (
            f"{helped} of {len(self.methods)} methods improve {self.of} for certain on {where}; "
            f"of them the largest gain has {largest}."
        )

    def _mean(self, method: str) -> str:
        own = [gain.effect.mean for (_, name), gain in self.found.items() if name == method]
        return f"{points(sum(own) / len(own))} points"

    def _on(self, method: str, word: str) -> int:
        return sum(gain.word == word for (_, name), gain in self.found.items() if name == method)

    def seen(self) -> str:
        """Say what the rows and columns are."""
        return (
            f"A table of coloured cells: {plural(len(self.methods), 'method')} in rows, data sets "
            f"in columns, in each the gain in {self.of} over the baseline in points."
        )

    def reading(self) -> str:
        """Say what a colour, its lack and a dot mean."""
        return (
            "Blue helps and brown hurts, for certain for all methods of a column together; a "
            "number without a colour may be chance; a dot: not attempted, or its training diverged."
        )

    def words(self) -> str:
        """Say each gain."""
        said = []
        for dataset in self.datasets:
            each = ", ".join(
                f"{method_label(method)} {points(gain.effect.mean)} "
                f"({points(gain.low)} to {points(gain.high)})"
                for method in self.methods
                if (gain := self.found.get((dataset, method)))
            )
            said.append(f"{in_words(dataset)}: {each}.")
        return f"Gains in {self.of} over the baseline, in percentage points. " + " ".join(said)


class TryingMore(Picture):
    """The expected gain of the best of so many configurations over one at random, by data set."""

    def __init__(self, curves: Mapping[str, Sequence[float]], of: str, methods: Mapping[str, int]):
        super().__init__()
        self.curves, self.of, self.methods = curves, of, methods
        if not any(len(curve) > 1 for curve in curves.values()):
            raise NothingToShow("one configuration of every method was tried, so none was chosen")

    @in_the_look
    def draw(self) -> Figure:
        """Draw a line for each data set, named at its end."""
        figure, axes = new_figure(2.9)
        axis = axes[0, 0]
        for number, (dataset, curve) in enumerate(self.curves.items()):
            colour = (*FURTHER_COLOURS, INK)[number % (1 + len(FURTHER_COLOURS))]
            tried = range(1, len(curve) + 1)
            axis.plot(tried, [100 * value for value in curve], "o-", color=colour,
                      label=in_words(dataset))  # fmt: skip
        axis.set_xticks(range(1, max(map(len, self.curves.values())) + 1))
        axis.set_xlabel("configurations tried")
        axis.set_ylabel("expected gain (points)")
        axis.set_ylim(bottom=0)
        axis.legend(loc="upper left")
        return figure

    def message(self) -> str:
        """Say what trying all of them promises, at the least and at the most."""
        ends = [100 * curve[-1] for curve in self.curves.values()]
        most = max(map(len, self.curves.values()))
        sizes = f"{min(ends):.1f}" if len(ends) == 1 else f"{min(ends):.1f} to {max(ends):.1f}"
        return (
            f"The best of {most} configurations promises {sizes} points of {self.of} more than one "
            "at random, on the images that chose it."
        )

    def seen(self) -> str:
        """Say what the lines are."""
        return (
            f"A line for each data set: the expected gain in {self.of} of the best of so many "
            "random configurations over one, a mean over those methods of which none diverged: "
            f"{', '.join(f'{in_words(name)} {self.methods[name]}' for name in self.curves)}."
        )

    def words(self) -> str:
        """Say each line."""
        said = [
            f"{in_words(dataset)}: {', '.join(f'{100 * value:.1f}' for value in curve)}."
            for dataset, curve in self.curves.items()
        ]
        return "Expected gain in points of the best of 1, 2 and more. " + " ".join(said)


def _strength(gain: Gain) -> float:
    if gain.word not in (HELPED, HURT):
        return 0.0
    return FAINTEST + (1 - FAINTEST) * min(1.0, abs(gain.effect.mean) / STRONG)
