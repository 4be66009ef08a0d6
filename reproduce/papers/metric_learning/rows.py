"""The rows behind the figures and tables of the metric-learning page."""

from collections.abc import Sequence

from reproduce.figures.picture import NothingToShow
from reproduce.pages.rows import Row, rows_of
from reproduce.papers.metric_learning.methods import METRIC_LOSSES
from reproduce.papers.metric_learning.readings import READINGS
from reproduce.study.study import Study

BASELINE = "cross_entropy"
# As the paper evidently averaged, beside means in which each class counts alike.
WEIGHTED = ("weighted_precision", "weighted_f1")
MACRO = ("macro_precision",)
RARE = ("rarest_class_recall", "recall_spread")
EMBEDDED = ("silhouette", "knn_accuracy")


def shown_rows(study: Study, metrics: Sequence[str] = ()) -> list[Row]:
    """Return the losses of the grid on the network that is drawn in detail."""
    return rows_of(study, "grid", metrics, **study.shown)


def with_controls(study: Study, metrics: Sequence[str] = ()) -> list[Row]:
    """Return the same with the controls that start as they do; [] if those were not run."""
    own = rows_of(study, "controls", metrics, start=study.parameters.start, **study.shown)
    return [*shown_rows(study, metrics), *own] if own else []


def from_random(study: Study, metrics: Sequence[str] = ()) -> list[Row]:
    """Return every network from random numbers: one table of equal starts; [] if there is none."""
    found = rows_of(study, "grid", metrics, start="random")
    for experiment in ("random_start", "networks", "widths"):
        found += rows_of(study, experiment, metrics)
    return found


def reading_rows(study: Study, metrics: Sequence[str] = ()) -> dict[str, list[Row]]:
    """Return the losses that each reading touches, with cross-entropy under it."""
    found: dict[str, list[Row]] = {}
    for name, change in READINGS.items():
        rows = rows_of(study, "readings", metrics, reading=name)
        kept = [row for row in rows if row["method"] in (*change.losses, BASELINE)]
        if any(row["method"] in METRIC_LOSSES for row in kept):
            found[name] = kept
    return found


def size_rows(study: Study, metrics: Sequence[str] = ()) -> list[Row]:
    """Return the arms on shares of the training images, the whole of them among these."""
    part = rows_of(study, "sizes", metrics)
    arms, seeds = {row["method"] for row in part}, {row["seed"] for row in part}
    whole = [*shown_rows(study, metrics), *rows_of(study, "controls", metrics, **study.shown)]
    found = [*part, *({**row, "share": 1.0} for row in whole)]
    found = [row for row in found if row["method"] in arms and row["seed"] in seeds]
    if not part:
        raise NothingToShow("no arm was run on fewer training images")
    return found
