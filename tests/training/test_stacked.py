"""A stack of networks trains as each of them would alone."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from reproduce import models
from reproduce.data.preparation import Images
from reproduce.training import stacks
from reproduce.training.loop import Settings, train_stack
from reproduce.training.phases import Heads, Mixing, Optimizer, Phase, Schedule
from reproduce.training.stacked import Stack, stackable

CPU = torch.device("cpu")
POOL = np.random.default_rng(0).integers(0, 256, (400, 28, 28), dtype=np.uint8)
CLASSES = np.random.default_rng(1).integers(0, 4, 400)


def lenet(seed):
    torch.manual_seed(seed)
    return models.build("lenet5", channels=1, size=28, classes=4)


def sample(seed, size):
    """Return part of the shared images, as an imbalanced sample of them is."""
    rows = np.random.default_rng(seed).permutation(400)[:size]
    return Images(POOL, CLASSES[rows], divisor=256, rows=rows)


def phases(sampler, iterations=100, **changed):
    optimizer = Optimizer(
        name="sgd", learning_rate=0.01, momentum=0.9, weight_decay=5e-4, bias_multiplier=2
    )
    schedule = Schedule(name="inverse", gamma=1e-4, power=0.75)
    return [
        Phase(
            batch_size=16, iterations=iterations, optimizer=optimizer, schedule=schedule,
            sampler=sampler, **changed,
        )
    ]  # fmt: skip


def member(number, sampler, **changed):
    on = sample(number, size=(90, 150, 61)[number % 3])
    counts = np.bincount(on.labels, minlength=4).tolist()
    return stacks.Member(phases(sampler, **changed), on, counts, data_seed=number, seed=number)


def train_alone(one, run, network):
    given = {"on": one.images, "seed": one.seed, "data_seed": one.data_seed}
    return run(network, one.phases, **given).history


@pytest.mark.thorough
def test_a_hundred_steps_of_a_stack_are_those_of_each_network_alone(run):
    """Own sample, own order, own weights, own sampler: losses within 1e-4 in float32."""
    samplers = ("instance", "oversampling", "undersampling")
    members = [member(number, sampler) for number, sampler in enumerate(samplers)]
    networks = [lenet(number) for number in range(3)]
    _, histories, _ = train_stack(
        members, [copy.deepcopy(n) for n in networks], "float32", Settings(CPU)
    )
    for number, one in enumerate(members):
        alone = train_alone(one, run, networks[number])
        assert [row["iteration"] for row in histories[number]] == [r["iteration"] for r in alone]
        for stacked, own in zip(histories[number], alone, strict=True):
            assert stacked["loss"] == pytest.approx(own["loss"], abs=1e-4)
            assert stacked["learning_rate"] == own["learning_rate"]
            assert stacked["training_accuracy"] == pytest.approx(own["training_accuracy"], abs=0.02)
    assert abs(histories[0][-1]["loss"] - histories[1][-1]["loss"]) > 1e-3  # not all the same


def test_in_float64_the_weights_are_the_same_to_the_last_digits(run, monkeypatch):
    """What float32 lets drift apart by rounding alone stays together here."""
    normalised = Images.normalised
    monkeypatch.setattr(
        Images, "normalised", lambda self, pixels: normalised(self, pixels.double())
    )
    members = [member(0, "instance", iterations=40), member(1, "oversampling", iterations=40)]
    networks = [lenet(0).double(), lenet(1).double()]
    copies = [copy.deepcopy(network) for network in networks]
    monkeypatch.setattr(torch.Tensor, "float", torch.Tensor.double)  # the loss's own rounding
    stack, _, _ = train_stack(members, copies, "float32", Settings(CPU))
    for number, one in enumerate(members):
        train_alone(one, run, networks[number])
        for theirs, mine in zip(
            stack.network(number).parameters(), networks[number].parameters(), strict=True
        ):
            assert torch.allclose(theirs, mine, rtol=0, atol=1e-12)


def test_two_phases_freeze_the_encoder_of_every_network(run):
    """Fine-tuning of the last layer alone, as two-phase training does."""
    members = [member(0, "oversampling", iterations=20), member(1, "undersampling", iterations=20)]
    for one in members:
        one.phases.append(one.phases[0].but(sampler="instance", train="classifier"))
    networks = [lenet(0), lenet(1)]
    stack, histories, _ = train_stack(
        members, [copy.deepcopy(n) for n in networks], "float32", Settings(CPU)
    )
    for number, one in enumerate(members):
        alone = train_alone(one, run, networks[number])
        assert [r["loss"] for r in histories[number]] == pytest.approx(
            [r["loss"] for r in alone], abs=1e-4
        )
        mine = networks[number].encoder[0].weight
        assert torch.allclose(stack.network(number).encoder[0].weight, mine, atol=1e-5)


def test_a_network_that_diverges_leaves_the_others_alone(run):
    members = [member(0, "instance", iterations=30), member(1, "instance", iterations=30)]
    networks = [lenet(0), lenet(1)]
    with torch.no_grad():
        networks[0].classifier.weight.fill_(1e30)
        networks[0].encoder[0].weight.fill_(1e30)
    _, histories, _ = train_stack(
        members, [copy.deepcopy(n) for n in networks], "float32", Settings(CPU)
    )
    assert not np.isfinite(histories[0][-1]["loss"])
    alone = train_alone(members[1], run, networks[1])
    assert [r["loss"] for r in histories[1]] == pytest.approx([r["loss"] for r in alone], abs=1e-4)


def test_a_block_drawn_ahead_holds_the_same_batches():
    """Batches cross to the device in blocks; which block an iteration is in must not matter."""
    one = member(0, "oversampling", iterations=300)
    inputs = stacks.StackedInputs([one, member(1, "instance", iterations=300)], 0, 300)
    for iteration in (0, 1, 127, 128, 255, 299, 5):
        shown = inputs.batch(iteration, CPU)
        rows = inputs.streams[0].batch(iteration)
        assert torch.equal(shown.images[:, 0], one.images.tensor(rows, CPU))
        assert shown.labels[:, 0].tolist() == one.images.labels[rows].tolist()


def test_members_must_share_their_stored_images():
    other = member(1, "instance")
    other.images.pixels = POOL.copy()
    with pytest.raises(ValueError, match="share their stored pixels"):
        stacks.StackedInputs([member(0, "instance"), other], 0, 10)


def test_only_chains_of_known_layers_without_chance_are_stacked():
    network = lenet(0)
    assert stackable(network)
    assert len(Stack([network, lenet(1)])) == 2
    network.encoder.append(nn.Dropout(0.5))
    assert not stackable(network)


def test_only_plain_phases_share_a_stack():
    (plain,), (other,) = phases("instance"), phases("oversampling")
    assert stacks.schedule_of((plain,)) == stacks.schedule_of((other,)) is not None
    assert stacks.schedule_of((plain.but(batch_size=8),)) != stacks.schedule_of((plain,))
    for changed in (
        {"objective": "focal"}, {"transforms": "flip"}, {"mixing": Mixing(name="mixup")},
        {"heads": Heads(classifier="cosine")}, {"iterations": 0, "epochs": 2},
        {"sampler": "balanced_mixup"}, {"sampler": "smote", "train": "classifier"},
        {"reinitialise": ("classifier",)},
    ):  # fmt: skip
        assert stacks.schedule_of((plain.but(**changed),)) is None
