"""Whether a result is what follows from what it holds: nothing stored is believed.

Metrics follow from the confusion counts and from the scores, and the counts from the scores; a
number that was changed, and arrays of another trial, show themselves there.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from reproduce.errors import UserError, reason
from reproduce.evaluation import metrics as measures
from reproduce.evaluation.metric import FRACTION
from reproduce.evaluation.registry import metric
from reproduce.evaluation.versions import current
from reproduce.tasks import task_of
from reproduce.tasks.task import NotKept
from reproduce.trials.predicted import PLAIN, is_packed, of
from reproduce.trials.result import Result

# Machines differ in the last digits of an exponential. Whoever changes a number changes more.
TOLERANCE = 1e-6
# How arrays show that they are no scores of these classes.
NO_SCORES = (UserError, ValueError, TypeError, KeyError, IndexError)


def problems(result: Result, arrays: Mapping[str, np.ndarray]) -> Iterator[str]:
    """Yield in words what a result says that does not follow from its counts and these arrays."""
    for kind, file in (("arrays", result.array_file), ("weights", result.weights_file)):
        if file and file.name.partition("-")[0] != result.key:
            yield f"its {kind} are named for another trial ({file.name})"
    yield from _beyond(result)
    yield from _against_counts(result)
    if arrays:
        yield from _names(result, arrays)
        yield from _against_scores(result.holding(dict(arrays)))


def _beyond(result: Result) -> Iterator[str]:
    """Yield shares that are none."""
    for name, value in current(result.metrics).items():
        try:
            share = metric(name.rpartition("/")[2]).unit == FRACTION
        except UserError:  # a metric that has gone from the registry
            continue
        # Cosines reach down to -1.
        if share and not -1 - TOLERANCE <= value <= 1 + TOLERANCE:
            yield f"{name} is {value:g}, expected a share"


def _against_counts(result: Result) -> Iterator[str]:
    task, classes = task_of(result.trial), len(result.counts)
    for part, rows in result.confusion.items():
        if len(rows) != classes or any(len(row) != classes for row in rows):
            yield f"the confusion counts of {part} are not of its {classes} classes"
            continue
        try:
            found = task.of_table(np.asarray(rows))
        except NO_SCORES as error:
            yield f"the confusion counts of {part} are none ({reason(error)})"
        else:
            yield from _differing(result, part, found, "confusion counts")


def _names(result: Result, arrays: Mapping[str, np.ndarray]) -> Iterator[str]:
    kept = {name for name in arrays if not is_packed(name)}
    if unknown := kept - set(result.array_names):
        yield f"its file holds {_some(unknown)}, which its row does not name"
    # An edition brings what was predicted, or the scores and no more; its row says what was kept
    # where the trial was run.
    brought = {f"test/{name}" for name in task_of(result.trial).carried}
    lost = set(result.array_names) - kept if kept else set()
    if kept <= brought:
        lost &= brought
    if lost:
        yield f"its file lacks {_some(lost)}, which its row names"


def _against_scores(result: Result) -> Iterator[str]:
    task, classes = task_of(result.trial), len(result.counts)
    for part in result.trial.evaluate_on:
        try:
            found = of(result, part, PLAIN)
            if found is not None and part in result.confusion:
                table = measures.confusion(found[1], found[0], classes)
                yield from _other_table(result, part, table, "predicted classes")
            scores, truth = task.scores(result, part)
            for place, values in task.summaries(scores, truth, classes, part):
                yield from _differing(result, place, values, "scores")
            counted = task.table(scores, truth, classes)
            if counted is not None and part in result.confusion:
                yield from _other_table(result, part, counted, "scores")
        except NotKept:
            continue
        except NO_SCORES as error:
            yield f"the arrays of {part} are no scores of its classes ({reason(error)})"


def _differing(result: Result, part: str, found: dict[str, float], source: str) -> Iterator[str]:
    stored = task_of(result.trial).measured(result, part)
    for name, value in found.items():
        if name in stored and not abs(stored[name] - value) <= TOLERANCE:
            yield f"{part}/{name} is {stored[name]:.6g}, its {source} give {value:.6g}"


def _other_table(result: Result, part: str, table: np.ndarray, source: str) -> Iterator[str]:
    if not np.array_equal(np.asarray(result.confusion[part]), table):
        yield f"the confusion counts of {part} are not those of its {source}"


def _some(names: set[str]) -> str:
    return ", ".join(sorted(names)[:3]) + (" ..." if len(names) > 3 else "")
