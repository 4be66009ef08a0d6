"""Who executes pending trials: this process, or several workers of it.

Workers share nothing but the store: each takes the next trial that has no result and whose lock
is free, so any number of processes, started by anyone, can work on one store. Parallelism is
processes of one thread each, since that is what fills two cores best.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import connection

from reproduce.data import catalog
from reproduce.errors import UserError
from reproduce.trials.locks import try_lock
from reproduce.trials.store import Store
from reproduce.trials.trial import Planned

SECONDS_BETWEEN_LOOKS = 0.5


@dataclass
class Event:
    """Something a worker reports: 'started', 'progress', 'finished' or 'failed'."""

    kind: str
    key: str
    done: int = 0
    total: int = 0
    loss: float = 0.0
    message: str = ""


@dataclass
class Summary:
    """How a call ended."""

    total: int
    done: int = 0
    trained: int = 0
    stopped: bool = False
    failures: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Options:
    """How to execute; none of it changes a result."""

    workers: int = 0
    time_limit: float | None = None
    checkpoint_seconds: float = 5.0
    keep_weights: bool = False
    force: bool = False


def default_workers() -> int:
    """Return one worker a core, or a single one where an accelerator does the work."""
    wanted = os.environ.get("REPRODUCE_WORKERS")
    if wanted:
        if not wanted.isdecimal():
            raise UserError(f"REPRODUCE_WORKERS is '{wanted}', expected a whole number")
        return max(1, int(wanted))
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def pending(planned: Iterable[Planned], store: Store) -> list[Planned]:
    """Return the trials that have no result, or lack an array that is wanted now."""
    waiting = []
    for item in planned:
        result = store.get(item.trial.key)
        if result is None or not result.has(item.keep):
            waiting.append(item)
    return waiting


def run(planned: list[Planned], store: Store, options: Options, reporter) -> Summary:
    """Execute what is pending and tell `reporter(event)` about it.

    Stops cleanly, with checkpoints, at the time limit and on Ctrl-C. A trial that fails does not
    stop the others; its message is stored and returned.
    """
    store.add(planned)
    todo = list(planned) if options.force else pending(planned, store)
    summary = Summary(total=len(planned), done=len(planned) - len(todo))
    if not todo:
        return summary
    _check_data(todo)
    store.forget_failures(item.trial.key for item in todo)
    deadline = time.monotonic() + options.time_limit if options.time_limit else None
    workers = min(options.workers or default_workers(), len(todo))

    def counting(event: Event) -> None:
        summary.trained += event.kind == "finished"
        reporter(event)

    with _stopping_on_signals(deadline) as stop:
        if workers == 1:
            _work(todo, store, options, stop, counting)
        else:
            _spawn(workers, todo, store, options, stop, counting)
        summary.stopped = stop.is_set()
    keys = {item.trial.key for item in todo}
    summary.failures = {k: m for k, m in store.failures().items() if k in keys}
    summary.done = len(planned) - len(pending(planned, store))
    return summary


def _check_data(todo: list[Planned]) -> None:
    """Open every data set once before anything trains: absent or other data stops all at once."""
    for name, fingerprint in {(x.trial.dataset, x.trial.fingerprint) for x in todo}:
        found = catalog.load(name).fingerprint
        if found != fingerprint:
            raise UserError(
                f"data set '{name}' here has the fingerprint {found[:12]}..., the trials were "
                f"planned for {fingerprint[:12]}...; get the same file, or make the plan anew"
            )


class _Stop:
    """Says when to stop: asked by a signal, or past the deadline.

    `asked` is a byte shared with the workers, without a lock: a signal handler that waits for a
    lock its own thread holds would wait for ever, and so would all others if its holder is killed.
    """

    def __init__(self, asked, deadline: float | None):
        self.asked, self.deadline = asked, deadline

    def is_set(self) -> bool:
        late = self.deadline is not None and time.monotonic() >= self.deadline
        return late or bool(self.asked.value)


@contextmanager
def _stopping_on_signals(deadline: float | None):
    """Turn the first Ctrl-C (or SIGTERM) into a request to checkpoint and stop."""
    asked = multiprocessing.get_context("spawn").RawValue("b", 0)

    def ask(*_) -> None:
        asked.value = 1

    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, ask)
    try:
        yield _Stop(asked, deadline)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _work(todo: list[Planned], store: Store, options: Options, stop: _Stop, report) -> None:
    """Take trials one after the other until all have a result or we are told to stop."""
    # Imported here: a process that only waits for its workers never loads torch.
    from reproduce.training.loop import Interrupted
    from reproduce.trials.execute import Surroundings, execute

    waiting = list(todo)
    while waiting and not stop.is_set():
        took_one = False
        for item in list(waiting):
            key = item.trial.key
            with try_lock(store.lock_path(key)) as ours:
                if not ours:
                    continue
                waiting.remove(item)
                if _is_done(item, store, options.force):
                    continue
                took_one = True
                report(Event("started", key))
                surroundings = Surroundings(
                    stop_requested=stop.is_set,
                    progress=_throttled(report, key),
                    checkpoint_seconds=options.checkpoint_seconds,
                    keep_weights=options.keep_weights,
                )
                try:
                    result = execute(item, store, surroundings)
                except Interrupted:
                    return
                except UserError as error:
                    store.fail(key, str(error))
                    report(Event("failed", key, message=str(error)))
                else:
                    accuracy = next(iter(result.metrics.values()), 0.0)
                    report(Event("finished", key, message=f"accuracy {100 * accuracy:.1f} %"))
            break
        if waiting and not took_one:
            # Others hold the locks of all that is left; their result or their death frees them.
            time.sleep(SECONDS_BETWEEN_LOOKS)
            waiting = [x for x in waiting if not _is_done(x, store, options.force)]


def _is_done(item: Planned, store: Store, force: bool) -> bool:
    """Say whether nobody needs to run a trial any more: it has a result, or failed in this call."""
    key = item.trial.key
    if key in store.failures():
        return True
    return not force and not pending([item], store)


def _throttled(report, key: str, every: float = 0.5):
    last = 0.0

    def progress(done: int, total: int, loss: float) -> None:
        nonlocal last
        if done == total or time.monotonic() - last >= every:
            last = time.monotonic()
            report(Event("progress", key, done, total, loss))

    return progress


def _spawn(workers: int, todo, store: Store, options: Options, stop: _Stop, report) -> None:
    context = multiprocessing.get_context("spawn")
    left = None if stop.deadline is None else stop.deadline - time.monotonic()
    processes, receivers = [], []
    for number in range(workers):
        # A pipe each, not one queue: a worker that is killed may hold the lock of what is shared,
        # and all others would wait for it.
        receiver, sender = context.Pipe(duplex=False)
        arguments = (number, workers, todo, str(store.path), options, stop.asked, left, sender)
        processes.append(context.Process(target=_worker, args=arguments, daemon=True))
        processes[-1].start()
        sender.close()
        receivers.append(receiver)
    while receivers:
        for receiver in connection.wait(receivers):
            try:
                event = receiver.recv()
            except (EOFError, OSError):  # its worker has ended, perhaps in the middle of a word
                receivers.remove(receiver)
            else:
                report(event)
    for process in processes:
        process.join()
        if process.exitcode and not stop.is_set():
            raise UserError(
                f"a worker ended unexpectedly (exit code {process.exitcode}; -9 is usually a lack "
                "of memory); finished trials are kept: run the command again, with fewer workers"
            )


def _worker(number, workers, todo, path, options, asked, time_left, sender) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    deadline = None if time_left is None else time.monotonic() + time_left
    # Each worker starts at another place of the list, so that they rarely meet at a lock. Where
    # finished trials are forced, nothing in the store says which were run anew: shares are fixed.
    mine = todo[number::workers] if options.force else todo[number:] + todo[:number]
    _work(mine, Store(path), options, _Stop(asked, deadline), sender.send)


def _die_with_parent() -> None:
    connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)
