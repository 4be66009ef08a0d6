"""Another loss of the classifier: what each changes of the recipe."""

import pytest

from reproduce.methods.registry import build
from reproduce.registry import records
from reproduce.training.phases import Heads, Mixing, Optimizer, Phase, Schedule

RECIPE = Phase(
    batch_size=64, epochs=100, transforms="crop_flip",
    optimizer=Optimizer(name="sgd", learning_rate=0.01, momentum=0.9, weight_decay=1e-4),
    schedule=Schedule(name="cosine", warm_up=5, unit="epoch"),
)  # fmt: skip
CLASSIFIER = RECIPE.but(
    epochs=15, sampler="class_balanced", train="classifier", batch_norm="frozen",
    reinitialise=("classifier",), schedule=Schedule(name="cosine"),
)  # fmt: skip


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
    task = "segmentation" if name in ("lovasz_softmax", "soft_iou") else "classification"
    assert build(name, RECIPE, task).phases == (expected,)


def test_ldam_weights_the_classes_after_four_fifths():
    first, second = build("ldam_drw", RECIPE).phases
    plain = RECIPE.but(
        objective="ldam", objective_parameters={"scale": 30.0}, heads=cosine(30), epochs=80
    )
    assert first == plain
    weighted = {"scale": 30.0, "class_weights": "effective_number"}
    assert second == plain.but(epochs=20, continued=True, objective_parameters=weighted)
    assert build("ldam", RECIPE).phases == (plain.but(epochs=100),)


def test_the_row_ldam_of_bdcl_weighs_the_classes():
    """Its ambiguity `ldam_with_drw`: a rival should be at its best."""
    asked = records.paper("balanced_contrastive").options["ldam"]
    assert build("ldam", RECIPE, **asked) == build("ldam_drw", RECIPE)


def test_gcl_mixes_first_and_keeps_its_classifier():
    first, second = build("gcl", RECIPE).phases
    assert first == RECIPE.but(
        objective="gcl", objective_parameters={"nu": 0.5, "scale": 30.0},
        mixing=Mixing(name="mixup", alpha=1.0), heads=cosine(30),
    )  # fmt: skip
    stage = {"nu": 0.5, "scale": 20.0, "margin": 0.1, "gamma": 1.0}
    assert second == CLASSIFIER.but(
        objective="gcl", objective_parameters=stage, reinitialise=(), heads=cosine(20)
    )
