"""Training what a study has planned: at once, or in stages where results decide what follows."""

import time
from collections.abc import Callable, Sequence, Set
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any, Protocol

from reproduce.data.records import Record
from reproduce.study.cell import Cell
from reproduce.trials import allowed, engine
from reproduce.trials.store import Store
from reproduce.trials.trial import Planned

# Opens what is told of a stage: `told(planned, store)` gives a reporter of events.
Told = Callable[[Sequence[Planned], Store], AbstractContextManager[Any]]


class Planning(Protocol):
    """What training needs of a study, which is above it."""

    store: Store
    records: list[Record]
    lost: Sequence[Cell]

    @property
    def waiting(self) -> Set[str]:
        """Return the keys of trials that wait for results of others."""

    def planned(self) -> list[Planned]:
        """Return every trial, once."""

    def step_of(self, key: str) -> int:
        """Return which step a trial belongs to, counted from 0; all to one without steps."""

    def lay_out(self) -> None:
        """Plan anew with the results there are."""


def silent(planned: Sequence[Planned], store: Store) -> AbstractContextManager[Any]:
    """Tell nothing."""
    return nullcontext(lambda event: None)


def ready(study: Planning) -> list[Planned]:
    """Return the trials of a study that can be trained now."""
    waiting = study.waiting
    return [item for item in study.planned() if item.trial.key not in waiting]


def next_stage(study: Planning) -> list[Planned]:
    """Return what can be trained now, up to the step in which the first trial waits for a result.

    So a step is whole before the next one begins, also where its own results decide what is in it.
    """
    waiting = study.waiting
    first = min(map(study.step_of, waiting), default=None)
    found = ready(study)
    if first is None:
        return found
    return [item for item in found if study.step_of(item.trial.key) <= first]


def train(study: Planning, options: engine.Options, told: Told = silent) -> engine.Summary:
    """Train what is pending of a study and, once results have decided more trials, these as well.

    Stops at the time limit and on Ctrl-C. A trial that fails is not tried again in this call, and
    what waits for it is left; all else is trained.
    """
    workers = options.workers or engine.default_workers()
    pending = engine.pending(ready(study), study.store)
    allowed.refuse_more(pending, study.store, workers, study.records)
    for record in study.records:
        study.store.put_record(record)
    began, trained, stage = time.monotonic(), 0, ready if options.force else next_stage
    failed: dict[str, str] = {}
    while True:
        planned = [item for item in stage(study) if item.trial.key not in failed]
        with told(planned, study.store) as reporter:
            summary = engine.run(planned, study.store, _left(options, began), reporter)
        trained += summary.trained
        before, options = study.waiting, replace(options, force=False)
        # What is shown as far as it is done is whole, and stays what it is.
        if before or summary.failures:
            study.lay_out()
        lost = {cell.trial.key for cell in study.lost}
        failed |= {key: text for key, text in summary.failures.items() if key not in lost}
        undecided = study.waiting == before
        if summary.stopped or not before or (undecided and stage is ready):
            break
        # Where nothing was decided, what waits for nothing is trained at least.
        stage = ready if undecided else next_stage
    planned = study.planned()
    missing = len(engine.pending(planned, study.store, options.keep_weights))
    total = len(planned)
    return replace(summary, total=total, done=total - missing, trained=trained, failures=failed)


def _left(options: engine.Options, began: float) -> engine.Options:
    if options.time_limit is None:
        return options
    # At least a moment: what has just begun is stopped with a checkpoint.
    return replace(options, time_limit=max(0.1, options.time_limit - (time.monotonic() - began)))
