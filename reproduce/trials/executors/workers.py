"""A process of this machine that is given jobs through a pipe of its own, and answers there.

Were it one queue for all, a process that is killed could hold the lock of what is shared, and the
others would wait for it. A worker ends with the process that started it.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from typing import Any

from reproduce import own_code
from reproduce.trials.executors.executor import Byte, Job, Stop

# What a worker does, with the pipe to whoever drives.
Body = Callable[..., None]


@dataclass(frozen=True)
class Ended:
    """The last word of a worker on a job: whether it came to its end."""

    complete: bool


@dataclass
class Worker:
    """A process, the pipe to it, and the job that it has."""

    process: BaseProcess
    pipe: connection.Connection
    job: Job | None = None

    def hand_over(self, job: Job) -> None:
        """Give it a job; should it have died, its end of the pipe says so next."""
        self.job = job
        with suppress(OSError):
            self.pipe.send(job)

    def end(self) -> int | None:
        """End it, if it has not ended by itself, leave no file open, and return its exit code."""
        self.pipe.close()
        self.process.kill()
        self.process.join()
        code = self.process.exitcode
        self.process.close()
        return code


def start(stop: Stop, body: Body, *given: Any) -> Worker:
    """Start a process that calls `body(pipe, stop, *given)`."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    surroundings = (stop.asked, stop.left(), own_code.taken_in())
    process = context.Process(target=_begin, args=(theirs, *surroundings, body, given), daemon=True)
    process.start()
    theirs.close()
    return Worker(process, ours)


def _begin(
    pipe: connection.Connection,
    asked: Byte,
    time_left: float | None,
    code: tuple[own_code.Source, ...],
    body: Body,
    given: tuple[Any, ...],
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    own_code.take_in_all(code)
    stop = Stop(asked, None if time_left is None else time.monotonic() + time_left)
    body(pipe, stop, *given)


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
