"""`reproduce plan`, `train` and `store` as a user calls them: killed, stopped, started twice."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reproduce.cli import app
from reproduce.trials import engine
from reproduce.trials import plan as plans
from reproduce.trials.locks import try_lock
from reproduce.trials.store import Store
from reproduce.trials.trial import Trial

REPRODUCE = str(Path(sys.executable).with_name("reproduce"))
# The command in a process that has loaded everything already, so that two can begin together.
WARMED_UP = [
    sys.executable,
    "-c",
    "import sys, reproduce.trials.execute\nfrom reproduce.cli import main\n"
    "print('ready', flush=True)\nsys.stdin.readline()\nmain()",
]
# What training must not need: it happens on machines without them.
NOT_FOR_TRAINING = {
    *("jupyter", "papermill", "nbformat", "nbclient", "IPython", "ipykernel"),
    *("matplotlib", "pandas", "seaborn", "openTSNE", "PIL"),
}


def start(*arguments, command=(REPRODUCE,), **options):
    """Start the command in a process group of its own."""
    return subprocess.Popen(
        [*command, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **options,
    )


def reproduce(*arguments, status=0):
    """Run the command to its end and return what it printed; on a failure show all of it."""
    process = start(*arguments)
    out, err = process.communicate(timeout=120)
    assert process.returncode == status, f"{out}\n{err}"
    return out if status == 0 else err


@contextmanager
def running(*arguments):
    """Start the command, and leave nothing of its process group behind."""
    process = start(*arguments)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def make_plan(image_file, tmp_path):
    """Return a function that plans with the command, on small images, and gives the file."""
    image_file("tiny")

    def make(methods, iterations, seeds="0", call=in_this_process):
        small = {"dataset": "tiny", "images_per_class": 40, "rho": 5, "mu": 0.5, "batch_size": 16}
        small |= {"methods": methods, "iterations": iterations, "seeds": seeds}
        given = [str(word) for name, value in small.items() for word in ("-p", name, value)]
        path = tmp_path / "plan.json"
        call("plan", "class_imbalance", "-o", str(path), "-p", "experiments", "none", *given)
        return path

    return make


def in_this_process(*arguments):
    """Call what the command calls, where a process of its own would tell nothing more."""
    app(arguments, standalone_mode=False)


def trials_of(plan):
    """Return the keys of a plan, in its order."""
    return [item.trial.key for item in plans.read(plan).planned]


def steps_done(store, key):
    """Return how many steps of 150 a phase a checkpoint holds, or None; reads its header alone."""
    try:
        with open(store / "checkpoints" / f"{key}.safetensors", "rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    except FileNotFoundError:
        return None
    position = json.loads(header["__metadata__"]["position"])
    return 150 * position["phase"] + position["iteration"]


def wait_until(condition, process, seconds=60):
    """Wait for a condition while a process runs."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.002)


def assert_same_results(one, two):
    """Compare two stores bit for bit: metrics, history, tables, and the bytes of the arrays."""
    ours, theirs = Store(one).results(), Store(two).results()
    assert [result.key for result in ours] == [result.key for result in theirs]
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.metrics == other.metrics
        assert mine.history == other.history
        assert mine.confusion == other.confusion
        assert mine.array_file.read_bytes() == other.array_file.read_bytes()


class Watch:
    """Follows the checkpoints of a trial, from the one that is there on."""

    def __init__(self, store, key):
        self.store, self.key = store, key
        self.last, self.seen = steps_done(store, key), []

    def has_reached(self, moment):
        """Say whether a new checkpoint is at this step or later."""
        done = steps_done(self.store, self.key)
        if done is not None and done != self.last:
            self.last = done
            self.seen.append(done)
        return bool(self.seen) and self.last >= moment


@pytest.mark.thorough  # SIGKILL in the first phase, about its end and in the second.
def test_killed_three_times_it_leaves_what_an_undisturbed_run_leaves(make_plan, tmp_path):
    plan = make_plan("two_phase_oversampling", iterations=150, call=reproduce)
    key = trials_of(plan)[0]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    engine.run(plans.read(plan).planned, Store(whole), engine.Options(workers=1), lambda event: 0)
    train = ("train", plan, "--store", killed, "--checkpoint-seconds", 0, "--workers", 1)
    draw, at_kill = random.Random(20), 0
    for lowest, highest in ((15, 90), (120, 180), (200, 240)):
        moment, watch = draw.randint(lowest, highest), Watch(killed, key)
        with running(*train) as process:
            wait_until(lambda: watch.has_reached(moment), process)  # noqa: B023
            time.sleep(draw.uniform(0, 0.03))
            process.kill()
            assert process.wait() == -signal.SIGKILL
        # It went on where the one before was killed: no earlier step was checkpointed again.
        assert watch.seen[0] > at_kill
        at_kill = steps_done(killed, key)
        assert moment <= at_kill < 300
        assert Store(killed).results() == []
    assert "2 of 2 trials done (2 trained now)" in reproduce(*train)
    assert_same_results(killed, whole)
    assert len(Store(killed).get(key).history) == 2 * 22
    # Whatever was half written when a process died is removed, and nothing that is needed.
    reproduce("store", "gc", "--store", killed)
    assert list((killed / "checkpoints").iterdir()) == []
    assert "2 results" in reproduce("store", "check", "--store", killed)
    assert "2 of 2 trials done (0 trained now)" in reproduce(*train)


@pytest.mark.thorough
def test_two_processes_share_one_store(make_plan, tmp_path):
    """Started together, they train every trial exactly once and end with all results."""
    plan = make_plan("baseline,oversampling", iterations=20, seeds="[0, 1, 2]")
    store = tmp_path / "shared"
    train = ("train", plan, "--store", store, "--workers", 1)
    pair = [start(*train, command=WARMED_UP) for _ in range(2)]
    for process in pair:
        assert process.stdout.readline() == "ready\n"
    for process in pair:
        process.stdin.write("\n")
        process.stdin.flush()
    printed = [process.communicate(timeout=120) for process in pair]
    assert [process.returncode for process in pair] == [0, 0], printed
    finished = Counter(
        name for out, _ in printed for name in re.findall(r"\] (.+ seed \d): accuracy", out)
    )
    assert len(finished) == len(trials_of(plan)) == 7
    assert set(finished.values()) == {1}
    trained = [re.search(r"7 of 7 trials done \((\d) trained now\)", out)[1] for out, _ in printed]
    assert int(trained[0]) + int(trained[1]) == 7
    assert min(trained) > "0"
    assert {result.key for result in Store(store).results()} == set(trials_of(plan))
    assert Store(store).failures() == {}


def all_held(store, keys):
    """Say whether all these trials are being trained this moment."""
    for key in keys:
        path = store / "locks" / f"{key}.lock"
        if not path.exists():
            return False
        with try_lock(path) as free:
            if free:
                return False
    return True


@pytest.mark.thorough
def test_ctrl_c_keeps_checkpoints_and_ends_cleanly(make_plan, tmp_path):
    """The terminal sends SIGINT to the command and its workers alike.

    At first before they have loaded what they train with, when there is nothing to keep.
    """
    plan, store = make_plan("baseline,oversampling", iterations=1_000_000), tmp_path / "store"
    keys = trials_of(plan)[:2]
    for seconds in (0, 5, 10, 20, 40):
        with running("train", plan, "--store", store, "--workers", 2) as process:
            wait_until(lambda: all_held(store, keys), process)
            time.sleep(seconds)
            os.killpg(process.pid, signal.SIGINT)
            out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
        assert out == "0 of 3 trials done (0 trained now)\n"
        if all(steps_done(store, key) for key in keys):
            break
    assert all(steps_done(store, key) for key in keys)
    assert Store(store).failures() == {} and Store(store).results() == []


def test_the_time_limit_ends_cleanly_and_the_next_call_goes_on(make_plan, tmp_path):
    """Status 0, a sentence that says how far it came, and a checkpoint that grows."""
    plan, store = make_plan("baseline", iterations=100_000), tmp_path / "store"
    key, steps = trials_of(plan)[0], [0]
    # A busy machine may take half a second to begin: twice the time, until it grew twice.
    for seconds in (0.5, 0.5, 1, 2, 4, 8):
        train = f"train {plan} --store {store} --workers 1 --time-limit {seconds}s"
        result = CliRunner().invoke(app, train.split())
        # Both streams, which an older click does not tell apart.
        assert (result.exit_code, result.output) == (0, "0 of 2 trials done (0 trained now)\n")
        steps = sorted({*steps, steps_done(store, key) or 0})
        if len(steps) == 3:
            break
    assert len(steps) == 3 and steps[-1] == steps_done(store, key) < 100_000
    assert Store(store).failures() == {}


def test_a_mistake_is_one_line_and_status_2(make_plan, image_file, tmp_path):
    """A plan changed by hand, data that are other than planned, a trial that cannot be trained."""
    plan, store = make_plan("baseline", iterations=3), tmp_path / "store"
    train = ("train", plan, "--store", store)
    good = plan.read_text()
    plan.write_text(good.replace('"seed": 0', '"seed": 1'))
    assert re.fullmatch(r"Error: .*was changed by hand.*\n", reproduce(*train, status=2))
    plan.write_text(good)
    image_file("tiny", seed=1)
    assert re.fullmatch(r"Error: .*the fingerprint.*planned for.*\n", reproduce(*train, status=2))
    assert Store(store).results() == []
    image_file("tiny", seed=0)
    plan.write_text(good.replace('"learning_rate": 0.01', '"learning_rate": 1e30'))
    content = json.loads(plan.read_text())
    for item in content["trials"]:
        item["key"] = Trial(**item["trial"]).key
    plan.write_text(json.dumps(content))
    result = CliRunner().invoke(app, [*map(str, train), "--workers", "1"])
    assert "1 of 2 trials done (1 trained now)" in result.stdout
    assert "1 trial(s) failed" in str(result.exception) and "1e+30" in str(result.exception)


def test_training_needs_no_notebook_and_no_figure(make_plan, tmp_path):
    """One process that plans, trains and lists has loaded nothing of what draws and publishes."""
    plan, store = make_plan("baseline", iterations=1), tmp_path / "store"
    calls = [
        ["plan", "class_imbalance", "--profile", "smoke", "-o", str(tmp_path / "digits.json")],
        ["train", str(plan), "--store", str(store), "--workers", "1"],
        ["store", "ls", "--store", str(store)],
    ]
    script = f"""
import sys
sys.modules["pandas"] = None  # scikit-learn loads it wherever it is installed; we must not need it
from reproduce.cli import app
for call in {calls!r}:
    app(call, standalone_mode=False)
# What has no file was not loaded from one: an older sphinxcontrib names itself at every start.
known = [name for name, module in sys.modules.items() if getattr(module, "__file__", None)]
print("loaded:", *{{name.partition(".")[0] for name in known}})
"""
    process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    assert "2 trials in" in process.stdout
    loaded = set(process.stdout.rpartition("loaded:")[2].split())
    assert {"reproduce", "torch", "sklearn"} <= loaded
    assert not loaded & NOT_FOR_TRAINING
    assert not [name for name in loaded if name.startswith(("jupyter", "sphinx"))]
