"""What stands beside the grid of Buda, Maki and Mazurowski: each experiment, by hand."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from reproduce.data.balancing import oversampled_counts, undersampled_counts
from reproduce.data.imbalance import counts_by_class
from reproduce.data.records import Record
from reproduce.errors import UserError
from reproduce.files import project_root
from reproduce.papers.class_imbalance import cells as class_imbalance_cells
from reproduce.papers.class_imbalance.cells import TRENDS, TWO_PHASE
from reproduce.papers.class_imbalance.parameters import EXPERIMENTS
from reproduce.papers.class_imbalance.protocol import PROTOCOL as class_imbalance
from tests.study.conftest import mnist_record

RHOS, MUS = [10.0, 100.0, 1000.0], [0.2, 0.5, 0.8]


def study(experiment, **values):
    """Return all cells with this experiment's beside the grid, by the name of the experiment."""
    parameters = class_imbalance.parameters.read(
        {"profile": "laptop", "seeds": [0, 3], "experiments": experiment, **values}
    )
    data = [mnist_record(), *map(record_of, class_imbalance.other_data(parameters))]
    found = {}
    for cell in class_imbalance.cells(parameters, *data):
        found.setdefault(cell.experiment, []).append(cell)
    for cell in class_imbalance.references(parameters, *data):
        found.setdefault(cell.experiment, []).append(cell)
    return found


def record_of(name):
    """Return what is known of a data set beside MNIST."""
    shape = (32, 32, 3) if name == "cifar10" else (28, 28)
    counts = {"train": (5000,) * 10, "test": (9,) * 10}
    return replace(mnist_record(name), shape=shape, counts=counts)


def counts_of(cell) -> np.ndarray:
    return counts_by_class(10, cell.trial.data_seed, **cell.trial.imbalance)


def grid_cell(found, **wanted):
    (cell,) = [cell for cell in found["grid"] if cell.matches(**wanted)]
    return cell


def points(cells):
    return sorted((cell.seed, cell.factors["rho"], cell.method) for cell in cells)


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_an_experiment_adds_itself_and_leaves_the_grid_alone(experiment):
    found, plain = study(experiment), study("none")
    assert set(plain) == {"grid", "untrained"}
    chooses = {"rates"} if experiment == "tuned" else set()
    assert set(found) == {"grid", "untrained", experiment} | chooses
    for part in plain:
        assert [c.trial.key for c in found[part]] == [c.trial.key for c in plain[part]]


def test_linear_imbalance_has_nothing_beside_its_grid():
    """Though the profile names experiments; who names one is told so."""
    assert study(None, imbalance="linear").keys() == {"grid", "untrained"}
    with pytest.raises(UserError, match="experiment 'control' stands beside a grid of step"):
        study("control", imbalance="linear")


def test_a_control_is_as_large_as_the_set_it_controls_and_balanced():
    found = study("control")
    assert points(found["control"]) == [(s, rho, "balanced") for s in (0, 3) for rho in RHOS]
    for cell in found["control"]:
        there = grid_cell(found, method="baseline", mu=0.5, rho=cell.factors["rho"], seed=cell.seed)
        counts = counts_of(cell)
        assert len(set(counts.tolist())) == 1
        assert abs(int(counts.sum()) - int(counts_of(there).sum())) <= 10 / 2
        imbalance = cell.trial.imbalance
        assert imbalance["rho"] == 1 and imbalance["kind"] == "step"
        assert cell.factors["imbalance"] == "balanced"
        same = {"imbalance"}
        assert cell.trial.model_dump(exclude=same) == there.trial.model_dump(exclude=same)


def test_equal_epochs_pass_as_often_through_fewer_images():
    found = study("equal_epochs")
    shown = [(s, rho, "undersampling_equal_epochs") for s in (0, 3) for rho in RHOS]
    assert points(found["equal_epochs"]) == shown
    for cell in found["equal_epochs"]:
        at = {"mu": 0.5, "rho": cell.factors["rho"], "seed": cell.seed}
        baseline, under = (grid_cell(found, method=m, **at) for m in ("baseline", "undersampling"))
        counts = counts_of(baseline)
        passes = 64 * baseline.trial.phases[0].iterations / counts.sum()
        (phase,) = cell.trial.phases
        kept = 10 * counts.min()
        assert 64 * phase.iterations / kept == pytest.approx(passes, abs=64 / kept / 2)
        plain = under.trial.phases[0]
        assert phase == plain.but(iterations=phase.iterations)
        assert (plain.sampler, plain.iterations) == ("undersampling", 2000)
        assert cell.trial.imbalance == under.trial.imbalance


def test_the_schedule_of_a_shorter_training_is_shorter_too():
    """With milestones of the whole length the rate would never fall."""
    parameters = class_imbalance.parameters.read(
        {"dataset": "cifar10", "experiments": "equal_epochs", "seeds": 0, "rho": 10}
    )
    record = replace(mnist_record("cifar10"), shape=(32, 32, 3))
    cells = class_imbalance.references(parameters, record)
    (phase,) = next(c.trial.phases for c in cells if c.experiment == "equal_epochs")
    assert phase.iterations == round(2000 * 10 * 500 / (5 * 5000 + 5 * 500)) == 364
    assert phase.schedule.milestones == (208, 260, 312)


def test_levels_leave_a_part_of_the_imbalance():
    """At level 0 all of it, at level 1 none, between them rho^(1 - level); two levels of each."""
    found = study("levels")["levels"]
    assert [(c.seed, c.method, c.factors["level"]) for c in found] == [
        (seed, method, level)
        for seed in (0, 3)
        for method in ("partial_oversampling", "partial_undersampling")
        for level in (0.33, 0.67)
    ]
    for cell in found:
        (phase,) = cell.trial.phases
        sampler = cell.method.removeprefix("partial_")
        assert phase.sampler == sampler
        assert (cell.factors["rho"], cell.factors["mu"]) == (1000, 0.5)
        ratio = phase.sampler_parameters["ratio"]
        assert ratio == pytest.approx(1000 ** (1 - cell.factors["level"]))
        sampled = {"oversampling": oversampled_counts, "undersampling": undersampled_counts}
        counts = sampled[sampler](counts_of(cell), ratio)
        assert counts.max() / counts.min() == pytest.approx(ratio, rel=0.01)


def test_the_longer_baseline_takes_as_many_steps_as_both_phases_at_each_of_their_points():
    found = study("longer,two_phase")
    assert points(found["longer"]) == [(s, r, "baseline_longer") for s in (0, 3) for r in RHOS]
    for cell in found["longer"]:
        at = {"mu": 0.5, "rho": cell.factors["rho"], "seed": cell.seed}
        (two,) = [c for c in found["two_phase"] if c.matches(method=TWO_PHASE[0], **at)]
        (phase,) = cell.trial.phases
        assert phase.iterations == sum(one.iterations for one in two.trial.phases) == 4000
        plain = grid_cell(found, method="baseline", **at).trial
        assert cell.trial.but(phases=plain.phases) == plain
        assert phase.but(iterations=2000) == plain.phases[0]


def test_undersampling_stops_part_of_the_way_at_the_middle_rho_too():
    found = study("undersampling_levels")["undersampling_levels"]
    assert [(c.seed, c.method, c.factors["level"]) for c in found] == [
        (seed, "partial_undersampling", level) for seed in (0, 3) for level in (0.33, 0.67)
    ]
    for cell in found:
        assert (cell.factors["rho"], cell.factors["mu"]) == (100, 0.5)
        ratio = cell.trial.phases[0].sampler_parameters["ratio"]
        assert ratio == pytest.approx(100 ** (1 - cell.factors["level"]))
    both = study("levels,undersampling_levels", rho=[1000])
    assert "undersampling_levels" not in both, "levels has them"
    assert len(study("undersampling_levels", rho=[1000])["undersampling_levels"]) == 4


def test_two_phase_training_at_the_middle_share():
    found = study("two_phase")
    two = ["two_phase_oversampling", "two_phase_undersampling"]
    assert points(found["two_phase"]) == [(s, r, m) for s in (0, 3) for r in RHOS for m in two]
    assert {cell.factors["mu"] for cell in found["two_phase"]} == {0.5}
    assert all(len(cell.trial.phases) == 2 for cell in found["two_phase"])


def test_what_the_grid_has_is_not_run_beside_it():
    """A second cell of the same trial would count twice in a claim."""
    methods = ["baseline", "two_phase_oversampling", "focal"]
    found = study("two_phase,trends", methods=methods)
    assert {cell.method for cell in found["two_phase"]} == {"two_phase_undersampling"}
    assert {cell.method for cell in found["trends"]} == set(TRENDS) - {"focal"}
    keys = [cell.trial.key for part in ("grid", "two_phase", "trends") for cell in found[part]]
    assert len(keys) == len(set(keys))
    assert "two_phase" not in study("two_phase", profile="paper", rho=10, mu=0.5)


def test_later_methods_are_run_on_the_whole_grid_by_the_first_seeds(monkeypatch):
    """By the others at the point drawn in detail alone, so that every seed counts there."""
    monkeypatch.setattr(class_imbalance_cells, "TREND_REPEATS", 1)
    trends = study("trends")["trends"]
    found = [(c.seed, c.factors["rho"], c.factors["mu"], c.method) for c in trends]
    first = [(0, rho, mu, m) for rho in RHOS for mu in MUS for m in TRENDS]
    assert sorted(found) == sorted([*first, *((3, 100.0, 0.5, m) for m in TRENDS)])
    monkeypatch.setattr(class_imbalance_cells, "TREND_REPEATS", 0)
    assert {c.factors["rho"] for c in study("trends")["trends"]} == {100.0}


def test_more_repeats_of_later_methods_than_seeds_are_all_seeds(monkeypatch):
    monkeypatch.setattr(class_imbalance_cells, "TREND_REPEATS", 50)
    assert len(study("trends")["trends"]) == 2 * len(RHOS) * len(MUS) * len(TRENDS)


def test_a_later_trial_does_not_depend_on_how_much_of_the_grid_is_run(monkeypatch):
    """Nor what it keeps: a trial that is trained already must serve either way."""
    found = []
    for repeats in (0, 2):
        monkeypatch.setattr(class_imbalance_cells, "TREND_REPEATS", repeats)
        cells = [c for c in study("trends")["trends"] if c.matches(rho=100.0, mu=0.5)]
        found.append([(cell.trial.key, cell.keep) for cell in cells])
    assert found[0] == found[1] and len(found[0]) == 2 * len(TRENDS)


def test_linear_imbalance_is_run_without_and_with_oversampling_and_has_no_mu():
    found = study("linear")["linear"]
    two = ["baseline", "oversampling"]
    assert points(found) == [(s, r, m) for s in (0, 3) for r in RHOS for m in two]
    for cell in found:
        assert cell.trial.imbalance["kind"] == cell.factors["imbalance"] == "linear"
        assert "mu" not in cell.factors and "mu" not in cell.trial.imbalance
    fewer = study("linear", methods=["baseline", "thresholding"])["linear"]
    assert {cell.method for cell in fewer} == {"baseline"}


def test_at_equal_rho_linear_and_step_at_one_half_leave_as_many_images():
    found = study("linear")
    for cell in found["linear"]:
        there = grid_cell(found, method="baseline", mu=0.5, rho=cell.factors["rho"], seed=cell.seed)
        assert abs(int(counts_of(cell).sum()) - int(counts_of(there).sum())) <= 5


def test_no_experiment_is_a_choice_and_an_unknown_one_is_named():
    assert class_imbalance.parameters.read({"experiments": "none"}).experiments == []
    assert class_imbalance.parameters.read({"experiments": []}).experiments == []
    given = class_imbalance.parameters.given({"experiments": "none"})
    assert class_imbalance.parameters.read(given).experiments == []
    with pytest.raises(UserError, match="did you mean 'two_phase'") as refused:
        class_imbalance.parameters.read({"experiments": "two_fase"})
    assert "\n" not in str(refused.value)


def test_trials_that_are_published_keep_their_keys():
    """A run with the same parameters finds them in the edition, and nothing is trained twice."""
    results = project_root() / "book" / "results"
    stamp = json.loads((results / "class_imbalance.json").read_text("utf-8"))
    csv.field_size_limit(10**9)
    with (results / "class_imbalance.csv").open(encoding="utf-8", newline="") as file:
        published = {row["key"] for row in csv.DictReader(file)}
    parameters = class_imbalance.parameters.read(stamp["given"])
    records = {one["name"]: Record.from_json(one) for one in stamp["records"]}
    data = [records[name] for name in (parameters.dataset, *class_imbalance.other_data(parameters))]
    ours = [
        *class_imbalance.cells(parameters, *data), *class_imbalance.references(parameters, *data),
    ]  # fmt: skip
    assert {"028fbb017c372d89", "037326b0ec46dcd7", "045d4e893948a395"} <= published
    assert published <= {cell.trial.key for cell in ours}
