"""Every table that a paper prints has its home on the paper's own pages, once."""

import ast
import json
from pathlib import Path

import pytest

from reproduce import papers
from reproduce.book.paper_page import paper_page
from reproduce.pages.printed_tables import of_paper
from reproduce.registry import published

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def shown_in(paper: str) -> list[str]:
    """Return the printed tables that a notebook shows, by its calls of `show`."""
    cells = json.loads((NOTEBOOKS / f"{paper}.ipynb").read_text("utf-8"))["cells"]
    source = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and "printed_tables.beside_ours" in map(
            ast.unparse, node.args
        ):
            only = [word.value for word in node.keywords if word.arg == "only"]
            found += ast.literal_eval(only[0]) if only else names(paper)
    return found


def names(paper):
    return list(dict.fromkeys(cell.table for cell in published.load(paper)))


WITH_NOTEBOOK = [key for key in papers.names() if (NOTEBOOKS / f"{key}.ipynb").is_file()]


@pytest.mark.parametrize("paper", WITH_NOTEBOOK)
def test_a_notebook_shows_each_printed_table_once(paper):
    assert sorted(shown_in(paper)) == sorted(names(paper))


@pytest.mark.parametrize("paper", papers.names())
def test_the_page_of_a_paper_that_was_not_run_shows_each_printed_table_once(paper):
    page = paper_page(paper)
    for table in of_paper(paper):
        assert page.count(f'id="{table.anchor}"') == 1
        assert page.count(table._repr_html_()) == 1
