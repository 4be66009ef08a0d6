"""One call that executes what is pending: what is refused, who executes, how it ended."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from reproduce import device, installed
from reproduce.errors import Stopped, UserError
from reproduce.trials import at_hand, executors, locks, memory, trusted
from reproduce.trials.driver import Driver, Event, Options, Reporter, pending
from reproduce.trials.executors.executor import Stop
from reproduce.trials.store import EARLIER, Store
from reproduce.trials.trial import Planned

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
    if device.accelerated():
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory() -> int:
    """Return the bytes of the larger memory, the machine's or the GPU's, where a batch is."""
    if not device.accelerated():
        return memory.present()
    return max(memory.present(), device.memory(device.choose()))


def _stack_size(options: Options) -> int:
    """Return how many networks to train as one; torch is asked only where it may be many."""
    if options.executor and not options.executor.stacks:
        return 1
    if options.stack is None and not device.accelerated():
        return 1
    from reproduce.trials.executors import stacked

    return stacked.size_for(device.choose(), options.stack)


def run(planned: list[Planned], store: Store, options: Options, reporter: Reporter) -> Summary:
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
        at_hand.check(todo)
        locks.require(store.path)
        if options.executor:
            options.executor.check(todo)
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
        executor = options.executor or executors.usual(workers)
        with Driver(todo, store, options, counting, _stack_size(options)) as driver:
            executor.run(driver, stop)
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


@contextmanager
def _stopping_on_signals(deadline: float | None) -> Iterator[Stop]:
    """Turn the first Ctrl-C (or SIGTERM) into a request to checkpoint and stop."""
    asked = multiprocessing.get_context("spawn").RawValue("b", 0)

    def ask(*_: object) -> None:
        asked.value = 1

    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, ask)
    try:
        yield Stop(asked, deadline)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
