"""What an executor is given, what it says, and what it has to do.

An executor asks its `Work` for a job as soon as it has room for one, has it performed anywhere,
and hands on each report as it comes. A cluster performs jobs with `perform`, as processes do; where
no disk is shared, it lays `files` of a job into a folder there before, and brings them back
whenever it likes: with them a trial that was interrupted goes on, without them it begins anew.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from reproduce.trials.measured import Measured
from reproduce.trials.trial import Planned

# How long to wait before asking again for a trial that another call is at work on.
SECONDS_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True)
class Job:
    """Trials to be trained: one, or several as a stack.

    `scratch` is the folder where they keep their state while they train, and find it again.
    """

    items: tuple[Planned, ...]
    scratch: Path
    checkpoint_seconds: float = 5.0
    keep_weights: bool = False

    def files(self) -> list[Path]:
        """Return what was kept of its trials while they trained: with it they can go on."""
        keys = [item.trial.key for item in self.items]
        return sorted(path for key in keys for path in self.scratch.glob(f"{key}.*"))


@dataclass(frozen=True)
class Progress:
    """How far a trial is."""

    key: str
    done: int
    total: int
    loss: float


@dataclass(frozen=True)
class Failed:
    """Why a trial has no result."""

    key: str
    message: str


@dataclass(frozen=True)
class NoStack:
    """That trials cannot be trained as one: each is a job of its own."""

    keys: tuple[str, ...]


Report = Progress | Measured | Failed | NoStack


class Byte(Protocol):
    """A number that several processes see."""

    value: int


class Stop:
    """Says when to stop: asked by a signal, or past the deadline.

    `asked` is a byte shared with the workers, without a lock: a signal handler that waits for a
    lock its own thread holds would wait for ever, and so would all others if its holder is killed.
    """

    def __init__(self, asked: Byte, deadline: float | None):
        self.asked, self.deadline = asked, deadline

    def is_set(self) -> bool:
        """Say whether it is time to write a checkpoint and end."""
        late = self.deadline is not None and time.monotonic() >= self.deadline
        return late or bool(self.asked.value)

    def left(self) -> float | None:
        """Return the seconds until the deadline, None where there is none."""
        return None if self.deadline is None else self.deadline - time.monotonic()


class Work(Protocol):
    """What the driver is to an executor."""

    def take(self) -> Job | None:
        """Return a job that is now the executor's to do; None if there is none at present."""

    def is_left(self) -> bool:
        """Say whether to ask again: another call is at work on what is left, and may die."""

    def count_left(self) -> int:
        """Return how many trials nobody here is at work on."""

    def hear(self, report: Report) -> None:
        """Take in a report of a job that was taken."""

    def give_back(self, job: Job) -> None:
        """Take back what nobody works on any more, because a worker was lost or told to stop."""


class Executor(ABC):
    """One way to perform jobs; `stacks` says whether several small trials may be one of them."""

    stacks = True

    def check(self, todo: Iterable[Planned]) -> None:
        """Refuse trials that cannot be performed this way, before anything is noted of them."""
        return  # Most ways take any.

    @abstractmethod
    def run(self, work: Work, stop: Stop) -> None:
        """Perform all jobs there are, or return soon after `stop` is set.

        Raises a `UserError` at the end if some of its workers were lost.
        """
