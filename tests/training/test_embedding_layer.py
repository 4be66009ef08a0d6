"""A classifier that stands on an embedding, and a frozen encoder that looks at images once."""

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from reproduce import models
from reproduce.data.preparation import Images
from reproduce.errors import UserError
from reproduce.models.heads import set_embedding
from reproduce.training import parts
from reproduce.training.embedded import Embedded
from reproduce.training.loop import Interrupted
from reproduce.training.phases import Heads, Projection

ADAM = {"name": "adam", "momentum": 0.0, "bias_multiplier": 1, "learning_rate": 0.05}
ON_IT = Heads(embedding=5)
FROZEN = {"train": "classifier", "batch_norm": "frozen"}


@pytest.fixture
def phases(phase):
    """An embedding by the triplet loss, then a classifier on it."""
    batches = {"sampler": "class_batches", "sampler_parameters": {"images_per_class": 2}}
    return [
        phase(epochs=3, objective="triplet", batch_size=6, heads=ON_IT, optimizer=ADAM, **batches),
        phase(epochs=3, heads=ON_IT, optimizer=ADAM, **FROZEN),
    ]


def test_the_loss_shapes_the_embedding_and_the_classifier_reads_it(tiny, phases, run):
    network, kept = tiny(), {}

    def look(done, seen):
        kept[done] = {name: value.clone() for name, value in seen.state_dict().items()}

    run(network, phases, between=look)
    assert network.encoder.layer.out_features == 5
    assert tuple(network.classifier.weight.shape) == (3, 5)
    before, after = kept[1], kept[2]
    assert not any(
        torch.equal(before[name], value) for name, value in tiny().encoder.state_dict().items()
        if name in before
    )  # fmt: skip
    encoder = [name for name in after if name.startswith("encoder.")]
    assert all(torch.equal(before[name], after[name]) for name in encoder)
    assert not torch.equal(before["classifier.weight"], after["classifier.weight"])


def test_what_the_network_says_is_the_classifier_of_the_embedding(tiny):
    network = tiny()
    features = network.encoder
    images = torch.randn(4, 1, 4, 4)
    set_embedding(network, 7)
    expected = network.encoder.layer.layer(features(images))
    assert torch.equal(network.encoder(images), expected)
    set_embedding(network, 0)
    assert network.encoder is features


def test_a_phase_without_it_leaves_it_behind(tiny, phase, phases, run):
    network = tiny()
    network.new_classifier = lambda classes: torch.nn.Linear(6, classes)
    run(network, [phases[0], phase(epochs=1)])
    assert network.classifier.in_features == 6 and not hasattr(network.encoder, "layer")


def test_a_cosine_classifier_and_projections_stand_on_it_too(tiny, phase):
    network = tiny()
    heads = Heads(embedding=5, classifier="cosine", projections={"p": Projection(size=2)})
    parts.attach(network, [phase(heads=heads)], 0, 3, 0)
    assert tuple(network.classifier.weight.shape) == (3, 5)
    assert network.projections["p"].in_features == 5


def test_the_same_seed_draws_the_same_embedding(tiny, phase):
    def drawn(seed):
        network = tiny()
        parts.attach(network, [phase(heads=ON_IT)], 0, 3, seed)
        return network.encoder.layer.layer.weight

    assert torch.equal(drawn(1), drawn(1)) and not torch.equal(drawn(1), drawn(2))


@pytest.mark.parametrize("steps", [1, 4, 11, 12, 13, 20])
def test_an_interrupted_run_goes_on_with_its_embedding(tiny, phases, run, tmp_path, steps):
    whole, file = tiny(0.3), tmp_path / "c.safetensors"
    history = run(whole, phases).history
    asked = iter(range(1000))
    with pytest.raises(Interrupted):
        run(tiny(0.3), phases, checkpoint=file, stop_requested=lambda: next(asked) >= steps)
    network = tiny(0.3)
    assert run(network, phases, checkpoint=file).history == history
    for name, value in network.state_dict().items():
        assert torch.equal(value, whole.state_dict()[name]), name


def test_a_network_of_pixels_has_none():
    network = models.build("hrnet_small_ocr", channels=1, size=32, classes=2)
    with pytest.raises(UserError, match="leave embedding out"):
        set_embedding(network, 4)


# -- a frozen encoder that looks once ----------------------------------------------------------


def test_shown_as_embeddings_a_classifier_learns_the_same(tiny, phases, run):
    """Batches are the same; digits may differ by how many images a pass holds."""
    slow, fast = tiny(), tiny()
    run(slow, phases)
    quick = [phases[0], phases[1].but(embedded=True)]
    run(fast, quick)
    for name, value in fast.state_dict().items():
        torch.testing.assert_close(value, slow.state_dict()[name], rtol=1e-5, atol=1e-6)


def test_it_looks_at_each_image_once(tiny, phases, run):
    network, seen = tiny(), []
    encoder_of = network.encoder.forward

    def counted(images):
        seen.append(len(images))
        return encoder_of(images)

    network.encoder.forward = counted
    run(network, [phases[1].but(embedded=True, heads=Heads(), epochs=9)])
    assert sum(seen) == 24


@pytest.mark.parametrize("steps", [2, 9])
def test_interrupted_it_goes_on_bit_for_bit(tiny, phases, run, tmp_path, steps):
    quick = [phases[1].but(embedded=True)]
    whole, file = tiny(), tmp_path / "c.safetensors"
    history = run(whole, quick).history
    asked = iter(range(1000))
    with pytest.raises(Interrupted):
        run(tiny(), quick, checkpoint=file, stop_requested=lambda: next(asked) >= steps)
    network = tiny()
    assert run(network, quick, checkpoint=file).history == history
    assert torch.equal(network.classifier.weight, whole.classifier.weight)


@pytest.mark.parametrize(
    "changes",
    [
        {"train": "all"}, {"batch_norm": "updated"}, {"transforms": "dual_head_section_4_1"},
        {"sampler": "smote"}, {"sampler": "balanced_mixup"}, {"mixing": {"name": "mixup"}},
    ],
)  # fmt: skip
def test_what_moves_images_or_encoder_cannot_look_once(phase, changes):
    with pytest.raises(ValidationError, match="frozen encoder"):
        phase(**{**FROZEN, "embedded": True, **changes})


def test_label_maps_are_refused(phase):
    pixels = np.zeros((4, 8, 8), np.uint8)
    images = Images(pixels, np.zeros(4, np.int64), maps=pixels)
    with pytest.raises(UserError, match="leave out embedded"):
        Embedded(phase(**FROZEN, embedded=True), images, [4], 0, 0, 0)
