"""Trials on a cluster: what a worker sends, what its loss costs, and who is to blame for it."""

import os
import signal
import threading
from importlib.util import find_spec

import pytest

from reproduce.errors import UserError
from reproduce.trials.engine import Options, run
from reproduce.trials.executors import cluster, cluster_member, performing, ray_session
from reproduce.trials.executors.cluster import Cluster
from reproduce.trials.executors.cluster_member import Member, Sendings, contents
from reproduce.trials.executors.executor import Job, Progress
from reproduce.trials.store import Store
from tests.trials.fake_ray import FakeRay

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra [cluster]")


def quiet(event):
    """Report to nobody."""


@pytest.fixture
def fake(monkeypatch):
    """Put a Ray of one worker in the place of the package; every step is reported."""
    ray = FakeRay()
    monkeypatch.setattr(cluster.ray_session, "session", ray.session)
    monkeypatch.setattr(cluster, "SECONDS_TO_LISTEN", 0.01)
    monkeypatch.setattr(cluster, "SECONDS_BETWEEN_LOOKS", 0.01)
    report_all(monkeypatch)
    return ray


def report_all(monkeypatch):
    monkeypatch.setattr(
        performing,
        "_throttled",
        lambda tell, key: lambda done, total, loss: tell(Progress(key, done, total, loss)),
    )


@pytest.fixture
def alone(on_tiny, tmp_path):
    """Return the result of a trial that one process trained, undisturbed."""
    store = Store(tmp_path / "alone")
    run([on_tiny(iterations=40)], store, Options(workers=1), quiet)
    return store.results()[0]


def same(one, other):
    return (
        one.metrics == other.metrics
        and one.history == other.history
        and one.array_file.name == other.array_file.name
    )


def train(planned, store, said=None, hear=quiet, **options):
    executor = Cluster(say=(said if said is not None else []).append)
    return run(planned, store, Options(executor=executor, checkpoint_seconds=0, **options), hear)


def test_a_cluster_leaves_what_this_process_leaves(fake, alone, on_tiny, store):
    """A trial that fails for its own fault is reported once, and the rest goes on."""
    heard = []
    planned = [on_tiny(iterations=40), on_tiny(learning_rate=1e30), on_tiny(iterations=5)]
    summary = train(planned, store, hear=heard.append)
    assert (summary.done, summary.trained, len(summary.failures)) == (2, 2, 1)
    assert [event.kind for event in heard].count("failed") == 1
    assert same(store.get(alone.key), alone)
    assert not list(store.checkpoints_folder.glob("*"))
    assert len(fake.handles) == 1 and fake.options == {
        "num_cpus": 1, "num_gpus": 0.0, "max_restarts": 0
    }  # fmt: skip


def lose_at(fake, *steps):
    """Return a reporter that loses the worker of a trial at these steps, one after the other."""
    left, seen = list(steps), []

    def hear(event):
        if event.kind == "progress":
            seen.append(event.done)
            if left and event.done >= left[0]:
                left.pop(0)
                for handle in fake.handles:
                    handle.die()

    hear.seen = seen
    return hear


def test_a_lost_worker_costs_what_it_had_not_sent(fake, alone, on_tiny, store):
    said, hear = [], lose_at(fake, 30)
    summary = train([on_tiny(iterations=40)], store, said, hear)
    assert summary.done == 1 and same(store.get(alone.key), alone)
    [loss] = said
    assert "was lost (RayActorError)" in loss and alone.key in loss and "\n" not in loss
    again = hear.seen[hear.seen.index(max(hear.seen[: hear.seen.index(30) + 1])) + 1 :]
    assert len(fake.handles) == 2 and 1 not in again, "it went on from what was sent"


def test_a_trial_that_loses_every_worker_is_to_blame(fake, on_tiny, store, monkeypatch):
    """It came no further, and the others are trained."""
    monkeypatch.setattr(cluster_member.Sendings, "due", lambda self, progress: {})
    bad, good = on_tiny(iterations=30), on_tiny(iterations=3)

    def hear(event):
        if event.kind == "progress" and event.key == bad.trial.key:
            fake.handles[-1].die()

    said = []
    summary = train([bad, good], store, said, hear)
    assert summary.done == 1 and list(summary.failures) == [bad.trial.key]
    assert "lost 3 times" in summary.failures[bad.trial.key]
    assert "batch_size" in summary.failures[bad.trial.key]
    assert len(said) == 2


def test_a_machine_that_lacks_the_data_gets_no_trials(fake, on_tiny, store, monkeypatch):
    from reproduce.trials import at_hand

    def lacking(items):
        if threading.current_thread() is not threading.main_thread():
            raise UserError("data set 'tiny' is not here")

    monkeypatch.setattr(at_hand, "check", lacking)
    said = []
    with pytest.raises(UserError, match=r"^no machine of the cluster can train this plan; .*tiny"):
        train([on_tiny(seed=seed) for seed in range(3)], store, said)
    assert len(said) == 1 and "gets no trials" in said[0] and store.failures() == {}


def test_workers_that_cannot_start_are_not_started_for_ever(fake, on_tiny, store, monkeypatch):
    def broken(self):
        raise fake.exceptions.RayError("No module named 'reproduce'")

    monkeypatch.setattr(Member, "place", broken)
    with pytest.raises(UserError, match=r"no worker could start .*No module named 'reproduce'"):
        train([on_tiny()], store)


def test_told_to_stop_it_brings_the_checkpoints_home(fake, alone, on_tiny, store):
    planned = [on_tiny(iterations=40)]
    stop = []

    def hear(event):
        if event.kind == "progress" and event.done >= 10 and not stop:
            stop.append(1)
            os.kill(os.getpid(), signal.SIGINT)

    summary = train(planned, store, hear=hear)
    assert summary.stopped and summary.done == 0
    assert store.checkpoint_path(alone.key).is_file()
    run(planned, store, Options(workers=1), quiet)
    assert same(store.get(alone.key), alone)


def test_a_checkpoint_that_cannot_be_kept_stops_no_trial(fake, alone, on_tiny, store, monkeypatch):
    def full(path, content):
        raise UserError("the disk is full")

    monkeypatch.setattr(cluster, "write_beside_earlier", full)
    said = []
    train([on_tiny(iterations=40)], store, said)
    assert said == ["a checkpoint was not kept: the disk is full"]
    assert same(store.get(alone.key), alone)


def test_what_nobody_foresaw_is_the_failure_of_its_trial(fake, on_tiny, store, monkeypatch):
    def broken(job, stop, tell):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(cluster_member, "perform", broken)
    summary = train([on_tiny()], store)
    [message] = summary.failures.values()
    assert message.startswith("ZeroDivisionError: division by zero; train the trial without")


def test_no_gpu_for_a_share_of_one_is_said(fake, on_tiny, store):
    executor = Cluster(gpus_per_trial=0.25)
    with pytest.raises(UserError, match="no GPU on this machine"):
        run([on_tiny()], store, Options(executor=executor), quiet)


def test_what_is_kept_is_sent_every_twentieth_or_minute(on_tiny, tmp_path, monkeypatch):
    job = Job((on_tiny(),), tmp_path)
    key = job.items[0].trial.key
    clock = [0.0]
    monkeypatch.setattr(cluster_member.time, "monotonic", lambda: clock[0])
    sendings = Sendings(job)

    def written(content):
        for suffix in (".safetensors", ".curve.npz"):
            (tmp_path / f"{key}{suffix}").write_bytes(content)
            os.utime(tmp_path / f"{key}{suffix}", ns=(0, int.from_bytes(content)))

    def due(done):
        return sendings.due(Progress(key, done, 100, 0.0))

    assert due(50) == {}, "there is nothing"
    written(b"1")
    assert due(51) == {f"{key}.safetensors": b"1", f"{key}.curve.npz": b"1"}
    written(b"2")
    assert due(54) == {}, "it is too early"
    assert set(due(55).values()) == {b"2"}
    assert due(90) == {}, "there is nothing new"
    written(b"3")
    clock[0] = 59.0
    assert due(56) == {}
    clock[0] = 60.0
    assert set(due(56).values()) == {b"3"}


def test_files_travel_by_name(tmp_path):
    (tmp_path / "a.safetensors").write_bytes(b"x")
    assert contents(tmp_path.iterdir()) == {"a.safetensors": b"x"}


@needs_ray
@pytest.mark.thorough
def test_a_killed_worker_of_a_cluster_changes_no_digit(on_tiny, store, tmp_path, monkeypatch):
    """Two workers of Ray, one killed in mid-trial: the results are those of one process."""
    monkeypatch.setattr(ray_session, "MEGABYTES_FOR_OBJECTS", 80)
    monkeypatch.setattr(cluster_member, "SECONDS_BETWEEN_SENDINGS", 1.0)
    planned = [on_tiny(seed=seed, iterations=600) for seed in range(2)]
    undisturbed = Store(tmp_path / "alone")
    run(planned, undisturbed, Options(workers=1), quiet)

    said, killed, after = [], [], []
    executor = Cluster(workers=2, say=said.append)

    def kill_one(event):
        if event.kind == "progress" and killed and event.key == killed[0]:
            after.append(event.done)
        half = event.kind == "progress" and event.done * 2 >= event.total
        if half and not killed and store.checkpoint_path(event.key).is_file():
            killed.append(event.key)
            os.kill(executor.places[event.key].process, signal.SIGKILL)

    summary = run(planned, store, Options(executor=executor, checkpoint_seconds=0), kill_one)
    assert summary.done == 2 and not summary.failures
    assert len(killed) == 1 and any("was lost" in line for line in said)
    assert after and min(after) > 100, "it went on from its checkpoint"
    for item in planned:
        assert same(store.get(item.trial.key), undisturbed.get(item.trial.key))
