"""The engine in one process: what runs, what does not run again, and how it stops."""

import json
import signal
import sys
import types
from dataclasses import replace

import pytest

from reproduce.errors import UserError
from reproduce.trials import at_hand, engine
from reproduce.trials.engine import Options, run
from reproduce.trials.executors import executor, performing
from reproduce.trials.locks import try_lock
from reproduce.trials.store import Store

ALONE = Options(workers=1)


class Events(list):
    """A reporter that keeps what it is told; `meanwhile` is called with every event."""

    def __init__(self, meanwhile=lambda event: None):
        super().__init__()
        self.meanwhile = meanwhile

    def __call__(self, event):
        self.append(event)
        self.meanwhile(event)

    def of(self, kind):
        """Return the keys of all events of a kind, in order."""
        return [event.key for event in self if event.kind == kind]


def position(store, planned):
    """Return where a checkpoint is, from its header: a length, then JSON."""
    content = store.checkpoint_path(planned.trial.key).read_bytes()
    length = int.from_bytes(content[:8], "little")
    return json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["position"])


def test_every_trial_runs_once_in_the_order_of_the_plan(on_digits, store):
    """Each is announced, followed, and finished with what it reached."""
    planned, events = [on_digits(seed=seed, iterations=3) for seed in range(3)], Events()
    summary = run(planned, store, ALONE, events)
    keys = [item.trial.key for item in planned]
    assert events.of("started") == events.of("finished") == keys
    assert (summary.total, summary.done, summary.trained) == (3, 3, 3)
    assert not summary.stopped and not summary.failures
    last = [event for event in events if event.kind == "progress"][-1]
    assert (last.key, last.done, last.total) == (keys[-1], 3, 3)
    accuracy = store.get(keys[-1]).metrics["test/accuracy"]
    assert events[-1].message == f"accuracy {100 * accuracy:.1f} %"


def test_a_finished_trial_is_not_run_again(trained_store, trained, monkeypatch):
    """Nothing is opened, nothing trained, nothing written."""
    monkeypatch.setattr(at_hand, "check", lambda todo: pytest.fail("data was opened"))
    before = trained_store.results()
    events = Events()
    summary = run(trained[1], trained_store, ALONE, events)
    assert (summary.total, summary.done, summary.trained) == (4, 4, 0)
    assert events == []
    assert trained_store.results() == before


def test_force_runs_it_again(on_digits, store):
    """Once, and with the same numbers."""
    planned, events = [on_digits(seed=seed, iterations=3) for seed in range(2)], Events()
    run(planned, store, ALONE, events)
    before = [result.metrics for result in store.results()]
    summary = run(planned, store, Options(workers=1, force=True), events)
    assert sorted(events.of("finished")) == sorted(2 * [item.trial.key for item in planned])
    assert (summary.done, summary.trained) == (2, 2)
    assert [result.metrics for result in store.results()] == before


def test_a_result_without_a_wanted_array_is_made_again(on_digits, store):
    """And only that one."""
    run([on_digits(seed=seed, iterations=2) for seed in (0, 1)], store, ALONE, Events())
    wishes = [
        on_digits(seed=0, iterations=2, keep=("embeddings",)),
        on_digits(seed=1, iterations=2),
    ]
    assert engine.pending(wishes, store) == wishes[:1]
    events = Events()
    run(wishes, store, ALONE, events)
    assert events.of("finished") == [wishes[0].trial.key]
    assert store.get(wishes[0].trial.key).has(("embeddings",))


def test_labels_of_finished_trials_are_added(trained_store, trained, describe):
    """A second paper that asks for a finished trial finds it under its own name too."""
    first = trained[1][0]
    again = type(first)(first.trial, ({"method": "b", "paper": "z"},), ())
    run([again], trained_store, ALONE, Events())
    assert trained_store.labels(first.trial.key) == (*again.labels, *first.labels)


def test_a_trial_that_fails_does_not_stop_the_others(on_digits, store):
    """The loss of the second is not a number: its message is stored, the third is trained."""
    planned = [on_digits(seed=0, iterations=3), on_digits(learning_rate=1e30, seed=1, iterations=9)]
    planned.append(on_digits(seed=2, iterations=3))
    events = Events()
    summary = run(planned, store, ALONE, events)
    keys = [item.trial.key for item in planned]
    assert events.of("finished") == [keys[0], keys[2]]
    assert events.of("failed") == [keys[1]]
    assert (summary.total, summary.done, summary.trained) == (3, 2, 2)
    [message] = [event.message for event in events if event.kind == "failed"]
    assert summary.failures == store.failures() == {keys[1]: message}
    assert "the loss became" in message and "1e+30" in message and "lower" in message
    assert store.get(keys[1]) is None


def test_a_failed_trial_gets_another_chance(on_digits, store):
    """The next call tries it again, and a result clears the message."""
    planned = on_digits(iterations=2)
    store.fail(planned.trial.key, "the disk was full")
    summary = run([planned], store, ALONE, Events())
    assert (summary.done, summary.failures) == (1, {})
    assert store.failures() == {}


def test_a_call_that_is_stopped_forgets_no_failure(on_digits, store):
    """Of a trial that it did not come to; and does not report it as one of its own."""
    planned = [on_digits(seed=0, iterations=2), on_digits(seed=1, iterations=2)]
    key = planned[1].trial.key
    store.fail(key, "the disk was full")
    options = replace(ALONE, time_limit=1e-9)
    summary = run(planned, store, options, Events())
    assert summary.stopped and summary.failures == {}
    assert store.failures() == {key: "in an earlier call: the disk was full"}


def test_a_second_call_takes_no_failure_from_the_first(on_digits, store):
    """Two calls on one store: the one begun later gives the trial a chance, and is killed."""
    planned = [on_digits(learning_rate=1e30, iterations=9), on_digits(seed=1, iterations=2)]
    key = planned[0].trial.key

    def second_call(event):
        if event.kind == "failed":
            store.give_another_chance([key])

    summary = run(planned, store, ALONE, second_call)
    assert (summary.done, list(summary.failures)) == (1, [key])
    assert summary.failures[key].startswith("in an earlier call: the loss became")


def test_other_data_than_planned_are_refused_before_anything_trains(on_digits, store):
    """Also when only the last trial is for other data: its fingerprint stands in the message."""
    planned = [on_digits(iterations=2), on_digits(fingerprint="cd" * 32)]
    events = Events()
    with pytest.raises(UserError, match=r"'digits' here has the fingerprint .*planned for cdcdcd"):
        run(planned, store, ALONE, events)
    assert events == [] and store.results() == []


def test_absent_data_are_refused_before_anything_trains(on_digits, store):
    """The error says which file is expected where."""
    events = Events()
    with pytest.raises(UserError, match=r"'mnist' is not here: expected .*mnist\.npz"):
        run([on_digits(iterations=2), on_digits(dataset="mnist")], store, ALONE, events)
    assert events == []


def undisturbed(planned, tmp_path):
    """Return the result of a trial that nothing stops."""
    store = Store(tmp_path / "undisturbed")
    run([planned], store, ALONE, Events())
    return store.get(planned.trial.key)


def assert_same(result, expected):
    """Compare what two runs left, to the last bit (array files are named by their content)."""
    assert result.metrics == expected.metrics
    assert result.history == expected.history
    assert result.array_file.name == expected.array_file.name


def test_the_time_limit_stops_with_a_checkpoint_and_the_next_call_goes_on(
    on_digits, store, tmp_path, monkeypatch
):
    """In the middle of a block of the history; afterwards the run is as if never stopped."""
    planned = on_digits(iterations=60)
    clock = types.SimpleNamespace(now=100.0, sleep=None)
    clock.monotonic = lambda: clock.now
    late = Events(lambda event: setattr(clock, "now", clock.now + 10 * (event.kind == "progress")))
    for module in (engine, executor, performing):
        monkeypatch.setattr(module, "time", clock)
    others = [planned, on_digits(seed=1)]
    summary = run(others, store, Options(workers=1, time_limit=35.0), late)
    monkeypatch.undo()
    assert (summary.total, summary.done, summary.trained, summary.stopped) == (2, 0, 0, True)
    assert late.of("started") == [planned.trial.key]
    assert position(store, planned)["iteration"] == 4
    assert summary.failures == {}
    events = Events()
    run([planned], store, ALONE, events)
    assert next(event.done for event in events if event.kind == "progress") == 5
    assert_same(store.get(planned.trial.key), undisturbed(planned, tmp_path))


def test_a_limit_that_has_passed_starts_nothing(on_digits, store):
    """Not even a checkpoint is written."""
    events = Events()
    summary = run([on_digits()], store, Options(workers=1, time_limit=1e-9), events)
    assert summary.stopped and events == []
    assert not (store.path / "checkpoints").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_with_a_checkpoint(on_digits, store, tmp_path, number):
    """Ctrl-C and a polite kill: the step under way is finished and kept, old handlers return."""
    planned = on_digits(iterations=40)
    before = signal.getsignal(number)
    events = Events(lambda event: event.kind == "progress" and signal.raise_signal(number))
    summary = run([planned], store, ALONE, events)
    assert (summary.done, summary.stopped) == (0, True)
    assert position(store, planned)["iteration"] == 1
    assert signal.getsignal(number) is before
    with try_lock(store.lock_path(planned.trial.key)) as free:
        assert free
    run([planned], store, ALONE, Events())
    assert_same(store.get(planned.trial.key), undisturbed(planned, tmp_path))


def test_a_signal_while_asking_whether_to_stop_does_not_block():
    """A handler runs between any two lines of the thread it interrupts and cannot wait for it."""

    def blocked(*_):
        raise TimeoutError("the signal's handler waits for the thread that it interrupts")

    left = 0

    def trace(frame, kind, argument):
        nonlocal left
        left -= 1
        if left == 0:
            signal.raise_signal(signal.SIGINT)
        return trace

    before, tracing = signal.signal(signal.SIGALRM, blocked), sys.gettrace()
    signal.setitimer(signal.ITIMER_REAL, 5)
    try:
        for left in range(1, 20):
            with engine._stopping_on_signals(deadline=None) as stop:
                sys.settrace(trace)
                while left > 0:
                    stop.is_set()
                sys.settrace(tracing)
                assert stop.is_set()
    finally:
        sys.settrace(tracing)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_workers_by_default(monkeypatch):
    """As many as the environment says, at least one; else one a core."""
    monkeypatch.setenv("REPRODUCE_WORKERS", "3")
    assert engine.default_workers() == 3
    monkeypatch.setenv("REPRODUCE_WORKERS", "0")
    assert engine.default_workers() == 1
    monkeypatch.setenv("REPRODUCE_WORKERS", "two")
    with pytest.raises(UserError, match="REPRODUCE_WORKERS is 'two', expected a whole number"):
        engine.default_workers()
    monkeypatch.delenv("REPRODUCE_WORKERS")
    assert engine.default_workers() >= 1
