"""Reliability diagrams before and after thresholding: does a confidence of 80 % come true?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from reproduce.errors import UserError
from reproduce.evaluation.calibration import (
    Reliability,
    expected_calibration_error,
    reliability_curve,
)
from reproduce.evaluation.checked_inputs import (
    checked_labels,
    checked_probabilities,
    checked_scores,
)
from reproduce.figures.inputs import Observation, grouped, one_per_seed, with_columns
from reproduce.figures.picture import NothingToShow, Picture
from reproduce.figures.style import FAINT, QUIET, in_the_look, method_style, panels, title
from reproduce.figures.wording import in_sentence, mean_and_sd, method_label, percent, plural

BINS = 10


@dataclass(frozen=True)
class Calibration:
    """How reliable one method is: a curve over the images of all seeds, and errors by seed."""

    curve: Reliability
    errors: list[float]
    classwise: list[float]


def normalised(scores: Any) -> np.ndarray:
    """Return scores [n, C] as probabilities: each row divided by its sum.

    Probabilities divided by a prior no longer sum to 1; by Bayes' rule the divided rows, made to
    sum to 1 again, are the probabilities for balanced data.
    """
    array = checked_scores(scores)
    sums = array.sum(axis=1, keepdims=True)
    if array.min() < 0 or sums.min() <= 0:
        raise UserError(
            f"scores run from {array.min():.4g}, expected probabilities or probabilities divided "
            "by a prior; apply metrics.softmax to logits first"
        )
    return array / sums


def classwise_calibration_error(probabilities: Any, labels: Any, *, bins: int = BINS) -> float:
    """Return the calibration error of each class's own probability, averaged over classes.

    For each class: the mean over bins, weighted by their images, of |share of the class in the
    bin - mean probability of the class in the bin|. Unlike the error of the predicted class, it
    sees the probabilities that a rare class is denied.
    """
    probabilities = checked_probabilities(probabilities)
    labels = checked_labels(labels, probabilities.shape[1], len(probabilities))
    edges = np.linspace(0, 1, bins + 1)[1:-1]
    errors = []
    for index, stated in enumerate(probabilities.T):
        place = np.searchsorted(edges, stated, side="left")
        difference = np.bincount(place, weights=(labels == index) - stated, minlength=bins)
        errors.append(np.abs(difference).sum() / len(labels))
    return float(np.mean(errors))


def _measured(rows: Iterable[Observation], wanted: Sequence[str]) -> dict[str, Calibration]:
    """Return the calibration of each of these methods that the rows have."""
    found = with_columns(rows, ("method", "seed", "scores", "labels"))
    groups = grouped([row for row in found if row["method"] in wanted], ("method",))
    one_per_seed(groups, ("method",))
    measured = {}
    for (method,), members in groups.items():
        scores = [normalised(row["scores"]) for row in members]
        labels = [np.asarray(row["labels"]) for row in members]
        each = list(zip(scores, labels, strict=True))
        measured[method] = Calibration(
            reliability_curve(np.concatenate(scores), np.concatenate(labels), bins=BINS),
            [expected_calibration_error(*pair, bins=BINS) for pair in each],
            [classwise_calibration_error(*pair, bins=BINS) for pair in each],
        )
    return measured


def _paired(
    rows: Iterable[Observation], pairs: Mapping[str, str]
) -> dict[str, tuple[Calibration, Calibration]]:
    measured = _measured(rows, [*pairs, *pairs.values()])
    found = {
        before: (measured[before], measured[after])
        for before, after in pairs.items()
        if before in measured and after in measured
    }
    if not found:
        wanted = " or ".join(
            f"{method_label(before)} and {method_label(after)}" for before, after in pairs.items()
        )
        raise NothingToShow(f"there is nothing to pair: it needs {wanted}, with their scores")
    return found


class ReliabilityDiagrams(Picture):
    """Accuracy over confidence before and after thresholding, a panel per trained method.

    Parameters
    ----------
    rows
        `method`, `seed`, `scores` [n, C] (probabilities, or probabilities divided by a prior) and
        `labels` [n]; one row per seed, at one point of the grid.
    pairs
        {method: the same with thresholding}.

    Notes
    -----
    Below the diagonal a network is too sure. The area of a mark is the share of the images in its
    bin, all seeds together; ECE and classwise ECE (both with ten bins of equal width) are means
    over seeds. They are relative to the class prior of the test set.
    """

    def __init__(self, rows: Iterable[Observation], pairs: Mapping[str, str]):
        super().__init__(rows)
        self.pairs, self.found = pairs, _paired(self.sources, pairs)

    @in_the_look
    def draw(self) -> Figure:
        """Draw both curves of each method."""
        count = len(self.found)
        figure, axes = panels(count, 2.95 if count > 1 else 5.0, 2, sharex=True, sharey=True)
        for turn, (axis, (before, both)) in enumerate(zip(axes, self.found.items(), strict=True)):
            axis.plot([0, 100], [0, 100], color=FAINT, lw=1.2, linestyle=":")
            _draw(axis, before, both[0].curve, after=False)
            _draw(axis, self.pairs[before], both[1].curve, after=True)
            axis.set(xlim=(-3, 103), ylim=(-3, 103), box_aspect=1)
            below, left = turn + 2 >= count, turn % 2 == 0
            axis.tick_params(labelbottom=below, labelleft=left)
            axis.set_xlabel("confidence (%)" if below else "")
            axis.set_ylabel("accuracy (%)" if left else "")
            title(axis, method_label(before), f"ECE {_change(both, 'errors')}")
        figure.legend(
            [
                Line2D([], [], color=QUIET, marker="o", ms=8),
                Line2D([], [], color=QUIET, marker="D", mfc="white", ms=8, linestyle="--"),
            ],
            ["before", "after thresholding"], loc="outside lower center", ncols=2,
            handlelength=3.2,
        )  # fmt: skip
        return figure

    def message(self) -> str:
        """Say whose calibration error thresholding changes most."""
        changes = {
            method: float(np.mean(both[1].errors) - np.mean(both[0].errors))
            for method, both in self.found.items()
        }
        method = max(changes, key=lambda name: abs(changes[name]))
        both = self.found[method]
        return (
            f"Thresholding moves the calibration error of {in_sentence(method)} most: "
            f"{_change(both, 'errors')} ({plural(len(both[0].errors), 'seed')})."
        )

    def seen(self) -> str:
        """Say what the curves are."""
        return (
            "Accuracy against confidence before and after thresholding, a panel for each of "
            f"{plural(len(self.found), 'trained method')}; the diagonal is perfect calibration."
        )

    def reading(self) -> str:
        """Say what lies below the diagonal, and what the marks' sizes are."""
        return (
            "Below the diagonal a network is too sure. The area of a mark is the share of images "
            "with that confidence; ECE: mean distance from the diagonal."
        )

    def words(self) -> str:
        """Say each method's errors before and after, and whether it is too sure."""
        sentences = []
        for method, both in self.found.items():
            before = both[0].curve
            gap = np.average(before.confidence - before.accuracy, weights=before.count)
            sure = "too sure" if gap > 0 else "not sure enough"
            sentences.append(
                f"{method_label(method)}: {'; '.join(_moves(both))} "
                f"({plural(len(both[0].errors), 'seed')}); before, {sure} by "
                f"{percent(abs(gap))} points on average."
            )
        return f"Calibration errors in percent, {BINS} bins of equal width. " + " ".join(sentences)


def _draw(axis: Axes, method: str, curve: Reliability, after: bool) -> None:
    """Draw one curve with a mark per bin; that after thresholding is dashed and hollow."""
    colour = method_style(method).colour
    axis.plot(100 * curve.confidence, 100 * curve.accuracy, color=colour, lw=1.8,
              linestyle="--" if after else "-", label=method)  # fmt: skip
    share = curve.count / curve.count.sum()
    axis.scatter(
        100 * curve.confidence, 100 * curve.accuracy, s=14 + 160 * share,
        marker="D" if after else "o", facecolor="white" if after else colour, edgecolor=colour,
        linewidths=1.8, zorder=4 if after else 3, clip_on=False,
    )  # fmt: skip


def _change(both: tuple[Calibration, Calibration], errors: str) -> str:
    before, after = (float(np.mean(getattr(calibration, errors))) for calibration in both)
    return f"{percent(before)} → {percent(after)} %"


def _moves(both: tuple[Calibration, Calibration]) -> list[str]:
    """Return each error before and after, as mean and sd over seeds."""
    moves = []
    for name, errors in (("ECE", "errors"), ("classwise ECE", "classwise")):
        ends = [mean_and_sd(getattr(calibration, errors)) for calibration in both]
        said = [
            percent(mean) + ("" if spread is None else f" ± {percent(spread)}")
            for mean, spread in ends
        ]
        moves.append(f"{name} {said[0]} before and {said[1]} after thresholding")
    return moves
