"""What an executor is: a job in, what was measured out; a worker needs no store."""

import pickle
import shutil

import pytest

from reproduce.errors import UserError
from reproduce.trials import locks
from reproduce.trials.driver import Driver
from reproduce.trials.engine import Options, run
from reproduce.trials.executors import Inline, Processes, performing, usual
from reproduce.trials.executors.executor import Executor, Failed, Job, Progress, Stop
from reproduce.trials.executors.performing import perform
from reproduce.trials.measured import Measured
from reproduce.trials.store import Store


def quiet(event):
    """Report to nobody."""


class Elsewhere(Executor):
    """A machine that shares no disk: jobs and reports travel as bytes, files by name.

    `stop_after` so many progress reports it is told to stop, as a queue does that is full.
    """

    def __init__(self, folder, stop_after=None):
        self.folder, self.stop_after = folder, stop_after

    def run(self, work, stop):
        """Perform one job after the other, there."""
        while not stop.is_set() and (job := work.take()):
            there = pickle.loads(pickle.dumps(Job(job.items, self.folder, 0.0, job.keep_weights)))
            self.folder.mkdir()
            for path in job.files():
                shutil.copy(path, self.folder)
            complete = self.perform(there, work)
            for path in job.files():
                path.unlink()
            for path in [] if complete else there.files():
                job.scratch.mkdir(exist_ok=True, parents=True)
                shutil.copy(path, job.scratch)
            shutil.rmtree(self.folder)
            if not complete:
                work.give_back(job)
                return

    def perform(self, job, work):
        """Perform a job and send each report."""
        heard = []

        def send(report):
            heard.append(report)
            work.hear(pickle.loads(pickle.dumps(report)))

        def is_told():
            return self.stop_after is not None and len(heard) >= self.stop_after

        return perform(job, is_told, send)


@pytest.fixture
def alone(on_tiny, tmp_path):
    """Return what one trial leaves that is executed here."""
    store = Store(tmp_path / "alone")
    run([on_tiny(iterations=40)], store, Options(workers=1), quiet)
    return store.results()[0]


def test_another_executor_leaves_what_this_process_leaves(alone, on_tiny, store, tmp_path):
    options = Options(executor=Elsewhere(tmp_path / "there"))
    summary = run([on_tiny(iterations=40), on_tiny(learning_rate=1e30)], store, options, quiet)
    assert (summary.done, summary.trained, len(summary.failures)) == (1, 1, 1)
    [result] = store.results()
    assert (result.metrics, result.history) == (alone.metrics, alone.history)
    assert result.array_file.name == alone.array_file.name
    assert not list(store.checkpoints_folder.glob(f"{result.key}*"))


def test_what_was_interrupted_there_goes_on_here(alone, on_tiny, store, tmp_path, monkeypatch):
    """Its checkpoint came back: the digits are those of a run that nothing stopped."""

    def every(tell, key):
        return lambda done, total, loss: tell(Progress(key, done, total, loss))

    monkeypatch.setattr(performing, "_throttled", every)
    planned = [on_tiny(iterations=40)]
    run(planned, store, Options(executor=Elsewhere(tmp_path / "there", stop_after=2)), quiet)
    assert store.results() == [] and store.checkpoint_path(planned[0].trial.key).is_file()
    run(planned, store, Options(workers=1), quiet)
    assert store.results()[0].history == alone.history
    assert store.results()[0].array_file.name == alone.array_file.name


def test_a_job_is_performed_where_there_is_no_store(on_tiny, tmp_path):
    heard = []
    job = Job((on_tiny(),), tmp_path / "scratch", keep_weights=True)
    assert perform(job, lambda: False, heard.append)
    measured = heard[-1]
    assert isinstance(measured, Measured) and measured.trial == job.items[0].trial
    assert measured.arrays and measured.weights and "test/logits" in measured.array_names
    assert {path.name for path in tmp_path.iterdir()} <= {"data", "scratch"}


def test_the_lock_of_a_trial_is_held_until_its_result_is_kept(on_tiny, store):
    planned = [on_tiny(seed=seed) for seed in range(2)]
    with Driver(planned, store, Options(), quiet) as driver:
        job = driver.take()
        key = job.items[0].trial.key
        with locks.try_lock(store.lock_path(key)) as free:
            assert not free
        driver.hear(Failed(key, "the disk was full"))
        with locks.try_lock(store.lock_path(key)) as free:
            assert free
        assert store.failures() == {key: "the disk was full"}
        second = driver.take()
        assert second.items == (planned[1],) and not driver.is_left()
        driver.give_back(second)
        assert driver.is_left() and driver.take() == second
    with locks.try_lock(store.lock_path(planned[1].trial.key)) as free:
        assert free


def test_a_result_that_cannot_be_kept_stops_no_other(on_tiny, store, monkeypatch):
    from reproduce.trials import driver

    def full(measured, store, labels):
        raise UserError("the disk is full")

    monkeypatch.setattr(driver, "keep", full)
    planned = [on_tiny(seed=seed) for seed in range(2)]
    summary = run(planned, store, Options(workers=1), quiet)
    assert set(summary.failures.values()) == {"the disk is full"} and len(summary.failures) == 2


def test_the_usual_executor_is_as_wide_as_it_is_asked_to_be():
    assert isinstance(usual(1), Inline)
    several = usual(3)
    assert isinstance(several, Processes) and several.workers == 3


def test_nothing_is_begun_once_it_is_to_stop():
    class Never:
        def take(self):
            pytest.fail("a job was taken")

    Inline().run(Never(), Stop(Asked(), None))


class Asked:
    """A byte that asks to stop."""

    value = 1
