"""A run that was interrupted and goes on ends as one that was not."""

import numpy as np
import pytest
import torch

from reproduce import models
from reproduce.data.preparation import Images
from reproduce.errors import UserError
from reproduce.training import checkpoints
from reproduce.training.loop import Interrupted, _PhaseRun

# 45 iterations in blocks of two, then 20 of the classifier alone, one by one.
LENGTH = 65


@pytest.fixture
def phases(phase):
    return [phase(iterations=45), phase(iterations=20, train="classifier")]


@pytest.fixture
def undisturbed(tiny, phases, run):
    """Weights and history of a run that nobody interrupts."""
    network = tiny(dropout=0.5)
    return network.state_dict(), run(network, phases).history


@pytest.fixture
def checkpoint(tmp_path):
    return tmp_path / "checkpoints" / "trial.safetensors"


def stop_after(steps):
    """Ask to stop before the step after so many."""
    asked = iter(range(10_000))
    return lambda: next(asked) >= steps


def assert_same(network, history, undisturbed):
    weights, expected = undisturbed
    assert history == expected
    for name, value in network.state_dict().items():
        assert torch.equal(value, weights[name]), name


# Before the first step, at the first, inside a block, at its end, around the end of the first
# phase, before the last step.
@pytest.mark.parametrize("steps", [0, 1, 2, 7, 24, 44, 45, 46, 60, 64])
def test_an_interrupted_run_goes_on_as_if_nothing_had_happened(
    tiny, phases, run, undisturbed, checkpoint, steps
):
    with pytest.raises(Interrupted):
        run(tiny(dropout=0.5), phases, checkpoint=checkpoint, stop_requested=stop_after(steps))
    torch.manual_seed(99)  # another process: nothing but the checkpoint is left
    other = tiny(dropout=0.5)
    for parameter in other.parameters():
        torch.nn.init.constant_(parameter, 7.0)
    seen = []
    state = run(
        other, phases, checkpoint=checkpoint, progress=lambda done, total, _: seen.append(done)
    )
    assert_same(other, state.history, undisturbed)
    assert seen == list(range(steps + 1, LENGTH + 1))


@pytest.fixture
def as_on_a_gpu(monkeypatch):
    """Keep the books as on a GPU, where losses are looked at late, and compute on the CPU."""
    step = _PhaseRun._step

    def on_the_cpu(self, iteration, seed, precision, device):
        return step(self, iteration, seed, precision, torch.device("cpu"))

    monkeypatch.setattr(_PhaseRun, "_step", on_the_cpu)
    return torch.device("cuda")


@pytest.mark.parametrize("steps", [1, 2, 7, 45, 64])
def test_losses_not_looked_at_yet_are_not_lost_by_an_interruption(
    tiny, phases, run, undisturbed, checkpoint, as_on_a_gpu, steps
):
    where = {"checkpoint": checkpoint, "device": as_on_a_gpu}
    with pytest.raises(Interrupted):
        run(tiny(dropout=0.5), phases, stop_requested=stop_after(steps), **where)
    network = tiny(dropout=0.5)
    assert_same(network, run(network, phases, **where).history, undisturbed)


def test_a_run_may_be_interrupted_again_and_again(tiny, phases, run, undisturbed, checkpoint):
    for _ in range(LENGTH // 3):
        network = tiny(dropout=0.5)
        with pytest.raises(Interrupted):
            run(network, phases, checkpoint=checkpoint, stop_requested=stop_after(3))
    network = tiny(dropout=0.5)
    assert_same(network, run(network, phases, checkpoint=checkpoint).history, undisturbed)


def test_a_network_with_its_own_memory_layout_resumes_bit_for_bit(phase, run, checkpoint):
    """Weights are stored in one layout and trained in another; the digits must not care."""
    random = np.random.default_rng(0)
    on = Images(random.integers(0, 256, (20, 28, 28), dtype=np.uint8), np.arange(20) % 3)

    def lenet():
        torch.manual_seed(5)
        return models.build("lenet5", channels=1, size=28, classes=3)

    given = [phase(iterations=8, optimizer={"learning_rate": 0.01})]
    expected = lenet()
    history = run(expected, given, on=on).history
    with pytest.raises(Interrupted):
        run(lenet(), given, on=on, checkpoint=checkpoint, stop_requested=stop_after(3))
    network = lenet()
    state = run(network, given, on=on, checkpoint=checkpoint)
    assert_same(network, state.history, (expected.state_dict(), history))


class Killed(BaseException):
    """What ends a process without asking."""


@pytest.mark.parametrize("steps", [1, 2, 3, 21, 44, 45, 46, 65])
def test_a_killed_run_goes_on_from_its_last_block(
    tiny, phases, run, undisturbed, checkpoint, steps
):
    def kill(done, total, loss):
        if done == steps:
            raise Killed

    with pytest.raises(Killed):
        run(tiny(dropout=0.5), phases, checkpoint=checkpoint, checkpoint_seconds=0, progress=kill)
    network, seen = tiny(dropout=0.5), []
    state = run(
        network, phases, checkpoint=checkpoint, progress=lambda done, total, _: seen.append(done)
    )
    assert_same(network, state.history, undisturbed)
    # The block that was under way is run again: two steps in the first phase, one in the second.
    last_saved = steps - 1 if steps > 45 else 44 if steps == 45 else (steps - 1) // 2 * 2
    assert seen[0] == last_saved + 1


def test_checkpoints_are_not_written_more_often_than_asked(
    tiny, phases, run, checkpoint, monkeypatch
):
    saved = []
    monkeypatch.setattr(checkpoints, "save", lambda *given: saved.append(given))
    run(tiny(), phases, checkpoint=checkpoint, checkpoint_seconds=3600)
    assert saved == []
    run(tiny(), phases, checkpoint=checkpoint, checkpoint_seconds=0)
    assert len(saved) == 23 + 20  # at the end of every block


def test_without_a_place_for_checkpoints_none_is_written(tiny, phases, run, tmp_path):
    with pytest.raises(Interrupted):
        run(tiny(), phases, stop_requested=stop_after(3))
    run(tiny(), phases, checkpoint_seconds=0)
    assert list(tmp_path.rglob("*.safetensors")) == []


def test_the_seconds_of_both_parts_are_added(tiny, phases, run, checkpoint):
    with pytest.raises(Interrupted):
        run(tiny(), phases, checkpoint=checkpoint, stop_requested=stop_after(30))
    position, _ = checkpoints.load(checkpoint)
    assert position["seconds"] > 0
    assert run(tiny(), phases, checkpoint=checkpoint).seconds > position["seconds"]


@pytest.fixture
def written(tiny, phases, run, checkpoint):
    """A checkpoint inside the first phase."""
    with pytest.raises(Interrupted):
        run(tiny(), phases, checkpoint=checkpoint, stop_requested=stop_after(9))
    return checkpoint


def test_a_checkpoint_holds_weights_momentum_and_position(written):
    position, tensors = checkpoints.load(written)
    assert (position["phase"], position["iteration"], len(position["history"])) == (0, 9, 4)
    assert position["steps"] == 1 and position["judged"] == 5  # one step of the fifth block
    names = {name.partition("/")[0] for name in tensors}
    assert names == {"network", "optimizer"}
    assert sum(name.startswith("optimizer/") for name in tensors) == 4


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_checkpoint_is_one_line_that_says_what_to_do(written, share, tiny, phases, run):
    content = written.read_bytes()
    written.write_bytes(content[: int(share * len(content))])
    with pytest.raises(UserError, match="; delete it, and its trial starts anew") as f:
        run(tiny(), phases, checkpoint=written)
    assert "trial.safetensors" in str(f.value) and "\n" not in str(f.value)


def test_a_flipped_bit_in_a_weight_is_found(written, tiny, phases, run):
    """The file is still a valid one; without a digest it would end in other numbers."""
    content = bytearray(written.read_bytes())
    content[-5] ^= 1
    written.write_bytes(bytes(content))
    with pytest.raises(UserError, match="does not have the digest it names"):
        run(tiny(), phases, checkpoint=written)


@pytest.mark.parametrize("content", [b"hello", b"\x02\x00\x00\x00\x00\x00\x00\x00{}"])
def test_a_file_that_is_no_checkpoint_is_one_line(checkpoint, content):
    """The second is a whole safetensors file, but it holds no position."""
    checkpoint.parent.mkdir()
    checkpoint.write_bytes(content)
    with pytest.raises(UserError, match=r"trial\.safetensors is damaged"):
        checkpoints.load(checkpoint)


def test_no_checkpoint_is_a_fresh_start(checkpoint):
    assert checkpoints.load(checkpoint) is None


def test_a_checkpoint_is_readable_by_whom_the_umask_lets(written):
    """Other people of a shared store may resume a run."""
    plain = written.parent / "plain.txt"
    plain.write_text("x")
    assert written.stat().st_mode == plain.stat().st_mode


def test_a_checkpoint_that_cannot_be_written_is_one_line(tiny, phases, run, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match=r"^cannot write "):
        run(tiny(), phases, checkpoint=tmp_path / "file" / "c.safetensors", checkpoint_seconds=0)
