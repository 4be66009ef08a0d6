"""What one worker does: take trials whose lock is free, alone or as one, until none is left."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from reproduce.errors import UserError
from reproduce.tasks import task_of
from reproduce.trials.locks import try_lock
from reproduce.trials.store import EARLIER, Store
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


@dataclass(frozen=True)
class Options:
    """How to execute; none of it changes a result."""

    workers: int = 0
    time_limit: float | None = None
    checkpoint_seconds: float = 5.0
    keep_weights: bool = False
    force: bool = False
    stack: int | None = None


def pending(planned: Iterable[Planned], store: Store, weights: bool = False) -> list[Planned]:
    """Return the trials that have no result, or lack an array, or the weights, wanted now."""
    waiting = []
    for item in planned:
        result = store.get(item.trial.key)
        if result is None or not result.has(item.keep) or (weights and not result.has_weights):
            waiting.append(item)
    return waiting


def work(todo: list[Planned], store: Store, options: Options, stop, report) -> None:
    """Take trials one after the other until all have a result or we are told to stop."""
    # Imported here: a process that only waits for its workers never loads torch.
    from reproduce.training.loop import Interrupted
    from reproduce.trials.execute import Surroundings, execute

    waiting = list(todo)
    try:
        waiting = _work_on_stacks(waiting, store, options, stop, report)
    except Interrupted:
        return
    while waiting and not stop.is_set():
        took_one = False
        for item in list(waiting):
            key = item.trial.key
            with try_lock(store.lock_path(key)) as ours:
                if not ours:
                    continue
                waiting.remove(item)
                if _is_done(item, store, options):
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
                    report(Event("finished", key, message=task_of(item.trial).said(result)))
            break
        if waiting and not took_one:
            # Others hold the locks of all that is left; their result or their death frees them.
            time.sleep(SECONDS_BETWEEN_LOOKS)
            waiting = [x for x in waiting if not _is_done(x, store, options)]


def _work_on_stacks(todo: list[Planned], store, options, stop, report) -> list[Planned]:
    """Train together what can be; return what is left to be trained one by one."""
    from reproduce import device
    from reproduce.trials import stack
    from reproduce.trials.execute import Surroundings

    size = stack.size_for(device.choose(), options.stack)
    if size == 1:
        return todo
    handled: set[str] = set()
    for items in stack.grouped([x for x in todo if not _is_done(x, store, options)], size):
        key = items[0].trial.key
        report(Event("started", key))
        surroundings = Surroundings(
            stop_requested=stop.is_set,
            progress=_throttled(report, key),
            keep_weights=options.keep_weights,
        )
        for outcome in stack.execute(items, store, surroundings) or ():
            done = outcome.item.trial.key
            handled.add(done)
            kind = "failed" if outcome.failure else "finished"
            text = outcome.failure or outcome.reached
            report(Event(kind, done, message=text))
    return [item for item in todo if item.trial.key not in handled]


def _is_done(item: Planned, store: Store, options: Options) -> bool:
    """Say whether nobody needs to run a trial any more: it has a result, or failed in this call."""
    key = item.trial.key
    if not store.failures().get(key, EARLIER).startswith(EARLIER):
        return True
    return not options.force and not pending([item], store, options.keep_weights)


def _throttled(report, key: str, every: float = 0.5):
    last = 0.0

    def progress(done: int, total: int, loss: float) -> None:
        nonlocal last
        if done == total or time.monotonic() - last >= every:
            last = time.monotonic()
            report(Event("progress", key, done, total, loss))

    return progress
