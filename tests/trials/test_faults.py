"""Everything fails sometimes: what is lost then is nothing, and what is said is one line."""

import ast
import errno
import fcntl
import multiprocessing
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
import torch

from reproduce.errors import UserError
from reproduce.files import earlier
from reproduce.trials import locks
from reproduce.trials.engine import Options, run
from reproduce.trials.executors import performing
from reproduce.trials.executors.executor import Job
from reproduce.trials.executors.performing import perform
from reproduce.trials.store import Store
from tests.trials.fault_cases import FAULTS

TESTS = Path(__file__).resolve().parents[1]
ALONE = Options(workers=1, checkpoint_seconds=0)


def quiet(event):
    """Report to nobody."""


@pytest.mark.parametrize("case", FAULTS)
def test_each_case_is_a_test(case):
    file, name = FAULTS[case]
    tree = ast.parse((TESTS / file).read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, name


@pytest.fixture
def alone(on_tiny, tmp_path):
    """Return the result of a trial that nothing disturbed."""
    store = Store(tmp_path / "undisturbed")
    run([on_tiny(iterations=24)], store, Options(workers=1), quiet)
    return store.results()[0]


def same(one, other):
    return (one.metrics, one.history) == (other.metrics, other.history)


@pytest.fixture
def disk(tmp_path):
    """Return a function that makes a small file system of its own, or changes it."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = []

    def mount(options):
        again = ["-o", f"remount,{options}"] if mounted else ["-t", "tmpfs", "-o", options, "none"]
        told = subprocess.run(["mount", *again, place], capture_output=True, text=True)
        if told.returncode and not mounted:
            pytest.skip(f"no file system can be mounted here ({told.stderr.strip()})")
        assert told.returncode == 0, told.stderr
        mounted.append(options)
        return place

    if shutil.which("mount") is None:
        pytest.skip("there is no mount here")
    yield mount
    if mounted:
        subprocess.run(["umount", "--lazy", place], check=True)


def test_a_disk_that_is_really_full(alone, on_tiny, disk):
    """The trial fails in one line, the store stays whole, and with room the next call ends it."""
    store = Store(disk("size=700k") / "store")
    filled = [on_tiny(iterations=24)]
    room = os.statvfs(store.path)
    (store.path / "ballast").write_bytes(b"0" * (room.f_bavail * room.f_frsize - 100_000))
    try:
        failures = [*run(filled, store, ALONE, quiet).failures.values()]
    except UserError as error:
        failures = [str(error)]
    assert len(failures) == 1 and "\n" not in failures[0]
    assert "full" in failures[0] and "free" in failures[0]
    disk("size=20m")
    assert run(filled, store, ALONE, quiet).done == 1
    assert same(store.get(alone.key), alone)


def test_a_store_that_is_read_only(trained, on_tiny, disk):
    """Nothing can be trained into it, which is said before anything trains."""
    place = disk("size=20m") / "store"
    shutil.copytree(trained[0], place)
    disk("ro")
    with pytest.raises(UserError) as failure:
        run([on_tiny()], Store(place), ALONE, lambda event: pytest.fail("it trained"))
    assert "\n" not in str(failure.value) and "read" in str(failure.value).lower()


def test_a_clock_that_jumps_changes_nothing(alone, on_tiny, store, monkeypatch):
    """Seconds are counted by a clock that nobody sets."""
    jumps = iter([4e9, 0.0, 1e9] * 10_000)
    monkeypatch.setattr(time, "time", lambda: next(jumps))
    monkeypatch.setattr(time, "time_ns", lambda: int(next(jumps) * 1e9))
    run([on_tiny(iterations=24)], store, ALONE, quiet)
    result = store.get(alone.key)
    assert same(result, alone) and 0 < result.seconds < 600


def test_no_rule_asks_the_clock_on_the_wall():
    package = TESTS.parent / "reproduce"
    for room in ("trials", "training"):
        for path in (package / room).rglob("*.py"):
            text = path.read_text("utf-8")
            assert "time.time(" not in text and "datetime.now" not in text, path.name


@pytest.fixture
def begun(alone, on_tiny, store):
    """Return a trial that stopped half way, with two checkpoints."""
    item = on_tiny(iterations=24)
    seen = []

    def stop():
        seen.append(1)
        return len(seen) > 16

    perform(Job((item,), store.checkpoints_folder, 0.0), stop, quiet)
    path = store.checkpoint_path(item.trial.key)
    assert path.is_file() and earlier(path).is_file()
    return item, path


def test_the_checkpoint_before_a_damaged_one_is_used_and_said(alone, begun, store, capsys):
    item, path = begun
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(bytes(content))
    steps = []
    run([item], store, ALONE, lambda event: steps.append(event.done))
    said = capsys.readouterr().err
    assert "is damaged" in said and said.strip().endswith(
        "its trial goes on from the one before it"
    )
    assert same(store.get(alone.key), alone)
    assert not list(store.checkpoints_folder.glob("*")), "neither is left"


def test_the_one_before_a_lost_one_is_used(alone, begun, store, capsys):
    item, path = begun
    path.unlink()
    run([item], store, ALONE, quiet)
    assert "is not there: its trial goes on" in capsys.readouterr().err
    assert same(store.get(alone.key), alone)


def test_a_checkpoint_that_cannot_be_written_leaves_the_last_one(begun, monkeypatch):
    from reproduce.files import write_beside_earlier

    _, path = begun
    before = path.read_bytes()

    def full(number):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="the disk is full"):
        write_beside_earlier(path, b"new")
    assert path.read_bytes() == before


def without(file, how):
    raise OSError(errno.ENOLCK, "No locks available")


@pytest.mark.parametrize("flock", [without, lambda file, how: None])
def test_a_file_system_without_locks_is_refused(on_tiny, store, monkeypatch, flock):
    """Also one whose locks keep nobody out."""
    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(UserError, match=r"has no locks .*local disk .*store pack") as failure:
        run([on_tiny()], store, ALONE, lambda event: pytest.fail("it trained"))
    assert "\n" not in str(failure.value) and store.trial_keys() == []


def test_a_file_system_with_locks_is_taken_and_left_clean(tmp_path):
    locks.require(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.\nGPU 0 has"),
        MemoryError("Unable to allocate 2.00 GiB for an array"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
    ],
)
def test_a_lack_of_memory_names_the_parameter(on_tiny, store, monkeypatch, error):
    from reproduce.trials import execute

    def fails(*values, **named):
        raise error

    monkeypatch.setattr(execute, "train", fails)
    [message] = run([on_tiny()], store, ALONE, quiet).failures.values()
    assert "\n" not in message and "smaller batch_size or image_size" in message
    assert "lenet5 on 16 images of 28 x 28" in message


def test_a_stack_that_lacks_memory_names_its_own_parameter(on_tiny, tmp_path, monkeypatch):
    from reproduce.trials.executors import stacked

    def fails(items, surroundings):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(stacked, "execute", fails)
    job = Job(tuple(on_tiny(seed=seed) for seed in range(4)), tmp_path)
    with pytest.raises(UserError, match=r"4 networks as one stack.*give --stack 2"):
        perform(job, lambda: False, quiet)


def test_any_other_error_keeps_its_traceback(on_tiny, tmp_path, monkeypatch):
    from reproduce.trials import execute

    def fails(*values, **named):
        raise RuntimeError("shapes differ")

    monkeypatch.setattr(execute, "train", fails)
    with pytest.raises(RuntimeError, match="shapes differ"):
        performing.perform(Job((on_tiny(),), tmp_path), lambda: False, quiet)


def test_two_drivers_share_a_plan(on_tiny, store):
    """Started at once, each trial is trained by one of them, and both wait for the other's."""
    planned = [on_tiny(seed=seed, iterations=8) for seed in range(4)]
    context = multiprocessing.get_context("fork")
    trained = context.SimpleQueue()

    def drive():
        summary = run(planned, Store(store.path), Options(workers=1), quiet)
        trained.put((summary.trained, summary.done))

    drivers = [context.Process(target=drive) for _ in range(2)]
    for driver in drivers:
        driver.start()
    for driver in drivers:
        driver.join(120)
    found = [trained.get() for _ in drivers]
    assert sum(number for number, _ in found) == 4 and [done for _, done in found] == [4, 4]
    assert len(store.results()) == 4
