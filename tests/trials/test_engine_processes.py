"""The engine with several workers: the same numbers, each trial once, nothing lost."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from reproduce.errors import UserError
from reproduce.trials.engine import Options, run
from reproduce.trials.executors import workers
from reproduce.trials.executors.executor import Stop
from reproduce.trials.locks import try_lock
from reproduce.trials.plan import Plan
from reproduce.trials.store import Store

# Workers that hold on to their first job until they are to stop; they read this file as well. Each
# says which process it is in the place of a number of steps.
HOLD_INSTEAD_OF_TRAINING = """
import os, sys, time
from pathlib import Path
from reproduce.trials import engine, plan, store
from reproduce.trials.executors import executor, processes

def hold(job, stop_requested, tell):
    tell(executor.Progress(job.items[0].trial.key, os.getpid(), 0, 0.0))
    while not stop_requested():
        time.sleep(0.01)
    return False

processes.perform = hold
if __name__ == "__main__":
    planned = plan.read(Path(sys.argv[1])).planned
    options = engine.Options(workers=2, time_limit=float(sys.argv[3]))
    report = lambda event: event.kind == "progress" and print(event.done, flush=True)
    print(engine.run(planned, store.Store(sys.argv[2]), options, report).stopped)
"""


@pytest.fixture
def hold(on_tiny, store, tmp_path):
    """Return a function that starts two workers that hold a trial each, and yields the parent."""
    planned = [on_tiny(seed=seed) for seed in range(2)]
    Plan(planned, []).write(tmp_path / "plan.json")
    script = tmp_path / "hold.py"
    script.write_text(HOLD_INSTEAD_OF_TRAINING)

    @contextmanager
    def start(time_limit):
        command = [sys.executable, script, tmp_path / "plan.json", store.path, str(time_limit)]
        parent = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        try:
            workers = [int(parent.stdout.readline()) for _ in planned]
            assert len({parent.pid, *workers}) == 3
            yield parent, planned, workers
        finally:
            with suppress(ProcessLookupError):
                os.killpg(parent.pid, signal.SIGKILL)
            parent.communicate()

    return start


def test_two_workers_leave_what_one_leaves(on_tiny, leave, store, tmp_path):
    """Bit for bit, each trial once; what is stored already is forced, what fails stops no other."""
    planned = [on_tiny(seed=seed, sampler="oversampling") for seed in range(4)]
    alone = Store(tmp_path / "alone")
    run(planned, alone, Options(workers=1), lambda event: None)
    leave(store, planned[0].trial, accuracy=0.3)
    fails, events = on_tiny(learning_rate=1e30), []
    summary = run([fails, *planned], store, Options(workers=2, force=True), events.append)
    assert [result.key for result in store.results()] == [result.key for result in alone.results()]
    for ours, theirs in zip(store.results(), alone.results(), strict=True):
        assert ours.metrics == theirs.metrics
        assert ours.history == theirs.history
        assert ours.array_file.name == theirs.array_file.name
    started = Counter(event.key for event in events if event.kind == "started")
    assert started == {item.trial.key: 1 for item in [fails, *planned]}
    assert list(summary.failures) == list(store.failures()) == [fails.trial.key]
    assert "the loss became" in summary.failures[fails.trial.key]
    assert (summary.total, summary.done, summary.trained) == (5, 4, 4)


def test_a_killed_worker_is_named_and_the_other_does_its_work(on_tiny, store):
    """Its trial is free at once, so everything is finished by the time the error says so."""
    planned = [on_tiny(seed=seed, iterations=30) for seed in range(3)]
    started = []

    def kill_one(event):
        started.extend([event.key] * (event.kind == "started"))
        if event.kind == "started" and len(started) == 1:
            multiprocessing.active_children()[0].kill()

    with pytest.raises(UserError, match=r"exit code -9.*finished trials are kept"):
        run(planned, store, Options(workers=2), kill_one)
    assert {result.key for result in store.results()} == {item.trial.key for item in planned}


def test_workers_die_with_a_killed_parent(hold, store):
    """Nobody is left to train on in secret, and the locks of both are free."""
    with hold(time_limit=1000) as (parent, planned, workers):
        assert not any(is_free(store, item) for item in planned)
        parent.kill()
        parent.wait()
        assert all(is_free(store, item) for item in planned)
        deadline = time.monotonic() + 20
        while any(is_alive(worker) for worker in workers):
            assert time.monotonic() < deadline, "a worker outlives its parent"
            time.sleep(0.01)


@pytest.mark.parametrize("how", ["signal", "time limit"])
def test_all_workers_are_told_to_stop(hold, store, how):
    """Where the signal reaches the parent alone, and where time is up; both end in order."""
    with hold(time_limit=1000 if how == "signal" else 1) as (parent, planned, _):
        if how == "signal":
            parent.terminate()
        assert parent.communicate(timeout=20)[0] == "True\n"
        assert parent.returncode == 0
        assert all(is_free(store, item) for item in planned)


@pytest.mark.parametrize("number", workers.FOR_THE_DRIVER)
def test_a_worker_lives_through_signals_from_its_birth(number):
    """A terminal sends Ctrl-C to the whole group, also while a worker's interpreter begins."""
    asked = multiprocessing.get_context("spawn").RawValue("b", 0)
    worker = workers.start(Stop(asked, None), answer)
    try:
        while not worker.pipe.poll(0.001):
            os.kill(worker.process.pid, number)
        assert worker.pipe.recv() == ([], [signal.SIG_IGN] * 2)
    finally:
        worker.end()
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == set()


def answer(pipe, stop):
    """Tell what a worker blocks and how it takes what is for the driver, and wait for its end."""
    blocked = sorted(signal.pthread_sigmask(signal.SIG_BLOCK, []))
    pipe.send((blocked, [signal.getsignal(number) for number in workers.FOR_THE_DRIVER]))
    pipe.poll(None)


def is_free(store, planned):
    """Say whether nobody holds a trial's lock."""
    with try_lock(store.lock_path(planned.trial.key)) as free:
        return free


def is_alive(process):
    """Say whether a process runs; one that has ended may wait for somebody to ask how."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{process}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
