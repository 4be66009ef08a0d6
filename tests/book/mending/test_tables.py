"""Tables: a box that scrolls, a name, and a form for the phone."""

from bs4 import BeautifulSoup, Tag

from reproduce.book.mending.tables import mend_tables

LONG = "a sentence that no phone shows beside three other columns, however small"


def table(heads: list[str], *rows: list[str], caption: str = "") -> str:
    head = "".join(f"<th>{text}</th>" for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in rows)
    title = f"<caption><strong>{caption}</strong><small>more</small></caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def mended(html: str) -> Tag:
    page = BeautifulSoup(f"<article>{html}</article>", "html.parser")
    mend_tables(page)
    return page.article


def test_rows_with_sentences_become_cards():
    article = mended(table(["Claim", "Verdict", "n"], ["C1", LONG, "5"]))
    assert article.table["class"] == ["as-cards"]
    name, verdict, count = article.select("tbody td")
    assert "data-label" not in name.attrs and name["class"] == ["card-title"]
    assert (verdict["data-label"], count["data-label"]) == ("Verdict", "n")
    assert {row["role"] for row in article.find_all("tr")} == {"row"}
    assert {cell["role"] for cell in article.find_all("th")} == {"columnheader"}
    assert {cell["role"] for cell in article.find_all("td")} == {"cell"}


def test_the_table_of_an_answer_is_cards_whatever_is_in_it():
    numbers = table(["Effect", "Paper", "Ours"], ["F1", "1.0", "2.0"])
    article = mended(f'<div class="cell tag_answer-table">{numbers}</div>')
    assert article.table["class"] == ["as-cards"]


def test_a_table_of_numbers_keeps_its_first_column():
    article = mended(table(["Method", "10", "100"], ["Focal", "1.0", "2.0"]))
    assert article.table["class"] == ["first-column-stays"] and "role" not in article.table.attrs


def test_two_columns_fit_as_they_are():
    assert "class" not in mended(table(["Key", "Value"], ["a", LONG])).table.attrs


def test_a_table_with_merged_cells_is_neither():
    html = table(["A", "B", "C"], ["x", LONG, "y"]).replace("<th>A", '<th colspan="1">A')
    assert "as-cards" not in mended(html).table.get("class", [])


def test_an_empty_head_is_no_head():
    article = mended(table(["", "B"], ["x", "y"]))
    assert [cell.name for cell in article.select("thead tr > *")] == ["td", "th"]


def test_a_preview_that_is_hidden_is_left_alone():
    article = mended(f'<div aria-hidden="true">{table(["A", "B"], ["x", "y"])}</div>')
    assert article.select(".table-frame") == []


def test_a_row_of_empty_heads_goes():
    assert mended(table(["", ""], ["x", "y"])).thead is None


def test_each_table_has_a_box_with_a_name_of_its_own():
    article = mended(
        table(["A", "B"], ["x", "y"], caption="Recall")
        + f'<div role="region">{table(["A", "B"], ["x", "y"], caption="Recall")}</div>'
        + f'<div class="pst-scrollable-table-container">{table(["A", "B"], ["x", "y"])}</div>'
    )
    boxes = article.select("div.table-frame")
    assert [box["aria-label"] for box in boxes] == ["Recall", "Recall (2)", "Table: A, B"]
    assert all(box["role"] == "region" and box["tabindex"] == "0" for box in boxes)
    assert len(article.find_all("div")) == 3, "a box within a box"
