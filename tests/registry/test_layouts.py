"""Layouts of printed tables: every cell has one place, and every name means something here."""

import pytest

from reproduce.errors import UserError
from reproduce.registry import layouts, published, records
from reproduce.registry.layouts import Layout
from reproduce.registry.published import PrintedCell
from reproduce.registry.reading import validated

PAPERS = list(records.papers())


@pytest.mark.parametrize("paper", PAPERS)
def test_every_stored_cell_has_exactly_one_place(paper):
    homes = [cell for table in layouts.tables(paper) for cell in table.cells.values()]
    assert len(homes) == len(set(homes))
    assert set(homes) == set(published.load(paper))


@pytest.mark.parametrize("paper", PAPERS)
def test_every_table_is_laid_out_by_hand_and_says_what_stands_beside_it(paper):
    assert list(layouts.load(paper)) == list(dict.fromkeys(c.table for c in published.load(paper)))


@pytest.mark.parametrize("paper", PAPERS)
def test_a_row_is_a_row_of_print_and_no_cell_is_missing_in_a_grid(paper):
    for table in layouts.tables(paper):
        for row in table.rows:
            for column in table.columns:
                assert (row, column) in table.cells, (table.layout.id, row, column)


def cell_of(paper, table, **wanted):
    (found,) = [c for c in published.load(paper) if c.table == table
                and all(getattr(c, k) == v for k, v in wanted.items())]  # fmt: skip
    return found, layouts.load(paper)[table]


def wanted(paper, table, **where):
    cell, layout = cell_of(paper, table, **where)
    return layouts.wanted(layout, cell)


def test_a_printed_cell_is_read_in_our_words():
    one = wanted("dual_head", "Table 5", method="Proposed", metric="Accuracy")
    assert (one.method, one.metric, one.unit, one.where) == ("dual_head", "accuracy", 0.01, {})
    rare = wanted("dual_head", "Table 7", method="SimCLR", metric="Recall", dataset="CheXpert 5%")
    assert rare.metric == "balanced_accuracy" and rare.data == ("chexpert", "pneumoniamnist")
    assert rare.where == {"rare_share": 0.05, "rare": "abnormal"}
    grade = wanted("dual_head", "Table 4", method="AUC-CL", metric="Recall", class_name="Grade 2")
    assert (grade.method, grade.metric) == ("auc_cl", "recall_class_2")
    whole = wanted("dual_head", "Table 4", method="AUC-CL", metric="F1-score",
                   class_name="Accuracy")  # fmt: skip
    assert (whole.metric, whole.unit) == ("accuracy", 1)
    iou = wanted("balanced_contrastive", "Table 2", method="SoftIou", class_name="Malignant")
    assert (iou.method, iou.metric, iou.unit) == ("soft_iou", "iou_class_2", 0.01)
    network = wanted("metric_learning", "Table 2", method="ResNet50 + LS", metric="f1")
    assert (network.metric, network.where) == ("weighted_f1", {"backbone": "resnet50"})


def test_a_cell_of_a_confusion_matrix_has_its_place():
    one = wanted("dual_head", "Table 3", class_name="Grade 2", metric="count[pred=Grade 3]")
    assert one.place == (2, 3) and one.method == "dual_head"
    wart = wanted("metric_learning", "Table 5", class_name="row: 사마귀 (Warts)",
                  metric="col: 티눈 (Corns)")  # fmt: skip
    assert wart.place == (2, 1) and wart.method == "lifted_structured"


def test_words_and_tables_that_were_not_run_have_nothing_beside_them():
    assert wanted("class_imbalance", "Section 3.1", dataset="MNIST", metric="모델") is None
    assert wanted("metric_learning", "Table 3", method="ResNet") is None


def layout(**changes):
    given = {"paper": "dual_head", "id": "Table 6", "title": "t", "down": ["method"],
             "across": ["metric"], "ours": {}}  # fmt: skip
    return validated(Layout, "label", {**given, **changes})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"not_run": "why"}, "exactly one"),
        ({"ours": None}, "exactly one"),
        ({"apart": ["method"]}, "stands in two"),
        ({"down": ["methods"]}, "down.0"),
        ({"ours": {"confusions": "counts"}}, "confusions"),
    ],
)
def test_an_entry_that_cannot_be_right_is_refused(changes, said):
    with pytest.raises(UserError, match=said):
        layout(**changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ours": {"names": {"method": {"Proposed lambda=0.1; k=5 (10%)": {"method": "nobody"}}}}},
         "'nobody' is no method of dual_head"),
        ({"ours": {"names": {"metric": {"(Macro) F1-score": {"metric": "f3"}}}}}, "is no metric"),
        ({"ours": {"where": {"rho": 10}}}, "'rho' is no factor"),
        ({"ours": {"data": ["nowhere"]}}, "'nowhere' is no factor of dual_head and no data set"),
        ({"ours": {"confusion": "counts"}}, "needs a class"),
        ({"labels": {"Grade 9": "x"}}, "is not printed"),
    ],
)  # fmt: skip
def test_a_name_that_means_nothing_here_is_refused(changes, said):
    with pytest.raises(UserError, match=said):
        layouts._check("dual_head", layout(**changes))


def test_a_layout_that_would_lose_cells_is_refused():
    """Two cells in one place: what half of the pages once did without a word."""
    cells = [cell for cell in published.load("dual_head") if cell.table == "Table 7"]
    with pytest.raises(UserError, match="two printed cells fall on 'Supervised', 'Accuracy'"):
        layouts._parted(layout(id="Table 7"), cells)


def test_a_table_without_an_entry_is_laid_out_by_what_differs():
    cells = [
        PrintedCell("toy", "T", data, method, "", "acc", value, "", "T", "paper")
        for data, method, value in (("a", "x", "1"), ("a", "y", "2"), ("b", "x", "3"))
    ]
    (found,) = layouts._parted(layouts._usual("toy", "T", cells), cells)
    assert found.rows == ["a, x", "a, y", "b, x"] and found.columns == ["acc"]


def test_an_unknown_table_is_said_with_those_there_are():
    with pytest.raises(UserError, match=r"Table 9.*Table 1, Table 2"):
        layouts.tables("dual_head", ["Table 9"])
