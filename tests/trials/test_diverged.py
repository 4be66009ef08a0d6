"""A trial that diverged is known as one here, in a stack, and where an edition was merged."""

import json
from dataclasses import replace

import pytest

from reproduce.errors import UserError
from reproduce.training.phases import Optimizer
from reproduce.trials import diverged, engine, pack
from reproduce.trials import edition as editions
from reproduce.trials.edition import Edition
from reproduce.trials.engine import Options
from reproduce.trials.store import EARLIER, Store
from tests.trials import test_every_task
from tests.trials.test_every_task import ALONE, TASKS, planned

few_images = test_every_task.few_images
TOO_FAST = Optimizer(name="sgd", learning_rate=1e30)


def too_fast(task="classification", **changed):
    """Return a trial that diverges in its first steps."""
    item = planned(task, **changed)
    phase = item.trial.phases[0].but(optimizer=TOO_FAST)
    return replace(item, trial=item.trial.but(phases=(phase,)))


@pytest.mark.parametrize("stack", [None, 2])
def test_training_that_diverges_is_kept_as_such(tmp_path, stack):
    items = [too_fast(seed=seed) for seed in range(2)]
    store = Store(tmp_path)
    keys = {item.trial.key for item in items}
    engine.run(items, store, Options(workers=1, stack=stack), lambda event: None)
    assert set(diverged.among(store, keys)) == keys
    store.give_another_chance(keys)
    assert all(text.startswith(EARLIER) for text in store.failures().values())
    assert set(diverged.among(store, keys)) == keys
    assert all(text.startswith(diverged.BEGINS) for text in diverged.among(store, keys).values())
    assert not diverged.among(store, ["another"])


@pytest.mark.parametrize(("task", "stack"), [*((task, None) for task in TASKS), (TASKS[0], 2)])
def test_a_last_step_after_which_nothing_can_be_counted_is_divergence(tmp_path, task, stack):
    """Its loss was computed before it, and what it left is finite."""
    items = [too_fast(task, seed=seed, iterations=1) for seed in range(2)]
    store = Store(tmp_path)
    keys = {item.trial.key for item in items}
    engine.run(items, store, Options(workers=1, stack=stack), lambda event: None)
    said = diverged.among(store, keys)
    assert set(said) == keys
    assert all(text.startswith("the scores became infinite") for text in said.values())


def test_other_failures_are_none(tmp_path):
    item, store = too_fast(), Store(tmp_path)
    store.add([item])
    store.fail(item.trial.key, "lack of memory: the loss became large")
    assert not diverged.among(store, [item.trial.key])


def edition_with(folder, carried):
    """Return an edition of no results, with trials that diverged."""
    edition = Edition(folder)
    editions.write(edition, "toy", [], [], [], {"diverged": carried}, set())
    return edition


def test_an_edition_carries_them(tmp_path):
    item, store = too_fast(), Store(tmp_path / "one")
    key = item.trial.key
    store.add([item])
    store.fail(key, f"{EARLIER}the loss became nan at iteration 1")
    carried = diverged.to_json(store, diverged.among(store, [key]))
    edition = edition_with(tmp_path, json.loads(json.dumps(carried)))
    other = Store(tmp_path / "other")
    editions.merge(other, edition, "toy")
    assert diverged.among(other, [key]) == {key: "the loss became nan at iteration 1"}
    assert other.trial(key) == item.trial


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"message": "lack of memory"}, "is said to have diverged, but: lack of memory"),
        ({"trial": {"dataset": "mnist"}}, "damaged"),
        ({"message": None}, "damaged"),
    ],
)
def test_what_is_no_such_trial_is_refused(tmp_path, change, said):
    item = too_fast()
    row = {"trial": item.trial.to_json(), "message": "the loss became nan"} | change
    edition = edition_with(tmp_path, {item.trial.key: row})
    with pytest.raises(UserError, match=r"toy\.json is damaged") as wrong:
        editions.merge(Store(tmp_path / "store"), edition, "toy")
    assert said in str(wrong.value) and "\n" not in str(wrong.value)


def test_a_pack_carries_them(tmp_path):
    item, store = too_fast(), Store(tmp_path / "one")
    engine.run([item, planned("classification")], store, ALONE, lambda event: None)
    (path,) = pack.pack(store, tmp_path / "pack.zip", (), 10)
    other = Store(tmp_path / "other")
    pack.merge(other, path)
    said = diverged.among(store, [item.trial.key])
    assert said and diverged.among(other, [item.trial.key]) == said


def test_one_that_has_a_result_is_not_said_to_have_diverged(tmp_path):
    item, store = planned("classification"), Store(tmp_path)
    engine.run([item], store, ALONE, lambda event: None)
    diverged.take(store, [(item.trial, "the loss became nan")])
    assert not diverged.among(store, [item.trial.key])
