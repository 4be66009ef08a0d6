"""Encoders by contrast, then a balanced classifier: what each changes of the one recipe."""

import pytest

from reproduce.methods.registry import build
from reproduce.training.phases import (
    Heads,
    LossParameters,
    Optimizer,
    Phase,
    Projection,
    Schedule,
)

RECIPE = Phase(
    batch_size=64, epochs=100, transforms="crop_flip",
    optimizer=Optimizer(name="sgd", learning_rate=0.01, momentum=0.9, weight_decay=1e-4),
    schedule=Schedule(name="cosine", warm_up=5, unit="epoch"),
)  # fmt: skip
CLASSIFIER = RECIPE.but(
    epochs=15, sampler="class_balanced", train="classifier", batch_norm="frozen",
    reinitialise=("classifier",), schedule=Schedule(name="cosine"),
)  # fmt: skip
CONTRAST = RECIPE.but(
    views=2, transforms="simclr_two_views",
    heads=Heads(projections={"contrast": Projection(size=128, hidden=2048)}),
)  # fmt: skip
SLOWLY = LossParameters(learning_rate=1e-4)


def test_tsc_has_no_targets_for_half_of_the_recipe():
    first, second, last = build("tsc", RECIPE).phases
    half = CONTRAST.but(objective="tsc", epochs=50)
    assert first == half.but(objective_parameters={"targets": False})
    assert second == half.but(continued=True)
    assert last == CLASSIFIER


@pytest.mark.parametrize(
    ("name", "learning", "prototypes"),
    [("bdcl", True, True), ("bdcl_without_tdl", False, True), ("bdcl_without_hep", True, False)],
)
def test_the_ablation_takes_out_one_part_of_bdcl(name, learning, prototypes):
    first, last = build(name, RECIPE).phases
    parameters = {
        "temperature": 0.1, "temperature_learning": learning, "hard_prototypes": prototypes
    }  # fmt: skip
    assert first == CONTRAST.but(
        objective="bdcl", objective_parameters=parameters,
        loss_parameters=SLOWLY if learning else LossParameters(),
    )  # fmt: skip
    assert last == CLASSIFIER


def test_the_baseline_of_the_ablation_has_neither_part():
    first, last = build("sup_con", RECIPE).phases
    assert first == CONTRAST.but(objective="sup_con", objective_parameters={"temperature": 0.1})
    assert last == CLASSIFIER


def test_readings_heads_and_lengths_can_be_asked_for():
    small = Projection(size=16)
    first, last = build("bdcl", 
        RECIPE, parameters={"direction_of_temperature": "ascent"}, temperature_rate=1e-3,
        head=small, classifier=0.5, transforms="flip",
    ).phases  # fmt: skip
    assert first.objective_parameters["direction_of_temperature"] == "ascent"
    assert first.loss_parameters.learning_rate == 1e-3
    assert first.heads.projections == {"contrast": small} and first.transforms == "flip"
    assert last == CLASSIFIER.but(epochs=50)
