"""What a cell says of itself in lists and progress lines, for any paper's factors."""

from reproduce.papers.dual_head.protocol import PROTOCOL as dual_head
from reproduce.registry import records
from reproduce.study.cell import Cell
from tests.papers.dual_head.made_up import arms

CLASS_IMBALANCE = records.paper("class_imbalance")


def cell(**changes) -> Cell:
    given = {"method": "baseline", "definition": None, "factors": {}, "seed": 0, "trial": None}
    return Cell(**{**given, **changes})


def test_a_label_names_method_experiment_and_point():
    factors = {"dataset": "mnist", "imbalance": "linear", "rho": 10.0}
    assert cell(factors=factors, experiment="linear").label(CLASS_IMBALANCE) == {
        "method": "baseline", "experiment": "linear", "point": "linear rho 10",
    }  # fmt: skip


def test_what_an_experiment_varies_is_told_beside_the_point():
    points = [found.label(dual_head.paper)["point"] for found in arms("table_6", seeds=0)]
    assert "retinamnist; hard_negatives 5, sim_weight 0.1" in points
    assert len(set(points)) == len(points)


def test_a_factor_of_a_new_paper_is_told_without_another_edit():
    toy = CLASS_IMBALANCE.model_copy(update={"captioned": ["noise"], "usual": {}})
    assert cell(factors={"dataset": "digits", "noise": 0.25}).label(toy)["point"] == "noise 0.25"
