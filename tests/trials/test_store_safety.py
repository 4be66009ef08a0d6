"""Whatever dies or runs full: what was stored stays, whole."""

import errno
import functools
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from reproduce.errors import UserError
from reproduce.trials import database as databases
from reproduce.trials.store import Store
from reproduce.trials.trial import Planned

IN_A_TRANSACTION = """
import sys, time
from reproduce.trials import database as databases
from reproduce.trials.store import Store
with Store(sys.argv[1]).transaction() as database:
    database.execute("DELETE FROM results")
    database.execute("DELETE FROM trials")
    print("deleted", flush=True)
    time.sleep(60)
"""

WAIT_FOR_A_LINE = """
import sys
from dataclasses import replace
from reproduce.trials import database as databases
from reproduce.trials.store import Store
print("ready", flush=True)
sys.stdin.readline()
"""

PUT_MANY = (
    WAIT_FOR_A_LINE
    + """
store, mine = Store(sys.argv[1]), int(sys.argv[2])
model = store.results()[0]
for seed in [*range(100, 130), *range(1000 * mine, 1000 * mine + 30)]:
    trial = model.trial.but(seed=seed)
    result = replace(model, key=trial.key, trial=trial, metrics={"test/accuracy": seed / 7})
    store.put(result, [{"method": f"writer {mine}"}])
"""
)

MAKE_STORES = (
    WAIT_FOR_A_LINE
    + """
for number in range(10):
    Store(f"{sys.argv[1]}/{number}").fail("0" * 16, "a first write")
"""
)


def start(script, *arguments):
    """Start Python on a script and wait for the first line it prints."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()
    return process


def together(script, *arguments_of_each):
    """Run a script in several processes that begin at the same moment; return their errors."""
    processes = [start(script, *arguments) for arguments in arguments_of_each]
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.communicate(timeout=60)[1] for process in processes]


def test_a_writer_that_fails_half_way_changes_nothing(store, describe, leave):
    """An exception between two statements of one write takes back the first."""
    old = leave(store, describe())
    with pytest.raises(KeyboardInterrupt), store.transaction() as database:
        database.execute("DELETE FROM results")
        raise KeyboardInterrupt
    assert Store(store.path).get(old.key) == old
    assert leave(store, describe(seed=1)).key in store.trial_keys()


def test_a_result_that_cannot_be_stored_leaves_the_old_one(store, describe, leave):
    """A NaN among the metrics is refused, and neither trial nor label of it stays behind."""
    old = leave(store, describe())
    for trial in (describe(), describe(seed=1)):
        with pytest.raises(ValueError, match="not JSON compliant"):
            leave(store, trial, accuracy=float("nan"))
    assert store.trial_keys() == [old.key]
    assert store.get(old.key) == old


def test_a_killed_writer_leaves_the_old_state(store, describe, leave):
    """SIGKILL in the middle of a write: the next process reads what was there, and can write."""
    old = leave(store, describe())
    writer = start(IN_A_TRANSACTION, store.path)
    writer.kill()
    writer.communicate()
    after = Store(store.path)
    assert after.get(old.key) == old
    assert leave(after, describe(seed=1)).key in after.trial_keys()


def test_a_file_left_half_written_is_no_array_file(store, describe, leave, monkeypatch):
    """Where the writer dies before its file is whole, neither row nor file is there."""
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        leave(store, describe())
    assert store.results() == []
    assert list(store.arrays_folder.iterdir()) == []


def test_two_processes_put_at_once(store, describe, leave):
    """Thirty results of their own and thirty of the same trials each: all there, none twice."""
    leave(store, describe())
    assert together(PUT_MANY, (store.path, 1), (store.path, 2)) == ["", ""]
    seeds = sorted(result.trial.seed for result in store.results())
    assert seeds == [0, *range(100, 130), *range(1000, 1030), *range(2000, 2030)]
    shared = describe().but(seed=100)
    assert {label["method"] for label in store.labels(shared.key)} == {"writer 1", "writer 2"}
    assert store.get(shared.key).metrics == {"test/accuracy": 100 / 7}


def test_two_processes_make_a_store_at_once(tmp_path):
    """Both can write into it."""
    assert together(MAKE_STORES, *[(tmp_path / "new",)] * 2) == [""] * 2
    for number in range(10):
        assert list(Store(tmp_path / "new" / str(number)).failures()) == ["0" * 16]


class Contended(sqlite3.Connection):
    """A new database that another process is making as well: the first attempts find it locked."""

    refusals = 3
    code = sqlite3.SQLITE_BUSY

    def execute(self, sql, *arguments):
        """Refuse the switch to write-ahead logging a few times, as SQLite does."""
        if "journal_mode" in sql and Contended.refusals > 0:
            Contended.refusals -= 1
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = self.code
            raise error
        return super().execute(sql, *arguments)


@pytest.mark.parametrize(("code", "waits"), [(5, True), (261, True), (sqlite3.SQLITE_IOERR, False)])
def test_whoever_comes_second_waits_for_the_first(tmp_path, monkeypatch, code, waits):
    """A locked database is no broken one, whatever SQLite was doing; other errors come at once."""
    connect = functools.partial(sqlite3.connect, factory=Contended)
    monkeypatch.setattr("reproduce.trials.database.sqlite3.connect", connect)
    monkeypatch.setattr(Contended, "refusals", 3)
    monkeypatch.setattr(Contended, "code", code)
    if waits:
        assert Store(tmp_path).query("PRAGMA journal_mode")[0][0] == "wal"
        assert Contended.refusals == 0
    else:
        with pytest.raises(UserError, match="cannot be used as a store"):
            Store(tmp_path)


def test_reading_and_writing_in_one_transaction_is_done_alone(store):
    """What was read is still true when it is written upon: no other writer comes in between."""
    other = sqlite3.connect(store.path / "results.sqlite", timeout=0, isolation_level=None)
    with store.transaction(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")


def test_a_foreign_file_is_no_store(tmp_path):
    """It is named, what to do is said, and it is not touched."""
    path = tmp_path / "results.sqlite"
    path.write_bytes(b"these are somebody's notes\n" * 100)
    with pytest.raises(UserError, match=r"results\.sqlite cannot be used as a store.*not a data"):
        Store(tmp_path)
    assert path.read_bytes() == b"these are somebody's notes\n" * 100


def test_a_store_under_a_file_is_refused(tmp_path):
    """A folder cannot be made where a file is."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match=r"cannot write .*file/store"):
        Store(tmp_path / "file" / "store")


def test_a_full_disk_loses_no_array(store, describe, leave, monkeypatch):
    """Nothing half-written stays, the old result reads on, and the message says what to do."""
    old = leave(store, describe())

    def full(path, content):
        with open(path, "wb") as file:
            file.write(content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UserError, match=r"the disk is full: .*free some space"):
        leave(store, describe(seed=1))
    monkeypatch.undo()
    assert [path.name for path in store.arrays_folder.iterdir()] == [old.array_file.name]
    assert store.get(old.key).arrays.keys() == {"test/labels", "test/logits"}
    assert store.get(describe(seed=1).key) is None


def test_a_full_disk_loses_no_row(store, describe, leave):
    """A database that cannot grow says so; old rows are there, and new ones once there is room."""
    old = leave(store, describe())
    history = [{"phase": 0, "iteration": i, "loss": i / 7} for i in range(20_000)]
    pages = store.query("PRAGMA page_count")[0][0]
    store.query(f"PRAGMA max_page_count={pages + 3}")
    with pytest.raises(UserError, match=r"could not be written \(database or disk is full\).*free"):
        leave(store, describe(seed=1), history=history)
    assert store.get(describe(seed=1).key) is None
    assert store.get(old.key) == old
    store.query("PRAGMA max_page_count=1000000")
    assert leave(store, describe(seed=1), history=history).history == history


def test_a_write_waits_for_another_writer_and_says_if_it_waited_in_vain(store, describe):
    """A lock held for too long is an error of one line."""
    blocker = sqlite3.connect(store.path / "results.sqlite", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    store.query("PRAGMA busy_timeout=20")
    with pytest.raises(UserError, match=r"database is locked.*run the command again"):
        store.add([Planned(describe())])
    blocker.execute("ROLLBACK")
    store.add([Planned(describe())])
    assert store.trial_keys() == [describe().key]


@pytest.mark.parametrize("frees", [True, False])
def test_who_waits_for_a_locked_store_is_told_so(store, monkeypatch, capsys, frees):
    """Long before the waiting is given up; then a line says by whom the store is kept."""
    monkeypatch.setattr(databases, "SECONDS_BEFORE_SAYING", 0.05)
    monkeypatch.setattr(databases, "SECONDS_TO_WAIT", 20.0 if frees else 0.1)
    path = store.path / "results.sqlite"
    store._database.close()
    blocker = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    blocker.execute("PRAGMA locking_mode = EXCLUSIVE")
    blocker.execute("BEGIN EXCLUSIVE")
    if frees:
        threading.Timer(0.5, blocker.close).start()
        assert Store(store.path).results() == []
    else:
        with pytest.raises(UserError, match=r"another process has kept .*for itself") as said:
            Store(store.path)
        assert "run the command again" in str(said.value) and "\n" not in str(said.value)
        blocker.close()
    told = capsys.readouterr().err
    assert told.startswith("waiting for the process that uses") and told.count("\n") == 1


def test_a_copied_folder_is_a_store(store, describe, leave, tmp_path):
    """Paths in it are relative: it may be moved, and its results lie in the new place."""
    old = leave(store, describe())
    moved = Store(shutil.copytree(store.path, tmp_path / "moved"))
    assert moved.get(old.key).array_file == tmp_path / "moved" / "arrays" / old.array_file.name
    assert moved.get(old.key).arrays.keys() == old.arrays.keys()


def test_a_write_is_on_the_disk_before_it_ends(tmp_path):
    """Asked of another process: tests wait for no disk."""
    ask = (
        "import pathlib, sys; from reproduce.trials.database import connect; "
        "print(connect(pathlib.Path(sys.argv[1])).execute('PRAGMA synchronous').fetchone()[0])"
    )
    said = subprocess.run(
        [sys.executable, "-c", ask, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "2"
