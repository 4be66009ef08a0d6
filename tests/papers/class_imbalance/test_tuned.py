"""Rates of later methods: chosen alike, on images that judge nothing, and then trained in full."""

import pytest

from reproduce.data.imbalance import counts_by_class
from reproduce.errors import UserError
from reproduce.papers.class_imbalance import building, tuned
from reproduce.papers.class_imbalance.protocol import PROTOCOL as class_imbalance
from reproduce.study.choosing import UNDECIDED
from reproduce.study.running import ready
from reproduce.study.study import Study
from reproduce.trials.store import Result, Store
from tests.study.conftest import PROVENANCE, mnist_record

SEEDS = [5, 6]


@pytest.fixture
def opened(tmp_path):
    """Return a function that opens the study as the store has it."""
    store = Store(tmp_path / "store")
    store.put_record(mnist_record())
    asked = {"profile": "laptop", "iterations": 10_000, "seeds": SEEDS, "experiments": "tuned"}

    def study() -> Study:
        return Study(class_imbalance, class_imbalance.parameters.read(asked), store)

    return study


def search(study):
    return [cell for cell in study.references if cell.experiment == "rates"]


def finals(study):
    return [cell for cell in study.cells if cell.experiment == "tuned"]


def put(study, cell, recall):
    """Store what a network of the search reached on its held-out images, and nothing else."""
    counts = counts_by_class(10, cell.trial.data_seed, **cell.trial.imbalance)
    study.store.put(Result(
        key=cell.trial.key, trial=cell.trial, counts=[int(count) for count in counts],
        metrics={"val/balanced_accuracy": recall, "val/accuracy": 1 - recall}, confusion={},
        seconds=1.0, provenance=PROVENANCE, history=[], array_names=(), array_file=None,
    ))  # fmt: skip


def test_every_method_has_the_same_budget(opened):
    tried = {}
    for cell in search(opened()):
        tried.setdefault(cell.method, []).append(cell)
    assert list(tried) == list(tuned.LATER) and "cutout" in tried
    for cells in tried.values():
        assert [cell.factors["tried"] for cell in cells] == [0, 1, 2]
        assert {cell.seed for cell in cells} == {cell.trial.data_seed for cell in cells} == {100}
        rates = [cell.trial.phases[0].optimizer.learning_rate for cell in cells]
        assert rates == pytest.approx([0.01, 0.002, 0.05])
        apart = {cell.trial.but(phases=()).key for cell in cells}
        assert len(apart) == 1, "they differ in nothing else"
    of_one = {len(c.trial.phases): c for c in search(opened()) if c.factors["tried"] == 0}
    assert of_one[1].trial.phases[0].iterations == 2_000


def test_a_rate_is_chosen_on_a_fifth_of_training_and_never_meets_a_test_image(opened):
    study = opened()
    for cell in search(study):
        assert cell.trial.evaluate_on == ("val",) and cell.measured_on == "val"
        assert cell.trial.split == {"kind": "official", "drawn_validation": 0.2}
        assert cell.trial.imbalance["rho"] == 100 and cell.trial.imbalance["mu"] == 0.5
    assert {cell.trial.evaluate_on for cell in finals(study)} == {("test",)}
    assert not {cell.trial.data_seed for cell in finals(study)} & {tuned.PILOT}
    assert not {cell.experiment for cell in study.cells} & {"rates"}, "no claim is judged on it"


def test_nothing_is_trained_in_full_before_its_rates_are_all_there(opened):
    study = opened()
    assert all(cell.waiting and cell.trial.recipe == UNDECIDED for cell in finals(study))
    assert not {c.trial.key for c in finals(study)} & {item.trial.key for item in ready(study)}
    *most, last = [cell for cell in search(study) if cell.method == "focal"]
    for cell in most:
        put(study, cell, 0.5)
    assert all(cell.waiting for cell in finals(opened()))
    put(study, last, 0.4)
    assert {c.method for c in finals(opened()) if not c.waiting} == {"focal"}


def test_the_best_macro_recall_decides_and_a_draw_goes_to_the_recipe(opened):
    study = opened()
    recalls = {"mixup": (0.5, 0.6, 0.7), "cutmix": (0.5, 0.6, 0.6), "cutout": (0.6, 0.6, 0.6)}
    for cell in search(study):
        of_method = recalls.get(cell.method, (0.3, 0.2, 0.1))
        put(study, cell, of_method[cell.factors["tried"]])
    again = opened()
    assert not again.waiting
    chosen = {"mixup": 0.05, "cutmix": 0.002}
    for cell in finals(again):
        (phase, *_) = cell.trial.phases
        assert phase.optimizer.learning_rate == pytest.approx(chosen.get(cell.method, 0.01))
        assert cell.trial.recipe == 1
    at = {"rho": 100.0, "mu": 0.5, "seed": 5}
    (plain,) = again.select(method="baseline", **at)
    (same,) = [c for c in finals(again) if c.matches(method="baseline_chosen_rate", **at)]
    assert plain.trial.key == same.trial.key, "nothing is trained twice"
    assert [c.trial.phases[0].iterations for c in finals(again) if c.method == "focal"] == [
        10_000, 10_000,
    ]  # fmt: skip


@pytest.mark.parametrize("name", tuned.LATER)
def test_a_multiplied_rate_is_that_of_a_multiplied_recipe(name):
    """Whatever a method makes of its recipe, each of its phases follows."""
    parameters = class_imbalance.parameters.read({"profile": "laptop"})
    of, options = tuned.LATER[name]
    method = building.method(parameters, of, **options)
    for rate in tuned.RATES:
        times = rate.factors["learning_rate"]
        faster = parameters.model_copy(update={"learning_rate": 0.01 * times})
        built = building.method(faster, of, **options).phases
        rates = [phase.optimizer.learning_rate for phase in built]
        moved = tuned.at_rate(method, rate).phases
        assert [phase.optimizer.learning_rate for phase in moved] == pytest.approx(rates)
        assert [phase.but(optimizer=built[0].optimizer) for phase in moved] == [
            phase.but(optimizer=built[0].optimizer) for phase in built
        ]


def test_no_digit_is_mirrored_or_blurred(opened):
    (cell,) = [c for c in search(opened()) if c.method == "tsc" and c.factors["tried"] == 0]
    views = [phase for phase in cell.trial.phases if phase.views > 1]
    assert views and all(
        phase.transform_parameters == {"flip": 0.0, "blur": 0.0, "gray": 0.0} for phase in views
    )
    assert {phase.transforms for phase in views} == {"simclr_two_views"}


def test_the_dual_focal_loss_is_there_as_printed_and_as_released(opened):
    first = {c.method: c.trial.phases[0] for c in search(opened()) if c.factors["tried"] == 0}
    printed, released = first["dual_focal"], first["dual_focal_released"]
    assert (printed.objective_parameters, released.objective_parameters) == (
        {}, {"reading": "code"},
    )  # fmt: skip
    assert printed.objective == released.objective == "dual_focal"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"experiments": ["tuned", "trends"]}, "a claim would count both: name one of them"),
        ({"experiments": "tuned", "seeds": [5, 100]}, "seed 100 chooses the rates"),
    ],
)
def test_what_would_count_twice_or_judge_by_what_chose_is_one_line(given, said):
    with pytest.raises(UserError, match=said) as refused:
        class_imbalance.parameters.read({"profile": "laptop", **given})
    assert "\n" not in str(refused.value)


def test_a_whitened_network_leaves_out_what_changes_colours():
    parameters = class_imbalance.parameters.read(
        {"profile": "smoke", "experiments": "tuned", "backbone": "all_cnn"}
    )
    found = tuned.references(parameters, mnist_record("digits"))
    assert {cell.method for cell in found} == set(tuned.LATER) - {"tsc"}
