"""Looking at the encoder before the last phase and after it: what is seen; nothing moves."""

import numpy as np
import pytest
import torch
from torch import nn

from reproduce.data.preparation import Images
from reproduce.models.network import Network
from reproduce.training import encoders
from reproduce.training.encoders import Encoders
from reproduce.training.loop import Interrupted, _PhaseRun
from reproduce.training.phases import Heads, Projection

CPU = torch.device("cpu")


class Normalised(Network):
    """What could betray a look: batch statistics, dropout, and modes that differ."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(5)
        self.encoder = nn.Sequential(
            nn.Flatten(), nn.Linear(16, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.5)
        )
        self.classifier = nn.Linear(6, 3)


class Brightness(nn.Module):
    """Its embedding is the mean of an image, which a flip leaves as it is."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.AvgPool2d(4), nn.Flatten())
        self.classifier = nn.Linear(1, 3)


@pytest.fixture
def images(images):
    images.divisor = 255
    return images


@pytest.fixture
def watch(images, tmp_path):
    def make(phases, file="trial.encoders.npz", train=None):
        return Encoders(train or images, images, phases, CPU, "float32", tmp_path / file)

    return make


@pytest.fixture
def contrastive(phase):
    return phase(
        objective="nt_xent", views=2, transforms="crop_flip", iterations=6,
        optimizer={"learning_rate": 0.01}, heads=Heads(projections={"p": Projection(size=3)}),
    )  # fmt: skip


def test_it_is_asked_before_the_last_phase_and_after_it(phase, run):
    asked = []

    def note(done, network):
        asked.append((done, network.classifier.weight.clone(), len(network.projections)))

    heads = Heads(projections={"p": Projection(size=3)})
    phases = [phase(heads=heads), phase(reinitialise=("classifier",))]
    run(Normalised(), phases, between=note)
    assert [done for done, *_ in asked] == [1, 2]
    # Before the new classifier is drawn, while the heads of the phase before still stand.
    assert [heads for *_, heads in asked] == [1, 0]
    alone = Normalised()
    run(alone, phases[:1])
    assert torch.equal(asked[0][1], alone.classifier.weight)


def test_before_a_single_phase_the_network_is_the_initial_one(phase, run, watch):
    watched, initial = watch([phase()]), Normalised().state_dict()
    seen = []

    def note(done, network):
        seen.append({name: value.clone() for name, value in network.state_dict().items()})
        watched(done, network)

    run(Normalised(), [phase()], between=note)
    for name, value in initial.items():
        assert torch.equal(seen[0][name], value), name
    assert not np.array_equal(watched.noted["before/train"], watched.noted["after/train"])


def test_looking_changes_nothing(watch, contrastive):
    network = Normalised().train()
    network.encoder[2].eval()
    watched = watch([contrastive])
    before = {name: value.clone() for name, value in network.state_dict().items()}
    torch.manual_seed(3)
    np.random.seed(3)
    states = torch.get_rng_state(), np.random.get_state()[1].copy()
    watched(0, network)
    assert torch.equal(torch.get_rng_state(), states[0])
    assert (np.random.get_state()[1] == states[1]).all()
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert [m.training for m in network.encoder] == [True, True, False, True, True]
    assert network.training and all(p.grad is None for p in network.parameters())


def test_a_run_that_is_watched_has_the_digits_of_one_that_is_not(run, phase, watch, contrastive):
    phases = [contrastive, phase(reinitialise=("classifier",))]
    plain, watched = Normalised(), Normalised()
    expected = run(plain, phases).history
    assert run(watched, phases, between=watch(phases)).history == expected
    for name, value in plain.state_dict().items():
        assert torch.equal(value, watched.state_dict()[name]), name


def test_its_arrays_are_the_embeddings_of_the_images(run, phase, watch, contrastive, images):
    phases = [contrastive, phase()]
    network, watched = Normalised(), watch(phases)
    run(network, phases, between=watched)
    kept = watched.arrays()
    assert kept.keys() == {
        *(f"{m}/{p}" for m in ("before", "after") for p in ("train", "test", "view1", "view2")),
        "train/encoder_labels", "test/encoder_labels",
    }  # fmt: skip
    network.eval()
    with torch.no_grad():
        expected = network.encoder(images.tensor(slice(None), CPU)).numpy()
    assert np.array_equal(kept["after/train"], expected)
    assert kept["after/train"].dtype == np.float32
    assert (kept["train/encoder_labels"] == images.labels).all()
    assert kept["after/view1"].shape == kept["after/view2"].shape == (24, 6)
    assert not np.array_equal(kept["after/view1"], kept["after/view2"])
    assert not watched.file.exists()


def test_the_rows_are_drawn_evenly_and_always_the_same():
    rows = encoders.evenly(5000, encoders.KEPT)
    assert len(rows) == 2000 == len(set(rows)) and (np.diff(rows) > 0).all()
    assert abs(rows.mean() - 2499.5) < 60
    assert (rows == encoders.evenly(5000, encoders.KEPT)).all()
    assert encoders.evenly(7, encoders.KEPT).tolist() == list(range(7))


def test_row_by_row_two_views_are_of_one_image(watch, phase):
    """Each image has a brightness of its own; a flip is the only transform."""
    pixels = np.repeat(np.arange(0, 240, 2, dtype=np.uint8), 16).reshape(-1, 4, 4)
    pixels = np.concatenate([pixels] * 6)
    train = Images(pixels, np.arange(len(pixels)) % 3)
    flipped = phase(views=2, transforms="flip", objective="nt_xent")
    watched = watch([flipped, phase()], train=train)
    watched(1, Brightness().eval())
    first, second = (watched.noted[f"before/view{n}"] for n in (1, 2))
    assert first.shape == (512, 1) and np.array_equal(first, second)
    assert len(np.unique(first)) > 100


def test_the_views_are_those_of_the_pre_training(images, phase, contrastive):
    def transforms(phases):
        found = encoders.two_views(images, phases).phase
        assert found.views == 2
        return found.transforms, found.transform_parameters

    plain, flip = phase(), phase(transforms="flip")
    other = contrastive.but(transforms="crop_flip", transform_parameters={"flip": 0.1})
    assert transforms([flip, other, contrastive, plain]) == ("crop_flip", {"flip": 0.1})
    assert transforms([plain, flip]) == ("flip", {})
    assert transforms([plain]) == (encoders.OTHERWISE, {})


def test_views_are_the_same_for_every_trial_on_the_data(images, phase, contrastive):
    found = [
        encoders.two_views(images, phases).batch(0, CPU).images
        for phases in ([contrastive, phase()], [contrastive.but(batch_size=7), phase()])
    ]
    assert torch.equal(*found)


@pytest.mark.parametrize("steps", [0, 3, 5, 6, 7, 10])
def test_it_survives_an_interruption(run, phase, watch, contrastive, tmp_path, steps):
    phases = [contrastive, phase(reinitialise=("classifier",))]
    whole = watch(phases, "whole.npz")
    run(Normalised(), phases, between=whole)
    asked, checkpoint = iter(range(1000)), tmp_path / "trial.safetensors"
    with pytest.raises(Interrupted):
        run(
            Normalised(), phases, between=watch(phases), checkpoint=checkpoint,
            stop_requested=lambda: next(asked) >= steps,
        )  # fmt: skip
    again = watch(phases)
    run(Normalised(), phases, between=again, checkpoint=checkpoint)
    assert again.noted.keys() == whole.noted.keys()
    for name, array in whole.noted.items():
        assert np.array_equal(again.noted[name], array), name


def test_a_run_that_goes_on_in_the_last_phase_is_not_asked_again(run, phase, tmp_path, monkeypatch):
    asked, checkpoint = [], tmp_path / "trial.safetensors"
    steps = iter(range(1000))
    phases = [phase(), phase(train="classifier")]
    with pytest.raises(Interrupted):
        run(
            Normalised(), phases, checkpoint=checkpoint, between=lambda *now: asked.append(now[0]),
            stop_requested=lambda: next(steps) >= 8,
        )  # fmt: skip
    assert asked == [1]
    taken = []
    original = _PhaseRun._step
    monkeypatch.setattr(_PhaseRun, "_step", lambda *a: taken.append(1) or original(*a))
    run(Normalised(), phases, checkpoint=checkpoint, between=lambda *now: asked.append(now[0]))
    assert asked == [1, 2] and len(taken) == 2


def test_a_damaged_file_is_forgotten(watch, phase):
    watched = watch([phase()])
    watched(0, Normalised())
    assert watch([phase()]).noted.keys() == watched.noted.keys()
    content = bytearray(watched.file.read_bytes())
    content[len(content) // 2] ^= 255
    watched.file.write_bytes(content)
    assert watch([phase()]).noted == {} and not watched.file.exists()
    watched.file.write_bytes(b"")
    assert watch([phase()]).noted == {} and not watched.file.exists()


def test_a_part_that_no_verdict_uses_is_looked_at_as_well(images, phase, tmp_path):
    few = images.part(np.arange(5))
    file = tmp_path / "apart.encoders.npz"
    watched = Encoders(images, images, [phase()], CPU, "float32", file, held_out=few)
    network = Normalised()
    watched(0, network)
    watched(1, network)
    found = watched.arrays()
    assert found["before/held_out"].shape == found["after/held_out"].shape == (5, 6)
    assert (found["held_out/encoder_labels"] == few.labels).all()
    assert found["before/held_out"] == pytest.approx(found["before/train"][:5])
