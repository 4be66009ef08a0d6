"""Registered pilots: the rule that chooses, and whose seeds no claim may use."""

import pytest

from reproduce.errors import UserError
from reproduce.registry import claims, editions, pilots
from reproduce.registry.pilots import Pilot

GIVEN = {
    "paper": "dual_head", "id": "length", "date": "2026-11-28", "english": "How long.", "why": "w",
    "method": "simclr", "metric": "probe_before", "part": "held_out",
    "factor": "pretraining_epochs", "levels": [15, 50, 100], "within": 0.01, "most": 50,
    "seeds": [100, 101],
}  # fmt: skip


def pilot(**changed):
    return Pilot.model_validate({**GIVEN, **changed})


@pytest.mark.parametrize(
    ("means", "preferred", "chosen"),
    [
        ((0.50, 0.51, 0.505), 15, 15),
        ((0.50, 0.5101, 0.50), 50, 50),
        ((0.50, 0.52, 0.53), 50, 50),
        ((0.50, 0.51, 0.53), 100, 50),
        ((0.60, 0.50, 0.40), 15, 15),
    ],
)
def test_the_shortest_within_a_point_of_the_best(means, preferred, chosen):
    """What does not fit the time there is is said, and not taken."""
    of_levels = dict(zip(GIVEN["levels"], means, strict=True))
    assert pilot().preferred(of_levels) == preferred
    assert pilot().chosen(of_levels) == chosen


def test_a_pilot_that_is_not_whole_chooses_nothing():
    with pytest.raises(UserError, match="no result at pretraining_epochs 100"):
        pilot().chosen({15: 0.5, 50: 0.6})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"levels": [50, 15, 100]}, "levels: list each once, in rising order"),
        ({"seeds": [100, 100]}, "seeds: list each once, in rising order"),
        ({"most": 60}, "most: must be one of the levels"),
        ({"metric": "probes"}, "'probes' is no known metric"),
        ({"method": "simclear"}, "'simclear' is no known method"),
        ({"factor": "length"}, "'length' is no known factor of this paper"),
    ],
)
def test_mistakes_are_refused(changed, said):
    with pytest.raises(ValueError, match=said):
        pilot(**changed)


def test_seeds_of_a_pilot_judge_nothing():
    used = pilots.seeds_used("dual_head")
    assert used == {100, 101, 102}
    assert used.isdisjoint(editions.seeds_used("dual_head"))
    assert all(used <= claim.seeds_refused() for claim in claims.load("dual_head"))
    assert pilots.seeds_used("class_imbalance") == frozenset()


def test_the_length_is_registered_as_the_rule_says():
    found = pilots.named("dual_head", "length_of_pretraining")
    assert (found.levels, found.within, found.most) == ([15, 50, 100], 0.01, 50)
    assert (found.method, found.metric) == ("simclr", "probe_before")
    with pytest.raises(UserError, match="did you mean 'length_of_pretraining'"):
        pilots.named("dual_head", "length_of_pretrainin")
