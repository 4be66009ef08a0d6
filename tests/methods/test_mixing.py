"""Methods that blend images, or erase a part of them."""

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


def test_cutout_erases_a_square_and_changes_nothing_else():
    assert build("cutout", RECIPE).phases == (RECIPE.but(mixing=Mixing(name="cutout", side=0.5)),)
    (phase,) = build("cutout", RECIPE, side=0.25).phases
    assert phase.mixing.side == 0.25


@pytest.mark.parametrize("wrong", [{"name": "cutout"}, {"name": "mixup", "side": 0.5}])
def test_a_side_belongs_to_the_erased_square_alone(wrong):
    with pytest.raises(ValueError, match="side is that of the square that cutout erases"):
        Mixing(**wrong)


def test_balanced_mixup_is_a_sampler():
    (phase,) = build("balanced_mixup", RECIPE, alpha=0.3).phases
    assert phase == RECIPE.but(sampler="balanced_mixup", sampler_parameters={"alpha": 0.3})
    (phase,) = build("balanced_mixup", RECIPE).phases
    assert phase.sampler_parameters == {"alpha": 0.2}
