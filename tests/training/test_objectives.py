"""What the loop asks of an objective, when it asks for it, and what it refuses to begin with."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from reproduce import losses, tasks
from reproduce.errors import UserError
from reproduce.losses.objective import Objective
from reproduce.training.loop import Interrupted, _PhaseRun
from reproduce.training.objectives import stretch
from reproduce.training.phases import Heads, Projection

VIEWS = {"views": 2, "transforms": "flip"}


class Recording(Objective):
    """Says when its hooks were called; what it keeps in a buffer moves with every step."""

    reads = "logits"

    def __init__(self, context, *, drawn: bool = False):
        super().__init__(context)
        self.calls, self.network = [], None
        self.register_buffer("steps", torch.zeros(()))
        self.register_buffer("noise", torch.rand(3) if drawn else torch.zeros(3))

    def forward(self, batch):
        self.calls.append(("step", batch.iteration, batch.epoch))
        return (batch.logits - self.noise).square().mean() * (1 + self.steps)

    def begin_epoch(self, epoch):
        self.calls.append(("epoch", epoch))

    def after_step(self):
        self.steps += 1
        self.calls.append(("after", self.calls[-1][1]))


@pytest.fixture
def made(monkeypatch):
    """The objectives that were made, in their order."""
    found = []

    def build(context, **parameters):
        found.append(Recording(context, **parameters))
        return found[-1]

    build.parameters_taken = Recording.parameters_taken
    monkeypatch.setattr(losses, "objective_class", lambda name: build)
    return found


def stop_after(steps):
    asked = iter(range(1000))
    return lambda: next(asked) >= steps


def steps_of(first, last, per_epoch):
    """Return the calls that iterations first .. last - 1 of a phase should make."""
    calls = []
    for iteration in range(first, last):
        epoch, within = divmod(iteration, per_epoch)
        calls += [("epoch", epoch)] if within == 0 else []
        calls += [("step", iteration, epoch), ("after", iteration)]
    return calls


def test_epochs_begin_with_their_first_step_and_every_step_is_followed_up(tiny, phase, run, made):
    """24 images in batches of 8: three steps an epoch; numbers start anew in every phase."""
    run(tiny(), [phase(batch_size=8, epochs=3), phase(batch_size=8, iterations=4)])
    assert made[0].calls == steps_of(0, 9, 3)
    assert made[1].calls == steps_of(0, 4, 3)


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 4, 6, 8])
def test_a_resumed_run_begins_each_epoch_once(tiny, phase, run, made, tmp_path, steps):
    where, phases = {"checkpoint": tmp_path / "c.safetensors"}, [phase(batch_size=8, epochs=3)]
    with pytest.raises(Interrupted):
        run(tiny(), phases, stop_requested=stop_after(steps), **where)
    run(tiny(), phases, **where)
    assert made[0].calls == steps_of(0, steps, 3)
    assert made[1].calls == steps_of(steps, 9, 3)
    assert made[1].steps == 9  # the buffer went on where it was


def test_following_up_happens_after_the_weights_have_moved(tiny, phase, run, made, monkeypatch):
    network, seen = tiny(), []
    before = network.classifier.bias.clone()
    monkeypatch.setattr(
        Recording, "after_step", lambda self: seen.append(network.classifier.bias.clone())
    )
    run(network, [phase(iterations=1)])
    (after,) = seen
    assert not torch.equal(before, after) and torch.equal(after, network.classifier.bias)


def test_what_an_objective_draws_at_first_does_not_depend_on_others(tiny, phase, run, made):
    for seed, torch_seed in ((0, 1), (0, 2), (5, 1)):
        network = tiny()
        torch.manual_seed(torch_seed)
        run(network, [phase(iterations=1, objective_parameters={"drawn": True})], seed=seed)
    first, again, other = (objective.noise for objective in made)
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_a_batch_says_everything_about_its_step(tiny, phase, run, images, made, monkeypatch):
    seen = []
    monkeypatch.setattr(
        Recording, "forward", lambda self, batch: seen.append(batch) or batch.logits.mean()
    )
    run(tiny(), [phase(batch_size=12, iterations=5, **VIEWS)])
    assert [(batch.iteration, batch.epoch) for batch in seen] == [
        (0, 0), (1, 0), (2, 1), (3, 1), (4, 2)
    ]  # fmt: skip
    for batch in seen:
        assert batch.views == 2 and len(batch.labels) == len(batch.indices) == 12
        assert len(batch.logits) == len(batch.embeddings) == 24 and batch.mixed is None
        assert batch.labels.tolist() == images.labels[batch.indices].tolist()
        assert batch.all_labels.tolist() == batch.labels.tolist() * 2
    shown = np.concatenate([batch.indices for batch in seen[:2]])
    assert sorted(shown.tolist()) == list(range(24))


def test_the_training_accuracy_of_two_views_is_that_of_the_first():
    """Three images: the first views of two are right, the second views of none."""
    labels = torch.tensor([0, 1, 2])
    first, second = torch.eye(3)[[0, 1, 1]], torch.eye(3)[[1, 2, 0]]
    batch = losses.Batch(labels=labels, logits=torch.cat([first, second]), views=2)
    run = SimpleNamespace(task=tasks.named("classification"))
    assert _PhaseRun._correct(run, batch) == 2


def heads(*names):
    return Heads(projections={name: Projection(size=4) for name in names})


@pytest.mark.parametrize("name", ["info_nce", "nt_xent"])
def test_too_few_views_are_one_line_that_says_how_many(tiny, phase, run, name):
    with pytest.raises(UserError, match=r"compares 2 views .* makes 1; set views to 2") as refused:
        run(tiny(), [phase(objective=name, heads=heads("a"))])
    assert name in str(refused.value) and "\n" not in str(refused.value)


def test_two_views_are_taken(tiny, phase, run):
    given = phase(objective="nt_xent", iterations=2, batch_size=12, heads=heads("a"), **VIEWS)
    assert len(run(tiny(), [given]).history) == 2


@pytest.mark.parametrize(
    ("given", "lacking"), [([], "ranking, similarity"), (["ranking"], "similarity")]
)
def test_a_head_that_is_read_but_not_there_is_one_line(
    tiny, phase, run, made, monkeypatch, given, lacking
):
    monkeypatch.setattr(Recording, "heads", ("similarity", "ranking"))
    with pytest.raises(UserError, match=f"the phase lacks {lacking}$") as refused:
        run(tiny(), [phase(objective="dual_head", heads=heads(*given))])
    assert "reads the projection heads similarity, ranking" in str(refused.value)
    assert "\n" not in str(refused.value)
    run(tiny(), [phase(iterations=1, heads=heads("similarity", "ranking"))])


def test_a_parameter_that_an_objective_does_not_take_is_one_line(tiny, phase, run):
    wrong = phase(objective="focal", objective_parameters={"gama": 2})
    with pytest.raises(UserError, match="objective 'focal' has no parameter 'gama'"):
        run(tiny(), [wrong])


def test_a_stretch_is_what_continues(phase):
    """Phases of 3, 5, 7, 2 and 4 steps; the second and third go on, the fifth too."""
    continued = [False, True, True, False, True]
    phases = [phase(continued=goes_on) for goes_on in continued]
    lengths = [3, 5, 7, 2, 4]
    assert [stretch(phases, lengths, n) for n in range(5)] == [
        (0, 15), (3, 15), (8, 15), (0, 6), (2, 6)
    ]  # fmt: skip
    assert stretch([phase(continued=True)], [9], 0) == (0, 9)


def test_an_objective_lies_where_the_network_is(tiny, phase, run, made):
    run(tiny(), [phase(iterations=1)])
    assert isinstance(made[0], nn.Module) and made[0].steps.device.type == "cpu"
