"""Accuracies that others published, with ours beside them: what the table says, and of what."""

import pytest

from reproduce.errors import UserError
from reproduce.methods.known_answers import METHODS
from reproduce.papers.class_imbalance import known_answers
from reproduce.papers.class_imbalance.known_answers import known_answers_table, load, said_of
from reproduce.papers.class_imbalance.long_tail import SCALES
from reproduce.papers.class_imbalance.protocol import PROTOCOL
from reproduce.study.study import Study
from reproduce.trials.store import Store
from tests.papers.class_imbalance.test_long_tail import CIFAR10, DIGITS
from tests.study.conftest import mnist_record, put

OURS = {"cross_entropy": (0.72, 0.73), "ldam_drw": (0.6, 0.62)}


@pytest.fixture
def table_of(tmp_path):
    """Return a function that makes the table of a run whose long-tailed networks are made up."""

    def make(**values):
        store = Store(tmp_path / "store")
        for record in (mnist_record(), CIFAR10, DIGITS):
            store.put_record(record)
        values = {"dataset": "mnist", "methods": "baseline", **values}
        study = Study(PROTOCOL, PROTOCOL.parameters.read(values), store)
        for cell in study.of_experiment("long_tail"):
            if cell.definition.posthoc:
                continue
            accuracy = OURS.get(cell.method, (0.5, 0.5))[cell.seed]
            put(store, cell.trial, [10] * 10, accuracy=accuracy)
        return known_answers_table(study)

    return make


@pytest.fixture(autouse=True)
def as_told(monkeypatch):
    """What a store knows of these data is true: none of them is here."""
    monkeypatch.setattr("reproduce.data.catalog.fingerprint_of", lambda name: "f" * 64)


def rows(table, method, rho):
    return [row[2:5] for row in table.rows if row[:2] == [method, rho]]


def test_ours_stand_beside_every_published_accuracy_of_the_same_method_and_ratio(table_of):
    table = table_of(experiments="long_tail", long_tail_scale="reduced", seeds=[0, 1])
    ours = "72.50 ± 0.71\nn = 2"
    assert rows(table, "Cross-entropy", "100") == [
        ["70.36", ours, "+2.14"], ["71.23", ours, "+1.27"], ["71.36", ours, "+1.14"],
    ]  # fmt: skip
    assert rows(table, "LDAM-DRW", "100")[0] == ["77.73", "61.00 ± 1.41\nn = 2", "−16.73"]
    assert rows(table, "Cross-entropy", "50") == [["74.81", "not attempted", ""]]
    assert "reduced recipe; 8 trials; seeds 0-1" in table.provenance
    assert "20 epochs instead of 200, the rate falling after 16 and 18" in table.note


def test_where_nothing_was_run_every_published_accuracy_is_not_attempted(table_of):
    table = table_of(experiments="none", seeds=0)
    assert len(table.rows) == len(load().answers)
    assert {tuple(row[3:5]) for row in table.rows} == {("not attempted", "")}
    assert table.note.startswith("Nothing of it was trained")


def test_a_run_on_digits_never_stands_beside_an_accuracy_on_cifar(table_of):
    table = table_of(experiments="long_tail", long_tail_scale="digits", seeds=0)
    assert {row[3] for row in table.rows} == {"not attempted"}


def test_the_published_recipe_departs_in_which_epoch_is_read():
    said = said_of(SCALES["paper"])
    assert "last epoch" in said and "epochs instead" not in said
    assert "epochs instead" in said_of(SCALES["reduced"])


def test_the_published_accuracies_are_of_methods_that_can_be_run():
    answers = load().answers
    assert {answer.method for answer in answers} == set(METHODS) - {"sup_con", "gcl"}
    assert {answer.rho for answer in answers} == {100, 50, 10}
    assert all(70 < float(answer.accuracy) < 90 for answer in answers)
    assert {answer.source for answer in answers} == set(load().sources)


def test_a_method_errs_less_where_the_tail_is_shorter():
    """Of one source: a slip of a row or a digit would show."""
    found = {(a.method, a.source, a.remark, a.rho): float(a.accuracy) for a in load().answers}
    for (*who, rho), accuracy in found.items():
        for milder in (50, 10):
            if milder < rho:
                assert accuracy < found.get((*who, milder), 100)


def test_a_source_that_is_not_named_is_a_mistake_of_the_file(monkeypatch):
    content = {
        "paper": "class_imbalance", "sources": {"known": "A paper"},
        "answers": [{"method": "focal", "rho": 10, "accuracy": "80.1", "source": "knwon"}],
    }  # fmt: skip
    monkeypatch.setattr(known_answers, "mapping", lambda paper, file: content)
    with pytest.raises(UserError, match="unknown source 'knwon'; did you mean 'known'"):
        load.__wrapped__()
