"""A pilot on stored trials: read on held-out images, by its own rule, or not at all."""

import numpy as np
import pytest

from reproduce.registry import pilots as registry
from reproduce.registry.pilots import Pilot
from reproduce.study import pilots
from reproduce.study.measures import NotMeasured
from tests.registry.test_pilots import GIVEN


class Trial:
    """As much of a cell and of its study as a pilot reads."""

    def __init__(self, length, seed, told):
        self.factors, self.seed = {"pretraining_epochs": length}, seed
        self.told = told

    def matches(self, **wanted):
        return all(self.factors[name] == value for name, value in wanted.items())


class Study:
    paper, references = "dual_head", ()

    def __init__(self, cells):
        self.cells, self.measures = cells, self

    def held_out(self, cell, metric):
        assert metric == "probe_before"
        return cell.told + cell.seed / 1e5, np.zeros(2)


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    found = Pilot.model_validate(GIVEN)
    monkeypatch.setattr(registry, "named", lambda paper, name: found)


def study(start=0.45, **without):
    told = {0: start, 15: 0.50, 50: 0.55, 100: 0.555}
    return Study([Trial(length, seed, value) for length, value in told.items()
                  for seed in (100, 101, 7) if (length, seed) != without.get("lacks")])  # fmt: skip


def test_only_its_own_seeds_are_read():
    found = pilots.measured(study(), "length")
    assert found.values[15] == pytest.approx((0.501, 0.50101))
    assert found.start == pytest.approx((0.451, 0.45101))
    assert found.chosen == 50
    assert "15: " not in found.words() and "50.1 at 15, 55.1 at 50" in found.words()
    assert "45.1 at the weights it started from" in found.words()
    assert "Trained is 50" in found.words() and "does not fit" not in found.words()


def test_a_pilot_with_a_trial_missing_is_not_read():
    with pytest.raises(NotMeasured, match="no trial at pretraining_epochs 50 for seeds 101"):
        pilots.measured(study(lacks=(50, 101)), "length")


def test_a_pilot_without_its_start_is_read_all_the_same():
    found = pilots.measured(study(lacks=(0, 100)), "length")
    assert found.start == () and found.chosen == 50
