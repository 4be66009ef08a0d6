"""Every sampler of the data room can be named by a phase."""

import pytest
import torch

from reproduce.data import streams
from reproduce.errors import UserError

SINGLE = [name for name in streams.NAMES if name != "balanced_mixup"]


@pytest.mark.parametrize("name", SINGLE)
def test_a_phase_trains_with_any_sampler_that_draws_one_batch(name, tiny, phase, run):
    """Each shows the images in an order of its own, so each ends with weights of its own."""
    parameters = {"images_per_class": 2} if name == "class_batches" else {}
    batch_size = 6 if name == "class_batches" else 5
    network, plain = tiny(), tiny()
    chosen = phase(
        sampler=name, sampler_parameters=parameters, batch_size=batch_size, epochs=3, iterations=0
    )
    history = run(network, [chosen]).history
    assert len(history) == 3
    run(plain, [phase(batch_size=batch_size, epochs=3, iterations=0)])
    same = torch.equal(network.classifier.weight, plain.classifier.weight)
    assert same == (name == "instance")


def test_a_partial_level_of_sampling_reaches_the_sampler(tiny, phase, run):
    """Oversampling up to half the largest class shows fewer images an epoch than full balance."""
    full, partial = [
        run(tiny(), [phase(sampler="oversampling", sampler_parameters=p, epochs=1, iterations=0)])
        for p in ({}, {"ratio": 2})
    ]
    assert partial.history[-1]["iteration"] < full.history[-1]["iteration"]


def test_a_parameter_a_sampler_does_not_take_is_one_line(tiny, phase, run):
    """The line says what it takes."""
    with pytest.raises(UserError, match=r"has no parameter 'level' \(it takes: ratio\)"):
        run(tiny(), [phase(sampler="oversampling", sampler_parameters={"level": 1})])


def test_balanced_mixup_trains_and_cannot_be_mixed_twice(tiny, phase, run):
    """It blends two batches itself; another blending on top would be nobody's method."""
    mixed = {"sampler": "balanced_mixup", "sampler_parameters": {"alpha": 0.2}}
    network, plain = tiny(), tiny()
    assert "training_accuracy" not in run(network, [phase(**mixed)]).history[0]
    run(plain, [phase()])
    assert not torch.equal(network.classifier.weight, plain.classifier.weight)
    with pytest.raises(UserError, match="cannot be combined with mixing 'cutmix'"):
        run(tiny(), [phase(**mixed, mixing={"name": "cutmix"})])
