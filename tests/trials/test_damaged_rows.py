"""One bad row hides no good one: it is named in a line, and nothing of it is lost."""

import sqlite3

import pytest

from reproduce.errors import UserError
from reproduce.trials import engine, pack, upkeep
from reproduce.trials.store import Store
from reproduce.trials.stored_rows import DamagedRow
from reproduce.trials.trial import Planned, canonical

DAMAGE = {
    "broken JSON": "UPDATE results SET metrics = '{\"test' WHERE key = ?",
    "no metrics": "UPDATE results SET metrics = '{}' WHERE key = ?",
    "metrics of text": """UPDATE results SET metrics = '{"test/accuracy": "1"}' WHERE key = ?""",
    "a history of text": "UPDATE results SET history = '\"long\"' WHERE key = ?",
    "seconds of text": "UPDATE results SET seconds = 'long' WHERE key = ?",
    "counts of nothing": "UPDATE results SET counts = '[null]' WHERE key = ?",
    "names of files elsewhere": "UPDATE results SET arrays = '../../a.npz' WHERE key = ?",
    "a text that is none": "UPDATE results SET metrics = CAST(x'ff' AS TEXT) WHERE key = ?",
    "no description": "DELETE FROM trials WHERE key = ?",
    "a description of another version": (
        """UPDATE trials SET description = json_set(description, '$.colour', 'red') WHERE key = ?"""
    ),
    "a description that is none": "UPDATE trials SET description = '[1]' WHERE key = ?",
    "a label that is none": "UPDATE labels SET label = 'm' WHERE key = ?",
    "a label of text": "UPDATE labels SET label = '\"m\"' WHERE key = ?",
}


@pytest.fixture(params=DAMAGE)
def damaged(request, store, describe, leave):
    """Return a store of three results, the first of which is damaged, and its key."""
    keys = sorted(leave(store, describe(seed=seed), accuracy=0.5).key for seed in range(3))
    with store.transaction() as database:
        database.execute(DAMAGE[request.param], (keys[0],))
    return Store(store.path), keys


def test_the_others_are_read(damaged):
    store, keys = damaged
    whole, wrong = store.whole_and_damaged()
    assert [result.key for result in whole] == keys[1:] == [x.key for x in store.results()]
    assert list(wrong) == keys[:1] and keys[0] in wrong[keys[0]] and "\n" not in wrong[keys[0]]


def test_it_is_refused_where_it_is_asked_for(damaged):
    """Rather than trained again, as if it had never been."""
    store, keys = damaged
    with pytest.raises(DamagedRow, match=keys[0]) as said:
        store.get(keys[0])
    assert "\n" not in str(said.value) and "`reproduce store" in str(said.value)


def test_the_check_names_it(damaged):
    store, keys = damaged
    (line,) = upkeep.check(store)
    assert keys[0] in line


def test_a_pack_holds_the_others_and_says_so(damaged, tmp_path):
    store, keys = damaged
    with pytest.raises(UserError, match=r"1 damaged result\(s\) were left out of .*p\.zip") as said:
        pack.pack(store, tmp_path / "p.zip", ("results",), 10)
    assert keys[0] in str(said.value) and "\n" not in str(said.value)
    away = Store(tmp_path / "away")
    assert pack.merge(away, tmp_path / "p.zip").new == 2
    assert [result.key for result in away.results()] == keys[1:] and upkeep.check(away) == []


def test_removed_it_can_be_trained_again(damaged):
    store, keys = damaged
    assert upkeep.remove(store, keys[:1]) == 1
    assert store.get(keys[0]) is None and len(store.results()) == 2


def test_the_list_shows_it_among_the_others(damaged, reproduce):
    store, keys = damaged
    status, printed, said = reproduce(f"store ls --store {store.path}")
    assert status == 0 and not said
    (line,) = [line for line in printed.splitlines() if keys[0] in line]
    assert "damaged" in line and printed.count("50.00 %") == 2
    assert "1 damaged: `reproduce store check` says how" in printed


def test_a_plan_of_it_stops_before_anything_is_trained(store, describe, leave):
    """Training would replace the row; somebody may yet mend it."""
    planned = Planned(leave(store, describe()).trial)
    with store.transaction() as database:
        database.execute("UPDATE results SET history = 'x'")
    with pytest.raises(DamagedRow, match="forgets it, then train it again"):
        engine.run([planned], store, engine.Options(workers=1), lambda event: None)
    assert store.query("SELECT history FROM results")[0][0] == "x"


def test_a_result_of_another_trial_is_refused(store, describe, leave):
    """A study would take it for its own."""
    leave(store, describe())
    with store.transaction() as database:
        other = canonical(describe(seed=1).to_json())
        database.execute("UPDATE trials SET description = ?", (other,))
    with pytest.raises(DamagedRow, match="does not describe the trial it is named for"):
        store.get(describe().key)


def test_a_damaged_page_of_the_database_is_one_line(store, describe, leave):
    """Bytes flipped on the disk: what can be read is, and the rest is named."""
    for seed in range(40):
        leave(store, describe(seed=seed), with_arrays=False)
    store.query("PRAGMA wal_checkpoint(TRUNCATE)")
    store._database.close()
    path = store.path / "results.sqlite"
    database = sqlite3.connect(path)
    table = "SELECT rootpage FROM sqlite_master WHERE name = 'results'"
    page = database.execute(table).fetchone()[0]
    size = database.execute("PRAGMA page_size").fetchone()[0]
    database.close()
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : (page - 1) * size + 8] = b"\xff" * 8
    path.write_bytes(content)
    with pytest.raises(
        UserError, match=r"results\.sqlite could not be read .*copy it away"
    ) as said:
        Store(store.path).replicates(describe().key)
    assert "\n" not in str(said.value)
    lines = upkeep.check(Store(store.path))
    assert lines and all("\n" not in line for line in lines)


@pytest.mark.parametrize("lose", [lambda file: file.unlink(), lambda file: file.write_bytes(b"x")])
def test_a_derived_value_whose_file_is_lost_is_computed_again(store, describe, leave, lose):
    """It is only a copy of what its results say; without them nothing is put in its place."""
    done, called = leave(store, describe()), []

    def compute():
        called.append(1)
        return 1, {"points": done.arrays["test/logits"]}

    store.derived("map", [done.key], compute)
    (file,) = store.arrays_folder.glob("derived-*")
    lose(file)
    with pytest.raises(KeyError):
        store.derived("map", [done.key], lambda: {}["the arrays stayed at home"])
    _, found = store.derived("map", [done.key], compute)
    assert found["points"].shape == (40, 2) and file.is_file() and len(called) == 2
    assert (
        upkeep.check(store) == []
        and store.derived("map", [done.key], compute)
        and called == [1] * 2
    )


def test_cleaning_keeps_the_files_of_damaged_rows(damaged):
    """A row that can be mended still has what it named; an orphan beside it may be that."""
    store, keys = damaged
    before = set(store.arrays_folder.iterdir())
    orphan = store.arrays_folder / f"{keys[1]}-0123456789abcdef.npz"
    orphan.write_bytes(b"x")
    assert upkeep.collect(store).files == 1
    assert set(store.arrays_folder.iterdir()) == before


@pytest.mark.parametrize("table", ["results", "derived"])
def test_cleaning_keeps_a_file_whose_name_was_changed_in_its_row(store, describe, leave, table):
    """By one flipped byte the row names another file, and nobody the one that is there."""
    done = leave(store, describe())
    store.put_derived("map", [done.key], 1, {"points": done.arrays["test/logits"]})
    before = set(store.arrays_folder.iterdir())
    store.query(f"UPDATE {table} SET arrays = replace(arrays, '.npz', '.nqz')")
    assert upkeep.collect(store).files == 0
    assert set(store.arrays_folder.iterdir()) == before


def test_damaged_derived_values_are_computed_again_and_hide_no_other(store, describe, leave):
    done = leave(store, describe())
    for name in ("a", "b", "c"):
        store.put_derived(name, [done.key], 1, {})
    store.query("UPDATE derived SET value = '{' WHERE name = 'a'")
    store.query("UPDATE derived SET sources = '[' WHERE name = 'b'")
    assert [name for name, *_ in store.derived_from([done.key])] == ["c"]
    assert store.derived("a", [done.key], lambda: (2, {})) == (2, {})
    assert [name for name, *_ in store.derived_from([done.key])] == ["a", "c"]


def test_a_write_into_a_damaged_database_is_one_line(store, describe, leave):
    leave(store, describe())

    wrong = r"could not be written \(database disk image is malformed\); copy it away"
    with pytest.raises(UserError, match=wrong) as said, store.transaction():
        raise sqlite3.DatabaseError("database disk image is malformed")
    assert "\n" not in str(said.value) and len(store.results()) == 1
