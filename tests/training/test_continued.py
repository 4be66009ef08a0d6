"""A phase that continues another: momentum, schedule and the objective's state go on."""

import numpy as np
import pytest
import torch

from reproduce import losses
from reproduce.data.preparation import Images
from reproduce.losses.objective import Objective
from reproduce.training.loop import Interrupted
from reproduce.training.phases import Heads, Projection

COSINE = {"name": "cosine"}
OPTIMIZERS = {
    "sgd": {},
    "nesterov": {"nesterov": True},
    "adam": {"name": "adam", "momentum": 0},
    "adamw": {"name": "adamw", "momentum": 0},
}


@pytest.fixture
def images():
    """One image alone: then no order of images can differ between phases, not by a bit."""
    pixels = np.random.default_rng(2).integers(0, 256, (1, 4, 4), dtype=np.uint8)
    return Images(pixels, np.array([2]))


@pytest.fixture
def steps(phase):
    """Return a function that makes a phase of so many steps, falling to 0 as a cosine."""

    def make(iterations, **changed):
        changed = {"batch_size": 1, "schedule": COSINE, **changed}
        return phase(iterations=iterations, **changed)

    return make


def equal(first, second):
    first, second = first.state_dict(), second.state_dict()
    return all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_two_phases_of_five_are_one_of_ten_bit_for_bit(tiny, steps, run, optimizer):
    given = {"optimizer": OPTIMIZERS[optimizer]}
    whole, halves, apart = tiny(), tiny(), tiny()
    one = run(whole, [steps(10, **given)]).history
    two = run(halves, [steps(5, **given), steps(5, continued=True, **given)]).history
    run(apart, [steps(5, **given), steps(5, **given)])
    assert equal(whole, halves) and not equal(whole, apart)
    for name in ("loss", "learning_rate"):
        assert [row[name] for row in one] == [row[name] for row in two]
    assert two[5]["learning_rate"] == pytest.approx(0.05, abs=1e-12)


def test_three_phases_share_one_schedule(tiny, steps, run):
    history = run(
        tiny(), [steps(2), steps(1, continued=True), steps(1, continued=True), steps(2)]
    ).history
    expected = [0.1, 0.085355339, 0.05, 0.014644661, 0.1, 0.05]
    assert [row["learning_rate"] for row in history] == pytest.approx(expected, abs=1e-9)


def test_warm_up_and_milestones_count_from_where_the_stretch_began(tiny, phase, run):
    """One image an epoch; the rate rises over 2 epochs and falls after 3 and 5 of 6."""
    schedule = {"name": "step", "milestones": (3, 5), "decay": 0.1, "warm_up": 2, "unit": "epoch"}
    half = phase(epochs=3, batch_size=1, schedule=schedule)
    history = run(tiny(), [half, half.but(continued=True)]).history
    expected = [0.05, 0.1, 0.1, 0.01, 0.01, 0.001]
    assert [row["learning_rate"] for row in history] == pytest.approx(expected, rel=1e-12)


def test_another_rate_in_the_second_phase_is_the_base_of_the_same_schedule(tiny, steps, run):
    slower = steps(2, continued=True, optimizer={"learning_rate": 0.01})
    history = run(tiny(), [steps(2), slower]).history
    expected = [0.1, 0.085355339, 0.005, 0.0014644661]
    assert [row["learning_rate"] for row in history] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("at", [0, 3, 5, 6, 9])
@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_a_continued_phase_resumes_bit_for_bit(tiny, steps, run, tmp_path, at, optimizer):
    """At 5 the second phase has begun and no step of it was taken."""
    given = {"optimizer": OPTIMIZERS[optimizer]}
    phases = [steps(5, **given), steps(5, continued=True, **given)]
    undisturbed, resumed, where = tiny(), tiny(), {"checkpoint": tmp_path / "c.safetensors"}
    history = run(undisturbed, phases).history
    asked = iter(range(100))
    with pytest.raises(Interrupted):
        run(tiny(), phases, stop_requested=lambda: next(asked) >= at, **where)
    assert run(resumed, phases, **where).history == history
    assert equal(undisturbed, resumed)


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_momentum_stays_with_its_parameter_when_heads_come_and_go(tiny, steps, run, optimizer):
    """A head that no objective reads must not change what all others do, wherever it stands."""
    given = {"optimizer": OPTIMIZERS[optimizer]}
    heads = {"heads": Heads(projections={"unread": Projection(size=6)})}
    plain, coming, going = tiny(), tiny(), tiny()
    run(plain, [steps(5, **given), steps(5, continued=True, **given)])
    run(coming, [steps(5, **given), steps(5, continued=True, **heads, **given)])
    run(going, [steps(5, **heads, **given), steps(5, continued=True, **given)])
    assert equal(plain, coming) and equal(plain, going)


def test_a_thawed_encoder_begins_without_momentum_and_the_classifier_keeps_its_own(
    tiny, images, steps, run
):
    """One step after three of the classifier alone, by hand: w - 0.1 (gradient + 0.1 w)."""
    before, after = tiny(), tiny()
    alone = steps(3, train="classifier", schedule={"name": "constant"})
    run(before, [alone])
    run(after, [alone, steps(1, continued=True, schedule={"name": "constant"})])
    for parameter in before.parameters():
        parameter.requires_grad_()
    logits = before.classifier(before.encoder(images.tensor(slice(0, 1), "cpu")))
    before.zero_grad()
    torch.nn.functional.cross_entropy(logits, torch.tensor([2])).backward()
    plain = [
        (layer.weight - 0.1 * (layer.weight.grad + 0.1 * layer.weight)).detach()
        for layer in (before.encoder[1], before.classifier)
    ]
    assert torch.allclose(after.encoder[1].weight, plain[0], atol=1e-6)
    assert not torch.allclose(after.classifier.weight, plain[1], atol=1e-3)


class Counting(Objective):
    """A loss that grows with the steps it has seen, and learns a factor."""

    reads = "logits"

    def __init__(self, context, *, sharper: bool = False):
        super().__init__(context)
        self.register_buffer("steps", torch.zeros(()))
        self.factor = torch.nn.Parameter(torch.ones(()))

    def forward(self, batch):
        self.steps += 1
        return (self.factor * batch.logits).square().mean() * self.steps


@pytest.fixture
def counting(monkeypatch):
    """The objectives that were made; any name stands for a counting one."""
    found, of_class = [], losses.objective_class

    def build(context, **parameters):
        found.append(Counting(context, **parameters))
        return found[-1]

    build.parameters_taken = Counting.parameters_taken
    monkeypatch.setattr(
        losses, "objective_class", lambda name: build if "count" in name else of_class(name)
    )
    return found


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_objective_goes_on_with_what_it_learned(tiny, steps, run, counting, optimizer):
    given = {"objective": "counting", "optimizer": OPTIMIZERS[optimizer]}
    whole, halves = tiny(), tiny()
    run(whole, [steps(10, **given)])
    sharper = {"objective_parameters": {"sharper": True}}  # parameters may differ
    run(halves, [steps(5, **given), steps(5, continued=True, **given, **sharper)])
    assert equal(whole, halves)
    one, first, second = counting
    assert (one.steps, first.steps, second.steps) == (10, 5, 10)
    assert torch.equal(one.factor, second.factor) and not torch.equal(first.factor, second.factor)


@pytest.mark.parametrize("second", [{}, {"continued": True, "objective": "another_that_counts"}])
def test_an_objective_starts_anew_unless_the_same_one_is_continued(
    tiny, steps, run, counting, second
):
    given = {"objective": "counting", **second}
    run(tiny(), [steps(5, objective="counting"), steps(5, **given)])
    assert [objective.steps.item() for objective in counting] == [5, 5]


def test_an_objective_without_state_may_follow_one_that_learned(tiny, steps, run, counting):
    phases = [steps(3, objective="counting"), steps(3, continued=True)]
    assert len(run(tiny(), phases).history) == 6
