"""What an objective learns: at a rate of its own, up or down, and saved like everything else."""

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torch import nn

from reproduce import losses
from reproduce.data.preparation import Images
from reproduce.losses.objective import Objective
from reproduce.training.loop import Interrupted
from reproduce.training.phases import Heads, LossParameters, Projection

START, SLOPE = 2.0, 3.0
CONSTANT = {"name": "constant"}


class Sloped(Objective):
    """A loss whose gradient is the same everywhere, so that steps can be counted by hand."""

    reads = "logits"

    def __init__(self, context):
        super().__init__(context)
        self.down = nn.Parameter(torch.tensor(START))
        self.up = nn.Parameter(torch.tensor(START))
        self.fixed = nn.Parameter(torch.tensor(START), requires_grad=False)
        self.unused = nn.Parameter(torch.tensor(START))

    def forward(self, batch):
        return SLOPE * self.down + SLOPE * self.up + self.fixed + batch.logits.square().mean()


class Climbing(Sloped):
    """The same, and one parameter ascends."""

    ascent = ("up", "unused")


@pytest.fixture
def learned(monkeypatch, tiny, phase, run):
    """Return a function that trains with an objective and returns what it learned."""

    def train(made_by, **changed):
        found = []

        def build(context, **parameters):
            found.append(made_by(context, **parameters))
            return found[-1]

        build.parameters_taken = made_by.parameters_taken
        monkeypatch.setattr(losses, "objective_class", lambda name: build)
        run(tiny(), [phase(**{"schedule": CONSTANT, **changed})])
        return found[0]

    return train


def by_hand(steps, rate, decay, momentum=0.9, sign=1):
    """Return where steps of SGD lead; decay pulls to 0 whichever way the parameter goes."""
    value, buffer = START, 0.0
    for _ in range(steps):
        buffer = momentum * buffer + sign * SLOPE + decay * value
        value -= rate * buffer
    return value


@pytest.mark.parametrize("rate", [0.001, 0.02])
@pytest.mark.parametrize("decay", [0.0, 0.5])
def test_a_parameter_has_a_rate_and_a_decay_of_its_own(learned, rate, decay):
    """The network's rate is 0.1 and its decay 0.1, its momentum is everyone's."""
    own = LossParameters(learning_rate=rate, weight_decay=decay)
    made = learned(Sloped, iterations=4, loss_parameters=own)
    assert made.down.item() == pytest.approx(by_hand(4, rate, decay), abs=1e-5)


def test_without_a_rate_of_its_own_it_learns_as_the_weights_do(learned):
    """At 0.1, not at the 0.2 of the biases, and with their decay."""
    made = learned(Sloped, iterations=4)
    assert made.down.item() == pytest.approx(by_hand(4, 0.1, 0.1), abs=1e-5)


def test_its_rate_follows_the_schedule(learned):
    halved = {"schedule": {"name": "linear"}, "optimizer": {"momentum": 0}}
    own = LossParameters(learning_rate=0.01)

    def train(**changed):
        return learned(Sloped, iterations=4, loss_parameters=own, **changed).down.item()

    assert train(optimizer={"momentum": 0}) == pytest.approx(START - 0.01 * SLOPE * 4, abs=1e-6)
    with_schedule = START - 0.01 * SLOPE * (1 + 0.75 + 0.5 + 0.25)
    assert train(**halved) == pytest.approx(with_schedule, abs=1e-6)


def test_what_ascends_goes_up_and_the_rest_goes_down(learned):
    own = LossParameters(learning_rate=0.01, weight_decay=0.5)
    made = learned(Climbing, iterations=4, loss_parameters=own)
    assert made.up.item() == pytest.approx(by_hand(4, 0.01, 0.5, sign=-1), abs=1e-5)
    assert made.down.item() == pytest.approx(by_hand(4, 0.01, 0.5), abs=1e-5)
    assert made.up > START > made.down


def test_what_takes_no_gradient_stays(learned):
    made = learned(Climbing, iterations=3)
    assert (made.fixed, made.unused) == (START, START)


def test_the_network_does_not_notice_the_rate_of_the_loss(tiny, phase, run, monkeypatch):
    monkeypatch.setattr(losses, "objective_class", lambda name: Sloped)
    ends = []
    for own in (LossParameters(), LossParameters(learning_rate=0.5, weight_decay=0.5)):
        network = tiny()
        run(network, [phase(iterations=3, loss_parameters=own)])
        ends.append(network.classifier.weight.clone())
    assert torch.equal(*ends)


def test_a_decay_of_its_own_without_a_rate_is_refused():
    with pytest.raises(ValidationError, match="needs a learning_rate of its own"):
        LossParameters(weight_decay=0.1)


class Memory(Objective):
    """Two learned numbers, one of them climbing, a buffer that moves, noise in every step."""

    reads = "both"
    ascent = ("dual",)

    def __init__(self, context):
        super().__init__(context)
        self.temperature = nn.Parameter(torch.rand(context.classes))
        self.dual = nn.Parameter(torch.zeros(()))
        self.register_buffer("centre", torch.zeros(context.embedding_size))
        self.register_buffer("epochs", torch.zeros((), dtype=torch.int64))

    def forward(self, batch):
        rows = batch.heads["a"] + 0.01 * torch.randn_like(batch.heads["a"])
        apart = (rows - self.centre).square().mean(1) * self.temperature[batch.all_labels]
        self.centre = 0.9 * self.centre + 0.1 * rows.detach().mean(0) + self.epochs
        log_shares = batch.logits.log_softmax(1)
        right = -log_shares[torch.arange(len(rows)), batch.all_labels]
        heads = sum(head.square().mean() for head in batch.heads.values())
        return (right + apart + self.dual * (1 - apart)).mean() - self.dual**2 + 0.1 * heads

    def begin_epoch(self, epoch):
        self.epochs += 1

    def after_step(self):
        with torch.no_grad():
            self.temperature.clamp_(0.03, 0.9)


@pytest.fixture
def large():
    """24 images of 8 x 8."""
    random = np.random.default_rng(5)
    pixels = random.integers(0, 256, (24, 8, 8), dtype=np.uint8)
    return Images(pixels, random.permutation(np.repeat([0, 1, 2], [12, 8, 4])))


@pytest.fixture
def network():
    """Return a function that makes a network with batch normalisation and dropout."""

    def make():
        torch.manual_seed(7)
        made = nn.Module()
        made.encoder = nn.Sequential(
            nn.Flatten(), nn.Linear(64, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.3)
        )
        made.classifier = nn.Linear(6, 3)
        return made

    return make


def everything(phase):
    """Return phases that use whatever a checkpoint has to hold: 9 + 6 + 5 steps."""
    adamw = {"name": "adamw", "momentum": 0, "learning_rate": 0.01}
    views = {"views": 2, "transforms": "crop_flip", "transform_parameters": {"padding": 1}}
    remembering = {
        "objective": "memory", "optimizer": adamw, "batch_size": 8, "schedule": {"name": "cosine"},
        "loss_parameters": LossParameters(learning_rate=0.05, weight_decay=0.1), **views,
    }  # fmt: skip
    one = Projection(size=4, hidden=5, batch_norm=True)
    first = phase(epochs=3, heads=Heads(projections={"a": one}), **remembering)
    both = Heads(projections={"a": one, "b": Projection(size=3)})
    second = first.but(epochs=2, continued=True, heads=both, objective_parameters={})
    mixed = {"mixing": {"name": "cutmix"}, "transforms": "flip", "batch_norm": "frozen"}
    return [first, second, phase(iterations=5, optimizer=adamw, batch_size=8, **mixed)]


@pytest.mark.parametrize("steps", [0, 1, 3, 4, 8, 9, 10, 12, 14, 15, 16, 19])
def test_everything_a_run_remembers_is_resumed_bit_for_bit(
    network, large, phase, run, monkeypatch, tmp_path, steps
):
    of_class = losses.objective_class
    monkeypatch.setattr(
        losses, "objective_class", lambda name: Memory if name == "memory" else of_class(name)
    )
    phases = everything(phase)
    undisturbed, resumed = network(), network()
    where = {"on": large, "checkpoint": tmp_path / "c.safetensors"}
    history = run(undisturbed, phases, on=large).history
    asked = iter(range(100))
    with pytest.raises(Interrupted):
        run(network(), phases, stop_requested=lambda: next(asked) >= steps, **where)
    torch.manual_seed(99)
    for parameter in resumed.parameters():
        nn.init.constant_(parameter, 3.0)
    assert run(resumed, phases, **where).history == history
    after = resumed.state_dict()
    for name, value in undisturbed.state_dict().items():
        assert torch.equal(value, after[name]), name
