"""A process of this machine that is given jobs through a pipe of its own, and answers there.

Were it one queue for all, a process that is killed could hold the lock of what is shared, and the
others would wait for it. A worker ends with the process that started it.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from typing import Any

from reproduce import own_code
from reproduce.trials.executors.executor import Byte, Job, Stop

# What a terminal, or whoever ends a group of processes, sends to a worker as well. It is for the
# process that drives; a worker hears from that one.
FOR_THE_DRIVER = (signal.SIGINT, signal.SIGTERM)
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
    with _born_deaf():
        process.start()
    theirs.close()
    return Worker(process, ours)


@contextmanager
def _born_deaf() -> Iterator[None]:
    """Let what is started here be spared `FOR_THE_DRIVER` until it says that it ignores them.

    An interpreter that is interrupted while it begins dies with a page of errors. What comes for
    this process meanwhile waits. Windows has no mask to hand down.
    """
    if sys.platform == "win32":
        yield
        return
    from multiprocessing import resource_tracker

    # The tracker would be started on the way, and takes the mask off again when it is.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, FOR_THE_DRIVER)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(
    pipe: connection.Connection,
    asked: Byte,
    time_left: float | None,
    code: tuple[own_code.Source, ...],
    body: Body,
    given: tuple[Any, ...],
) -> None:
    for number in FOR_THE_DRIVER:
        signal.signal(number, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, FOR_THE_DRIVER)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    own_code.take_in_all(code)
    stop = Stop(asked, None if time_left is None else time.monotonic() + time_left)
    body(pipe, stop, *given)


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
