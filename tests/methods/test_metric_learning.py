"""Deep metric learning as the paper has it: an embedding at 5e-4, a classifier at 6e-4."""

import pytest

from reproduce.methods.metric_learning import METHODS
from reproduce.training.phases import Heads, Optimizer, Phase, Projection

RECIPE = Phase(
    batch_size=32, epochs=50, optimizer=Optimizer(name="adam", learning_rate=6e-4),
    transforms="flip",
)  # fmt: skip
LOSSES = ["contrastive", "triplet", "lifted_structured"]


def test_the_baseline_is_the_recipe():
    assert METHODS["cross_entropy"](RECIPE).phases == (RECIPE,)


@pytest.mark.parametrize("loss", LOSSES)
def test_an_embedding_is_learned_then_a_classifier_on_it(loss):
    """Batches of 30: ten images of each of three classes; 32 is no multiple of 3."""
    embedding, classifier = METHODS[loss](RECIPE).phases
    assert embedding == RECIPE.but(
        objective=loss, sampler="class_batches", sampler_parameters={"images_per_class": 10},
        batch_size=30, optimizer=Optimizer(name="adam", learning_rate=5e-4),
        heads=Heads(projections={"embedding": Projection(size=128)}),
    )  # fmt: skip
    assert classifier == RECIPE.but(train="classifier", batch_norm="frozen")
    assert METHODS[loss](RECIPE).posthoc == ()


@pytest.mark.parametrize("loss", LOSSES)
def test_the_other_readings_can_be_asked_for(loss):
    options = {"embedding": "fine_tuned", "embedding_size": None, "rate": 1e-3,
               "classes_per_batch": 4, "objective_parameters": {"margin": 1.0}}  # fmt: skip
    embedding, classifier = METHODS[loss](RECIPE, **options).phases
    assert classifier == RECIPE
    assert embedding.heads == Heads() and embedding.objective_parameters == {"margin": 1.0}
    assert embedding.optimizer.learning_rate == 1e-3
    assert (embedding.batch_size, embedding.sampler_parameters) == (32, {"images_per_class": 8})
