"""The gap between training and test accuracy while networks learn: a panel per method."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.errors import UserError
from reproduce.evaluation.generalization import balanced_accuracy
from reproduce.figures.by_seed import by_seed, span
from reproduce.figures.inputs import Observation, not_empty
from reproduce.figures.picture import NothingToShow, Picture
from reproduce.figures.style import FAINT, INK, SMALLEST, in_the_look, method_style, panels
from reproduce.figures.wording import in_sentence, method_label, plural, points

TRAIN, TEST = "train_balanced_accuracy", "test_balanced_accuracy"
_PARTS = (
    "curve/phase", "curve/iteration", "curve/train_labels", "curve/train_predictions",
    "curve/test_labels", "curve/test_predictions",
)  # fmt: skip


def curve_rows(method: str, seed: int, arrays: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one row per point in time of a result's learning curve.

    Parameters
    ----------
    method, seed
        what the rows are of.
    arrays
        the arrays of a result that was watched: its `curve/*` ones are read.

    Notes
    -----
    Iterations go on from phase to phase; a later phase counts from the last point that was looked
    at in the one before.
    """
    missing = [part for part in _PARTS if part not in arrays]
    if missing:
        raise UserError(
            f"the result of {method_label(method).lower()}, seed {seed}, has no '{missing[0]}'; "
            "expected a trial whose learning curve was kept"
        )
    phases, iterations = np.asarray(arrays["curve/phase"]), np.asarray(arrays["curve/iteration"])
    not_empty("points of the learning curve", iterations)
    accuracies = [
        balanced_accuracy(
            np.asarray(arrays[f"curve/{part}_labels"]),
            np.asarray(arrays[f"curve/{part}_predictions"]),
        )
        for part in ("train", "test")
    ]
    ends = {int(phase): int(iterations[phases == phase].max()) for phase in np.unique(phases)}
    return [
        {
            "method": method,
            "seed": seed,
            "phase": int(phase),
            "iteration": int(iteration) + sum(end for p, end in ends.items() if p < phase),
            TRAIN: float(of_train),
            TEST: float(of_test),
        }
        for phase, iteration, of_train, of_test in zip(phases, iterations, *accuracies, strict=True)
    ]


def _gaps(
    rows: Iterable[Observation],
) -> tuple[dict[str, tuple[np.ndarray, np.ndarray]], dict[str, list[float]]]:
    """Return {method: (iterations [T], gaps [T, seeds])} and where new phases begin."""
    rows = list(rows)
    if not rows:
        raise NothingToShow("no learning curve was kept at the point that is drawn in detail")
    with_gap = [
        {**row, "gap": row[TRAIN] - row[TEST]} for row in rows if TRAIN in row and TEST in row
    ]
    if not with_gap:
        raise UserError(
            f"no row has '{TRAIN}' and '{TEST}', expected rows made by `curve_rows` from results "
            "whose learning curve was kept"
        )
    values = by_seed(with_gap, "gap", ("method", "iteration"))
    found, starts = {}, {}
    for method in dict.fromkeys(name for name, _ in values):
        times = sorted(time for name, time in values if name == method)
        seeds = sorted(set.intersection(*(set(values[method, time]) for time in times)))
        if not seeds:
            raise UserError(
                f"the seeds of {method_label(method).lower()} were looked at at different "
                "iterations; pass trials of one length"
            )
        gaps = np.array([[values[method, time][seed] for seed in seeds] for time in times])
        found[method] = (np.array(times), gaps)
        first = {row["iteration"]: row.get("phase", 0) for row in rows if row["method"] == method}
        starts[method] = [
            before for before, after in pairwise(times)
            if first[before] != first[after]
        ]  # fmt: skip
    return found, starts


class LearningGap(Picture):
    """Balanced accuracy on training images minus that on test images, over iterations.

    Parameters
    ----------
    rows
        made by `curve_rows`, of one point of the grid.
    reference
        the method whose mean is repeated in grey in every panel.

    Notes
    -----
    The line is the mean over seeds, the band runs from the lowest to the highest seed. A gap that
    goes on growing is overfitting; a gap that is merely large need not be. Training images are
    those shown to the network, each class counted equally. A dotted line marks a new phase.
    """

    def __init__(self, rows: Iterable[Observation], reference: str = "baseline"):
        super().__init__(rows)
        self.gaps, self.starts = _gaps(self.sources)
        self.reference = reference

    @in_the_look
    def draw(self) -> Figure:
        """Draw a panel per method, the reference in grey behind the others."""
        methods = list(self.gaps)
        figure, axes = panels(len(methods), 2.55, 2, sharex=True, sharey=True)
        for turn, (axis, method) in enumerate(zip(axes, methods, strict=True)):
            if self.reference in self.gaps and method != self.reference:
                _reference(axis, *self.gaps[self.reference], self.reference)
            _draw(axis, method, *self.gaps[method])
            for start in self.starts[method]:
                axis.axvline(start, color=FAINT, lw=1.2, linestyle=":")
            below = turn + 2 >= len(methods)
            axis.tick_params(labelbottom=below)
            axis.set_xlabel("iteration" if below else "")
            axis.set_title(method_label(method))
        figure.supylabel("training − test (points)", fontsize=SMALLEST)
        return figure

    def message(self) -> str:
        """Say whose gap is largest and whose smallest at the end."""
        ends = {name: gaps[-1].mean() for name, (_, gaps) in self.gaps.items()}
        most, least = (pick(ends, key=ends.__getitem__) for pick in (max, min))
        counts = span(gaps.shape[1] for _, gaps in self.gaps.values())
        seeds = "one seed" if counts == "1" else f"means of {counts} seeds"
        said = f"At the end training lies {points(ends[most]).lstrip('+')} points above test for "
        said += in_sentence(most)
        if most == least:
            return f"{said} ({seeds})."
        other = in_sentence(least)
        return f"{said}, {points(ends[least]).lstrip('+')} for {other} ({seeds})."

    def seen(self) -> str:
        """Say what the lines are."""
        return (
            "Balanced accuracy on the training images shown minus that on test images, in points, "
            f"over the iterations, a panel for each of {plural(len(self.gaps), 'method')}."
        )

    def reading(self) -> str:
        """Say what line, band and grey are."""
        grey = f"; grey: {in_sentence(self.reference)}" * (self.reference in self.gaps)
        return (
            f"Line: mean; band: lowest to highest seed{grey}; dotted: a new phase begins. A gap "
            "that goes on growing is overfitting."
        )

    def words(self) -> str:
        """Say the gap of each method half-way and at the end."""
        sentences = []
        for method, (times, gaps) in self.gaps.items():
            early = np.flatnonzero(times <= times[-1] / 2)
            half = int(early[-1]) if len(early) else 0
            sentences.append(
                f"{method_label(method)}: {points(gaps[half].mean())} points after {times[half]} "
                f"iterations, {points(gaps[-1].mean())} after {times[-1]} (seeds "
                f"{points(gaps[-1].min())} to {points(gaps[-1].max())}, "
                f"{plural(gaps.shape[1], 'seed')})."
            )
        return (
            "Balanced accuracy on training images minus that on test images, mean over seeds. "
            + " ".join(sentences)
        )


def _draw(axis: Axes, method: str, times: np.ndarray, gaps: np.ndarray) -> None:
    style = method_style(method)
    axis.axhline(0, color=INK, lw=1)
    axis.plot(times, 100 * gaps.mean(axis=1), color=style.colour, linestyle=style.line, zorder=3,
              label=method)  # fmt: skip
    axis.fill_between(times, 100 * gaps.min(axis=1), 100 * gaps.max(axis=1), color=style.colour,
                      alpha=0.18, lw=0)  # fmt: skip
    end = 100 * gaps[-1].mean()
    axis.plot(times[-1], end, style.marker, color=style.colour, markeredgecolor="white", zorder=4)


def _reference(axis: Axes, times: np.ndarray, gaps: np.ndarray, name: str) -> None:
    axis.plot(times, 100 * gaps.mean(axis=1), color=FAINT, lw=1.5, zorder=2, label=name)
