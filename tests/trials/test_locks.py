"""One lock a trial: held by one process, freed by its death, broken by nobody."""

import gc
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from reproduce.errors import UserError
from reproduce.trials import upkeep
from reproduce.trials.locks import shared_lock, try_lock, try_lock_alone

HOLD = """
import sys, time
from pathlib import Path
from reproduce.trials.locks import try_lock
with try_lock(Path(sys.argv[1])) as ours:
    print(ours, flush=True)
    sys.stdin.readline()
"""


@contextmanager
def held_elsewhere(path, code=HOLD):
    """Let another process hold the lock; yields that process."""
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "True\n"
        yield holder
    finally:
        holder.kill()
        holder.communicate()


@pytest.fixture
def path(tmp_path):
    """Return where a lock may be made."""
    return tmp_path / "locks" / "k.lock"


def is_free(path):
    """Say whether the lock could be had this moment."""
    with try_lock(path) as ours:
        return ours


def test_a_lock_is_had_once_and_then_again(path):
    """Whoever comes while it is held gets False; afterwards it is free."""
    with try_lock(path) as ours:
        assert ours
        assert not is_free(path)
        assert not is_free(path)
    assert is_free(path)


def test_two_trials_have_two_locks(path):
    """Holding one keeps nobody from the other."""
    with try_lock(path):
        assert is_free(path.with_name("other.lock"))


def test_an_exception_frees_the_lock(path):
    """A trial that fails leaves nothing to clean up."""
    with pytest.raises(ZeroDivisionError), try_lock(path):
        _ = 1 / 0
    assert is_free(path)


def test_another_process_gets_false_at_once(path):
    """It neither waits nor breaks in, and has the lock when the holder is through."""
    with held_elsewhere(path) as holder:
        began = time.monotonic()
        assert not is_free(path)
        assert time.monotonic() - began < 1
        holder.communicate("done\n")
        assert is_free(path)


def test_a_killed_holder_frees_the_lock(path):
    """SIGKILL leaves no time to clean up, and none is needed."""
    with held_elsewhere(path) as holder:
        assert not is_free(path)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        assert is_free(path)


def test_a_program_that_a_trial_starts_does_not_inherit_the_lock(path):
    """It may outlive the trial, and must not keep the lock."""
    with try_lock(path):
        child = subprocess.Popen(["sleep", "60"], close_fds=False)
    try:
        assert is_free(path)
    finally:
        child.kill()
        child.wait()


def test_collecting_does_not_break_a_lock(store):
    """The file of a held lock stays, so the next to come finds it held; free ones are removed."""
    held, free = store.lock_path("held"), store.lock_path("free")
    assert is_free(free)
    with held_elsewhere(held):
        upkeep.collect(store)
        assert held.exists() and not free.exists()
        assert not is_free(held)


@pytest.mark.parametrize("made_anew", [False, True])
def test_a_lock_on_a_deleted_file_counts_for_nothing(path, monkeypatch, made_anew):
    """Deleted between opening and locking: others would lock another file, so this is none."""
    fcntl = pytest.importorskip("fcntl")
    lock = fcntl.flock

    def too_late(file, how):
        path.unlink()
        if made_anew:
            path.touch()
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", too_late)
    assert not is_free(path)
    monkeypatch.undo()
    assert is_free(path)


def test_a_lock_that_cannot_be_made_says_why(tmp_path):
    """A user's mistake is one line."""
    (tmp_path / "file").touch()
    with (
        pytest.raises(UserError, match=r"cannot write .*k\.lock"),
        try_lock(tmp_path / "file/k.lock"),
    ):
        pass


def test_no_file_stays_open(path):
    """A thousand trials would run out of file descriptors."""
    gc.collect()  # Files of tests before this one.
    before = len(os.listdir("/dev/fd"))
    for _ in range(5):
        is_free(path)
        with shared_lock(path.with_name("files.lock")):
            pass
        is_mine_alone(path.with_name("files.lock"))
    assert len(os.listdir("/dev/fd")) == before


# -- one that several share ------------------------------------------------------------------------


def is_mine_alone(path):
    """Say whether nobody else has the lock that several may share."""
    with try_lock_alone(path) as ours:
        return ours


def test_several_share_a_lock_that_nobody_then_has_alone(path):
    """Each of them keeps the others from having it alone, and not from sharing it."""
    with shared_lock(path), shared_lock(path):
        assert not is_mine_alone(path)
    assert is_mine_alone(path)
    with try_lock_alone(path) as ours:
        assert ours and not is_mine_alone(path)


SHARE = HOLD.replace("try_lock", "shared_lock").replace("print(ours", "print(ours is None")


def test_a_killed_sharer_frees_the_lock(path):
    """Of another process, which cannot tidy up any more."""
    with held_elsewhere(path, SHARE) as holder:
        assert not is_mine_alone(path)
        with shared_lock(path):
            assert not is_mine_alone(path)
        holder.kill()
        holder.wait()
        assert is_mine_alone(path)


def test_a_shared_lock_that_cannot_be_made_says_why(tmp_path):
    """Where its folder cannot be, and where it cannot be itself."""
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    for place in ("file/k.lock", "folder"):
        with pytest.raises(UserError, match="cannot write"), shared_lock(tmp_path / place):
            pass
        with pytest.raises(UserError, match="cannot write"), try_lock_alone(tmp_path / place):
            pass
