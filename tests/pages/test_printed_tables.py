"""Printed tables beside ours: nothing of the print is lost, and ours is what was stored."""

import re
from statistics import mean, stdev

import numpy as np
import pytest
from bs4 import BeautifulSoup

from reproduce.pages import our_cells, printed_tables
from reproduce.registry import layouts, published, records
from reproduce.registry.layouts import Layout, PrintedTable
from reproduce.registry.published import PrintedCell
from reproduce.registry.reading import validated
from tests.study.conftest import same_scores, study_of  # noqa: F401


def texts(table):
    page = BeautifulSoup(table._repr_html_(), "html.parser")
    return [
        [cell.get_text("\n") for cell in row.find_all(["th", "td"])] for row in page.find_all("tr")
    ]


@pytest.mark.parametrize("paper", records.papers())
def test_every_printed_cell_stands_once_in_the_rendered_tables(paper):
    """Of all tables of all papers; the printed text is the first line of its cell."""
    rendered = []
    for table in printed_tables.of_paper(paper):
        rendered += [text.split("\n")[0] for row in texts(table)[1:] for text in row[1:]]
    printed = [f"{c.value} ± {c.std}" if c.std else c.value for c in published.load(paper)]
    assert sorted(rendered) == sorted(printed)


@pytest.mark.parametrize("paper", records.papers())
def test_a_printed_number_stands_in_the_row_and_column_of_its_names(paper):
    for one, table in zip(layouts.tables(paper), printed_tables.of_paper(paper), strict=True):
        for row in table.rows:
            for column, text in zip(table.columns[1:], row[1:], strict=True):
                assert text.split("\n")[0].startswith(one.cells[row[0], column].value)


@pytest.mark.parametrize("paper", records.papers())
def test_without_a_run_numbers_have_not_run_under_them_and_what_none_measures_has_nothing(paper):
    for one, table in zip(layouts.tables(paper), printed_tables.of_paper(paper), strict=True):
        for text in (text for row in table.rows for text in row[1:]):
            printed, _, ours = text.partition("\n")
            unmeasured = one.layout.words or one.layout.not_run or printed == "-"
            assert ours == ("" if unmeasured else "not run")
        assert one.layout.words or "Not run" in table.note or "None of it was run" in table.note


def toy(paper="class_imbalance", confusion=None, cells=(), **ours):
    """Return a printed table of a made-up entry, whose columns are methods."""
    down = ["class_name" if confusion else "dataset"]
    given = {
        "paper": paper, "id": "T", "title": "t", "down": down, "across": ["metric"],
        "ours": {"confusion": confusion, **ours},
    }  # fmt: skip
    layout = validated(Layout, "T", given)
    (table,) = layouts._parted(layout, cells)
    return PrintedTable(table.layout, table.cells)


def cell(value, **changes):
    given = {"paper": "class_imbalance", "table": "T", "dataset": "MNIST", "method": "Plain",
             "class_name": "", "metric": "Acc", "value": value, "std": "", "place": "T",
             "says": "paper"}  # fmt: skip
    return PrintedCell(**given | changes)


NAMES = {
    "method": {"Plain": {"method": "baseline"}},
    "metric": {"Acc": {"metric": "accuracy", "unit": 0.01}},
    "dataset": {"MNIST": {"data": "mnist", "rho": 10}, "other": {"data": "cifar10", "rho": 10}},
}  # fmt: skip
ONE_POINT = {"rho": 10, "mu": 0.5, "seeds": [0, 1, 2], "methods": ["baseline", "oversampling"]}


@pytest.fixture
def study(study_of, same_scores):  # noqa: F811
    return study_of(lambda cell: {"accuracy": 0.9 + cell.seed / 100}, same_scores, **ONE_POINT)


def test_ours_is_the_mean_and_spread_of_the_stored_values_in_the_unit_of_the_print(study):
    table = toy(cells=[cell("98.10"), cell("97.3", dataset="other")], names=NAMES)
    shown = printed_tables.one_table(table, study)
    values = [90.0, 91.0, 92.0]
    assert shown.rows[0] == ["MNIST", f"98.10\n{mean(values):.2f} ± {stdev(values):.2f}"]
    assert shown.rows[1] == ["other", "97.3\nnot run"]
    assert "ours on MNIST, 3 seeds, mean ± standard deviation" in shown.note
    assert re.search(r"Ours: MNIST, changed laptop scale; 3 trials", shown.provenance)


def test_a_point_that_was_not_run_has_no_value_beside_it(study):
    names = {**NAMES, "dataset": {"MNIST": {"data": "mnist", "rho": 50}}}
    shown = printed_tables.one_table(toy(cells=[cell("98.1")], names=names), study)
    assert shown.rows[0][1] == "98.1\nnot run" and "None of it was run" in shown.note


def counts(study):
    cells = study.select(method="baseline")
    return np.mean([study.measures.confusion(one) for one in cells], axis=0)


MATRIX = {
    "method": NAMES["method"], "dataset": NAMES["dataset"],
    "class_name": {str(c): {"class": c} for c in range(10)},
    "metric": {f"as {c}": {"predicted": c} for c in range(10)},
}  # fmt: skip


def matrix(values):
    return [
        cell(str(value), class_name=str(row), metric=f"as {column}")
        for row, of in enumerate(values) for column, value in enumerate(of)
    ]  # fmt: skip


def test_counts_stand_beside_counts_where_the_test_sets_are_of_one_size(study):
    printed = np.full((10, 10), 1) + 2 * np.eye(10, dtype=int)  # 12 images of each class
    shown = printed_tables.one_table(toy(confusion="counts", cells=matrix(printed), names=MATRIX),
                                       study)  # fmt: skip
    assert shown.rows[0][1] == f"3\n{counts(study)[0, 0]:.1f}"


def test_shares_stand_beside_shares_where_they_are_not(study):
    printed = np.full((10, 10), 2) + 2 * np.eye(10, dtype=int)  # 22 of each
    shown = printed_tables.one_table(toy(confusion="counts", cells=matrix(printed), names=MATRIX),
                                       study)  # fmt: skip
    assert shown.rows[0][1] == f"4 (18.2 %)\n{100 * counts(study)[0, 0] / 12:.1f} %"
    assert "shares of the true class" in shown.note


def test_one_row_of_another_size_puts_the_whole_table_in_shares(study):
    """Counts in one row and shares in the next would be read as the same unit."""
    printed = np.full((10, 10), 1) + 2 * np.eye(10, dtype=int)
    printed[9, 0] = 5
    shown = printed_tables.one_table(toy(confusion="counts", cells=matrix(printed), names=MATRIX),
                                       study)  # fmt: skip
    assert all("%" in value for row in shown.rows for value in row[1:])


def test_means_that_are_no_whole_numbers_are_counts_all_the_same(study, monkeypatch):
    """Thirds and tenths need not add up exactly; the sizes of the test set do."""
    rows = iter([[3, 4, 5], [4, 4, 4], [5, 3, 4]])
    kept = {}

    def confusion(cell):
        made = kept.setdefault(cell.seed, np.diag([12] * 10))
        if made[0, 0] == 12:
            made[0, :3] = next(rows)
        return made

    monkeypatch.setattr(study.measures, "confusion", confusion)
    printed = np.full((10, 10), 1) + 2 * np.eye(10, dtype=int)
    shown = printed_tables.one_table(toy(confusion="counts", cells=matrix(printed), names=MATRIX),
                                       study)  # fmt: skip
    assert shown.rows[0][1:4] == ["3\n4.0", "1\n3.7", "1\n4.3"]
    assert not any("%" in value for row in shown.rows for value in row)


@pytest.mark.parametrize(
    ("printed", "digits"), [("0.7920", 4), ("98.10", 2), ("0.8", 3), ("75", 1), ("1,010", 1)]
)
def test_ours_has_as_many_decimals_as_the_print(printed, digits):
    assert our_cells.decimals(printed) == digits


def test_anchors_are_words_that_a_link_can_name():
    anchors = [table.anchor for paper in records.papers()
               for table in printed_tables.of_paper(paper)]  # fmt: skip
    assert len(set(anchors)) == len(anchors)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]+", one) for one in anchors)
    assert printed_tables.anchor("dual_head", "Table 7", "CheXpert 5%") == (
        "dual-head-table-7-chexpert-5"
    )
    shown = printed_tables.of_paper("dual_head", only=["Table 5"])[0]
    assert '<div id="dual-head-table-5"' in shown._repr_html_()


def test_all_tables_of_a_paper_are_shown_at_once_or_those_asked_for(study):
    every = printed_tables.beside_ours.of(study)
    assert [table.caption.partition(":")[0] for table in every] == [
        "Section 3.1", "Section 6", "Table 4",
    ]  # fmt: skip
    one = printed_tables.beside_ours.of(study, only=["Table 4"])
    assert len(one) == 1 and one._repr_html_().count("<table") == 1 and "ImageNet" in str(one)
