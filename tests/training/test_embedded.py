"""SMOTE on embeddings: a phase that shows the classifier points, and leaves the encoder alone."""

import copy

import numpy as np
import pytest
import torch

from reproduce.data.preparation import Images
from reproduce.data.smote import smote
from reproduce.errors import UserError
from reproduce.tasks.prediction import predict
from reproduce.training.embedded import EmbeddedInputs
from reproduce.training.loop import Interrupted

CPU = torch.device("cpu")
COUNTS = [12, 8, 4]


class Normalised(torch.nn.Module):
    """A network whose encoder would drift in training mode: batch statistics and dropout."""

    def __init__(self):
        super().__init__()
        self.encoder = torch.nn.Sequential(
            torch.nn.Flatten(), torch.nn.Linear(16, 6), torch.nn.BatchNorm1d(6),
            torch.nn.ReLU(), torch.nn.Dropout(0.5),
        )  # fmt: skip
        self.classifier = torch.nn.Linear(6, 3)


@pytest.fixture
def network():
    torch.manual_seed(11)
    return Normalised()


@pytest.fixture
def second(phase):
    """Return a function that makes a phase with SMOTE."""

    def make(**changed):
        return phase(**{"train": "classifier", "sampler": "smote", "batch_size": 6, **changed})

    return make


@pytest.fixture
def begun(images, network):
    """Return a function that embeds the images and returns the inputs of a phase."""

    def make(phase, number=1, data_seed=0, seed=0, on=None):
        on = on or images
        counts = np.bincount(on.labels).tolist()
        inputs = EmbeddedInputs(phase, on, counts, number, data_seed, seed)
        inputs.begin(network, CPU, "float32")
        return inputs

    return make


def test_an_epoch_shows_every_class_equally_often(begun, second):
    inputs = begun(second())
    assert inputs.batches_per_epoch == 3 * 12 / 6
    shown = [inputs.batch(number, CPU) for number in range(6)]
    labels = torch.cat([batch.labels for batch in shown])
    assert torch.bincount(labels).tolist() == [12, 12, 12]
    rows = np.concatenate([batch.indices for batch in shown])
    assert sorted(rows.tolist()) == list(range(36))
    assert all(batch.embedded and batch.mixed is None for batch in shown)
    assert all(batch.images.shape == (6, 6) for batch in shown)


def test_points_are_the_embeddings_of_evaluation_and_between_two_of_one_class(
    begun, second, images, network
):
    inputs = begun(second())
    _, embeddings = predict(network, images, CPU, "float32")
    seen = [inputs.batch(number, CPU) for number in range(6)]
    for batch in seen:
        for row, point, label in zip(batch.indices, batch.images, batch.labels, strict=True):
            if row < 24:
                assert torch.equal(point, torch.from_numpy(embeddings[row]))
                assert label == images.labels[row]
            else:
                of_class = embeddings[images.labels == int(label)].astype(float)
                assert between_two(point.double().numpy(), of_class)


def between_two(point, of_class) -> bool:
    """Say whether a point lies on a line from one point of its class to another, by hand."""
    for one in of_class:
        for other in of_class:
            way = other - one
            if way @ way == 0:
                continue
            share = (point - one) @ way / (way @ way)
            off = np.abs(one + share * way - point).max()
            if -1e-6 <= share <= 1 + 1e-6 and off < 1e-5:
                return True
    return False


def test_the_synthetic_points_belong_to_the_data_seed_and_their_order_to_the_seed(begun, second):
    one, again, other = (begun(second(), data_seed=d).embeddings for d in (0, 0, 1))
    assert torch.equal(one, again) and torch.equal(one[:24], other[:24])
    assert not torch.equal(one[24:], other[24:])
    orders = [begun(second(), seed=s).batch(0, CPU).indices.tolist() for s in (0, 0, 1)]
    assert orders[0] == orders[1] != orders[2]


@pytest.mark.parametrize("parameters", [{}, {"ratio": 2.0}, {"k_neighbors": 1}])
def test_parameters_of_the_sampler_are_those_of_smote(begun, second, images, parameters):
    inputs = begun(second(sampler_parameters=parameters))
    wanted = [12, 8, 6] if "ratio" in parameters else [12, 12, 12]
    assert torch.bincount(inputs.labels).tolist() == wanted
    assert inputs.epoch_length == sum(wanted) == len(inputs.embeddings)
    points, _, _ = smote(inputs.embeddings[:24].numpy(), images.labels, 0, **parameters)
    assert torch.equal(inputs.embeddings, torch.from_numpy(points))


def test_the_encoder_stays_as_it_is_bit_for_bit(network, run, second):
    before = copy.deepcopy(network.state_dict())
    state = run(network, [second(iterations=20, optimizer={"weight_decay": 0.0})])
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name]) == name.startswith("encoder."), name
    assert state.history[-1]["loss"] < state.history[0]["loss"]


def test_the_embeddings_are_those_of_the_encoder_that_was_trained(network, run, phase, second):
    """Two phases at once, and the second alone on what the first one left."""
    phases = [phase(iterations=8), second(iterations=8)]
    alone = copy.deepcopy(network)
    run(network, phases)
    run(alone, phases[:1])
    trained = copy.deepcopy(alone.encoder.state_dict())
    for name, value in network.encoder.state_dict().items():
        assert torch.equal(value, trained[name])
    assert not torch.equal(network.classifier.weight, alone.classifier.weight)


@pytest.mark.parametrize("stop_after", [3, 9, 13])
def test_a_resumed_run_ends_like_one_without_a_stop(run, phase, second, tmp_path, stop_after):
    """Stopped in the first phase, or in the middle of the one that shows embeddings."""
    phases = [phase(iterations=8), second(iterations=8)]
    checkpoint, networks = tmp_path / "trial.safetensors", []
    for _ in range(2):
        torch.manual_seed(11)
        networks.append(Normalised())
    whole = run(networks[0], phases)
    asked = iter(range(100))
    with pytest.raises(Interrupted):
        run(
            networks[1], phases, checkpoint=checkpoint,
            stop_requested=lambda: next(asked) >= stop_after,
        )  # fmt: skip
    fresh = Normalised()
    resumed = run(fresh, phases, checkpoint=checkpoint)
    for name, value in networks[0].state_dict().items():
        assert torch.equal(value, fresh.state_dict()[name]), name
    assert resumed.history == whole.history


@pytest.mark.parametrize(
    "changed",
    [
        {"train": "all"},
        {"transforms": "flip"},
        {"mixing": {"name": "mixup"}},
        {"heads": {"projections": {"contrast": {"size": 4}}}},
        {"heads": {"classifier": "cosine"}},
    ],
)
def test_a_phase_that_shows_images_is_refused_with_one_line(second, images, changed):
    with pytest.raises(UserError, match="set train to 'classifier' and leave out") as refused:
        EmbeddedInputs(second(**changed), images, COUNTS, 1, 0, 0)
    assert "\n" not in str(refused.value)


def test_the_loop_refuses_before_it_trains(network, run, phase, second):
    before = copy.deepcopy(network.state_dict())
    with pytest.raises(UserError, match="'smote' is for embeddings of a frozen encoder"):
        run(network, [phase(iterations=2), second(train="all")])
    assert all(torch.equal(v, before[n]) for n, v in network.state_dict().items())


def test_a_class_of_one_image_is_refused_with_one_line(begun, second, images):
    chosen = np.concatenate([np.flatnonzero(images.labels < 2), [images.labels.argmax()]])
    few = Images(images.pixels, images.labels[chosen], images.divisor, rows=chosen)
    with pytest.raises(UserError, match="SMOTE needs two") as refused:
        begun(second(), on=few)
    assert "\n" not in str(refused.value)
