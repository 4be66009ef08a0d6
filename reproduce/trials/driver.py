"""Who hands out jobs and keeps what comes back: it alone writes the store, and holds the locks.

Any number of calls, started by anyone, can work on one store: each takes the trials that have no
result and whose lock is free, and holds the lock of a trial until its result is kept. Executors see
none of this.
"""

from collections import deque
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType

from reproduce.errors import UserError
from reproduce.tasks import task_of
from reproduce.trials.executors.executor import Executor, Failed, Job, NoStack, Progress, Report
from reproduce.trials.keeping import keep
from reproduce.trials.locks import try_lock
from reproduce.trials.measured import Measured
from reproduce.trials.store import EARLIER, Store
from reproduce.trials.trial import Planned


@dataclass
class Event:
    """What a reporter is told: 'started', 'progress', 'finished' or 'failed'."""

    kind: str
    key: str
    done: int = 0
    total: int = 0
    loss: float = 0.0
    message: str = ""


Reporter = Callable[[Event], None]


@dataclass(frozen=True)
class Options:
    """How to execute; none of it changes a result. No `executor` is the usual one."""

    workers: int = 0
    time_limit: float | None = None
    checkpoint_seconds: float = 5.0
    keep_weights: bool = False
    force: bool = False
    stack: int | None = None
    executor: Executor | None = None


def pending(planned: Iterable[Planned], store: Store, weights: bool = False) -> list[Planned]:
    """Return the trials that have no result, or lack an array, or the weights, wanted now."""
    planned, waiting = list(planned), []
    known = store.first_of(item.trial.key for item in planned)
    for item in planned:
        result = known.get(item.trial.key)
        if result is None or not result.has(item.keep) or (weights and not result.has_weights):
            waiting.append(item)
    return waiting


class Driver:
    """The `Work` of an executor: these trials, `stack` of them as one where they can be."""

    def __init__(
        self, todo: list[Planned], store: Store, options: Options, report: Reporter, stack: int = 1
    ):
        self.store, self.options, self.report = store, options, report
        self._items = {item.trial.key: item for item in todo}
        self._waiting = deque(todo)
        self._locks: dict[str, ExitStack] = {}
        self._stacks: list[list[Planned]] = []
        if stack > 1:
            # Imported here: who stacks nothing needs no torch.
            from reproduce.trials.executors import stacked

            self._stacks = stacked.grouped([x for x in todo if not self._is_done(x)], stack)

    def __enter__(self) -> "Driver":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:  # fmt: skip
        for key in list(self._locks):
            self._release(key)

    # -- what an executor asks -----------------------------------------------------------------

    def take(self) -> Job | None:
        """Return a stack, or else a single trial, that is free and is now ours."""
        while self._stacks:
            ours = [item for item in self._stacks.pop(0) if self._is_free(item)]
            if ours:
                taken = {item.trial.key for item in ours}
                left = (item for item in self._waiting if item.trial.key not in taken)
                self._waiting = deque(left)
                return self._job(ours)
        for _ in range(len(self._waiting)):
            # From the front, so that a million of trials take no longer each than a hundred.
            item = self._waiting.popleft()
            if self._is_free(item):
                return self._job([item])
            if not self._is_done(item):
                self._waiting.append(item)
        # Others hold the locks of all that is left; their result or their death frees them.
        return None

    def is_left(self) -> bool:
        """Say whether there are trials that nobody here is at work on."""
        return bool(self._waiting)

    def count_left(self) -> int:
        """Return how many trials nobody here is at work on."""
        return len(self._waiting)

    def hear(self, report: Report) -> None:
        """Keep what was measured, note what failed, and tell of it.

        Of a trial that is over, or that another worker has now, nothing more is taken in.
        """
        if isinstance(report, Measured | Failed) and _key_of(report) not in self._locks:
            return
        match report:
            case Progress(key, done, total, loss):
                self.report(Event("progress", key, done, total, loss))
            case Measured(trial=trial):
                try:
                    result = keep(report, self.store, self._items[trial.key].labels)
                except UserError as error:
                    self._failed(trial.key, str(error))
                    return
                said = task_of(trial).said(result)
                self.report(Event("finished", trial.key, message=said))
                self._release(trial.key)
            case Failed(key, message):
                self._failed(key, message)
            case NoStack(keys):
                self._put_back(keys)

    def give_back(self, job: Job) -> None:
        """Take back the trials of a job that have neither a result nor a reason for none."""
        self._put_back(item.trial.key for item in job.items)

    # -- locks and places ----------------------------------------------------------------------

    def _job(self, items: list[Planned]) -> Job:
        self.report(Event("started", items[0].trial.key))
        options = self.options
        return Job(
            tuple(items),
            self.store.checkpoints_folder,
            options.checkpoint_seconds,
            options.keep_weights,
        )

    def _is_free(self, item: Planned) -> bool:
        """Take the lock of a trial that is to be trained, if nobody else has it."""
        key = item.trial.key
        lock = ExitStack()
        if not lock.enter_context(try_lock(self.store.lock_path(key))):
            lock.close()
            return False
        # Only now is it sure that nobody is about to keep its result.
        if self._is_done(item):
            lock.close()
            return False
        self._locks[key] = lock
        return True

    def _failed(self, key: str, message: str) -> None:
        self.store.fail(key, message)
        self.report(Event("failed", key, message=message))
        self._release(key)

    def _put_back(self, keys: Iterable[str]) -> None:
        held = [key for key in keys if key in self._locks]
        for key in held:
            self._release(key)
        self._waiting.extendleft(self._items[key] for key in reversed(held))

    def _release(self, key: str) -> None:
        self._locks.pop(key).close()

    def _is_done(self, item: Planned) -> bool:
        """Say whether nobody needs to run a trial any more: a result, or a failure of this call."""
        key = item.trial.key
        if not self.store.failures().get(key, EARLIER).startswith(EARLIER):
            return True
        return not self.options.force and not pending([item], self.store, self.options.keep_weights)


def _key_of(report: Measured | Failed) -> str:
    return report.trial.key if isinstance(report, Measured) else report.key
