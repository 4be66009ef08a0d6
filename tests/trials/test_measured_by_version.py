"""What a trial measured says by which version of the code, and travels with it."""

import pytest

from reproduce.evaluation import versions
from reproduce.tasks import task_of
from reproduce.trials import edition as editions
from reproduce.trials import pack, upkeep
from reproduce.trials.edition import Edition
from reproduce.trials.store import Store
from tests.trials.executing import Surroundings, execute


@pytest.fixture
def newer(on_tiny, store, monkeypatch):
    """Return a result whose AUC is of the second version."""
    monkeypatch.setattr(versions, "VERSIONS", {"auc": 2})
    return execute(on_tiny(iterations=2), store, Surroundings())


def test_the_name_of_a_metric_carries_its_version(newer, store):
    kept = store.get(newer.key)
    assert "test/auc@2" in kept.metrics and "test/auc" not in kept.metrics
    task = task_of(kept.trial)
    assert task.measured(kept)["auc"] == kept.metrics["test/auc@2"]
    assert task.outdated(kept) == [] and upkeep.check(store) == []


def test_it_travels_with_the_result(newer, store, tmp_path):
    (part,) = pack.pack(store, tmp_path / "p.zip", ("results",), 10)
    book = Edition(tmp_path / "book")
    editions.write(book, "class_imbalance", store.results(), [], [], {}, set())
    away, beside = Store(tmp_path / "away"), Store(tmp_path / "beside")
    assert pack.merge(away, part).new == editions.merge(beside, book, "class_imbalance").new == 1
    metrics = store.get(newer.key).metrics
    assert away.get(newer.key).metrics == beside.get(newer.key).metrics == metrics


def test_older_code_does_not_take_it_for_its_own(newer, store, monkeypatch):
    """Nor the code after it: neither knows what the other changed."""
    kept, task = store.get(newer.key), task_of(newer.trial)
    for known in ({}, {"auc": 3}):
        monkeypatch.setattr(versions, "VERSIONS", known)
        assert "auc" not in task.measured(kept) and task.outdated(kept) == ["auc"]
        assert "accuracy" in task.measured(kept) and task.said(kept).startswith("accuracy ")
        assert upkeep.check(store) == []


def test_a_headline_that_older_code_measured_is_said_to_be_so(newer, store, monkeypatch):
    """Rather than shown, or as a number that is none."""
    monkeypatch.setattr(versions, "VERSIONS", {"accuracy": 2, "auc": 2})
    assert task_of(newer.trial).said(store.get(newer.key)) == "accuracy measured by older code"
