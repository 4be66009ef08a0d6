"""The one loop: the same digits every time, phases that freeze, and a history that adds up."""

from itertools import pairwise
from typing import ClassVar

import numpy as np
import pytest
import torch

from reproduce import losses
from reproduce.data.preparation import Images
from reproduce.losses.objective import Objective


def weights(network):
    return {name: value.clone() for name, value in network.state_dict().items()}


def equal(first, second):
    return all(torch.equal(first[name], second[name]) for name in first)


def test_training_is_repeatable_bit_for_bit(tiny, phase, run):
    ends, histories = [], []
    for torch_seed in (0, 1):
        network = tiny(dropout=0.5)
        torch.manual_seed(torch_seed)  # what others drew before must not matter
        histories.append(run(network, [phase(iterations=30), phase(iterations=10)]).history)
        ends.append(weights(network))
    assert equal(*ends)
    assert histories[0] == histories[1] and len(histories[0]) == 40


def test_another_seed_shows_another_order(tiny, phase, run):
    ends = []
    for seed in (0, 1):
        network = tiny()
        run(network, [phase(iterations=3)], seed=seed)
        ends.append(weights(network))
    assert not equal(*ends)


def test_every_step_and_every_phase_draws_numbers_of_its_own(tiny, phase, run, monkeypatch):
    drawn = []
    monkeypatch.setattr("reproduce.training.loop.seed_torch", lambda *name: drawn.append(name))
    run(tiny(), [phase(iterations=3), phase(iterations=2)], seed=7)
    assert drawn == [(7, "forward", 0, 0), (7, "forward", 0, 1), (7, "forward", 0, 2),
                     (7, "forward", 1, 0), (7, "forward", 1, 1)]  # fmt: skip


def test_dropout_acts_while_training(tiny, phase, run):
    plain, dropped = tiny(dropout=0.0), tiny(dropout=0.5)
    dropped.eval()  # as a prediction before would leave it
    run(plain, [phase(iterations=3)])
    run(dropped, [phase(iterations=3)])
    assert not equal(weights(plain), weights(dropped))


def test_a_phase_shows_what_its_sampler_says(tiny, phase, run, monkeypatch):
    """Twelve, eight and four images become three times as many as the largest class has."""

    class Watching(Objective):
        reads = "logits"
        shown: ClassVar[list] = []

        def __init__(self):
            torch.nn.Module.__init__(self)

    objective = Watching()

    def forward(batch):
        objective.shown.append(np.bincount(batch.labels).tolist())
        return batch.logits.mean()

    objective.forward = forward
    monkeypatch.setattr(losses, "build", lambda *given: objective)
    phases = [
        phase(epochs=1, batch_size=36, sampler="oversampling"),
        phase(epochs=1, batch_size=12, sampler="undersampling"),
        phase(epochs=1, batch_size=24),
    ]
    run(tiny(), phases)
    assert objective.shown == [[12, 12, 12], [4, 4, 4], [12, 8, 4]]


def test_without_a_phase_nothing_is_trained(tiny, run):
    network = tiny()
    before = weights(network)
    assert run(network, []).history == []
    assert equal(before, weights(network))


def test_training_the_classifier_leaves_the_encoder_untouched(tiny, phase, run):
    network = tiny()
    run(network, [phase(iterations=4)])
    before = weights(network)
    run(network, [phase(iterations=20, train="classifier")])
    after = weights(network)
    for name in before:
        assert torch.equal(before[name], after[name]) == name.startswith("encoder."), name


def test_the_second_of_two_phases_freezes_and_a_third_thaws(tiny, phase, run):
    frozen = phase(iterations=4, train="classifier")
    first, second, third = (tiny() for _ in range(3))
    run(first, [phase(iterations=4)])
    run(second, [phase(iterations=4), frozen])
    run(third, [phase(iterations=4), frozen, phase(iterations=4)])
    assert torch.equal(first.encoder[1].weight, second.encoder[1].weight)
    assert not torch.equal(second.encoder[1].weight, third.encoder[1].weight)


def test_every_phase_begins_its_schedule_anew(tiny, phase, run):
    history = run(tiny(), [phase(iterations=4), phase(iterations=3)]).history
    numbers = [(row["phase"], row["iteration"]) for row in history]
    assert numbers == [(0, 1), (0, 2), (0, 3), (0, 4), (1, 1), (1, 2), (1, 3)]
    rates = [row["learning_rate"] for row in history]
    assert rates[4:] == rates[:3] and rates[3] < rates[2] < rates[1] < rates[0]


def test_every_phase_begins_without_momentum(tiny, phase, run):
    """Steps on all images at once, so that the order of images plays no part."""
    once = phase(iterations=1, batch_size=24)
    together, apart = tiny(), tiny()
    run(together, [once, once])
    run(apart, [once])
    run(apart, [once])
    for name, value in weights(apart).items():
        assert torch.allclose(value, together.state_dict()[name], atol=1e-6)


def test_blocks_average_what_happened_within_them(tiny, phase, run):
    one_by_one = run(tiny(), [phase(epochs=2, batch_size=1)]).history
    assert [row["iteration"] for row in one_by_one] == [24, 48]
    fine = []
    run(tiny(), [phase(epochs=2, batch_size=1)], progress=lambda *given: fine.append(given))
    losses = [loss for _, _, loss in fine]
    assert one_by_one[0]["loss"] == pytest.approx(np.mean(losses[:24]), abs=1e-12)
    assert one_by_one[1]["loss"] == pytest.approx(np.mean(losses[24:]), abs=1e-12)


def test_a_last_block_may_be_shorter(tiny, phase, run):
    rows = run(tiny(), [phase(iterations=45)]).history
    assert [row["iteration"] for row in rows] == [*range(2, 45, 2), 45]


def test_progress_counts_over_all_phases(tiny, phase, run):
    seen = []
    phases = [phase(iterations=3), phase(epochs=1, batch_size=12)]
    run(tiny(), phases, progress=lambda done, total, loss: seen.append((done, total)))
    assert seen == [(n, 5) for n in range(1, 6)]


def test_the_training_accuracy_is_that_of_the_images_shown(tiny, phase, run, images):
    network = tiny()
    given = images.tensor(slice(0, 24), "cpu")
    with torch.no_grad():
        logits = network.classifier(network.encoder(given))
    right = (logits.argmax(1).numpy() == images.labels).mean()
    (row,) = run(network, [phase(iterations=1, batch_size=24)]).history
    assert row["training_accuracy"] == pytest.approx(right, abs=1e-12)


def test_an_objective_knows_classes_counts_and_length(tiny, phase, run, monkeypatch):
    seen, build = [], losses.build

    def spy(name, context, **parameters):
        seen.append((name, context, parameters))
        return build(name, context, **parameters)

    monkeypatch.setattr(losses, "build", spy)
    run(tiny(), [phase(epochs=2, batch_size=10)])
    ((name, context, parameters),) = seen
    assert (name, parameters) == ("cross_entropy", {})
    assert (context.classes, context.counts) == (3, (12, 8, 4))
    assert (context.embedding_size, context.iterations) == (6, 6)


def test_bfloat16_trains_too_and_keeps_weights_and_losses_in_float32(tiny, phase, run):
    network, exact = tiny(), tiny()
    rough = run(network, [phase(iterations=10)], precision="bfloat16").history
    fine = run(exact, [phase(iterations=10)]).history
    assert all(p.dtype == torch.float32 for p in network.parameters())
    apart = [abs(a["loss"] - b["loss"]) for a, b in zip(rough, fine, strict=True)]
    assert 0 < max(apart) < 0.05


def test_colour_images_are_learned(phase, run):
    torch.manual_seed(0)

    class Colour(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(48, 4))
            self.classifier = torch.nn.Linear(4, 2)

    pixels = np.random.default_rng(0).integers(0, 256, (8, 4, 4, 3), dtype=np.uint8)
    on = Images(pixels, np.repeat([0, 1], 4))
    gently = {"learning_rate": 0.02, "weight_decay": 0}
    steps = phase(iterations=30, batch_size=8, optimizer=gently, schedule={"name": "constant"})
    found = [row["loss"] for row in run(Colour(), [steps], on=on).history]
    assert all(later < earlier for earlier, later in pairwise(found))
    assert len(found) == 30
