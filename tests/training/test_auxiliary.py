"""The loss of a classifier that is part of the encoder: OCR's, beside the objective."""

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torch.nn import functional

from reproduce import models, tasks
from reproduce.data.preparation import Images
from reproduce.errors import UserError
from reproduce.losses.checks import IGNORED
from reproduce.methods import registry
from reproduce.training import parts, terms
from reproduce.training.inputs import Shown
from reproduce.training.loop import Settings, train


@pytest.fixture
def of_pixels():
    """Return a function that makes the small network for maps, always with the same weights."""

    def make():
        torch.manual_seed(5)
        return models.build("hrnet_small_ocr", channels=1, size=32, classes=3)

    return make


@pytest.fixture
def mapped():
    random = np.random.default_rng(1)
    maps = random.integers(0, 3, (12, 4, 4), dtype=np.uint8).repeat(8, 1).repeat(8, 2)
    maps[0, :5] = IGNORED
    return Images(80 * (maps % 3 + 1), np.arange(12) % 3, maps=maps)


@pytest.fixture
def segmented(mapped):
    """Return a function that trains a network on the maps and returns where it ended."""

    def go(network, phases):
        return train(
            network, phases, mapped, [9, 9, 9], data_seed=0, seed=0, precision="float32",
            settings=Settings(device=torch.device("cpu")), task=tasks.named("segmentation"),
        )  # fmt: skip

    return go


def test_it_is_the_cross_entropy_of_known_pixels():
    logits, maps = torch.randn(2, 3, 4, 5), torch.randint(3, (2, 4, 5))
    maps[1, 2:] = IGNORED
    logits.requires_grad_()
    found = terms.auxiliary(logits, maps)
    expected = functional.cross_entropy(logits, maps, ignore_index=IGNORED)
    assert found.item() == pytest.approx(expected.item(), rel=1e-6)
    found.backward()
    assert (logits.grad[1, :, 2:] == 0).all() and (logits.grad[0] != 0).any()


def test_of_unknown_pixels_alone_it_is_zero():
    logits = torch.randn(1, 3, 2, 2, requires_grad=True)
    loss = terms.auxiliary(logits, torch.full((1, 2, 2), IGNORED))
    loss.backward()
    assert loss.item() == 0 and (logits.grad == 0).all()


def test_both_logits_come_from_one_pass(of_pixels):
    network = of_pixels().eval()
    network.projections = torch.nn.ModuleDict()
    images = torch.rand(2, 1, 32, 32)
    shown = Shown(images, torch.zeros(2, 32, 32), np.arange(2))
    with torch.no_grad():
        features, logits, _, beside = parts.outputs(network, shown, "logits", auxiliary=True)
        both = network.with_auxiliary(images)
    assert torch.equal(logits, both[0]) and torch.equal(beside, both[1])
    assert beside.shape == (2, 3, 32, 32) and features.shape[2:] == (8, 8)


def auxiliary_layer(network):
    return network.encoder.context.auxiliary[-1].weight


def test_the_loss_of_a_phase_is_the_sum_of_both(of_pixels, phase, segmented):
    """The first step of training, with the weight and without, before any weight has moved."""
    losses = {}
    for weight in (0.0, 0.4, 1.0):
        given = {"batch_size": 6, "iterations": 1, "auxiliary": weight}
        state = segmented(of_pixels(), [phase(**given)])
        losses[weight] = state.history[0]["loss"]
    assert losses[0.4] > losses[0.0]
    assert losses[0.4] - losses[0.0] == pytest.approx(0.4 * (losses[1.0] - losses[0.0]), rel=1e-4)


@pytest.mark.parametrize("name", ["cross_entropy", "bdcl"])
def test_it_teaches_the_encoders_classifier_more_than_the_regions_do(
    of_pixels, phase, segmented, name
):
    """Without it that layer learns only through the regions that it makes."""
    before, ends = auxiliary_layer(of_pixels()).detach(), {}
    optimizer = {"weight_decay": 0.0, "momentum": 0.0}
    for weight in (0.0, 0.4):
        network = of_pixels()
        recipe = phase(batch_size=6, iterations=4, auxiliary=weight, optimizer=optimizer)
        first = registry.build(name, recipe, "segmentation").phases[0]
        assert first.auxiliary == weight
        segmented(network, [first])
        ends[weight] = (auxiliary_layer(network).detach() - before).norm().item()
    assert ends[0.4] > 3 * ends[0.0] > 0


@pytest.mark.parametrize("name", ["bdcl", "tsc"])
def test_a_frozen_encoder_has_none(phase, name):
    *first, last = registry.build(name, phase(auxiliary=0.4), "segmentation").phases
    assert {one.auxiliary for one in first} == {0.4} and last.auxiliary == 0
    with pytest.raises(ValidationError, match="auxiliary is a loss of the encoder; set it to 0"):
        phase(auxiliary=0.4, train="classifier")


def test_a_network_without_such_a_classifier_is_refused(tiny, phase, run):
    with pytest.raises(UserError, match=r"weight 0.4, and this network's encoder has no") as told:
        run(tiny(), [phase(auxiliary=0.4)])
    assert "\n" not in str(told.value)


def test_a_phase_without_it_keeps_its_description(phase):
    assert "auxiliary" not in phase().model_dump(exclude_defaults=True)
    stage = registry.build("crt", phase()).phases[-1]
    assert "auxiliary" not in stage.model_dump(exclude_defaults=True)
