"""Finished trials trained again: equal, apart, or not to be trained."""

import json
import sqlite3

import pytest

from reproduce.errors import UserError
from reproduce.trials import rerun
from reproduce.trials.engine import Options
from reproduce.trials.store import Store


def quiet(event):
    """Report to nobody."""


def change(store, key, metric, by):
    """Change a stored number behind the back of all rules."""
    with sqlite3.connect(store.path / "results.sqlite") as database:
        [text] = database.execute("SELECT metrics FROM results WHERE key = ?", (key,)).fetchone()
        values = json.loads(text)
        values[metric] += by
        database.execute("UPDATE results SET metrics = ? WHERE key = ?", (json.dumps(values), key))


def test_what_was_trained_here_is_equal_and_what_was_changed_is_not(trained_store):
    results = trained_store.results()
    changed = results[1].key
    change(trained_store, changed, "test/accuracy", 0.125)
    drawn = rerun.sample(trained_store.results(), 2, seed=0)
    chosen = [one for one in trained_store.results() if one.key in (results[0].key, changed)]
    assert len(drawn) == 2
    before = trained_store.results()
    found = rerun.again(chosen, Options(workers=1), quiet, trained_store.path)
    assert [one.is_equal for one in found] == [one.stored.key != changed for one in found]
    first, line = rerun.report(found, trained_store.path)
    assert first.startswith("1 of 2 trials of") and first.endswith("gave the same digits")
    assert line == (
        f"{changed}: at most 0.12 apart (test/accuracy); on the same device with the same versions"
    )
    assert trained_store.results() == before, "nothing that is stored has changed"
    assert not list(trained_store.path.glob(".again*"))


def test_another_machine_is_named(store, describe, leave):
    one = leave(store, describe())
    other = leave(
        Store(store.path.parent / "b"), describe(), provenance={"device": "cuda (H)", "torch": "3"}
    )
    found = rerun.Compared(one, other)
    assert found.is_equal, "provenance is no digit"
    assert found.elsewhere == [
        "device cpu (test) then, cuda (H) now", "torch 2.11.0 then, 3 now"
    ]  # fmt: skip


def test_other_history_alone_is_not_equal(store, describe, leave):
    one = leave(store, describe())
    row = {"phase": 0, "iteration": 1, "loss": 0.5, "training_accuracy": 1.0}
    other = leave(Store(store.path.parent / "b"), describe(), history=[row])
    found = rerun.Compared(one, other)
    assert not found.is_equal and found.distance[0] == 0
    assert "other history or counts" in rerun.report([found], store.path)[1]


def test_the_draw_is_random_but_the_same_for_a_seed(store, describe, leave):
    results = [leave(store, describe(seed=seed)) for seed in range(12)]
    draws = [[one.key for one in rerun.sample(results, 4, seed)] for seed in (0, 0, 1, 2)]
    assert draws[0] == draws[1] and len({tuple(draw) for draw in draws}) == 3
    assert all(len(set(draw)) == 4 for draw in draws)
    assert len(rerun.sample(results, 100, 0)) == 12


def test_long_trials_can_be_left_out_which_is_said(store, describe, leave):
    results = [leave(store, describe(seed=seed), seconds=float(seed)) for seed in range(6)]
    short = {one.key for one in results if one.seconds <= 2}
    assert rerun.able(results, 2.0).keys() == short and len(short) == 3
    assert {one.key for one in rerun.sample(results, 10, 0, 2.0)} == short
    lines = rerun.report([rerun.Compared(results[0], results[0])], store.path, 2.0)
    assert "drawn at random among those that took 2 s or less and trained again" in lines[0]
    with pytest.raises(UserError, match=r"no finished trial that took -1 s or less.*--seconds"):
        rerun.sample(results, 3, 0, -1.0)


def test_an_empty_store_has_nothing_to_train_again():
    with pytest.raises(UserError, match="no finished trial"):
        rerun.sample([], 3, 0)


def test_a_trial_that_cannot_be_trained_is_said(store, describe, leave):
    one = leave(store, describe())
    lines = rerun.report([rerun.Compared(one, None, "no data")], store.path)
    assert lines[0].startswith("0 of 0") and lines[1] == f"{one.key}: not trained: no data"
    assert rerun.report([rerun.Compared(one, None)], store.path)[-1] == "1 were not reached"


def test_the_command(reproduce, trained_store):
    status, out, error = reproduce(
        f"store check --store {trained_store.path} --rerun 1 --workers 1 --seed 3"
    )
    assert status == 0, error
    assert "all numbers sound" in out and "1 of 1 trials of" in out
