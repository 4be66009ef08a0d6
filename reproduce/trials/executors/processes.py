"""Several workers on this machine, processes of one thread each: that fills the cores best.

Each has a pipe of its own, through which jobs go and reports come: were it one queue, a worker
that is killed could hold the lock of what is shared, and all others would wait for it. A worker
ends with the process that started it.
"""

import multiprocessing
import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.process import BaseProcess

from reproduce import own_code
from reproduce.errors import UserError
from reproduce.trials.executors.executor import (
    SECONDS_BETWEEN_LOOKS,
    Byte,
    Executor,
    Job,
    Report,
    Stop,
    Work,
)
from reproduce.trials.executors.performing import perform


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


class Processes(Executor):
    """So many workers of this machine."""

    def __init__(self, workers: int):
        self.workers = workers

    def run(self, work: Work, stop: Stop) -> None:
        """Keep all workers busy until there are no jobs, or it is told to stop."""
        workers = [_start(stop) for _ in range(self.workers)]
        try:
            _drive(workers, work, stop)
            for worker in workers:
                worker.pipe.close()  # which ends it
            for worker in workers:
                worker.process.join()
        finally:
            codes = [_end(worker) for worker in workers]
        for code in codes:
            if code and not stop.is_set():
                raise UserError(
                    f"a worker ended unexpectedly (exit code {code}; -9 is usually a lack of "
                    "memory); finished trials are kept: run the command again, with fewer workers"
                )


def _end(worker: Worker) -> int | None:
    """End a worker, if it has not ended by itself, leave no file open, and return its exit code."""
    worker.pipe.close()
    worker.process.kill()
    worker.process.join()
    code = worker.process.exitcode
    worker.process.close()
    return code


def _drive(workers: list[Worker], work: Work, stop: Stop) -> None:
    alive = list(workers)
    while alive:
        for worker in [one for one in alive if one.job is None]:
            worker.job = None if stop.is_set() else work.take()
            if worker.job is not None:
                _hand_over(worker, worker.job)
        busy = [worker for worker in alive if worker.job is not None]
        idle = len(busy) < len(alive)
        if not busy and (stop.is_set() or not work.is_left()):
            return
        # Who has nothing to do asks again soon: others may die, or be told to stop.
        patience = SECONDS_BETWEEN_LOOKS if idle and work.is_left() else None
        for pipe in connection.wait([worker.pipe for worker in alive], patience):
            worker = next(one for one in alive if one.pipe is pipe)
            if not _listen(worker, work):
                alive.remove(worker)


def _hand_over(worker: Worker, job: Job) -> None:
    # Should it have died, its end of the pipe says so next.
    with suppress(OSError):
        worker.pipe.send(job)


def _listen(worker: Worker, work: Work) -> bool:
    """Take in one word of a worker; False if it has ended, perhaps in the middle of a word."""
    try:
        said: Report | Ended = worker.pipe.recv()
    except (EOFError, OSError):
        if worker.job is not None:
            work.give_back(worker.job)
        return False
    if not isinstance(said, Ended):
        work.hear(said)
    elif worker.job is not None:
        if not said.complete:
            work.give_back(worker.job)
        worker.job = None
    return True


def _start(stop: Stop) -> Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    arguments = (theirs, stop.asked, stop.left(), own_code.taken_in())
    process = context.Process(target=_worker, args=arguments, daemon=True)
    process.start()
    theirs.close()
    return Worker(process, ours)


def _worker(
    pipe: connection.Connection,
    asked: Byte,
    time_left: float | None,
    code: tuple[own_code.Source, ...],
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    own_code.take_in_all(code)
    stop = Stop(asked, None if time_left is None else time.monotonic() + time_left)
    while True:
        try:
            job: Job = pipe.recv()
        except EOFError:
            return
        pipe.send(Ended(perform(job, stop.is_set, pipe.send)))


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
