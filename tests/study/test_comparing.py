"""Comparing two runs of a paper: which parameters differ, what moved, which verdicts changed."""

from dataclasses import replace

import pytest

from reproduce import papers
from reproduce.errors import UserError
from reproduce.study.comparing import compare, compared, side_with
from reproduce.trials import edition as editions
from reproduce.trials.edition import Edition
from reproduce.trials.store import Store
from tests.study.conftest import measured

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
    still = "+0.00 [+0.00, +0.00] *"
    row = ("baseline", at, "accuracy", "90.50 % (n=2)", "90.50 % (n=2)", "+0.00 points", still)
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
    moves = {(row[0], row[2]): row[3:6] for row in found.metrics}
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


def test_a_move_has_the_interval_of_its_paired_seeds(edition_of):
    """By hand: differences of 1 and 3 points, mean 2, t(1) = 12.706, standard error 1."""
    one = edition_of("one", lambda cell: {"accuracy": 0.80 + cell.seed / 10})
    other = edition_of("other", lambda cell: {"accuracy": 0.81 + 0.12 * cell.seed})
    found = compare(papers.protocol("class_imbalance"), one, other, images=False)
    moves = {(row[0], row[2]): row[5:] for row in found.metrics}
    said = ("+2.00 points", "+2.00 [-10.71, +14.71] *")
    assert moves["baseline", "accuracy"] == said
    turned = compare(papers.protocol("class_imbalance"), other, one, images=False)
    assert {(r[0], r[2]): r[5] for r in turned.metrics}["baseline", "accuracy"] == "-2.00 points"


def test_only_seeds_of_both_are_paired(edition_of):
    one = edition_of("one", lambda cell: {"accuracy": 0.5}, seeds=[0, 1])
    other = edition_of("other", lambda cell: {"accuracy": 0.6}, seeds=[1, 2])
    found = compare(papers.protocol("class_imbalance"), one, other, images=False)
    assert found.metrics[0][6] == "one seed"
    apart = edition_of("apart", lambda cell: {"accuracy": 0.6}, seeds=[2, 3])
    found = compare(papers.protocol("class_imbalance"), one, apart, images=False)
    assert found.metrics[0][6] == "no seed in both"


def test_points_that_differ_by_what_was_changed_are_set_side_by_side(study_of):
    """`-p rho 10 -p rho 100`: from one store, without training, each side with its own point."""
    store = study_of(lambda cell: {"accuracy": 1 - cell.factors["rho"] / 1000}, rho=[10, 100],
                     **{k: v for k, v in POINT.items() if k != "rho"}).store  # fmt: skip
    protocol = papers.protocol("class_imbalance")
    given = {"profile": "laptop", "dataset": "mnist", "experiments": "none", **POINT}
    sides = [side_with(protocol, {**given, "rho": rho}, [store]) for rho in ([10], [100])]
    found = compared(*sides, images=False)
    assert [row[0] for row in found.parameters] == ["rho"] and found.shared == 0
    moves = {(row[0], row[2]): row for row in found.metrics}
    assert moves["baseline", "accuracy"][5] == "-9.00 points"
    assert "rho" not in moves["baseline", "accuracy"][1], "the point is named by what both share"
    with pytest.raises(UserError, match="is trained here or published"):
        side_with(protocol, {**given, "rho": [50]}, [store])


def test_the_test_images_widen_an_interval_where_both_stand_on_the_same(study_of):
    """Scores are there in the store: the interval is that of seeds and images together."""
    stores = [study_of(measured, **POINT).store]
    protocol = papers.protocol("class_imbalance")
    given = {"profile": "laptop", "dataset": "mnist", "experiments": "none", **POINT}
    sides = [
        side_with(protocol, {**given, "methods": [name]}, stores) for name in ("baseline",) * 2
    ]
    row = compared(*sides).metrics[0]
    assert row[6] == "+0.00 [+0.00, +0.00]", "nothing differs, on no resample"
