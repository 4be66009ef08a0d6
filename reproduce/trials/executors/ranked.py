"""Each trial by several processes of this machine together, the ranks: a GPU each, or a core each.

The ranks train one network on shares of the same batches (`training.ranks`), one trial after the
other. The first writes checkpoints, measures and reports; the others are heard only if they fail.
If one of them ends, nobody waits for it: all are ended, and the trial keeps its last checkpoint.
"""

import os
import socket
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection
from pathlib import Path
from typing import Any

from reproduce import device as devices
from reproduce.errors import UserError
from reproduce.trials.executors.executor import (
    SECONDS_BETWEEN_LOOKS,
    Executor,
    Failed,
    Job,
    Report,
    Stop,
    Work,
)
from reproduce.trials.executors.performing import perform
from reproduce.trials.executors.workers import Ended, start
from reproduce.trials.trial import Planned

# How long a rank waits for the others: longer than the first may take to look at its network in
# between, or to write a checkpoint. Who has ended is seen at once.
PATIENCE = 1800.0
# When one says that it does not hear the others: how long to look who has ended.
SECONDS_TO_SHOW_WHO = 5.0


@dataclass(frozen=True)
class Lost:
    """The last word of a rank that does not hear the others any more."""

    why: str


class Ranks(Executor):
    """So many processes of this machine for one trial at a time."""

    stacks = False

    def __init__(self, number: int, patience: float = PATIENCE):
        self.number, self.patience = number, patience

    def check(self, todo: Iterable[Planned]) -> None:
        """Refuse batches that are too small to share, and more ranks than there are GPUs."""
        for trial in (item.trial for item in todo):
            for phase in trial.phases:
                rows = phase.batch_size * phase.views
                if rows < self.number:
                    raise UserError(
                        f"trial {trial.key} shows {rows} images at a time, which {self.number} "
                        f"ranks cannot share; take --ranks {rows} at most, or a larger batch_size"
                    )
        wanted = os.environ.get("REPRODUCE_DEVICE", "")
        if wanted.startswith("cuda:"):
            raise UserError(
                f"REPRODUCE_DEVICE is '{wanted}', and each rank takes a GPU of its own; expected "
                "'cuda' or 'cpu' beside --ranks"
            )
        if devices.accelerated():
            cards = devices.count()
            if cards < self.number:
                raise UserError(
                    f"--ranks {self.number} needs a GPU for each rank, this machine has {cards}; "
                    "take fewer, or set REPRODUCE_DEVICE=cpu"
                )

    def machines(self) -> dict[str, int]:
        """Return how many trials run at a time."""
        return {f"this machine, {self.number} ranks a trial": 1}

    def run(self, work: Work, stop: Stop) -> None:
        """Perform one job after the other until there are none, or it is told to stop."""
        group: _Group | None = None
        try:
            while not stop.is_set():
                job = work.take()
                if job is None:
                    if not work.is_left():
                        return
                    time.sleep(SECONDS_BETWEEN_LOOKS)
                    continue
                group = group or _Group(self.number, self.patience, stop)
                if not group.perform(job, work):
                    group.end()
                    group = None
        finally:
            if group:
                group.end()


class _Group:
    """The ranks, from their start to the first thing that goes wrong."""

    def __init__(self, number: int, patience: float, stop: Stop):
        self.folder = tempfile.TemporaryDirectory(prefix="reproduce-")
        meeting = Path(self.folder.name, "meeting")
        self.members = [
            start(stop, _be_a_rank, rank, number, meeting, patience) for rank in range(number)
        ]

    def end(self) -> None:
        """End all ranks, whatever they are doing."""
        for member in self.members:
            member.end()
        self.folder.cleanup()

    def perform(self, job: Job, work: Work) -> bool:
        """Have all ranks perform a job; False if it failed, and they cannot go on together."""
        for member in self.members:
            member.hand_over(job)
        busy: dict[Any, int] = {member.pipe: rank for rank, member in enumerate(self.members)}
        complete, lost = True, ""
        while busy:
            ready = connection.wait(list(busy), SECONDS_TO_SHOW_WHO if lost else None)
            if not ready:
                break
            for pipe in (pipe for pipe in busy.copy() if pipe in ready):
                try:
                    said: Report | Ended | Lost = pipe.recv()
                except (EOFError, OSError):
                    raise self._ended(busy[pipe], job, work) from None
                match said:
                    case Ended():
                        complete = complete and said.complete
                        del busy[pipe]
                    case Lost():
                        lost = said.why
                        del busy[pipe]
                    case Failed():
                        work.hear(said)
                        return False
                    case _:
                        work.hear(said)
        if lost:
            raise self._given_back(job, work, f"the ranks do not hear each other ({lost[:160]})")
        if not complete:
            work.give_back(job)
        return True

    def _ended(self, rank: int, job: Job, work: Work) -> UserError:
        process = self.members[rank].process
        process.join(SECONDS_TO_SHOW_WHO)
        why = (
            f"rank {rank} of {len(self.members)} ended unexpectedly (exit code "
            f"{process.exitcode}; -9 is usually a lack of memory)"
        )
        return self._given_back(job, work, why)

    def _given_back(self, job: Job, work: Work, why: str) -> UserError:
        """Give back the job that the ranks will not end, and return what to say of it."""
        key = job.items[0].trial.key
        goes_on = "goes on from its last checkpoint" if job.files() else "begins anew"
        work.give_back(job)
        return UserError(
            f"{why}: trial {key} is not finished, all others are kept; run the command again, and "
            f"it {goes_on}"
        )


def _be_a_rank(
    pipe: connection.Connection, stop: Stop, rank: int, number: int, meeting: Path, patience: float
) -> None:
    # Imported here: whoever drives never loads torch.
    from reproduce.training.ranks import LostTouch, joined

    device = devices.choose()
    if device.type == "cuda":
        device = devices.take(rank)
    _speak_within_this_machine()

    def tell(report: Report) -> None:
        if rank == 0 or isinstance(report, Failed):
            pipe.send(report)

    try:
        with joined(rank, number, meeting, device, patience) as ranks:
            while True:
                job: Job = pipe.recv()
                pipe.send(Ended(perform(job, lambda: ranks.agreed_to(stop.is_set()), tell, ranks)))
    except EOFError:
        return
    except LostTouch as error:
        pipe.send(Lost(str(error)))


def _speak_within_this_machine() -> None:
    """Let the ranks talk over the machine's own network, where nobody else hears."""
    with suppress(OSError, AttributeError):
        names = [name for _, name in socket.if_nameindex() if name in ("lo", "lo0")]
        if names:
            os.environ.setdefault("GLOO_SOCKET_IFNAME", names[0])
