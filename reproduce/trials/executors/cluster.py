"""Workers on many machines, through Ray; the driver alone writes the store.

Each worker is an actor that performs one job at a time and is asked again and again what it has to
say. Who is lost is replaced: its trial goes on elsewhere from what it sent last. Ray's own retries
are not used, since they begin anew.
"""

import sys
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from reproduce import own_code
from reproduce.errors import UserError, reason
from reproduce.files import write_beside_earlier
from reproduce.trials.executors import ray_session
from reproduce.trials.executors.cluster_member import (
    Ended,
    Kept,
    Member,
    Place,
    Unfit,
    Word,
    contents,
)
from reproduce.trials.executors.executor import (
    SECONDS_BETWEEN_LOOKS,
    Executor,
    Failed,
    Job,
    Stop,
    Work,
)

# How long a worker waits for something to say before it answers that there is nothing.
SECONDS_TO_LISTEN = 1.0
# How often to ask how large the cluster is by now.
SECONDS_BETWEEN_COUNTS = 5.0
# What a worker may take to write a checkpoint when all are told to stop.
SECONDS_TO_STOP = 120.0
# A trial whose worker is lost so often, and that has not come further meanwhile, is to blame.
LOSSES_OF_A_TRIAL = 3
TO_BLAME = (
    f"its worker was lost {LOSSES_OF_A_TRIAL} times and it came no further meanwhile, which is "
    "usually a lack of memory; take a smaller batch_size or image_size, or fewer workers a machine"
)
# So many workers lost before any of them has started: it is not the trials.
LOSSES_AT_THE_START = 4


@dataclass(eq=False)
class Seat:
    """A worker as the driver knows it: what it was asked last, where it is, its job."""

    handle: Any
    asked: Any
    place: Place | None = None
    job: Job | None = None


class Cluster(Executor):
    """The workers of a Ray cluster: of this machine, or that at an address."""

    def __init__(
        self, address: str | None = None, gpus_per_trial: float = 0.0, workers: int = 0,
        say: ray_session.Say | None = None,
    ):  # fmt: skip
        self.address, self.gpus_per_trial, self.workers = address, gpus_per_trial, workers
        self.say = say or (lambda message: print(message, file=sys.stderr, flush=True))
        # Where each trial that is under way is.
        self.places: dict[str, Place] = {}

    def run(self, work: Work, stop: Stop) -> None:
        """Keep all workers busy until there are no jobs, or it is told to stop."""
        with ray_session.session(self.address, self.workers, self.say) as ray:
            _Drive(ray, self, work, stop).go()

    def machines(self) -> dict[str, int]:
        """Return how many trials run at a time on each machine; none is started for the answer."""
        return ray_session.machines(self.address, self.gpus_per_trial, self.workers, self.say)


class _Drive:
    """One call of an executor."""

    def __init__(self, ray: Any, executor: Cluster, work: Work, stop: Stop):
        self.ray, self.executor, self.work, self.stop = ray, executor, work, stop
        self.seats: list[Seat] = []
        self.lost: Counter[str] = Counter()
        self.lost_at_start = 0
        self.unfit: dict[str, str] = {}
        self.said: set[str] = set()
        self.wanted, self.counted, self.told = 0, -SECONDS_BETWEEN_COUNTS, 0.0

    def go(self) -> None:
        while True:
            if self.stop.is_set():
                self._tell_to_stop()
            else:
                self._fill()
            busy = [seat for seat in self.seats if seat.job]
            if not busy and (self.stop.is_set() or not self.work.is_left()):
                return
            if not busy:
                self._require_anyone_fit()
            asked = {seat.asked: seat for seat in self.seats if seat.asked is not None}
            if not asked:
                time.sleep(SECONDS_BETWEEN_LOOKS)
                continue
            ready, _ = self.ray.wait(list(asked), timeout=SECONDS_BETWEEN_LOOKS)
            for answer in ready:
                self._answered(asked[answer])

    def _fill(self) -> None:
        """Start workers where there is room, and give a job to each that has none."""
        free = [seat for seat in self.seats if seat.job is None and self._may_start(seat)]
        missing = min(self._room() - len(self.seats), self.work.count_left() - len(free))
        self.seats += [self._start() for _ in range(missing)]
        for seat in self.seats:
            if seat.asked is None and seat.job is None and self._may_work(seat):
                job = self.work.take()
                if job is None:
                    return
                self._begin(seat, job)

    def _room(self) -> int:
        """Return how many workers fit, of machines that come and go."""
        if time.monotonic() - self.counted >= SECONDS_BETWEEN_COUNTS:
            found = self.ray.cluster_resources()
            self.counted = time.monotonic()
            self.wanted = ray_session.slots(
                found, self.executor.gpus_per_trial, self.executor.workers
            )
            if not self.wanted and self.executor.address:
                self._say_once("the cluster has no room for a trial now; waiting until it has")
            elif not self.wanted:
                raise UserError(
                    f"no GPU on this machine has room for a trial that takes "
                    f"{self.executor.gpus_per_trial:g} of one; leave out --gpus-per-trial, or name "
                    "a cluster with --address"
                )
        return self.wanted

    def _start(self) -> Seat:
        gpus = self.executor.gpus_per_trial
        kind = self.ray.remote(num_cpus=1, num_gpus=gpus, max_restarts=0)(Member)
        handle = kind.remote(own_code.taken_in())
        return Seat(handle, handle.place.remote())

    def _begin(self, seat: Seat, job: Job) -> None:
        seat.job = job
        seat.handle.begin.remote(job, contents(job.files()))
        seat.asked = seat.handle.listen.remote(SECONDS_TO_LISTEN)
        if seat.place is not None:
            self.executor.places |= {item.trial.key: seat.place for item in job.items}

    def _answered(self, seat: Seat) -> None:
        try:
            said: Place | list[Word] = self.ray.get(seat.asked)
        except self.ray.exceptions.RayError as error:
            self._is_lost(seat, error)
            return
        seat.asked = None
        if isinstance(said, Place):
            seat.place = said
            return
        for word in said:
            self._hear(seat, word)
        if seat.job is not None:
            seat.asked = seat.handle.listen.remote(SECONDS_TO_LISTEN)

    def _hear(self, seat: Seat, word: Word) -> None:
        if seat.job is None:  # what it had to say after its job was over
            return
        match word:
            case Kept(files):
                self._keep(seat.job, files)
            case Unfit(message):
                self._is_unfit(seat, message)
            case Ended(complete):
                self._over(seat, complete)
            case _:
                self.work.hear(word)

    def _over(self, seat: Seat, complete: bool) -> None:
        job, seat.job = seat.job, None
        if job is not None:
            for item in job.items:
                self.executor.places.pop(item.trial.key, None)
            if not complete:
                self.work.give_back(job)

    def _is_unfit(self, seat: Seat, message: str) -> None:
        """Let a machine do nothing that cannot do what others may."""
        self._over(seat, complete=False)
        host = seat.place.host if seat.place else "a machine"
        if host not in self.unfit:
            self.unfit[host] = message
            self.executor.say(f"{host} gets no trials: {message}")

    def _require_anyone_fit(self) -> None:
        if self.unfit and not any(self._may_start(seat) for seat in self.seats):
            host, message = next(iter(self.unfit.items()))
            if len(self.seats) >= self._room():
                raise UserError(f"no machine of the cluster can train this plan; {host}: {message}")

    def _may_start(self, seat: Seat) -> bool:
        return seat.place is None or seat.place.host not in self.unfit

    def _may_work(self, seat: Seat) -> bool:
        return seat.place is not None and self._may_start(seat)

    def _keep(self, job: Job, files: dict[str, bytes]) -> None:
        """Keep what lets a trial go on; where that fails, a loss costs more, and no trial."""
        self.lost.pop(_key(job), None)
        try:
            keep(job, files)
        except UserError as error:
            self._say_once(f"a checkpoint was not kept: {error}")

    def _say_once(self, message: str) -> None:
        if message not in self.said:
            self.said.add(message)
            self.executor.say(message)

    def _is_lost(self, seat: Seat, error: BaseException) -> None:
        """Go on without a worker, and with its trial elsewhere."""
        self.seats.remove(seat)
        self.counted = -SECONDS_BETWEEN_COUNTS
        # One that only could not be reached must not go on with what another takes up now.
        self.ray.kill(seat.handle)
        job, cause = seat.job, type(error).__name__
        if seat.place is None:
            self.lost_at_start += 1
            if self.lost_at_start >= LOSSES_AT_THE_START and not any(x.place for x in self.seats):
                raise UserError(
                    f"no worker could start ({cause}: {_cause(error)}); expected this package, of "
                    "the same version, on every machine of the cluster"
                )
        if job is None:
            return
        key, host = _key(job), seat.place.host if seat.place else "a machine"
        self.lost[key] += 1
        if self.lost[key] < LOSSES_OF_A_TRIAL:
            self.executor.say(
                f"a worker on {host} was lost ({cause}) while it trained {key}, which goes on "
                "elsewhere from what was kept of it"
            )
        else:
            for item in job.items:
                self.work.hear(Failed(item.trial.key, TO_BLAME))
        self._over(seat, complete=False)

    def _tell_to_stop(self) -> None:
        if not self.told:
            self.told = time.monotonic()
            for seat in self.seats:
                if seat.job is not None:
                    seat.handle.stop.remote()
        elif time.monotonic() - self.told > SECONDS_TO_STOP:
            for seat in [seat for seat in self.seats if seat.job]:
                self._is_lost(seat, TimeoutError("did not stop in time"))


def keep(job: Job, files: dict[str, bytes]) -> None:
    """Lay what a worker sent where its trials find it again.

    Checkpoints last: what watchers noted may be ahead of a checkpoint, never behind it.
    """
    for name in sorted(files, key=lambda name: name.endswith(".safetensors")):
        write_beside_earlier(job.scratch / name, files[name])


def _key(job: Job) -> str:
    return job.items[0].trial.key


def _cause(error: BaseException) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[-1].strip()[:200] if lines else reason(error)
