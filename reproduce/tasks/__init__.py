"""What a network is asked to do with images: classification, segmentation, verification.

A task knows what is learned of an image, what is predicted and kept on test data, how that is
measured, how the test part is resampled, and which measure stands for all. Training, trials and
studies ask the task and assume none. The names import without torch.
"""

from importlib import import_module
from typing import Any, Protocol

from reproduce.errors import unknown_name
from reproduce.tasks.task import Predicted, Task

TASKS = {
    "classification": "classification:Classification",
    "segmentation": "segmentation:Segmentation",
    "verification": "verification:Verification",
}
NAMES = tuple(TASKS)


class HasTask(Protocol):
    """A trial, or anything else that names a task."""

    @property
    def task(self) -> str:
        """Return the name of the task."""


__all__ = ["NAMES", "Predicted", "Task", "named", "task_of"]


def named(name: str) -> Task[Any]:
    """Return the task of this name."""
    if name not in TASKS:
        raise unknown_name("task", name, TASKS)
    module, _, attribute = TASKS[name].partition(":")
    made_by: type[Task[Any]] = getattr(import_module(f"{__name__}.{module}"), attribute)
    return made_by()


def task_of(trial: HasTask) -> Task[Any]:
    """Return the task of a trial, or of anything else that names one as its `task`."""
    return named(trial.task)
