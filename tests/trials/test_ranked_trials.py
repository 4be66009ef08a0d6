"""Whole trials by two ranks: measured as by one process, stopped, killed, resumed, refused."""

import multiprocessing
import os
import signal

import pytest

from reproduce import device
from reproduce.errors import UserError
from reproduce.trials.engine import Options, run
from reproduce.trials.executors.ranked import Ranks
from reproduce.trials.plan import Plan
from reproduce.trials.store import Store


def quiet(event):
    """Report to nobody."""


def on_two(patience=120.0, **options):
    return Options(executor=Ranks(2, patience), **options)


def test_two_ranks_measure_what_one_process_does(on_tiny, store, tmp_path):
    """One result a trial, kept by the driver; what fails is said once, by whichever rank."""
    good, bad = on_tiny(sampler="oversampling"), on_tiny(learning_rate=1e30)
    alone, events = Store(tmp_path / "alone"), []
    run([good], alone, Options(workers=1), quiet)
    summary = run([good, bad], store, on_two(stack=4), events.append)
    assert (summary.done, summary.trained) == (1, 1)
    assert "the loss became" in summary.failures[bad.trial.key]
    ended = [(event.kind, event.key) for event in events if event.kind != "progress"]
    assert ended == [("started", good.trial.key), ("finished", good.trial.key),
                     ("started", bad.trial.key), ("failed", bad.trial.key)]  # fmt: skip
    [ours], [theirs] = store.results(), alone.results()
    assert ours.provenance.pop("ranks") == "2"
    assert ours.provenance == theirs.provenance and ours.confusion == theirs.confusion
    # In float32, after twelve steps.
    for row, other in zip(ours.history, theirs.history, strict=True):
        assert row == pytest.approx(other, abs=1e-5)
    assert ours.metrics == pytest.approx(theirs.metrics, abs=1e-5)
    assert ours.arrays["test/logits"] == pytest.approx(theirs.arrays["test/logits"], abs=1e-4)
    assert list(store.checkpoints_folder.glob(f"{good.trial.key}*")) == []


@pytest.fixture
def undisturbed(on_tiny, tmp_path):
    """Return a trial, and what a pair makes of it that nobody disturbs."""
    # Watched by the first rank alone, for whom the other waits.
    watched = ("logits", "curve", "encoders")
    planned = on_tiny(iterations=400, backbone="small_cnn", keep=watched)
    whole = Store(tmp_path / "whole")
    run([planned], whole, on_two(), quiet)
    return planned, whole.results()[0]


def strike(store, planned, rank, blow):
    """Return a reporter that sends a signal to a rank once the trial has a checkpoint."""
    struck = []

    def reporter(event):
        begun = event.kind == "progress" and store.checkpoint_path(planned.trial.key).is_file()
        if begun and not struck:
            children = sorted(multiprocessing.active_children(), key=lambda one: one.pid)
            struck.append(children[rank].pid)
            os.kill(struck[0], blow)

    return reporter


def goes_on(store, planned, whole):
    """Assert that the same command ends the trial as a pair that nobody disturbed."""
    assert store.results() == [] and store.failures() == {}
    assert store.checkpoint_path(planned.trial.key).is_file()
    run([planned], store, on_two(), quiet)
    [result] = store.results()
    assert result.history == whole.history and result.metrics == whole.metrics
    assert result.array_file.name == whole.array_file.name


@pytest.mark.thorough
@pytest.mark.parametrize("rank", [0, 1])
def test_a_killed_rank_ends_the_trial_and_its_checkpoint_stays(undisturbed, store, rank):
    planned, whole = undisturbed
    said = rf"rank {rank} of 2 ended unexpectedly \(exit code -9.*goes on from its last checkpoint$"
    with pytest.raises(UserError, match=said):
        run(
            [planned], store, on_two(checkpoint_seconds=0),
            strike(store, planned, rank, signal.SIGKILL),
        )  # fmt: skip
    assert multiprocessing.active_children() == []
    goes_on(store, planned, whole)


@pytest.mark.thorough
def test_a_rank_that_does_not_answer_is_not_waited_for(undisturbed, store):
    planned, whole = undisturbed
    with pytest.raises(UserError, match=r"the ranks do not hear each other \(.*is not finished"):
        run(
            [planned], store, on_two(patience=10, checkpoint_seconds=0),
            strike(store, planned, 1, signal.SIGSTOP),
        )  # fmt: skip
    assert multiprocessing.active_children() == []
    goes_on(store, planned, whole)


@pytest.mark.thorough
def test_a_pair_that_is_told_to_stop_goes_on(undisturbed, store):
    """And the trial after one that failed is trained by ranks that were started anew."""
    planned, whole = undisturbed

    def stop(event):
        if event.kind == "progress" and event.key == planned.trial.key:
            os.kill(os.getpid(), signal.SIGINT)

    failing = planned.trial.phases[0].optimizer.but(learning_rate=1e30)
    phases = (planned.trial.phases[0].but(optimizer=failing),)
    bad = type(planned)(planned.trial.but(phases=phases))
    summary = run([bad, planned], store, on_two(), stop)
    assert summary.stopped and list(summary.failures) == [bad.trial.key]
    store.give_another_chance([bad.trial.key])
    run([planned], store, on_two(), quiet)
    assert store.results()[0].history == whole.history


def test_what_ranks_cannot_share_is_refused(on_tiny, store, monkeypatch):
    planned = [on_tiny()]
    with pytest.raises(UserError, match="shows 16 images at a time, which 17 ranks cannot share"):
        run(planned, store, Options(executor=Ranks(17)), quiet)
    monkeypatch.setattr(device, "accelerated", lambda: True)
    monkeypatch.setattr(device, "count", lambda: 1)
    with pytest.raises(UserError, match="--ranks 2 needs a GPU for each rank, this machine has 1"):
        Ranks(2).check(planned)
    monkeypatch.setenv("REPRODUCE_DEVICE", "cuda:1")
    with pytest.raises(UserError, match="expected 'cuda' or 'cpu' beside --ranks"):
        Ranks(2).check(planned)
    assert store.results() == [] and store.failures() == {}


@pytest.mark.parametrize("more", ["--executor ray", "--workers 2", "--stack 8"])
def test_several_trials_at_once_are_refused_beside_ranks(reproduce, more):
    status, _, said = reproduce(f"train plan.json --ranks 2 {more}")
    assert status == 2 and said.count("\n") == 1
    assert "--ranks trains one trial at a time" in said and more in said


def test_a_dry_run_says_how_many_ranks_share_a_trial(reproduce, on_tiny, tmp_path):
    Plan([on_tiny()], []).write(tmp_path / "plan.json")
    status, said, _ = reproduce(f"train {tmp_path}/plan.json --ranks 2 --dry-run")
    assert status == 0 and "this machine, 2 ranks a trial: 1 at a time" in said
