"""Cleaning up deletes nothing that a lost database knew, nor what is being put in place."""

import shutil
import sqlite3
import threading
from dataclasses import replace

import pytest

from reproduce.errors import UserError
from reproduce.trials import arrays, edition, pack, upkeep
from reproduce.trials import store as stores
from reproduce.trials.edition import Edition
from reproduce.trials.locks import shared_lock
from reproduce.trials.store import Store
from reproduce.trials.trial import Planned


def contents(folder):
    """Return the bytes of every array, weight and checkpoint file below a folder."""
    kinds = ("arrays", "weights", "checkpoints")
    return {p: p.read_bytes() for kind in kinds for p in (folder / kind).glob("*")}


@pytest.fixture
def filled(store, describe, leave):
    """Return the folder of a store with arrays, weights, a derived value and a checkpoint."""
    done = leave(store, describe(), weights=b"w")
    store.put_derived("map", [done.key], 1, {"points": done.arrays["test/logits"]})
    store.add([Planned(describe(seed=1))])
    checkpoint = store.checkpoint_path(describe(seed=1).key)
    checkpoint.parent.mkdir()
    checkpoint.write_bytes(b"half way")
    store._database.close()
    return store.path


def without_rows(path):
    """Delete the database file."""
    path.unlink()


def emptied(path):
    """Leave a file of no bytes."""
    path.write_bytes(b"")


def with_tables_alone(path):
    """Leave our tables without a row, as another run of ours would make them."""
    path.unlink()
    Store(path.parent)


def of_another_run(path, describe, leave):
    """Put a store in its place that knows another trial, and has its file."""
    path.unlink()
    leave(Store(path.parent), describe(seed=7))


@pytest.mark.parametrize("lose", [without_rows, emptied, with_tables_alone])
def test_with_an_empty_database_nothing_is_deleted(filled, lose):
    """Not the arrays, not the weights, not what was derived, not the checkpoint."""
    for name in ("results.sqlite-wal", "results.sqlite-shm"):
        (filled / name).unlink(missing_ok=True)
    lose(filled / "results.sqlite")
    before = contents(filled)
    assert len(before) == 4
    with pytest.raises(UserError, match=r"knows nothing .* 4 file\(s\) in .*put the right") as said:
        upkeep.collect(Store(filled))
    assert "\n" not in str(said.value)
    assert contents(filled) == before


def test_with_the_database_of_another_run_nothing_is_deleted(filled, describe, leave):
    """Whoever trains on after losing the database still has the files to put one beside."""
    of_another_run(filled / "results.sqlite", describe, leave)
    before = contents(filled)
    with pytest.raises(UserError, match=r"3 file\(s\) in arrays/, checkpoints/, weights/"):
        upkeep.collect(Store(filled))
    assert contents(filled) == before


def test_what_a_lost_database_left_is_reported_by_the_check(filled, describe, leave):
    """A check that says "all files intact" would be believed."""
    assert upkeep.check(Store(filled)) == []
    of_another_run(filled / "results.sqlite", describe, leave)
    (problem,) = upkeep.check(Store(filled))
    assert "knows nothing of the trials of 3 file(s)" in problem


def test_who_asks_for_it_can_delete_what_nobody_knows(filled, describe, leave):
    """All but what the database that is there needs."""
    of_another_run(filled / "results.sqlite", describe, leave)
    store = Store(filled)
    assert upkeep.collect(store, even_strangers=True).files == 4
    assert set(contents(filled)) == {store.results()[0].array_file}


def test_a_store_whose_trials_were_all_removed_is_cleaned(filled):
    """Forgetting on purpose is no loss."""
    store = Store(filled)
    upkeep.remove(store, store.trial_keys())
    assert upkeep.collect(store).files == 4
    assert contents(filled) == {}


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        ("CREATE TABLE photographs (place TEXT)", "a table 'photographs' that is not ours"),
        ("CREATE TABLE results (key TEXT, answer TEXT)", "a table 'results' that is not ours"),
        ("CREATE VIEW trials AS SELECT 1", "a table 'trials' that is not ours"),
        ("PRAGMA user_version = 99", "version 99"),
    ],
)
def test_the_database_of_another_program_is_refused_and_left_as_it_is(filled, statements, said):
    """Before a table of ours is put into it."""
    path = filled / "results.sqlite"
    path.unlink()
    foreign = sqlite3.connect(path)
    foreign.executescript(f"{statements}; CREATE TABLE IF NOT EXISTS labels (key, label);")
    foreign.close()
    before, files = path.read_bytes(), contents(filled)
    with pytest.raises(UserError, match=said) as refused:
        Store(filled)
    assert "it was left as it is" in str(refused.value) and "\n" not in str(refused.value)
    assert path.read_bytes() == before and contents(filled) == files


def test_a_store_of_ours_from_before_a_table_was_added_is_one(filled):
    """It lacks what was unknown then, and gets it."""
    store = Store(filled)
    store.query("DROP TABLE removed")
    again = Store(filled)
    assert again.query("SELECT * FROM removed") == [] and len(again.results()) == 1


# -- while somebody writes -------------------------------------------------------------------------


def test_nothing_is_deleted_while_results_are_put_in_place(store, describe, leave):
    """The file of a merge is there before its row is."""
    leave(store, describe())
    orphan = store.arrays_folder / f"{describe().key}-0123456789abcdef.npz"
    orphan.write_bytes(b"x")
    with shared_lock(store.files_lock), shared_lock(store.files_lock):
        with pytest.raises(UserError, match="right now; nothing was deleted"):
            upkeep.collect(store)
        assert orphan.exists()
    assert upkeep.collect(store).files == 1


def merged_from_a_pack(store, away, tmp_path):
    """Merge all that a store holds, as a pack."""
    (part,) = pack.pack(store, tmp_path / "p.zip", ("results",), 100)
    pack.merge(away, part)


def merged_from_an_edition(store, away, tmp_path):
    """Merge all that a store holds, as an edition."""
    book = Edition(tmp_path / "book")
    keys = set(store.trial_keys())
    derived = store.derived_from(keys)
    edition.write(book, "class_imbalance", store.results(), derived, [], {}, keys)
    edition.merge(away, book, "class_imbalance")


@pytest.mark.parametrize("merge", [merged_from_a_pack, merged_from_an_edition])
def test_a_collector_that_comes_in_the_middle_of_a_merge_finds_it_busy(
    store, describe, leave, tmp_path, monkeypatch, merge
):
    """Just before each row is committed, when its file is already there."""
    done = leave(store, describe())
    store.put_derived("map", [done.key], 1, {"points": done.arrays["test/logits"]})
    away, refused = Store(tmp_path / "away"), []

    def collecting(put):
        def first_collect(self, *arguments, **options):
            if self.path == away.path:
                with pytest.raises(UserError, match="right now"):
                    upkeep.collect(Store(away.path))
                refused.append(put.__name__)
            return put(self, *arguments, **options)

        return first_collect

    for name in ("put", "put_derived"):
        monkeypatch.setattr(Store, name, collecting(getattr(Store, name)))
    merge(store, away, tmp_path)
    assert "put" in refused
    assert away.results()[0].arrays.keys() == done.arrays.keys()
    assert upkeep.check(away) == [] and upkeep.collect(away).files == 0


def test_a_derived_value_is_whole_before_a_collector_comes(store, describe, leave, monkeypatch):
    """Between its file and its row the collector is sent away."""
    done, seen = leave(store, describe()), []
    really = arrays.write

    def write(*arguments):
        name = really(*arguments)
        with pytest.raises(UserError, match="right now"):
            upkeep.collect(Store(store.path))
        seen.append(name)
        return name

    monkeypatch.setattr(stores.array_files, "write", write)
    store.put_derived("map", [done.key], 1, {"points": done.arrays["test/logits"]})
    assert seen and (store.arrays_folder / seen[0]).exists()


def test_who_writes_waits_for_the_collector(store, describe, leave):
    """A merge that begins while files are being deleted begins when that is done."""
    done = leave(store, describe())
    values = {"points": done.arrays["test/logits"]}
    writer = threading.Thread(
        target=lambda: Store(store.path).put_derived("map", [done.key], 1, values)
    )
    with upkeep.try_lock_alone(store.files_lock) as alone:
        assert alone
        writer.start()
        writer.join(0.3)
        assert writer.is_alive() and store.derived_from([done.key]) == []
    writer.join(60)
    assert len(store.derived_from([done.key])) == 1


def test_a_trial_that_ends_while_files_are_looked_at_keeps_them(
    store, describe, leave, monkeypatch
):
    """Its row is committed after the rows were read, and before its lock is asked for."""
    done = leave(store, describe())
    new = arrays.write(store.arrays_folder, done.key, {"test/labels": done.arrays["test/labels"]})
    really, ended = upkeep.try_lock, []

    def ending(path):
        if path == store.lock_path(done.key) and not ended:
            ended.append(store.put(replace(done, array_file=store.arrays_folder / new)))
        return really(path)

    monkeypatch.setattr(upkeep, "try_lock", ending)
    upkeep.collect(store)
    assert ended and (store.arrays_folder / new).exists()


def test_a_merge_that_was_killed_leaves_files_of_known_trials(
    store, describe, leave, tmp_path, monkeypatch
):
    """They can be collected, and the merge done again."""
    leave(store, describe())
    (part,) = pack.pack(store, tmp_path / "p.zip", ("results",), 100)
    away = Store(tmp_path / "away")
    with monkeypatch.context() as patch:
        patch.setattr(Store, "put", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            pack.merge(away, part)
    assert len(contents(away.path)) == 1 and away.results() == []
    assert upkeep.collect(away).files == 1
    assert pack.merge(away, part).new == 1 and upkeep.check(away) == []


def test_the_command_refuses_in_one_line_and_takes_the_word_for_it(filled, reproduce):
    """Exit status 2, nothing deleted; with --unknown everything that nobody knows."""
    shutil.rmtree(filled / "weights")
    (filled / "results.sqlite").unlink()
    status, _, said = reproduce(f"store gc --store {filled}")
    assert status == 2 and said.count("\n") == 1
    assert "3 file(s) in arrays/, checkpoints/" in said and "--unknown" in said
    status, printed, _ = reproduce(f"store gc --unknown --store {filled}")
    assert status == 0 and printed.startswith("3 file(s) deleted")
