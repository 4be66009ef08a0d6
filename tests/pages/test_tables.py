import re

import pytest
from bs4 import BeautifulSoup

from reproduce.errors import UserError
from reproduce.figures.table import Table, Tables
from reproduce.pages.tables import summary_table

WHERE = "digits (real stand-in), quick scale"


def cells(table):
    page = BeautifulSoup(table._repr_html_(), "html.parser")
    return [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in page.find_all("tr")]


def test_html_is_escaped_everywhere():
    evil = '<script>"x"&</script>'
    html = Table(evil, ["a", evil], [[evil, evil]], provenance=evil, note=evil)._repr_html_()
    assert "<script" not in html and html.count("&lt;script&gt;") == 7
    assert cells(Table("c", ["a", evil], [["r", evil]], provenance="p"))[1] == ["r", evil]


def test_a_table_is_accessible_and_has_no_colours():
    html = Table("What", ["a", "b"], [["r", "1"]], provenance=WHERE)._repr_html_()
    page = BeautifulSoup(html, "html.parser")
    assert "What" in page.caption.get_text() and WHERE in page.caption.get_text()
    assert [head["scope"] for head in page.thead.find_all("th")] == ["col", "col"]
    assert page.tbody.th["scope"] == "row"
    assert not re.search(r"color|background|#[0-9a-f]{3}", html)


def test_the_terminal_sees_the_same_cells_aligned():
    table = Table("What", ["a", "b"], [["가", "1"], ["long", "100"]], WHERE, numeric_from=1)
    assert str(table).split("\n") == [
        "What", "a       b", "----  ---", "가      1", "long  100", WHERE,
    ]  # fmt: skip


def test_what_follows_a_line_break_is_small_in_html_and_in_line_in_a_terminal():
    table = Table("What", ["a", "b"], [["r", "first\n<second>"]], provenance=WHERE)
    assert "first<br><small>&lt;second&gt;</small></td>" in table._repr_html_()
    assert "first <second>" in str(table).splitlines()[3]


def test_a_table_without_provenance_or_with_ragged_rows_is_refused():
    for changes in ({"provenance": ""}, {"caption": " "}, {"rows": []}, {"rows": [["a"]]}):
        given = {"caption": "c", "columns": ["a", "b"], "rows": [["1", "2"]], "provenance": "p"}
        with pytest.raises(UserError):
            Table(**(given | changes))


def test_summary_is_mean_and_sd_with_n_and_says_what_is_fixed(observations):
    table = summary_table(observations, ["accuracy", "auc"], provenance=WHERE)
    assert list(table.columns) == [
        "Method", "Rho", "n", "Accuracy", "ROC AUC (macro, one-vs-rest)",
    ]  # fmt: skip
    assert table.rows[0] == ["Baseline", "10", "3", "80.0 ± 1.0", "99.12 ± 0.12"]
    assert table.note == "All at imbalance step, mu 0.5."
    assert len(table.rows) == 8


def test_summary_tells_missing_values_and_single_seeds(observations):
    observations[0]["auc"] = None
    rows = summary_table(observations, ["auc"], provenance=WHERE).rows
    assert rows[0][-1].endswith("(n = 2)")
    alone = [row for row in observations if row["seed"] == 1]
    assert summary_table(alone, ["accuracy"], provenance=WHERE).rows[0][-1] == "80.0"
    with pytest.raises(UserError, match="more than once"):
        summary_table(observations + observations, ["accuracy"], provenance=WHERE)
    with pytest.raises(UserError, match="acuracy"):
        summary_table(observations, ["acuracy"], provenance=WHERE)


def test_the_lines_of_whole_columns_are_not_broken_and_an_anchor_is_there_for_links():
    table = Table("c", ["a", "b"], [["r", "[−1, +1]"]], provenance="p", whole=(1,), anchor="here")
    page = BeautifulSoup(table._repr_html_(), "html.parser")
    assert "nowrap" in page.tbody.td["style"] and "nowrap" not in page.tbody.th["style"]
    assert page.find(id="here").table is not None
    assert "id=" not in Table("c", ["a"], [["r"]], provenance="p")._repr_html_()


def test_several_tables_are_shown_one_below_the_other():
    one = Table("First", ["a"], [["r"]], provenance="p")
    both = Tables([one, Table("Second", ["a"], [["r"]], provenance="p")])
    assert both._repr_html_().count("<table") == 2 and str(both).index("First") == 0
    assert "\n\nSecond" in str(both)
