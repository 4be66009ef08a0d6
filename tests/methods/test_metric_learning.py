"""Deep metric learning as the paper has it: an embedding at 5e-4, a classifier at 6e-4."""

import pytest

from reproduce.errors import UserError
from reproduce.methods.metric_learning import embedded
from reproduce.methods.registry import build
from reproduce.training.phases import Heads, Optimizer, Phase, Projection

RECIPE = Phase(
    batch_size=32, epochs=50, optimizer=Optimizer(name="adam", learning_rate=6e-4),
    transforms="flip",
)  # fmt: skip
LOSSES = ["contrastive", "triplet", "lifted_structured"]


def test_the_baseline_is_the_recipe():
    assert build("cross_entropy", RECIPE).phases == (RECIPE,)


@pytest.mark.parametrize("loss", LOSSES)
def test_an_embedding_is_learned_then_a_classifier_on_it(loss):
    """Batches of 30: ten images of each of three classes; 32 is no multiple of 3."""
    embedding, classifier = build(loss, RECIPE).phases
    assert embedding == RECIPE.but(
        objective=loss, sampler="class_batches", sampler_parameters={"images_per_class": 10},
        batch_size=30, optimizer=Optimizer(name="adam", learning_rate=5e-4),
        heads=Heads(embedding=128),
    )  # fmt: skip
    assert classifier == RECIPE.but(
        train="classifier", batch_norm="frozen", heads=Heads(embedding=128)
    )
    assert build(loss, RECIPE).posthoc == ()


@pytest.mark.parametrize("loss", LOSSES)
def test_the_other_readings_can_be_asked_for(loss):
    options = {"embedding": "fine_tuned", "embedding_size": None, "rate": 1e-3,
               "classes_per_batch": 4, "objective_parameters": {"margin": 1.0}}  # fmt: skip
    embedding, classifier = build(loss, RECIPE, **options).phases
    assert classifier == RECIPE
    assert embedding.heads == Heads() and embedding.objective_parameters == {"margin": 1.0}
    assert embedding.optimizer.learning_rate == 1e-3
    assert (embedding.batch_size, embedding.sampler_parameters) == (32, {"images_per_class": 8})


def test_the_classifier_can_stand_on_the_features():
    embedding, classifier = build("triplet", RECIPE, classifier_on="features").phases
    assert embedding.heads == Heads(projections={"embedding": Projection(size=128)})
    assert classifier.heads == Heads() and classifier.train == "classifier"


@pytest.mark.parametrize("wrong", [{"embedding": "kept"}, {"classifier_on": "logits"}])
def test_other_words_are_refused(wrong):
    with pytest.raises(UserError, match="expected frozen or fine_tuned, and embedding or features"):
        build("triplet", RECIPE, **wrong)


def test_images_that_nothing_moves_are_looked_at_once_by_a_frozen_encoder():
    still = RECIPE.but(transforms="none")
    assert build("triplet", still).phases[1].embedded
    assert not build("triplet", RECIPE).phases[1].embedded
    assert not build("triplet", still, embedding="fine_tuned").phases[1].embedded


def test_both_phases_stop_where_the_recipe_does():
    assert [phase.stop for phase in build("triplet", RECIPE.but(stop=3)).phases] == [3, 3]


def test_cross_entropy_twice_differs_from_a_metric_loss_in_the_loss_alone():
    first, second = embedded(RECIPE, objective="cross_entropy").phases
    other, last = embedded(RECIPE, objective="triplet").phases
    assert first == other.but(objective="cross_entropy")
    assert second == last.but(reinitialise=("classifier",))


# -- to verify with --------------------------------------------------------------------------------

IDENTITIES = Phase(batch_size=32, epochs=10, optimizer=Optimizer(name="adam", learning_rate=1e-3))


def test_the_two_methods_differ_in_nothing_but_the_loss():
    (plain,), (aware,) = (
        build(name, IDENTITIES, "verification").phases
        for name in ("sup_con", "difficulty_aware_sup_con")
    )
    assert plain == IDENTITIES.but(
        objective="sup_con", objective_parameters={"temperature": 0.07}, sampler="class_batches",
        sampler_parameters={"images_per_class": 4},
    )  # fmt: skip
    moderate = {"alpha": 1, "beta": 1, "positive_threshold": 0.5, "negative_threshold": 0.5}
    assert aware == plain.but(
        objective="difficulty_aware_sup_con", objective_parameters={**moderate, "temperature": 0.07}
    )


def test_other_weights_and_batches_can_be_asked_for():
    (aware,) = build(
        "difficulty_aware_sup_con",
        IDENTITIES,
        "verification",
        alpha=2.0,
        negative_threshold=0.3,
        images_per_identity=8,
    ).phases  # fmt: skip
    assert aware.sampler_parameters == {"images_per_class": 8}
    assert aware.objective_parameters == {
        "alpha": 2, "beta": 1, "positive_threshold": 0.5, "negative_threshold": 0.3,
        "temperature": 0.07,
    }  # fmt: skip


@pytest.mark.parametrize("loss", LOSSES)
def test_other_losses_verify_in_the_same_way(loss):
    (phase,) = build(loss, IDENTITIES, "verification", margin=0.4).phases
    (plain,) = build("sup_con", IDENTITIES, "verification").phases
    assert phase == plain.but(objective=loss, objective_parameters={"margin": 0.4})
