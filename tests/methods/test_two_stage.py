"""A classifier after the encoder: the second stage, and methods made of it."""

import pytest

from reproduce.errors import UserError
from reproduce.methods.registry import build
from reproduce.methods.two_stage import balanced_classifier, falling
from reproduce.training.phases import Heads, Optimizer, Phase, Schedule

RECIPE = Phase(
    batch_size=64, epochs=100, transforms="crop_flip",
    optimizer=Optimizer(name="sgd", learning_rate=0.01, momentum=0.9, weight_decay=1e-4),
    schedule=Schedule(name="cosine", warm_up=5, unit="epoch"),
)  # fmt: skip
CLASSIFIER = RECIPE.but(
    epochs=15, sampler="class_balanced", train="classifier", batch_norm="frozen",
    reinitialise=("classifier",), schedule=Schedule(name="cosine"),
)  # fmt: skip


def test_the_second_stage_is_a_new_classifier_on_a_frozen_encoder():
    first = RECIPE.but(
        objective="tsc", objective_parameters={"positives": 3}, schedule=Schedule(name="linear"),
        heads=Heads(classifier="cosine", scale=30), sampler="class_batches",
        sampler_parameters={"images_per_class": 4},
    )  # fmt: skip
    assert balanced_classifier(first, 0.15) == RECIPE.but(
        epochs=15, objective="cross_entropy", sampler="class_balanced", train="classifier",
        batch_norm="frozen", reinitialise=("classifier",), schedule=Schedule(name="cosine"),
    )  # fmt: skip
    assert balanced_classifier(first, 0.15, batch_norm="updated").batch_norm == "updated"


def test_crt_lets_statistics_move_as_its_code_does():
    assert build("crt", RECIPE).phases == (RECIPE, CLASSIFIER.but(batch_norm="updated"))


def test_crt_can_decay_otherwise_and_fall_in_steps():
    _, second = build("crt", RECIPE, classifier=0.3, weight_decay=5e-4, falls=(1 / 3, 2 / 3)).phases
    assert (second.epochs, second.optimizer.weight_decay) == (30, 5e-4)
    assert second.schedule.milestones == (10, 20) and second.schedule.decay == 0.1
    assert falling(RECIPE.but(epochs=0, iterations=3), (0.1, 0.9)).milestones == (1, 3)
    assert falling(RECIPE.but(epochs=0, iterations=3), (0.1, 0.9)).unit == "iteration"


def test_smote_makes_new_points_among_the_embeddings_of_a_trained_network():
    classifier = RECIPE.but(train="classifier", sampler="smote")
    assert build("smote_embeddings", RECIPE).phases == (RECIPE, classifier)
    for kind in ("borderline", "kmeans"):
        placed = classifier.but(sampler_parameters={"kind": kind})
        assert build(f"{kind}_smote_embeddings", RECIPE).phases == (RECIPE, placed)


def test_an_encoder_is_followed_by_one_of_two_classifiers():
    *_, balanced = build("sup_con", RECIPE).phases
    *_, ldam = build("sup_con", RECIPE, second="ldam").phases
    assert balanced == CLASSIFIER
    assert (ldam.objective, ldam.epochs, ldam.heads.classifier) == ("ldam", 100, "cosine")
    assert ldam.schedule.milestones == (70, 90, 95)
    with pytest.raises(UserError, match="second expected balanced or ldam, received 'cosine'"):
        build("sup_con", RECIPE, second="cosine")
