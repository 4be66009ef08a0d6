"""Random configurations: the default first, alike for all methods, within what is written down."""

import pytest

from reproduce.errors import UserError
from reproduce.methods import registry
from reproduce.methods.configurations import Configuration, configurations
from reproduce.methods.entry import CLASSIFICATION
from reproduce.methods.search_spaces import SHARED, SPACES
from reproduce.training.phases import Optimizer, Phase

RECIPE = Phase(
    batch_size=64, iterations=100, transforms="crop_flip",
    optimizer=Optimizer(name="sgd", learning_rate=0.1, weight_decay=0.01),
)  # fmt: skip


@pytest.mark.parametrize("name", registry.names(CLASSIFICATION))
def test_the_default_is_the_first_and_every_one_can_be_built(name):
    found = configurations(name, 6)
    assert found[0] == Configuration()
    assert len({one.in_words() for one in found}) == 6
    for one in found:
        registry.build(name, one.recipe(RECIPE), **one.options)


@pytest.mark.parametrize("name", SPACES)
def test_every_value_of_a_space_can_be_asked_for(name):
    assert name in registry.ENTRIES
    for option, values in registry.entry(name).space.items():
        for value in values:
            registry.build(name, RECIPE, **{option: value})


def test_rate_and_decay_are_the_same_for_all_methods():
    first, second = (configurations(name, 8) for name in ("baseline", "sup_con"))
    assert [one.factors for one in first] == [one.factors for one in second]
    for one in first[1:]:
        assert all(one.factors[name] in values for name, values in SHARED.items())
    assert not any(one.options for one in first)
    assert all(one.options for one in second[1:])


def test_a_smaller_search_is_the_beginning_of_a_larger_one():
    assert configurations("crt", 6)[:4] == configurations("crt", 4)


def test_a_configuration_moves_rate_and_decay():
    moved = Configuration(1, {"learning_rate": 0.5, "weight_decay": 5.0}).recipe(RECIPE)
    assert (moved.optimizer.learning_rate, moved.optimizer.weight_decay) == (0.05, 0.05)
    assert Configuration().recipe(RECIPE) == RECIPE


@pytest.mark.parametrize("count", [0, 16])
def test_so_many_there_are_not(count):
    with pytest.raises(UserError, match="expected 1 to 15"):
        configurations("baseline", count)
