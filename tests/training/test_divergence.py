"""A loss that is not a number stops the run and says where it happened."""

import pytest
import torch

from reproduce.errors import UserError
from reproduce.training import parts
from reproduce.training.inputs import Inputs
from reproduce.training.loop import Diverged, State, _PhaseRun


def poisoned(network, at):
    """Make the network's forward pass number `at` return what is not a number."""
    calls = iter(range(1, 1000))
    network.classifier.register_forward_hook(
        lambda module, given, logits: logits * float("nan") if next(calls) == at else None
    )
    return network


def test_a_loss_that_is_not_a_number_says_where_it_happened(tiny, phase, run):
    network = poisoned(tiny(), at=9)
    with pytest.raises(Diverged) as failure:
        run(network, [phase(iterations=5), phase(iterations=6, optimizer={"learning_rate": 0.3})])
    assert str(failure.value).startswith(
        "the loss became nan at iteration 4 of 6 in phase 2 (cross_entropy, learning rate 0.3); "
    )
    assert "lower the learning rate" in str(failure.value) and "\n" not in str(failure.value)
    assert isinstance(failure.value, UserError)


def test_a_rate_that_is_far_too_large_diverges(tiny, phase, run):
    with pytest.raises(Diverged, match=r"became (nan|inf) at iteration \d+ of 50 in phase 1"):
        run(tiny(), [phase(iterations=50, optimizer={"learning_rate": 1e30})])


def test_the_checkpoint_of_a_diverged_run_is_from_before_the_bad_step(tiny, phase, run, tmp_path):
    where = {"checkpoint": tmp_path / "c.safetensors", "checkpoint_seconds": 0}
    with pytest.raises(Diverged, match="at iteration 3 of 5"):
        run(poisoned(tiny(), at=3), [phase(iterations=5)], **where)
    with pytest.raises(Diverged, match="at iteration 3 of 5"):
        run(poisoned(tiny(), at=1), [phase(iterations=5)], **where)


def test_losses_looked_at_late_still_name_the_first_bad_one(tiny, phase, images):
    """On a GPU losses are looked at every so many steps."""
    network, phases = tiny(), [phase(iterations=20)]
    parts.attach(network, phases, 0, 3, 0)
    inputs = Inputs(phases[0], images, [12, 8, 4], 0, 0, 0)
    one = _PhaseRun(network, phases, 0, inputs, [20], [12, 8, 4])
    state = State(iteration=10)
    seen = [torch.tensor(loss) for loss in (1.0, float("inf"), float("nan"))]
    pending = [(loss, torch.tensor(2), {}) for loss in seen]
    with pytest.raises(Diverged, match="the loss became inf at iteration 9 of 20 in phase 1"):
        one._collect(pending, state)


def test_what_the_last_step_left_is_looked_at(tiny, phase, run):
    """The last loss is finite, and no other one sees the step after it."""
    network = tiny()
    network.classifier.weight.register_hook(lambda gradient: gradient + float("inf"))
    with pytest.raises(
        Diverged, match=r"^the weights became infinite or not a number at iteration"
    ):
        run(network, [phase(iterations=1)])
