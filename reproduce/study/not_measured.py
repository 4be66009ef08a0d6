"""Why a metric has no value for a cell, in words."""

from collections.abc import Sequence

from reproduce.errors import UserError
from reproduce.evaluation.metric import Family, Metric
from reproduce.evaluation.registry import absent_class
from reproduce.study.cell import Cell
from reproduce.tasks import task_of
from reproduce.trials.store import Result


class NotMeasured(UserError):
    """A metric has no value for a cell: of these data there is none, or its arrays are not kept."""


def family_of(asked: Metric, cell: Cell) -> Family:
    """Return what computes a metric of a cell, or say why nothing does."""
    if asked.family is None:
        raise NotMeasured(f"{asked.name} is not measured, as of {asked.waits_for}; ask for another")
    if asked.family.task != cell.trial.task:
        raise UserError(
            f"{asked.name} is measured in {asked.family.task}, trial {cell.trial.key} "
            f"({cell.method}) is one of {cell.trial.task}; ask for another metric"
        )
    return asked.family


def why_not(asked: Metric, cell: Cell, result: Result, class_names: Sequence[str]) -> str:
    """Say why what was measured has no value of this name."""
    if asked.measured_as in task_of(cell.trial).outdated(result, cell.measured_on):
        return (
            "older code measured it, and the scores to measure it again are not in this store "
            "(run the study again with --force)"
        )
    if absent := absent_class(asked.name, tuple(class_names)):
        return f"it asks for {absent}"
    if "_class_" in asked.name and asked.name.rpartition("_")[2].isdigit():
        return "that class has no test image"
    return f"the training images by class are {list(result.counts)}"
