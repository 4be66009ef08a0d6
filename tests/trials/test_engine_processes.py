"""The engine with several workers: the same numbers, each trial once, nothing lost."""

import multiprocessing
from collections import Counter

import pytest

from reproduce.errors import UserError
from reproduce.trials.engine import Options, run
from reproduce.trials.store import Store


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
