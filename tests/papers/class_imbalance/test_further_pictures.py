"""What the page shows of a longer baseline, of chosen rates and of CIFAR-10, on made-up results."""

from dataclasses import replace

import pytest

from reproduce.data.imbalance import counts_by_class
from reproduce.papers.class_imbalance import pictures, tuned
from reproduce.papers.class_imbalance.protocol import PROTOCOL as class_imbalance
from reproduce.study.study import Study
from reproduce.trials.store import Result, Store
from tests.study.conftest import CLASSES, PROVENANCE, mnist_record, put

CIFAR10 = replace(
    mnist_record("cifar10"), shape=(32, 32, 3), counts={"train": (5000,) * 10, "test": (12,) * 10}
)
ASKED = {
    "profile": "laptop", "rho": [10, 100, 1000], "mu": 0.5, "seeds": [5, 6],
    "methods": ["baseline", "oversampling", "undersampling"],
    "experiments": ["two_phase", "longer", "undersampling_levels", "tuned", "cifar10"],
}  # fmt: skip
# ROC AUC on CIFAR-10 by method and rho; a hundredth is added for the second seed's baseline.
AUC = {("baseline", 2.0): 0.90, ("baseline", 10.0): 0.85, ("baseline", 50.0): 0.80,
       ("oversampling", 10.0): 0.87, ("oversampling", 50.0): 0.83}  # fmt: skip
RECALL = {"focal": (0.4, 0.2, 0.3), "cutout": (0.2, 0.3, 0.5)}


def planted(cell):
    at = (cell.method, cell.factors["rho"])
    if cell.factors["dataset"] == "cifar10":
        later = 0.01 * (cell.seed == 6 and at == ("baseline", 50.0))
        return {"auc": AUC.get(at, 0.7) + later}
    return {"auc": 0.9, "accuracy": 0.8 if cell.method == "baseline_longer" else 0.6}


def choose(store, cell):
    recall = RECALL.get(cell.method, (0.3, 0.2, 0.1))[cell.factors["tried"]]
    store.put(Result(
        key=cell.trial.key, trial=cell.trial, counts=[10] * CLASSES,
        metrics={"val/balanced_accuracy": recall}, confusion={}, seconds=1.0,
        provenance=PROVENANCE, history=[], array_names=(), array_file=None,
    ))  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("further"))
    for record in (mnist_record(), CIFAR10):
        store.put_record(record)
    found = Study(class_imbalance, class_imbalance.parameters.read(ASKED), store)
    for cell in found.references:
        if cell.experiment == "rates":
            choose(store, cell)
    found.lay_out()
    assert not found.waiting
    done = set()
    for cell in found.cells:
        if cell.trial.key not in done:
            done.add(cell.trial.key)
            counts = counts_by_class(CLASSES, cell.trial.data_seed, **cell.trial.imbalance)
            put(store, cell.trial, counts, None, "curve" in cell.keep, **planted(cell))
    return found


def rows_of(table):
    return {row[0]: row[1:] for row in table.rows}


def test_what_is_said_of_cifar10_stands_beside_what_was_measured(study):
    beside, means = pictures.cifar10.of(study)
    found = rows_of(beside)
    assert found["Baseline, from rho 2 to rho 50: ROC AUC"] == [
        "about 5 % less", "−9.50 ± 0.71\nn = 2",
    ]  # fmt: skip
    assert found["Oversampling over the baseline at rho 10: ROC AUC"] == [
        "about 1-2 % more", "+2.00 ± 0.00\nn = 2",
    ]  # fmt: skip
    assert found["Oversampling over the baseline at rho 50: ROC AUC"][1].startswith("+2.50 ± 0.71")
    growth = [row for name, row in found.items() if "growth of the gap" in name]
    assert [row[1] for row in growth] == ["0.00 ± 0.00\nn = 2"] * 2
    assert "180 steps of 64 images instead of 70,000" in beside.note
    assert len(means.rows) == 3 * 3 and "CIFAR-10" in str(means.provenance)


def test_the_longer_baseline_stands_beside_both_two_phase_methods_at_each_rho(study):
    table = pictures.longer.of(study)
    methods = [row[0] for row in table.rows]
    assert len(methods) == 3 * 4 and methods.count("Baseline, as long as two-phase") == 3
    assert any(row[0] == "Baseline, as long as two-phase" and "80.0" in row[-1]
               for row in table.rows)  # fmt: skip


def test_the_rate_that_was_chosen_is_marked(study):
    table = pictures.rates.of(study)
    assert list(table.columns[1:]) == ["rate x 0.2", "rate x 1", "rate x 5"]
    found = rows_of(table)
    assert found["Focal loss"] == ["20.0", "40.0 ✓", "30.0"]
    assert found["CutOut"] == ["30.0", "20.0", "50.0 ✓"]
    assert len(found) == len(tuned.LATER)
    assert sum("✓" in cell for row in found.values() for cell in row) == len(found)


def test_later_methods_gain_over_the_recipes_baseline_and_levels_stand_at_the_middle_rho(study):
    gains = pictures.tuned_gains.of(study)
    assert {"cutout", "baseline_chosen_rate", "oversampling"} <= set(gains.found["auc"])
    assert "baseline" not in gains.found["auc"]
    assert pictures.undersampling_levels.of(study).rho == 100


def test_a_page_without_them_says_so_in_a_line(tmp_path):
    store = Store(tmp_path)
    store.put_record(mnist_record())
    asked = {**ASKED, "experiments": "none"}
    plain = Study(class_imbalance, class_imbalance.parameters.read(asked), store)
    shown = ("longer", "undersampling_levels", "tuned_gains", "rates", "cifar10")
    for said in (getattr(pictures, name).of(plain) for name in shown):
        assert said.startswith(("Not run at ", "No learning rate was chosen"))
        assert "\n" not in said
