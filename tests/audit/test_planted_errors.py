"""Planted errors: of one misprinted digit in a true table, the checks find the shares stated."""

import inspect

import pytest

from tests.audit import planted
from tests.audit.generated import Study

STUDIES = range(200)


def found(plant) -> tuple[int, int]:
    """Return how many planted errors are noticed, and how many were planted."""
    outcomes = [list(plant(Study(seed))) for seed in STUDIES]
    planted_in = [said for said in outcomes if said]
    return sum(any(one.inconsistent for one in said) for said in planted_in), len(planted_in)


@pytest.fixture(scope="module")
def shares():
    return {plant: found(plant) for plant in planted.LEAST_SHARES}


@pytest.mark.parametrize("plant", planted.LEAST_SHARES, ids=lambda plant: plant.__name__)
def test_the_share_of_planted_errors_that_is_found(plant, shares):
    noticed, of = shares[plant]
    assert of > 60
    assert noticed / of >= planted.LEAST_SHARES[plant], f"{noticed} of {of}"


def test_the_share_of_all_planted_errors_that_is_found(shares):
    noticed, of = (sum(one[end] for one in shares.values()) for end in (0, 1))
    assert noticed / of >= planted.LEAST_SHARE, f"{noticed} of {of}"


def test_every_way_to_plant_an_error_has_its_share():
    own = {
        function for name, function in vars(planted).items()
        if inspect.isfunction(function) and function.__module__ == planted.__name__
        and not name.startswith("wrong")
    }  # fmt: skip
    assert own == set(planted.LEAST_SHARES)
