"""One worker of a cluster: it performs jobs in a folder of its own, and is asked how it goes.

It needs no store and no disk that others see. What a trial keeps while it trains goes back to the
driver now and then, so that the trial goes on elsewhere when this worker is lost.
"""

import os
import queue
import socket
import tempfile
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from reproduce import own_code
from reproduce.errors import UserError, reason
from reproduce.files import earlier
from reproduce.trials.executors.executor import Failed, Job, Progress, Report
from reproduce.trials.executors.performing import perform

# A lost worker costs at most a minute of training, or a twentieth of a trial where that is less.
SECONDS_BETWEEN_SENDINGS = 60.0
SENDINGS_A_TRIAL = 20


@dataclass(frozen=True)
class Place:
    """Where a worker is."""

    host: str
    process: int


@dataclass(frozen=True)
class Kept:
    """The content, by name, of the files with which a trial goes on."""

    files: dict[str, bytes]


@dataclass(frozen=True)
class Unfit:
    """That this machine cannot perform a job which others may: it lacks data, say."""

    message: str


@dataclass(frozen=True)
class Ended:
    """The last word on a job: whether it came to its end."""

    complete: bool


Word = Report | Kept | Unfit | Ended


class Member:
    """Performs one job at a time in a thread, while it listens."""

    def __init__(self, code: tuple[own_code.Source, ...]):
        own_code.take_in_all(code)
        self._folder = tempfile.TemporaryDirectory(prefix="reproduce-")
        self._words: queue.SimpleQueue[Word] = queue.SimpleQueue()
        self._stop = threading.Event()

    def place(self) -> Place:
        """Say where this is; whoever asks knows then that it has started."""
        return Place(socket.gethostname(), os.getpid())

    def begin(self, job: Job, files: dict[str, bytes]) -> None:
        """Start on a job, from what it had kept elsewhere."""
        scratch = Path(self._folder.name)
        for path in scratch.iterdir():
            path.unlink()
        for name, content in files.items():
            (scratch / name).write_bytes(content)
        seconds = min(job.checkpoint_seconds, SECONDS_BETWEEN_SENDINGS)
        here = replace(job, scratch=scratch, checkpoint_seconds=seconds)
        self._stop.clear()
        threading.Thread(target=self._work, args=(here,), name="job", daemon=True).start()

    def listen(self, patience: float) -> list[Word]:
        """Return what there is to say, as soon as there is something."""
        words: list[Word] = []
        with suppress(queue.Empty):
            words.append(self._words.get(timeout=patience))
            while True:
                words.append(self._words.get_nowait())
        return words

    def stop(self) -> None:
        """Ask for a checkpoint and an end."""
        self._stop.set()

    def _work(self, job: Job) -> None:
        from reproduce.trials import at_hand

        sendings = Sendings(job)
        try:
            at_hand.check(job.items)
        except UserError as error:
            self._words.put(Unfit(str(error)))
            return

        def tell(report: Report) -> None:
            self._words.put(report)
            if isinstance(report, Progress):
                self._send(sendings.due(report))

        complete = True
        try:
            complete = perform(job, self._stop.is_set, tell)
        except Exception as error:  # of this trial alone: the others go on
            message = str(error) if isinstance(error, UserError) else said_of(error)
            for item in job.items:
                self._words.put(Failed(item.trial.key, message))
        if not complete:
            self._send(sendings.new())
        self._words.put(Ended(complete))

    def _send(self, files: dict[str, bytes]) -> None:
        if files:
            self._words.put(Kept(files))


class Sendings:
    """When what a job keeps is to be sent: what is new, every minute or twentieth."""

    def __init__(self, job: Job):
        self.job = job
        self._sent = self._written()
        self._twentieth, self._last = 0, time.monotonic()

    def due(self, progress: Progress) -> dict[str, bytes]:
        """Return the new files if it is time to send them."""
        twentieth = SENDINGS_A_TRIAL * progress.done // max(1, progress.total)
        now = time.monotonic()
        if twentieth <= self._twentieth and now - self._last < SECONDS_BETWEEN_SENDINGS:
            return {}
        files = self.new()
        if files:
            self._twentieth, self._last = twentieth, now
        return files

    def new(self) -> dict[str, bytes]:
        """Return what was written since the last sending.

        All of a job together where one file is new: what watchers noted belongs to a checkpoint.
        """
        written = self._written()
        if written == self._sent:
            return {}
        self._sent = written
        return contents(written)

    def _written(self) -> dict[Path, int]:
        """Return the files and when each was written; whoever receives them keeps earlier ones."""
        found = self.job.files()
        old = {earlier(path) for path in found}
        return {path: path.stat().st_mtime_ns for path in found if path not in old}


def contents(paths: Iterable[Path]) -> dict[str, bytes]:
    """Return the contents of files by their names."""
    return {path.name: path.read_bytes() for path in paths}


def said_of(error: BaseException) -> str:
    """Say what stopped a trial that no rule of this package foresaw."""
    return (
        f"{type(error).__name__}: {reason(error)}; train the trial without --executor to see where"
    )
