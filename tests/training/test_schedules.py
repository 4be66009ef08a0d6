"""Learning rates against numbers written by hand, and optimizers against their equations."""

import math

import pytest
import torch

from reproduce.training.optimization import build_optimizer, set_learning_rate
from reproduce.training.phases import Optimizer, Phase, Schedule
from reproduce.training.schedules import factor

STATELESS = torch.nn.Module()
# LDAM's CIFAR recipe: the rate rises over 5 epochs, a hundredth after 160 and again after 180.
LDAM = Schedule(name="step", milestones=(160, 180), decay=0.01, warm_up=5, unit="epoch")


@pytest.mark.parametrize(
    ("epoch", "rate"),
    [
        (0, 0.02), (1, 0.04), (2, 0.06), (3, 0.08), (4, 0.1), (5, 0.1), (159, 0.1),
        (160, 0.001), (179, 0.001), (180, 0.00001), (199, 0.00001),
    ],
)  # fmt: skip
def test_the_rates_of_ldams_recipe(epoch, rate):
    assert 0.1 * factor(LDAM, epoch, 200) == pytest.approx(rate, rel=1e-12)


def constant_phase(schedule, **optimizer):
    given = {"name": "sgd", "learning_rate": 0.1, **optimizer}
    return Phase(batch_size=1, epochs=1, optimizer=Optimizer(**given), schedule=schedule)


def rates(schedule, iterations, length, per_epoch):
    """Return the rates that an optimizer is given at these iterations."""
    network = torch.nn.Module()
    network.weight = torch.nn.Parameter(torch.zeros(1))
    phase = constant_phase(schedule)
    optimizer = build_optimizer(network, STATELESS, phase)
    found = []
    for iteration in iterations:
        said = set_learning_rate(optimizer, phase, iteration, length, per_epoch)
        assert optimizer.param_groups[0]["lr"] == said
        found.append(said)
    return found


def test_by_epoch_the_rate_is_the_same_within_an_epoch():
    """97 batches an epoch, as CIFAR-10-LT has: the first and the last batch of some epochs."""
    at = [97 * epoch + batch for epoch in (0, 4, 159, 160, 180) for batch in (0, 96)]
    expected = [rate for rate in (0.02, 0.1, 0.1, 0.001, 0.00001) for _ in range(2)]
    assert rates(LDAM, at, 97 * 200, 97) == pytest.approx(expected, rel=1e-12)


def test_by_iteration_the_rate_changes_at_every_batch():
    warm = Schedule(name="constant", warm_up=4)
    assert rates(warm, range(6), 10, 2) == pytest.approx([0.025, 0.05, 0.075, 0.1, 0.1, 0.1])
    cosine = Schedule(name="cosine")
    assert rates(cosine, [0, 1, 2, 3], 4, 2) == pytest.approx(
        [0.1, 0.1 * (1 + math.sqrt(0.5)) / 2, 0.05, 0.1 * (1 - math.sqrt(0.5)) / 2], rel=1e-12
    )


def test_a_cosine_by_epoch_counts_epochs_of_the_length():
    found = rates(Schedule(name="cosine", unit="epoch"), [0, 2, 3, 5, 6, 8, 9, 11], 12, 3)
    expected = [0.1, 0.1, 0.085355339, 0.085355339, 0.05, 0.05, 0.014644661, 0.014644661]
    assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "quarter", "three_quarters"),
    [("cosine", 0.853553391, 0.146446609), ("linear", 0.75, 0.25)],
)
def test_cosine_and_linear_begin_at_one_and_end_at_zero(name, quarter, three_quarters):
    schedule = Schedule(name=name)
    found = [factor(schedule, time, 200) for time in (0, 50, 100, 150, 200)]
    assert found == pytest.approx([1, quarter, 0.5, three_quarters, 0], abs=1e-9)


@pytest.mark.parametrize(("name", "quarter"), [("cosine", 0.853553391), ("linear", 0.75)])
def test_after_a_warm_up_the_fall_takes_what_is_left(name, quarter):
    schedule = Schedule(name=name, warm_up=10)
    found = [factor(schedule, time, 110) for time in (0, 4, 9, 10, 35, 60, 110)]
    assert found == pytest.approx([0.1, 0.5, 1, 1, quarter, 0.5, 0], abs=1e-9)


def test_a_warm_up_as_long_as_the_phase_does_not_divide_by_zero():
    assert factor(Schedule(name="cosine", warm_up=4), 3, 4) == 1
    assert factor(Schedule(name="cosine", warm_up=4), 4, 4) == 1


def test_a_run_records_the_rates_of_its_schedule(tiny, phase, run):
    """24 images in batches of 8: three steps an epoch, one row an epoch."""
    steps = Schedule(name="step", milestones=(2, 3), decay=0.1, warm_up=2, unit="epoch")
    history = run(tiny(), [phase(epochs=4, batch_size=8, schedule=steps)]).history
    found = [row["learning_rate"] for row in history]
    assert found == pytest.approx([0.05, 0.1, 0.01, 0.001], rel=1e-12)


RATE, DECAY, GRADIENTS = 0.1, 0.3, [1.0, -0.5, 2.0, 0.25]


def by_sgd(w, momentum, nesterov):
    buffer = 0.0
    for gradient in GRADIENTS:
        gradient = gradient + DECAY * w
        buffer = momentum * buffer + gradient
        w -= RATE * (gradient + momentum * buffer if nesterov else buffer)
    return w


def by_adam(w, decoupled):
    mean = square = 0.0
    for step, gradient in enumerate(GRADIENTS, 1):
        if decoupled:
            w -= RATE * DECAY * w
        else:
            gradient = gradient + DECAY * w
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        w -= RATE * (mean / (1 - 0.9**step)) / (math.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return w


@pytest.mark.parametrize(
    ("optimizer", "by_hand"),
    [
        ({"name": "sgd"}, lambda w: by_sgd(w, 0, False)),
        ({"name": "sgd", "momentum": 0.9}, lambda w: by_sgd(w, 0.9, False)),
        ({"name": "sgd", "momentum": 0.9, "nesterov": True}, lambda w: by_sgd(w, 0.9, True)),
        ({"name": "adam"}, lambda w: by_adam(w, decoupled=False)),
        ({"name": "adamw"}, lambda w: by_adam(w, decoupled=True)),
    ],
)
def test_an_optimizer_takes_the_steps_of_its_equations(optimizer, by_hand):
    network = torch.nn.Module()
    network.weight = torch.nn.Parameter(torch.tensor([0.7], dtype=torch.float64))
    phase = constant_phase(Schedule(), weight_decay=DECAY, **optimizer)
    made = build_optimizer(network, STATELESS, phase)
    for gradient in GRADIENTS:
        set_learning_rate(made, phase, 0, 1, 1)
        network.weight.grad = torch.tensor([gradient], dtype=torch.float64)
        made.step()
    assert network.weight.item() == pytest.approx(by_hand(0.7), abs=1e-12)
