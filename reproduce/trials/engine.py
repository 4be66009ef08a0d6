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
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import connection

from reproduce import installed, own_code
from reproduce.data import catalog
from reproduce.errors import Stopped, UserError
from reproduce.models import initialisations
from reproduce.trials import memory, trusted
from reproduce.trials.store import EARLIER, Store
from reproduce.trials.trial import Planned
from reproduce.trials.work import Event, Options, pending, work

__all__ = ["Event", "Options", "Summary", "default_workers", "pending", "run"]


@dataclass
class Summary:
    """How a call ended."""

    total: int
    done: int = 0
    trained: int = 0
    stopped: bool = False
    failures: dict[str, str] = field(default_factory=dict)


def default_workers() -> int:
    """Return one worker a core, or a single one where an accelerator does the work."""
    wanted = os.environ.get("REPRODUCE_WORKERS")
    if wanted:
        if not wanted.isdecimal():
            raise UserError(f"REPRODUCE_WORKERS is '{wanted}', expected a whole number")
        return max(1, int(wanted))
    if _accelerated():
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _accelerated() -> bool:
    """Say whether trials run on a GPU; torch is asked only where there may be one."""
    if os.environ.get("REPRODUCE_DEVICE", "").startswith("cpu"):
        return False
    if not os.path.exists("/proc/driver/nvidia"):
        return False
    from reproduce import device

    return device.choose().type == "cuda"


def _memory() -> int:
    """Return the bytes of the larger memory, the machine's or the GPU's, where a batch is."""
    if not _accelerated():
        return memory.present()
    from reproduce import device

    return max(memory.present(), device.memory(device.choose()))


def run(planned: list[Planned], store: Store, options: Options, reporter) -> Summary:
    """Execute what is pending and tell `reporter(event)` about it.

    Stops cleanly, with checkpoints, at the time limit and on Ctrl-C. A trial that fails does not
    stop the others; its message is stored and returned.
    """
    todo = list(planned) if options.force else pending(planned, store, options.keep_weights)
    if todo:
        # Before anything is noted: what is refused leaves no trial that waits for ever.
        installed.require_training()
        memory.check(todo, store.records(), _memory())
        trusted.check(todo)
        _check_data(todo)
        _check_initialisations(todo)
    store.add(planned)
    summary = Summary(total=len(planned), done=len(planned) - len(todo))
    if not todo:
        return summary
    store.give_another_chance(item.trial.key for item in todo)
    deadline = time.monotonic() + options.time_limit if options.time_limit else None
    workers = min(options.workers or default_workers(), len(todo))

    def counting(event: Event) -> None:
        summary.trained += event.kind == "finished"
        reporter(event)

    with _stopping_on_signals(deadline) as stop:
        if workers == 1:
            work(todo, store, options, stop, counting)
        else:
            _spawn(workers, todo, store, options, stop, counting)
        summary.stopped = stop.is_set()
    keys = {item.trial.key for item in todo}
    summary.failures = {
        key: message for key, message in store.failures().items()
        # Those of an earlier call that this one was stopped before are none of its own.
        if key in keys and not (summary.stopped and message.startswith(EARLIER))
    }  # fmt: skip
    summary.done = len(planned) - len(pending(planned, store, options.keep_weights))
    return summary


def require_no_failure(summary: Summary) -> None:
    """Raise if a trial failed."""
    if summary.failures:
        key, message = next(iter(summary.failures.items()))
        raise UserError(f"{len(summary.failures)} trial(s) failed, first {key}: {message}")


def require_all(summary: Summary) -> None:
    """Raise if a trial failed, or if there was a stop before all were done."""
    require_no_failure(summary)
    if summary.done < summary.total:
        raise Stopped(
            f"stopped: {summary.done} of {summary.total} trials done, the others have a "
            "checkpoint; run the same command again to go on"
        )


def _check_data(todo: list[Planned]) -> None:
    """Open every data set once before anything trains: absent or other data stops all at once."""
    for name, fingerprint in {(x.trial.dataset, x.trial.fingerprint) for x in todo}:
        found = catalog.load(name).fingerprint
        if found != fingerprint:
            raise UserError(
                f"data set '{name}' here has the fingerprint {found[:12]}..., the trials were "
                f"planned for {fingerprint[:12]}...; get the same file, or make the plan anew"
            )


def _check_initialisations(todo: list[Planned]) -> None:
    """Look for every file of weights that a trial starts from, before anything trains."""
    for trial in {(x.trial.backbone, x.trial.initialisation): x.trial for x in todo}.values():
        initialisations.check(trial.backbone, trial.initialisation)
    for trial in (x.trial for x in todo if x.trial.split.get("kind") != "official"):
        if initialisations.trained_on(trial.initialisation) == trial.fingerprint:
            raise UserError(
                f"{trial.initialisation} was trained on images of '{trial.dataset}', which a split "
                "of kind 'official' alone keeps apart from those it is tested on; take a "
                "surrogate of other data"
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


def _spawn(workers: int, todo, store: Store, options: Options, stop: _Stop, report) -> None:
    context = multiprocessing.get_context("spawn")
    left = None if stop.deadline is None else stop.deadline - time.monotonic()
    processes, receivers = [], []
    for number in range(workers):
        # A pipe each, not one queue: a worker that is killed may hold the lock of what is shared,
        # and all others would wait for it.
        receiver, sender = context.Pipe(duplex=False)
        arguments = (number, workers, todo, str(store.path), options, stop.asked, left, sender,
                     own_code.taken_in())  # fmt: skip
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


def _worker(number, workers, todo, path, options, asked, time_left, sender, code) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    own_code.take_in_all(code)
    deadline = None if time_left is None else time.monotonic() + time_left
    # Each worker starts at another place of the list, so that they rarely meet at a lock. Where
    # finished trials are forced, nothing in the store says which were run anew: shares are fixed.
    mine = todo[number::workers] if options.force else todo[number:] + todo[:number]
    work(mine, Store(path), options, _Stop(asked, deadline), sender.send)


def _die_with_parent() -> None:
    connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)
