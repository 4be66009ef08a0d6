"""A phase says everything once, and refuses what it does not know."""

import pytest
from pydantic import ValidationError

from reproduce.training.phases import Optimizer, Phase, Schedule

SGD = Optimizer(name="sgd", learning_rate=0.1)


def test_a_phase_has_a_length_in_iterations_or_in_epochs():
    assert Phase(batch_size=4, optimizer=SGD, iterations=7).length(batches_per_epoch=3) == 7
    assert Phase(batch_size=4, optimizer=SGD, epochs=7).length(batches_per_epoch=3) == 21


@pytest.mark.parametrize("lengths", [{}, {"iterations": 5, "epochs": 1}])
def test_no_length_and_two_lengths_are_refused(lengths):
    with pytest.raises(ValidationError, match="in iterations or in epochs, not both or neither"):
        Phase(batch_size=4, optimizer=SGD, **lengths)


@pytest.mark.parametrize(
    "wrong",
    [
        {"learning_rate": 0.1},
        {"batch_size": 0},
        {"iterations": -1},
        {"train": "encoder"},
        {"optimizer": {"name": "adam", "learning_rate": 0.1, "momentum": 0.9}},
        {"optimizer": {"name": "lamb", "learning_rate": 0.1}},
        {"optimizer": {"name": "sgd"}},
        {"optimizer": {"name": "sgd", "learning_rate": 0}},
        {"optimizer": {"name": "sgd", "learning_rate": 0.1, "momentum": 1}},
        {"optimizer": {"name": "sgd", "learning_rate": 0.1, "weight_decay": -0.1}},
        {"optimizer": {"name": "sgd", "learning_rate": 0.1, "nesterov": True}},
        {"schedule": {"name": "cosinus"}},
        {"schedule": {"name": "step"}},
        {"schedule": {"name": "cosine", "milestones": [3]}},
        {"schedule": {"name": "step", "milestones": [3], "decay": 1.5}},
        {"views": 2},
        {"views": 2, "transforms": "flip", "mixing": {"name": "mixup"}},
        {"mixing": {"name": "mixup", "alpha": 0}},
        {"heads": {"projections": {"a": {"size": 4, "batch_norm": True}}}},
    ],
)
def test_unknown_fields_and_impossible_values_are_refused(wrong):
    right = {"batch_size": 4, "optimizer": {"name": "sgd", "learning_rate": 0.1}, "iterations": 5}
    Phase(**right)
    with pytest.raises(ValidationError):
        Phase(**{**right, **wrong})


def test_a_phase_cannot_be_changed_but_copied_with_changes():
    phase = Phase(batch_size=4, optimizer=SGD, iterations=5)
    with pytest.raises(ValidationError):
        phase.batch_size = 8
    other = phase.but(sampler="oversampling", optimizer=SGD.but(momentum=0.9))
    assert (other.sampler, other.batch_size, other.optimizer.momentum) == ("oversampling", 4, 0.9)
    assert (phase.sampler, phase.optimizer.momentum) == ("instance", 0)


def test_a_changed_copy_is_validated_again():
    phase = Phase(batch_size=4, optimizer=SGD, iterations=5)
    with pytest.raises(ValidationError):
        phase.but(epochs=2)
    with pytest.raises(ValidationError):
        phase.but(samplers="oversampling")
    assert phase.but(iterations=0, epochs=2).epochs == 2


def test_what_does_nothing_is_left_out_of_the_description():
    """So that a field that is added later changes no key of a stored result."""
    phase = Phase(batch_size=4, optimizer=SGD, iterations=5)
    assert phase.model_dump(exclude_defaults=True) == {
        "batch_size": 4,
        "optimizer": {"name": "sgd", "learning_rate": 0.1},
        "iterations": 5,
    }


def test_the_rate_falls_as_caffes_inverse_policy():
    schedule = Schedule(name="inverse", gamma=1e-4, power=0.75)
    assert schedule.factor(0) == 1
    assert 0.01 * schedule.factor(5_000) == pytest.approx(0.0073778795, abs=1e-10)  # 1.5 ** -0.75
    assert 0.01 * schedule.factor(10_000) == pytest.approx(0.0059460356, abs=1e-10)  # 2 ** -0.75
    assert Schedule().factor(10_000) == 1


@pytest.mark.parametrize(
    ("length", "block"),
    [
        ({"iterations": 1}, 1), ({"iterations": 39}, 1), ({"iterations": 40}, 2),
        ({"iterations": 2000}, 100), ({"iterations": 10_000}, 250), ({"epochs": 3}, 17),
    ],
)  # fmt: skip
def test_progress_is_recorded_by_epoch_or_by_twentieths(length, block):
    phase = Phase(batch_size=4, optimizer=SGD, **length)
    assert phase.block(batches_per_epoch=17) == block
