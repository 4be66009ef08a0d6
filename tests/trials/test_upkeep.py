"""Looking after a store: damage is found, what is needed stays, what is not is removed."""

import multiprocessing
import os

import pytest

from reproduce.errors import UserError
from reproduce.trials import engine, upkeep
from reproduce.trials.locks import try_lock
from reproduce.trials.trial import Planned, canonical


def files(store):
    """Return the names of all files in the folders of a store."""
    folders = ("arrays", "weights", "checkpoints", "locks")
    return {p.name for folder in folders for p in (store.path / folder).glob("*")}


def put_file(store, folder, name, size=10):
    """Put a file into a folder of a store."""
    path = store.path / folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def test_a_sound_store_has_no_problems(trained_store):
    """With arrays and weights."""
    assert upkeep.check(trained_store) == []


def test_a_deleted_and_a_flipped_file_are_found(trained_store):
    """Each is named, with its trial and the way to get it back; the others are not."""
    one, two, three, four = trained_store.results()
    one.array_file.unlink()
    content = bytearray(two.array_file.read_bytes())
    content[len(content) // 2] ^= 1
    two.array_file.write_bytes(content)
    three.weights_file.write_bytes(three.weights_file.read_bytes()[:-1] + b"!")
    four.weights_file.unlink()
    problems = upkeep.check(trained_store)
    assert [line.split(":")[0] for line in problems] == [r.key for r in (one, two, three, four)]
    for line, file in zip(
        problems,
        [one.array_file, two.array_file, three.weights_file, four.weights_file],
        strict=True,
    ):
        assert f"{file.name} is missing or damaged" in line
    assert f"store rm {one.key}" in problems[0]
    assert "--force --keep-weights" in problems[2]


def test_the_advice_for_a_damaged_file_helps(on_tiny, store):
    """Removed and trained again, the trial has a sound file, though nobody deleted the bad one."""
    planned = on_tiny(iterations=2)
    options = engine.Options(workers=1)
    engine.run([planned], store, options, lambda event: None)
    file = store.get(planned.trial.key).array_file
    file.write_bytes(b"garbage")
    assert len(upkeep.check(store)) == 1
    upkeep.remove(store, [planned.trial.key])
    engine.run([planned], store, options, lambda event: None)
    assert store.get(planned.trial.key).array_file == file
    assert upkeep.check(store) == []


def test_a_result_under_another_key_is_found(store, describe, leave):
    """Somebody edited the database by hand."""
    key = leave(store, describe()).key
    other = canonical(describe(seed=1).to_json())
    with store.transaction() as database:
        database.execute("UPDATE trials SET description = ?", (other,))
    [problem] = upkeep.check(store)
    assert problem.startswith(f"row {key} does not describe the trial it is named for")


def test_removed_trials_are_forgotten_whole(store, describe, leave):
    """Description, labels, result, failure and what was derived; nothing of the others."""
    gone, stays = leave(store, describe(seed=0)), leave(store, describe(seed=1))
    store.fail(gone.key, "a message")
    store.put_derived("both", [gone.key, stays.key], 1, {})
    store.put_derived("of what stays", [stays.key], 2, {})
    assert upkeep.remove(store, [gone.key]) == 1
    assert store.trial_keys() == [stays.key]
    assert store.results() == [stays]
    assert store.failures() == {} and store.labels(gone.key) == ()
    assert [row[0] for row in store.derived_from([gone.key, stays.key])] == ["of what stays"]


def test_an_unknown_key_removes_nothing(store, describe, leave):
    """A typing error among several keys is no reason to do half of it."""
    kept = leave(store, describe())
    with pytest.raises(UserError, match=r"no trial 'ffff' .*nothing was removed"):
        upkeep.remove(store, [kept.key, "ffff"])
    assert store.get(kept.key) == kept


def test_collecting_keeps_what_is_needed(trained_store):
    """Every array and every weight of a result, and the arrays of derived values."""
    key = trained_store.trial_keys()[0]
    arrays = trained_store.results()[0].arrays
    trained_store.put_derived("map", [key], 1, {"points": arrays["test/logits"]})
    before = files(trained_store) - {path.name for path in trained_store.path.glob("locks/*")}
    collected = upkeep.collect(trained_store)
    assert files(trained_store) == before
    assert (collected.files, collected.bytes) == (0, 0)
    assert upkeep.check(trained_store) == []


def test_collecting_deletes_what_is_not_needed(store, describe, leave):
    """Orphans, partial files, checkpoints of finished and of forgotten trials."""
    finished = leave(store, describe(seed=0), weights=b"w")
    pending, gone = describe(seed=1), describe(seed=2).key
    store.add([Planned(describe(seed=2))])
    upkeep.remove(store, [gone])
    store.add([Planned(pending)])
    needed = {finished.array_file.name, finished.weights_file.name, f"{pending.key}.safetensors"}
    put_file(store, "checkpoints", f"{pending.key}.safetensors")
    unneeded = [
        put_file(store, "arrays", f"{gone}-0123456789abcdef.npz"),
        put_file(store, "arrays", f"{finished.key}-0123456789abcdef.npz"),
        put_file(store, "arrays", "derived-0123456789abcdef.npz"),
        put_file(store, "arrays", f".{pending.key}-01.npz.77-abcd.partial"),
        put_file(store, "weights", f"{gone}-0123456789abcdef.safetensors"),
        put_file(store, "checkpoints", f"{finished.key}.safetensors"),
        put_file(store, "checkpoints", f"{gone}.safetensors"),
        put_file(store, "checkpoints", f".{pending.key}.safetensors.77-abcd.partial"),
    ]
    collected = upkeep.collect(store)
    assert files(store) == needed
    assert (collected.files, collected.bytes) == (len(unneeded), 10 * len(unneeded))


def hold(path, ready, done):
    """Hold a lock until told that it is over."""
    with try_lock(path):
        ready.set()
        done.wait(60)


def test_a_trial_that_is_being_trained_keeps_its_files(store, describe, leave):
    """Its checkpoint, the array file that no row names yet, and files half written."""
    again = leave(store, describe())
    store.add([Planned(describe())])
    busy = [
        put_file(store, "arrays", f"{again.key}-0123456789abcdef.npz"),
        put_file(store, "checkpoints", f"{again.key}.safetensors"),
        put_file(store, "checkpoints", f".{again.key}.safetensors.77-abcd.partial"),
    ]
    context = multiprocessing.get_context("fork")
    ready, done = context.Event(), context.Event()
    trainer = context.Process(target=hold, args=(store.lock_path(again.key), ready, done))
    trainer.start()
    try:
        assert ready.wait(60)
        assert upkeep.collect(store).files == 0
        assert all(path.exists() for path in busy)
    finally:
        done.set()
        trainer.join()
    assert upkeep.collect(store).files == len(busy)
    assert not any(path.exists() for path in busy)


def test_a_file_that_vanishes_meanwhile_is_no_error(store, monkeypatch):
    """A writer renames its partial file into place, or another collector is faster."""
    path = put_file(store, "arrays", ".k-01.npz.77-abcd.partial")
    really = upkeep._is_locked
    monkeypatch.setattr(upkeep, "_is_locked", lambda lock: (os.unlink(path), really(lock))[1])
    put_file(store, "locks", "k.lock", size=0)
    assert upkeep.collect(store).files == 0
