"""A method of one's own: a function of the recipe, or a loss and nothing else."""

import pytest

from reproduce import losses, own_code
from reproduce.errors import UserError
from reproduce.methods import registry
from reproduce.training.phases import Optimizer, Phase

RECIPE = Phase(batch_size=8, iterations=10, optimizer=Optimizer(name="sgd", learning_rate=0.1))


def refusal(name: str, task: str = "classification") -> str:
    with pytest.raises(UserError) as refused:
        registry.build(name, RECIPE, task)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_function_of_the_recipe_is_a_method(mine):
    made = registry.build("mine.py:my_remedy", RECIPE)
    source = own_code.take_in(mine)
    (phase,) = made.phases
    assert phase.objective == source.qualified("sharp")
    assert phase.code == f"mine.py@{source.sha256}"
    assert phase.but(objective="cross_entropy", code="", sampler="instance") == RECIPE


def test_a_loss_is_a_method_of_nothing_else(mine):
    (phase,) = registry.build("mine.py:sharp", RECIPE, factor=3.0).phases
    assert phase.objective_parameters == {"factor": 3.0}
    assert losses.shape(phase.objective) == "classifier" and phase.code.startswith("mine.py@")


def test_a_loss_of_embeddings_trains_an_encoder_and_then_a_classifier(write):
    write("def near(embeddings, labels):\n    return embeddings.square().mean()\n")
    first, second = registry.build("mine.py:near", RECIPE.but(iterations=0, epochs=4)).phases
    assert losses.shape(first.objective) == "embedding"
    assert second.objective == "cross_entropy" and second.code == first.code
    assert registry.entry("mine.py:near").tasks == ("classification", "verification")


def test_methods_of_the_package_in_several_phases_and_steps_after_them(write):
    write("""
        from reproduce.losses import focal
        from reproduce.methods.method import Method, parted

        def two(recipe):
            first, second = parted(recipe, 0.5)
            return Method((first, second.but(objective=focal)), ("divide_by_prior",))

        def listed(recipe):
            return [recipe, recipe.but(objective="focal")]
        """)
    made = registry.build("mine.py:two", RECIPE)
    assert [phase.objective for phase in made.phases] == ["cross_entropy", "focal"]
    assert [phase.iterations for phase in made.phases] == [5, 5]
    assert made.posthoc == ("divide_by_prior",) and all(phase.code for phase in made.phases)
    assert len(registry.build("mine.py:listed", RECIPE).phases) == 2


def test_a_loss_of_ones_own_goes_before_one_of_its_name_in_the_package(write):
    write("""
        def focal(logits, labels):
            return logits.sum()

        def mine(recipe):
            return recipe.but(objective="focal")
        """)
    (phase,) = registry.build("mine.py:mine", RECIPE).phases
    assert phase.objective.startswith("mine.py:focal@")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("def f(recipe):\n    return 3", "f (mine.py) returned int; expected a Method, a Phase or"),
        ("def f(recipe):\n    return []", "f (mine.py) returned list; expected a Method"),
        ("def f(recipe):\n    return [3]", "f (mine.py) returned list; expected a Method"),
        ("def f(recipe):\n    1 / 0", "f (mine.py) stopped with ZeroDivisionError: division by"),
        ("def f(recipe, share):\n    pass", "f (mine.py) needs share; expected a default for it"),
        ("def f(recipe):\n    return recipe.but(objective='nonsense')",
         "asks for the loss 'nonsense', which neither the file nor the package has"),
        ("def f(recipe):\n    return recipe.but(batch_size=-1)",
         "method 'mine.py:f' does not go with this recipe"),
        ("from reproduce.methods.method import Method\n"
         "def f(recipe):\n    return Method((recipe,), ('magic',))",
         "unknown post-hoc step 'magic'"),
        ("def f(a, b):\n    pass", "f (mine.py) is a function of a, b; expected a method, `def f("),
        ("f = 3", "f (mine.py) is of the type int; expected a method, `def f(recipe)`, or a loss"),
    ],
)  # fmt: skip
def test_what_is_no_method_is_refused_in_one_line(write, body, said):
    write(body)
    assert said in refusal("mine.py:f")


def test_a_task_it_is_not_for(mine):
    said = refusal("mine.py:sharp", "verification")
    assert said.startswith("method 'mine.py:sharp' is for classification and segmentation, not")
