"""What a missed rare image may cost: by hand, beside the baseline of the same seed."""

import numpy as np
import pytest

from reproduce.figures.picture import NothingToShow
from reproduce.papers.class_imbalance import costs, pictures
from reproduce.papers.class_imbalance.protocol import PROTOCOL as class_imbalance
from reproduce.study.study import Study
from reproduce.trials.store import Result, Store
from tests.study.conftest import PROVENANCE, mnist_record

ASKED = {
    "profile": "laptop", "rho": [100], "mu": 0.5, "seeds": [5, 6],
    "methods": ["baseline", "oversampling"], "experiments": [],
}  # fmt: skip
COUNTS = [5000, 50, 5000, 50, 5000, 50, 5000, 50, 5000, 50]
# Right answers of a hundred, of frequent and of rare classes, by method and seed.
RIGHT = {("baseline", 5): (99, 60), ("baseline", 6): (98, 70),
         ("oversampling", 5): (97, 80), ("oversampling", 6): (98, 75)}  # fmt: skip


def matrix_of(frequent, rare):
    matrix = np.zeros((10, 10), dtype=int)
    for c in range(10):
        hits = rare if COUNTS[c] == 50 else frequent
        matrix[c, c], matrix[c, (c + 1) % 10] = hits, 100 - hits
    return matrix


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("costs"))
    store.put_record(mnist_record())
    found = Study(class_imbalance, class_imbalance.parameters.read(ASKED), store)
    for cell in found.cells:
        right = RIGHT[cell.method, cell.seed]
        store.put(Result(
            key=cell.trial.key, trial=cell.trial, counts=COUNTS, metrics={"test/accuracy": 0.5},
            confusion={"test": matrix_of(*right).tolist()}, seconds=1.0, provenance=PROVENANCE,
            history=[], array_names=(), array_file=None,
        ))  # fmt: skip
    return found


def test_the_cost_is_that_of_the_errors_where_images_come_as_in_training(study):
    rows = costs.cost_rows(study)
    found = {(row["method"], row["seed"], row["price"]): row[costs.COST] for row in rows}
    for seed in (5, 6):
        for price in (1, 10, 1000):
            paid = {
                method: 5 * 5000 * (100 - RIGHT[method, seed][0])
                + 5 * 50 * (100 - RIGHT[method, seed][1]) * price
                for method in ("baseline", "oversampling")
            }
            ratio = paid["oversampling"] / paid["baseline"]
            assert found["oversampling", seed, price] == pytest.approx(ratio, rel=1e-12)
            assert found["baseline", seed, price] == 1
    assert max(price for *_, price in found) == 1000, "to ten times rho"


def test_it_says_from_which_price_on_a_method_is_cheaper(study):
    picture = pictures.cost_of_misses.of(study)
    # By hand, of the two seeds: 90/55 and 68.75/72.5 at price 3, 1 and 112.5/125 at price 10.
    assert picture.message() == "Cheaper than the baseline: Oversampling from price 10."
    assert "129 ± 49 at price 3, 95 ± 7 at price 10" in picture.words()
    # At rho it is the balanced error.
    at_rho = [(23 / 2) / (41 / 2), (27 / 2) / (32 / 2)]
    assert f"{100 * np.mean(at_rho):.0f} ± {100 * np.std(at_rho, ddof=1):.0f} at price 100" in (
        picture.words()
    )
    assert "price 100: classes count alike" in picture.reading()


def test_a_line_ends_where_its_name_is_on_a_logarithmic_axis(study):
    figure = pictures.cost_of_misses.of(study).draw()
    (axis,) = figure.axes
    assert axis.get_yscale() == "log"
    low, high = np.log(axis.get_ylim())
    ends = {line.get_label(): line.get_ydata()[-1] for line in axis.get_lines()}
    marks = [line.get_ydata() for line in axis.get_lines() if len(line.get_ydata()) == 2]
    starts = sorted(float(mark[0]) for mark in marks)
    known = sorted(
        (np.log(ends[name]) - low) / (high - low) for name in ("Baseline", "Oversampling")
    )
    assert starts == pytest.approx(known, abs=1e-9)


@pytest.mark.parametrize(
    ("cheaper", "said"),
    [([], "nowhere here"), ([1, 3, 10], "at every price"), ([3, 10], "from price 3"),
     ([1, 3], "up to price 3"), ([3], "from price 3 to 3")],
)  # fmt: skip
def test_where_it_is_cheaper_in_words(cheaper, said):
    assert costs._from(cheaper, [1, 3, 10]) == said


def test_nothing_is_drawn_beside_nothing(study):
    with pytest.raises(NothingToShow, match="no other method is here"):
        costs.CostOfMisses([r for r in costs.cost_rows(study) if r["method"] == "baseline"])
