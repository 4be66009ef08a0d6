"""The temperature of every class along training, the frequent ones and the rare ones apart."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from reproduce.evaluation.families.temperatures import TEMPERATURE, spearman
from reproduce.figures.line_ends import name_the_ends
from reproduce.figures.picture import NothingToShow, Picture
from reproduce.figures.style import FREQUENT, RARE, in_the_look, new_figure
from reproduce.trials.store import Result

HIGH = 3.4


class Temperatures(Picture):
    """A line for each class: the mean over repeats of what its temperature was after each epoch.

    Parameters
    ----------
    results
        of BDCL, a repeat each.
    class_names, counts
        of the data, and how many training images there are of each class.
    start
        where every temperature began.
    """

    def __init__(
        self, results: Sequence[Result], class_names: Sequence[str], counts: Sequence[int],
        start: float,
    ):  # fmt: skip
        super().__init__(results)
        self.names, self.counts = tuple(class_names), np.asarray(counts)
        curves = [curve(result.history, len(self.names)) for result in results]
        curves = [one for one in curves if len(one)]
        if not curves:
            raise NothingToShow("no temperature was recorded")
        epochs = min(len(one) for one in curves)
        whole = np.stack([one[:epochs] for one in curves])
        first = np.full((1, len(self.names)), start)
        self.means = np.concatenate([first, whole.mean(axis=0)])
        self.lows = np.concatenate([first, whole.min(axis=0)])
        self.highs = np.concatenate([first, whole.max(axis=0)])
        self.repeats = len(curves)
        self.correlations = [spearman(one[-1], self.counts) for one in curves]

    @property
    def order(self) -> list[int]:
        """Return the classes, the most frequent first."""
        return np.argsort(-self.counts, kind="stable").tolist()

    def message(self) -> str:
        """Say where the largest class and the rarest ended, and how both go together."""
        head, *_, tail = self.order
        known = [value for value in self.correlations if np.isfinite(value)]
        together = ""
        if known:
            ends = f", from {min(known):+.2f} to {max(known):+.2f} in single repeats"
            alone = ends if len(known) > 1 else ", one repeat"
            together = f"; rank correlation with class size {np.mean(known):+.2f}{alone}"
        return (
            f"Temperatures end at {self.means[-1][head]:.3f} for {self.names[head]} "
            f"({self.counts[head]:,} images) and {self.means[-1][tail]:.3f} for "
            f"{self.names[tail]} ({self.counts[tail]:,}){together}."
        ).replace("-", "−")

    def seen(self) -> str:
        """Say what runs along the axes."""
        return (
            f"Learned temperature of {len(self.names)} classes against epochs of the contrastive "
            "phase, a line for each class, the rarer half in orange."
        )

    def reading(self) -> str:
        """Say what line and band are."""
        repeats = "one repeat" if self.repeats == 1 else f"mean of {self.repeats} repeats"
        return f"Line: {repeats}; band: lowest to highest repeat; orange: the rarer half."

    def words(self) -> str:
        """Say every end."""
        ends = [
            f"{self.names[c]} ({self.counts[c]:,} images) {self.means[-1][c]:.3f}"
            for c in self.order
        ]
        return f"All began at {self.means[0][0]:g}. At the end: {'; '.join(ends)}."

    @in_the_look
    def draw(self) -> Figure:
        """Draw the lines, with the names of the classes at their ends."""
        figure, axes = new_figure(HIGH)
        axis, epochs = axes[0, 0], np.arange(len(self.means))
        ends: dict[str, float] = {}
        colours: dict[str, str] = {}
        for place, c in enumerate(self.order):
            colour = FREQUENT if place < (len(self.order) + 1) // 2 else RARE
            line = "-" if colour == FREQUENT else (0, (4, 1.6))
            axis.plot(epochs, self.means[:, c], color=colour, linestyle=line, marker="o", ms=4)
            axis.fill_between(epochs, self.lows[:, c], self.highs[:, c], color=colour, alpha=0.12,
                              lw=0)  # fmt: skip
            name = f"{self.names[c]} {self.counts[c]:,}"
            ends[name], colours[name] = float(self.means[-1][c]), colour
        axis.set_xlabel("epochs of the contrastive phase")
        axis.set_ylabel("temperature")
        axis.set_xticks(epochs)
        name_the_ends(axis, ends, colours, HIGH - 0.7)
        return figure


def curve(history: Sequence[Mapping[str, float]], classes: int) -> np.ndarray:
    """Return the temperatures [epochs, C] as training recorded them; [0, C] if it did not."""
    rows = [
        [row[f"{TEMPERATURE}{c}"] for c in range(classes)]
        for row in history if all(f"{TEMPERATURE}{c}" in row for c in range(classes))
    ]  # fmt: skip
    return np.array(rows).reshape(-1, classes)
