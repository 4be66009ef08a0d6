"""Comparing two runs of a paper: which parameters differ, what moved, which verdicts changed."""

from dataclasses import replace

import pytest

from reproduce import papers
from reproduce.study.comparing import compare
from reproduce.trials import edition as editions
from reproduce.trials.edition import Edition
from reproduce.trials.store import Store

POINT = {"rho": [10], "mu": [0.5], "seeds": [0, 1], "methods": ["baseline", "thresholding"]}


@pytest.fixture
def edition_of(study_of, tmp_path):
    """Return a function that writes an edition of made-up results, as a run leaves it."""

    def make(name, planted=lambda cell: {}, verdicts=None, **values):
        given = {"profile": "laptop", "dataset": "mnist", "experiments": "none", **POINT, **values}
        study = study_of(planted, store=Store(tmp_path / f"store of {name}"), **given)
        study.observations()
        stamp = {
            "parameters": study.parameters.model_dump(mode="json"), "given": given,
            "verdicts": [{"claim": k, "verdict": v} for k, v in (verdicts or {}).items()],
        }  # fmt: skip
        derived = study.store.derived_from(study.keys())
        found = Edition(tmp_path / name)
        # Planted numbers follow from no counts: none travel, or nobody would believe them.
        results = [replace(result, confusion={}) for result in study.results()]
        editions.write(found, study.paper, results, derived, [study.record], stamp, set())
        return found

    return make


def test_a_run_compared_with_itself_has_not_moved(edition_of):
    one = edition_of("one", lambda cell: {"accuracy": 0.9 + cell.seed / 100})
    found = compare(papers.protocol("class_imbalance"), one, one)
    assert (found.parameters, found.shared, found.moved, found.verdicts) == ([], 2, 0, [])
    at = "dataset mnist imbalance step rho 10.0 mu 0.5"
    row = ("baseline", at, "accuracy", "90.50 % (n=2)", "90.50 % (n=2)", "+0.00 points")
    assert found.metrics[0] == row
    assert {(method, metric) for method, _, metric, *_ in found.metrics} == {
        (method, metric)
        for method in POINT["methods"]
        for metric in ("accuracy", "macro_f1", "auc")
    }


def test_other_numbers_of_the_same_trials_show_as_moved(edition_of):
    """Two machines may disagree: each side is read from its own edition."""
    one = edition_of("one", lambda cell: {"accuracy": 0.90, "auc": 0.99})
    other = edition_of("other", lambda cell: {"accuracy": 0.92, "auc": 0.98})
    found = compare(papers.protocol("class_imbalance"), one, other)
    assert (found.shared, found.moved) == (2, 2)
    moves = {(row[0], row[2]): row[3:] for row in found.metrics}
    assert moves["baseline", "accuracy"] == ("90.00 % (n=2)", "92.00 % (n=2)", "+2.00 points")
    assert moves["baseline", "auc"] == ("99.00 % (n=2)", "98.00 % (n=2)", "-1.00 points")


def test_comparing_leaves_the_store_alone(edition_of):
    one, other = edition_of("one"), edition_of("other", lambda cell: {"accuracy": 0.7})
    compare(papers.protocol("class_imbalance"), one, other)
    assert Store().trial_keys() == []


def test_changed_parameters_are_listed_and_trials_not_shared(edition_of):
    one, other = edition_of("one"), edition_of("other", batch_size=32, rho=[10, 100])
    found = compare(papers.protocol("class_imbalance"), one, other)
    assert found.parameters == [("batch_size", 64, 32), ("rho", [10.0], [10.0, 100.0])]
    assert (found.shared, found.moved) == (0, 0)
    assert len(found.metrics) == 2 * 3, "only the point that both have"


def test_changed_verdicts_are_listed_also_where_one_side_has_none(edition_of):
    one = edition_of("one", verdicts={"a": "holds", "b": "opposite", "c": "undecided"})
    other = edition_of("other", verdicts={"a": "undecided", "b": "opposite", "d": "holds"})
    assert compare(papers.protocol("class_imbalance"), one, other).verdicts == [
        ("a", "holds", "undecided"),
        ("c", "undecided", "not in it"),
        ("d", "not in it", "holds"),
    ]
