"""Every method makes the same image passes, to less than a step."""

import pytest

from reproduce.errors import UserError
from reproduce.methods import budget, registry
from reproduce.methods.entry import CLASSIFICATION
from reproduce.methods.method import Method
from reproduce.training.phases import Optimizer, Phase

RECIPE = Phase(
    batch_size=64, iterations=100, transforms="crop_flip",
    optimizer=Optimizer(name="sgd", learning_rate=0.1),
)  # fmt: skip


def counted(method: Method) -> int:
    """Count one image after the other."""
    return sum(1 for phase in method.phases for _ in range(phase.iterations)
               for _ in range(phase.views) for _ in range(phase.batch_size))  # fmt: skip


@pytest.mark.parametrize("name", registry.names(CLASSIFICATION))
def test_a_method_spends_the_budget_and_no_more(name):
    made = budget.within(lambda recipe: registry.build(name, recipe), RECIPE, 9_999)
    smallest = min(phase.batch_size * phase.views for phase in made.phases)
    assert 0 <= 9_999 - budget.passes(made) < smallest
    assert counted(made) == budget.passes(made)


def test_a_second_stage_is_paid_by_the_first():
    made = budget.within(lambda recipe: registry.build("crt", recipe), RECIPE, 6_400)
    assert sum(phase.iterations for phase in made.phases) == 100
    assert made.phases[1].iterations == pytest.approx(0.15 * made.phases[0].iterations, abs=1)


def test_a_budget_of_next_to_nothing_is_refused():
    with pytest.raises(UserError, match="image passes is too small"):
        budget.within(lambda recipe: registry.build("crt", recipe), RECIPE, 100)
