"""Methods that blend images."""

import pytest

from reproduce.methods.registry import build
from reproduce.training.phases import Mixing, Optimizer, Phase, Schedule

RECIPE = Phase(
    batch_size=64, epochs=100, transforms="crop_flip",
    optimizer=Optimizer(name="sgd", learning_rate=0.01, momentum=0.9, weight_decay=1e-4),
    schedule=Schedule(name="cosine", warm_up=5, unit="epoch"),
)  # fmt: skip


@pytest.mark.parametrize("name", ["mixup", "cutmix", "intra_class_cutmix"])
def test_images_of_a_batch_are_mixed_and_nothing_else_changes(name):
    mixing = Mixing(name=name, alpha=1.0)
    assert build(name, RECIPE).phases == (RECIPE.but(mixing=mixing),)


def test_balanced_mixup_is_a_sampler():
    (phase,) = build("balanced_mixup", RECIPE, alpha=0.3).phases
    assert phase == RECIPE.but(sampler="balanced_mixup", sampler_parameters={"alpha": 0.3})
    (phase,) = build("balanced_mixup", RECIPE).phases
    assert phase.sampler_parameters == {"alpha": 0.2}
