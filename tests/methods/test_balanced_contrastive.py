"""BDCL, its rivals and its ablation: what each changes of the one recipe."""

import pytest

from reproduce.methods.balanced_contrastive import METHODS
from reproduce.training.phases import (
    Heads,
    LossParameters,
    Mixing,
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


def cosine(scale):
    return Heads(classifier="cosine", scale=scale)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("cross_entropy", {}), ("focal", {"gamma": 2.0}), ("lovasz_softmax", {}), ("soft_iou", {})
    ],
)  # fmt: skip
def test_a_loss_alone_is_one_phase(name, parameters):
    expected = RECIPE.but(objective=name, objective_parameters=parameters)
    assert METHODS[name](RECIPE).phases == (expected,)


def test_ldam_weights_the_classes_after_four_fifths():
    first, second = METHODS["ldam"](RECIPE).phases
    plain = RECIPE.but(
        objective="ldam", objective_parameters={"scale": 30.0}, heads=cosine(30), epochs=80
    )
    assert first == plain
    weighted = {"scale": 30.0, "class_weights": "effective_number"}
    assert second == plain.but(epochs=20, continued=True, objective_parameters=weighted)
    assert METHODS["ldam"](RECIPE, deferred=1.0).phases == (plain.but(epochs=100),)


def test_crt_lets_statistics_move_as_its_code_does():
    assert METHODS["crt"](RECIPE).phases == (RECIPE, CLASSIFIER.but(batch_norm="updated"))


def test_balanced_mixup_is_a_sampler():
    (phase,) = METHODS["balanced_mixup"](RECIPE, alpha=0.3).phases
    assert phase == RECIPE.but(sampler="balanced_mixup", sampler_parameters={"alpha": 0.3})
    (phase,) = METHODS["balanced_mixup"](RECIPE).phases
    assert phase.sampler_parameters == {"alpha": 0.2}


def test_gcl_mixes_first_and_keeps_its_classifier():
    first, second = METHODS["gcl"](RECIPE).phases
    assert first == RECIPE.but(
        objective="gcl", objective_parameters={"nu": 0.5, "scale": 30.0},
        mixing=Mixing(name="mixup", alpha=1.0), heads=cosine(30),
    )  # fmt: skip
    stage = {"nu": 0.5, "scale": 20.0, "margin": 0.1, "gamma": 1.0}
    assert second == CLASSIFIER.but(
        objective="gcl", objective_parameters=stage, reinitialise=(), heads=cosine(20)
    )


def test_tsc_has_no_targets_for_half_of_the_recipe():
    first, second, last = METHODS["tsc"](RECIPE).phases
    half = CONTRAST.but(objective="tsc", epochs=50)
    assert first == half.but(objective_parameters={"targets": False})
    assert second == half.but(continued=True)
    assert last == CLASSIFIER


@pytest.mark.parametrize(
    ("name", "learning", "prototypes"),
    [("bdcl", True, True), ("bdcl_without_tdl", False, True), ("bdcl_without_hep", True, False)],
)
def test_the_ablation_takes_out_one_part_of_bdcl(name, learning, prototypes):
    first, last = METHODS[name](RECIPE).phases
    parameters = {
        "temperature": 0.1, "temperature_learning": learning, "hard_prototypes": prototypes
    }  # fmt: skip
    assert first == CONTRAST.but(
        objective="bdcl", objective_parameters=parameters,
        loss_parameters=SLOWLY if learning else LossParameters(),
    )  # fmt: skip
    assert last == CLASSIFIER


def test_the_baseline_of_the_ablation_has_neither_part():
    first, last = METHODS["sup_con"](RECIPE).phases
    assert first == CONTRAST.but(objective="sup_con", objective_parameters={"temperature": 0.1})
    assert last == CLASSIFIER


def test_readings_heads_and_lengths_can_be_asked_for():
    small = Projection(size=16)
    first, last = METHODS["bdcl"](
        RECIPE, parameters={"direction_of_temperature": "ascent"}, temperature_rate=1e-3,
        head=small, classifier=0.5, transforms="flip",
    ).phases  # fmt: skip
    assert first.objective_parameters["direction_of_temperature"] == "ascent"
    assert first.loss_parameters.learning_rate == 1e-3
    assert first.heads.projections == {"contrast": small} and first.transforms == "flip"
    assert last == CLASSIFIER.but(epochs=50)
