"""Values of a factor that stand for others: in the place of what was not run, never of what was."""

import pytest

from reproduce.registry import claims
from reproduce.study import stand_ins


class Ran:
    """A study that ran these networks."""

    def __init__(self, *networks):
        self.networks = networks

    def arms(self, backbone):
        return [backbone] if backbone in self.networks else []


@pytest.fixture
def claim():
    known = {one.id: one for one in claims.load("metric_learning")}
    return known["ce_is_lowest_on_resnet"]


def networks_of(contrasts):
    return [[term.where["backbone"] for term in one.terms] for one in contrasts]


def test_a_smaller_network_takes_the_place_of_one_that_was_not_run(claim):
    standing = stand_ins.in_use(Ran("mobilenet", "resnet10"), claim)
    assert standing == {"backbone": {"resnet50": "resnet10"}}
    found = stand_ins.applied(claim.contrasts, standing)
    assert networks_of(found) == [["resnet10", "inception_v3"], ["resnet10", "mobilenet"]]
    assert networks_of(claim.contrasts)[0][0] == "resnet50", "the registered claim stays"
    (said,) = stand_ins.said(standing)
    assert said.startswith("resnet10 stands for resnet50, as registered")


def test_nothing_stands_for_what_was_run(claim):
    assert stand_ins.in_use(Ran("resnet50", "resnet10", "mobilenet"), claim) == {}
    assert stand_ins.in_use(Ran("mobilenet"), claim) == {}


def test_lists_of_values_are_replaced_one_by_one():
    known = {one.id: one for one in claims.load("metric_learning")}
    claim = known["metric_losses_beat_cross_entropy"]
    standing = stand_ins.in_use(Ran("mobilenet", "resnet10", "inception_small"), claim)
    found = stand_ins.applied(claim.contrasts, standing)
    assert found[0].terms[0].where["backbone"] == ["inception_small", "resnet10", "mobilenet"]
    assert found[0].where == {"start": "random"}
