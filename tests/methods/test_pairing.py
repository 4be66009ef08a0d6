"""Comparisons are paired: methods that share a seed differ in nothing but the method."""

import pytest
import torch

from reproduce.data import catalog
from reproduce.data.imbalance import draw
from reproduce.papers.class_imbalance.cells import SEVEN, cells
from reproduce.papers.class_imbalance.parameters import ClassImbalance
from reproduce.trials import execute as execution
from reproduce.trials.trial import Planned


class Seen(Exception):
    """Training was about to begin."""


@pytest.fixture
def by_method():
    """Return the trials of all methods for two seeds, by method and seed."""
    given = {"profile": "smoke", "methods": list(SEVEN), "seeds": [0, 1]}
    parameters = ClassImbalance.read(given).resolved()
    made = cells(parameters, catalog.load("digits").record())
    return {(c.method, c.seed): c.trial for c in made if c.experiment == "grid"}


@pytest.fixture
def at_the_start(monkeypatch, tmp_path):
    """Return a function that executes a trial until training would begin, and what it sees then."""

    def stop(network, phases, images, counts, **rest):
        raise Seen(network.state_dict(), images, counts)

    monkeypatch.setattr(execution, "train", stop)

    def run(trial):
        with pytest.raises(Seen) as seen:
            execution.execute(Planned(trial), tmp_path, execution.Surroundings())
        return seen.value.args

    return run


def test_methods_that_share_a_seed_begin_with_the_same_weights(by_method, at_the_start):
    first, _, _ = at_the_start(by_method["baseline", 0])
    second, _, _ = at_the_start(by_method["two_phase_undersampling", 0])
    other, _, _ = at_the_start(by_method["baseline", 1])
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["classifier.weight"], other["classifier.weight"])


def test_methods_that_share_a_seed_get_the_same_images(by_method, at_the_start):
    _, first, counts = at_the_start(by_method["baseline", 0])
    _, second, again = at_the_start(by_method["oversampling", 0])
    _, other, _ = at_the_start(by_method["baseline", 1])
    assert (first.rows == second.rows).all() and (first.labels == second.labels).all()
    assert counts == again and sorted(counts) == [25] * 5 + [125] * 5
    assert not (first.labels == other.labels).all()


def test_thresholding_is_the_baselines_trial(by_method):
    assert by_method["thresholding", 0] == by_method["baseline", 0]
    assert by_method["thresholding", 0].key == by_method["baseline", 0].key
    assert by_method["baseline", 0].key != by_method["baseline", 1].key


def test_eight_methods_are_five_trials_a_seed(by_method):
    assert len(by_method) == 16
    assert len({trial.key for trial in by_method.values()}) == 10


def test_nothing_but_the_phases_tells_the_methods_of_a_seed_apart(by_method):
    baseline = by_method["baseline", 0]
    for (_, seed), trial in by_method.items():
        if seed == 0:
            assert trial.but(phases=baseline.phases) == baseline
            assert trial.data_seed == trial.seed == 0


def test_the_images_of_a_seed_are_nested_over_rho(by_method):
    """Also through a trial: what changes with rho is how many images, not which."""
    trial, labels = by_method["baseline", 0], catalog.load("digits").labels["all"]
    names = tuple("0123456789")
    many = draw(labels, names, trial.data_seed, **{**trial.imbalance, "rho": 5})
    few = draw(labels, names, trial.data_seed, **{**trial.imbalance, "rho": 25})
    assert set(few.tolist()) < set(many.tolist())
