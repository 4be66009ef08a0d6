"""Several workers on this machine, processes of one thread each: that fills the cores best."""

from multiprocessing import connection

from reproduce.errors import UserError
from reproduce.trials.executors.executor import (
    SECONDS_BETWEEN_LOOKS,
    Executor,
    Job,
    Report,
    Stop,
    Work,
)
from reproduce.trials.executors.performing import perform
from reproduce.trials.executors.workers import Ended, Worker, start


class Processes(Executor):
    """So many workers of this machine."""

    def __init__(self, workers: int):
        self.workers = workers

    def run(self, work: Work, stop: Stop) -> None:
        """Keep all workers busy until there are no jobs, or it is told to stop."""
        workers = [start(stop, _work) for _ in range(self.workers)]
        try:
            _drive(workers, work, stop)
            for worker in workers:
                worker.pipe.close()  # which ends it
            for worker in workers:
                worker.process.join()
        finally:
            codes = [worker.end() for worker in workers]
        for code in codes:
            if code and not stop.is_set():
                raise UserError(
                    f"a worker ended unexpectedly (exit code {code}; -9 is usually a lack of "
                    "memory); finished trials are kept: run the command again, with fewer workers"
                )


def _drive(workers: list[Worker], work: Work, stop: Stop) -> None:
    alive = list(workers)
    while alive:
        for worker in [one for one in alive if one.job is None]:
            job = None if stop.is_set() else work.take()
            if job is not None:
                worker.hand_over(job)
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


def _work(pipe: connection.Connection, stop: Stop) -> None:
    while True:
        try:
            job: Job = pipe.recv()
        except EOFError:
            return
        pipe.send(Ended(perform(job, stop.is_set, pipe.send)))
