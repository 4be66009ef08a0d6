"""Both losses with one recipe, the same batches and the same temperature."""

from reproduce.methods.difficulty_aware import METHODS
from reproduce.training.phases import Optimizer, Phase

RECIPE = Phase(batch_size=32, epochs=10, optimizer=Optimizer(name="adam", learning_rate=1e-3))


def test_the_two_methods_differ_in_nothing_but_the_loss():
    (plain,), (aware,) = (METHODS[name](RECIPE).phases for name in METHODS)
    assert plain == RECIPE.but(
        objective="sup_con", objective_parameters={"temperature": 0.07}, sampler="class_batches",
        sampler_parameters={"images_per_class": 4},
    )  # fmt: skip
    moderate = {"alpha": 1, "beta": 1, "positive_threshold": 0.5, "negative_threshold": 0.5}
    assert aware == plain.but(
        objective="difficulty_aware_sup_con", objective_parameters={**moderate, "temperature": 0.07}
    )


def test_other_weights_and_batches_can_be_asked_for():
    (aware,) = METHODS["difficulty_aware_sup_con"](
        RECIPE, alpha=2.0, negative_threshold=0.3, images_per_identity=8
    ).phases
    assert aware.sampler_parameters == {"images_per_class": 8}
    assert aware.objective_parameters == {
        "alpha": 2, "beta": 1, "positive_threshold": 0.5, "negative_threshold": 0.3,
        "temperature": 0.07,
    }  # fmt: skip
