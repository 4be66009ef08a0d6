"""A phase that stops by its training loss: when it does, and that an interruption moves nothing."""

import os
import signal
import subprocess
import sys
import time

import pytest
import torch
from pydantic import ValidationError

from reproduce.errors import UserError
from reproduce.training import checkpoints, stacks
from reproduce.training.loop import Interrupted
from reproduce.training.phases import Optimizer, Phase
from reproduce.training.stopping import stopped


def slowly(losses, patience):
    """Count as early stopping does: waits since the best, one epoch after the other."""
    best, waited = float("inf"), 0
    for loss in losses:
        best, waited = (loss, 0) if loss < best else (best, waited + 1)
        if waited >= patience:
            return True
    return False


def asked(losses, patience=3):
    phase = Phase(batch_size=2, epochs=99, stop=patience, optimizer=RATE)
    history = [{"phase": 1, "loss": loss} for loss in losses]
    return stopped([{"phase": 0, "loss": 0.0}, *history], 1, phase)


RATE = Optimizer(name="sgd", learning_rate=0.1)


@pytest.mark.parametrize(
    ("losses", "over"),
    [
        ([], False),
        ([5, 4, 3], False),
        ([5, 5, 5], False),  # the first is always one that fell
        ([5, 5, 5, 5], True),  # as low is no lower
        ([5, 6, 7, 8], True),
        ([5, 6, 7, 4], False),
        ([5, 6, 7, 4, 4.1, 4.2], False),
        ([5, 6, 7, 4, 4.1, 4.2, 4.0], True),
        ([5, 4, 3, 2.9, 2.95, 2.94, 2.93], True),  # falling, but not below the lowest
    ],
)
def test_it_is_over_after_three_epochs_without_a_lower_loss(losses, over):
    assert asked(losses) is over


def test_the_rule_is_that_of_counting_one_by_one():
    random = torch.Generator().manual_seed(3)
    for patience in (1, 2, 3, 5):
        losses = torch.rand(400, generator=random).tolist()
        first = next(n for n in range(1, 400) if slowly(losses[:n], patience))
        assert [asked(losses[:n], patience) for n in range(1, first + 1)] == [
            *([False] * (first - 1)), True,
        ]  # fmt: skip


# A rate at which the loss rises soon, so that each phase stops long before its ceiling.
def rising(phase, **changes):
    return phase(**{"epochs": 60, "stop": 3, "optimizer": {"learning_rate": 0.8}, **changes})


@pytest.fixture
def phases(phase):
    return [rising(phase), rising(phase, train="classifier", stop=2)]


def epochs_of(history, number):
    return [row for row in history if row["phase"] == number]


def test_a_phase_ends_at_the_epoch_at_which_the_rule_says_so(tiny, phases, run):
    state = run(tiny(dropout=0.5), phases)
    for number, phase in enumerate(phases):
        losses = [row["loss"] for row in epochs_of(state.history, number)]
        assert 3 < len(losses) < 60
        assert slowly(losses, phase.stop) and not slowly(losses[:-1], phase.stop)
        # What was taken is what is recorded: whole epochs of 5 steps (24 images, 5 a step).
        assert epochs_of(state.history, number)[-1]["iteration"] == 5 * len(losses)


def test_iterations_are_a_ceiling_too_and_looked_at_by_epoch(tiny, phase, run):
    by_epochs = run(tiny(), [rising(phase)]).history
    by_steps = run(tiny(), [rising(phase, epochs=0, iterations=300)]).history
    assert by_steps == by_epochs
    (short,) = [run(tiny(), [rising(phase, epochs=0, iterations=12)]).history]
    assert [row["iteration"] for row in short] == [5, 10, 12]


def test_without_a_rise_it_ends_at_the_ceiling(tiny, phase, run):
    falling = rising(phase, epochs=4, optimizer={"learning_rate": 1e-3, "weight_decay": 0})
    assert len(run(tiny(), [falling]).history) == 4


@pytest.fixture
def undisturbed(tiny, phases, run):
    network = tiny(dropout=0.5)
    return run(network, phases).history, network.state_dict()


def steps_in(history):
    last = {}
    for row in history:
        last[row["phase"]] = row["iteration"]
    return last[0], last[0] + last[1]


def assert_same(network, history, undisturbed):
    assert history == undisturbed[0]
    for name, value in network.state_dict().items():
        assert torch.equal(value, undisturbed[1][name]), name


def test_an_interruption_anywhere_moves_nothing(tiny, phases, run, undisturbed, tmp_path):
    """Inside epochs, at their ends, and on both sides of the step at which a phase stops."""
    first, whole = steps_in(undisturbed[0])
    for steps in {0, 1, 7, 10, first - 1, first, first + 1, first + 6, whole - 1}:
        file = tmp_path / f"{steps}.safetensors"
        asked = iter(range(10_000))
        with pytest.raises(Interrupted):
            run(
                tiny(dropout=0.5), phases, checkpoint=file,
                stop_requested=lambda asked=asked, steps=steps: next(asked) >= steps,
            )  # fmt: skip
        torch.manual_seed(99)
        network = tiny(dropout=0.5)
        assert_same(network, run(network, phases, checkpoint=file).history, undisturbed)


def test_a_checkpoint_of_the_very_end_of_a_phase_does_not_train_on(tiny, phases, run, tmp_path):
    """Written after the epoch that ended it, before the next phase began."""
    file, saved = tmp_path / "c.safetensors", []
    first, _ = steps_in(run(tiny(), phases).history)

    def keep(done, total, loss):
        if done == 60 * 5 + 1:  # the first step of the second phase: phases count as planned
            saved.append(file.read_bytes())

    whole = tiny()
    history = run(whole, phases, checkpoint=file, checkpoint_seconds=0, progress=keep).history
    file.write_bytes(saved[0])
    assert checkpoints.load(file)[0]["iteration"] == first
    network = tiny()
    again = run(network, phases, checkpoint=file).history
    assert_same(network, again, (history, whole.state_dict()))


# Trains a trial with the loop as a process of its own, slowly enough to be killed on the way.
PROCESS = """
import sys, time
import numpy as np, torch
from safetensors.torch import save_file
from reproduce.data.preparation import Images
from reproduce.training.loop import Settings, train
from reproduce.training.phases import Phase, Optimizer
from tests.training.conftest import Tiny
random = np.random.default_rng(2)
labels = random.permutation(np.repeat([0, 1, 2], [12, 8, 4]))
images = Images(random.integers(0, 256, (24, 4, 4), dtype=np.uint8), labels, divisor=256)
rate = Optimizer(name="adam", learning_rate=0.2)
phases = [Phase(batch_size=5, epochs=200, stop=3, optimizer=rate),
          Phase(batch_size=5, epochs=200, stop=3, optimizer=rate, train="classifier")]
torch.manual_seed(11)
network = Tiny(0.5)
from pathlib import Path
out, pause = Path(sys.argv[1]), float(sys.argv[2])
state = train(network, phases, images, [12, 8, 4], data_seed=0, seed=0, precision="float32",
    settings=Settings(device=torch.device("cpu"), checkpoint=out / "c.safetensors",
                      checkpoint_seconds=0, progress=lambda *given: time.sleep(pause)))
save_file(network.state_dict(), out / "weights.safetensors")
(out / "history.txt").write_text(repr(state.history))
"""


def start(folder, pause):
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-c", PROCESS, str(folder), str(pause)]
    return subprocess.Popen(command, env=os.environ, cwd=os.getcwd())


@pytest.mark.thorough
def test_killed_and_begun_again_it_ends_with_the_same_bytes(tmp_path):
    """SIGKILL twice, wherever it strikes; nothing but the checkpoint is left of the process."""
    assert start(tmp_path / "whole", 0).wait(timeout=120) == 0
    killed = tmp_path / "killed"
    for _ in range(2):
        before = (killed / "c.safetensors").stat().st_mtime_ns if killed.exists() else 0
        process = start(killed, 0.01)
        limit = time.monotonic() + 60
        while time.monotonic() < limit and process.poll() is None:
            file = killed / "c.safetensors"
            if file.exists() and file.stat().st_mtime_ns > before:
                break
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert not (killed / "history.txt").exists()
    assert start(killed, 0).wait(timeout=120) == 0
    for name in ("history.txt", "weights.safetensors"):
        assert (killed / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert 0 < eval((killed / "history.txt").read_text())[-1]["iteration"] < 5 * 200


def test_what_cannot_stop_by_itself_is_refused(tiny, phase, run):
    with pytest.raises(ValidationError, match="leave out stop"):
        rising(phase, continued=True)
    with pytest.raises(UserError, match="leave out stop, or continued"):
        run(tiny(), [rising(phase), phase(epochs=3, continued=True)])


def test_networks_that_stop_at_different_epochs_train_in_no_stack(phase):
    plain = phase(iterations=40)
    assert stacks.schedule_of((plain,)) is not None
    assert stacks.schedule_of((plain.but(stop=3),)) is None


def test_the_key_of_a_trial_without_it_stays():
    plain = Phase(batch_size=2, epochs=3, optimizer=RATE)
    told = plain.model_dump(mode="json", exclude_defaults=True)
    assert not {"stop", "embedded"} & set(told)
    assert plain.but(stop=3).model_dump(mode="json", exclude_defaults=True)["stop"] == 3
