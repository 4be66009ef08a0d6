"""Trials trained as one stack leave what each would leave alone."""

import numpy as np
import pytest

from reproduce.trials import engine
from reproduce.trials.driver import Driver
from reproduce.trials.engine import Options, run
from reproduce.trials.execute import Surroundings
from reproduce.trials.executors import stacked
from reproduce.trials.locks import try_lock
from reproduce.trials.store import Store

SAMPLERS = ("instance", "oversampling", "undersampling")


@pytest.fixture
def trials(on_digits):
    """Three samplers and two seeds with one schedule, and one trial with another."""
    planned = [on_digits(sampler=s, seed=n, iterations=6) for n in range(2) for s in SAMPLERS]
    return [*planned, on_digits(iterations=7)]


def test_stacked_and_alone_the_results_agree(trials, store, tmp_path):
    events = []
    summary = run(trials, store, Options(workers=1, stack=4), events.append)
    assert (summary.done, summary.trained, summary.failures) == (7, 7, {})
    assert sum(event.kind == "finished" for event in events) == 7
    alone = Store(tmp_path / "alone")
    run(trials, alone, Options(workers=1), lambda event: None)
    together = []
    for item in trials:
        ours, theirs = (s.get(item.trial.key) for s in (store, alone))
        together.append(ours.provenance.get("networks trained together"))
        assert "networks trained together" not in theirs.provenance
        # A few steps: float32 sums in another order grow apart with time (in float64 the weights
        # agree to 1e-12 after forty, see the tests of training).
        for row, other in zip(ours.history, theirs.history, strict=True):
            assert row["loss"] == pytest.approx(other["loss"], abs=1e-4)
        assert ours.arrays["test/logits"] == pytest.approx(theirs.arrays["test/logits"], abs=1e-3)
        assert ours.metrics == pytest.approx(theirs.metrics, abs=0.02)
        assert ours.counts == theirs.counts and ours.seconds > 0
        assert (ours.arrays["test/labels"] == theirs.arrays["test/labels"]).all()
    assert together == ["4", "4", "4", "4", "2", "2", None]


def test_embeddings_asked_for_are_those_of_the_network(on_digits, store, tmp_path):
    planned = [on_digits(seed=n, iterations=5, keep=("logits", "embeddings")) for n in range(2)]
    alone = Store(tmp_path / "alone")
    run(planned, store, Options(workers=1, stack=2), lambda event: None)
    run(planned, alone, Options(workers=1), lambda event: None)
    ours, theirs = (
        [s.get(item.trial.key).arrays["test/embeddings"] for item in planned]
        for s in (store, alone)
    )
    # Five steps of float32 round otherwise in a stack; another network is a thousand times as far.
    for one, other in zip(ours, theirs, strict=True):
        assert one == pytest.approx(other, abs=1e-3)
    assert abs(ours[0] - ours[1]).max() > 1


def test_only_what_may_train_together_is_put_together(trials, on_digits):
    other_data = on_digits(imbalance={"kind": "none"}, iterations=6)
    other_split = on_digits(
        split={"kind": "stratified", "test_share": 0.3, "seed": 0}, iterations=25
    )
    groups = stacked.grouped([*trials, other_data, other_split], size=100)
    assert [[item.trial.key for item in group] for group in groups] == [
        [item.trial.key for item in [*trials[:6], other_data]]
    ]
    assert [len(g) for g in stacked.grouped(trials, size=5)] == [5]  # a lone sixth trains alone


def test_a_network_that_cannot_be_stacked_trains_alone(on_digits, store, monkeypatch):
    monkeypatch.setattr(stacked, "stackable", lambda network: False)
    planned = [on_digits(seed=n, iterations=3) for n in range(2)]
    assert run(planned, store, Options(workers=1, stack=2), lambda event: None).trained == 2
    assert "networks trained together" not in store.get(planned[0].trial.key).provenance


def test_a_trial_that_diverges_fails_alone(on_digits, store):
    """The others of the stack keep their results."""
    wild = on_digits(seed=1, iterations=8, learning_rate=0.01)
    phase = wild.trial.phases[0]
    tame = on_digits(seed=2, iterations=8)
    bad = [
        item.__class__(item.trial.but(phases=(phase.but(optimizer=phase.optimizer.but(
            learning_rate=1e30)),), seed=n), item.labels, item.keep)
        for n, item in enumerate((wild, wild))
    ]  # fmt: skip
    summary = run([*bad, tame], store, Options(workers=1, stack=4), lambda event: None)
    assert set(summary.failures) == {item.trial.key for item in bad}
    assert "lower the learning rate" in next(iter(summary.failures.values()))
    assert store.get(tame.trial.key) is not None


def test_a_trial_someone_else_trains_is_left_to_them(on_digits, store):
    planned = [on_digits(seed=n, iterations=3) for n in range(3)]
    with try_lock(store.lock_path(planned[0].trial.key)) as ours:
        assert ours
        with Driver(planned, store, Options(), lambda event: None, stack=3) as driver:
            job = driver.take()
            for report in stacked.execute(job.items, Surroundings()):
                driver.hear(report)
            assert job.items == tuple(planned[1:]) and driver.is_left() and driver.take() is None
    assert [result.key for result in store.results()] == sorted(p.trial.key for p in planned[1:])


def test_a_stack_that_is_stopped_keeps_nothing_and_starts_anew(on_digits, store):
    planned = [on_digits(seed=n, iterations=200) for n in range(2)]
    options = Options(workers=1, stack=2, time_limit=1e-9)
    assert run(planned, store, options, lambda event: None).stopped
    assert all(store.get(item.trial.key) is None for item in planned)
    options = Options(workers=1, stack=2)
    assert run(planned, store, options, lambda event: None).done == 2
    assert np.isfinite(store.get(planned[0].trial.key).history[-1]["loss"])


def test_on_a_cpu_nothing_is_stacked_unless_asked_for():
    import torch

    assert stacked.size_for(torch.device("cpu"), None) == 1
    assert stacked.size_for(torch.device("cpu"), 3) == 3
    assert stacked.size_for(torch.device("cuda"), None) == stacked.NETWORKS_PER_STACK
    assert stacked.size_for(torch.device("cuda"), 1) == 1
    assert engine.Options().stack is None
