"""Search finds what the book is about: methods with their results, and a trial by its key."""

import csv
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup

from reproduce import papers
from reproduce.book.measured import methods_of
from reproduce.figures.wording import method_label
from reproduce.registry import records
from reproduce.trials.edition import published, read_results
from tests.browser.visiting import SCREEN, opened

ROOT = Path(__file__).resolve().parents[2]
RUN = [key for key in papers.runnable() if (ROOT / f"book/results/{key}.csv").is_file()]
# The paper with the fewest methods stands for all in `make test`.
SAMPLE = [
    pytest.param(key, marks=[] if key == "metric_learning" else [pytest.mark.thorough])
    for key in RUN
]


def methods(paper: str) -> list[str]:
    """Return how the book writes the methods of a paper that its edition has trained."""
    trained = {name for one in read_results(published(), paper) for name in methods_of(one)}
    return sorted(method_label(name) for name in records.paper(paper).methods if name in trained)


def found(page, site: str, words: str) -> list[str]:
    """Search and return the addresses found, best first."""
    page.goto(f"{site}/search.html?q={quote(words)}")
    page.wait_for_function("document.querySelector('#search-results p.search-summary')?.innerText"
                           ".match(/found|did not match/)")  # fmt: skip
    page.wait_for_timeout(200)
    links = page.locator("#search-results ul.search li > a")
    addresses = links.evaluate_all("links => links.map(link => new URL(link.href).pathname)")
    return [address.removeprefix("/") for address in addresses]


@cache
def tables(file: Path) -> str:
    """Return the text of all tables of a built page."""
    page = BeautifulSoup(file.read_text("utf-8"), "html.parser")
    return "\n".join(table.get_text(" ") for table in page.select("article table"))


@pytest.mark.parametrize("paper", SAMPLE)
def test_every_method_is_found_by_its_name_and_leads_to_its_result(
    browser, site, published_site, paper
):
    lost = []
    with opened(browser, site, "search", SCREEN) as (page, _):
        for label in methods(paper):
            results = [name for name in found(page, site, label) if f"papers/{paper}" in name]
            if not results:
                lost.append(f"{label}: no page of its paper is found")
                continue
            # The result itself: a table that bears the name.
            if not any(label in tables(published_site / name) for name in results):
                lost.append(f"{label}: none of {results} has a table with it")
    assert not lost


@pytest.mark.parametrize("paper", RUN)
def test_a_trials_key_leads_to_the_list_of_trials(browser, site, paper):
    with (ROOT / f"book/results/{paper}.csv").open() as rows:
        key = next(csv.DictReader(rows))["key"]
    with opened(browser, site, "search", SCREEN) as (page, _):
        results = found(page, site, key)
        assert any(f"papers/{paper}-trials" in name for name in results), results
        # As figures and tables print it, a key is shorter.
        assert any(f"papers/{paper}" in name for name in found(page, site, key[:8]))


def test_what_is_quoted_is_a_sentence_not_the_source_of_an_equation(browser, site):
    with opened(browser, site, "search", SCREEN) as (page, _):
        assert any("losses_" in name for name in found(page, site, "focal"))
        page.wait_for_selector("#search-results p.context")
        quoted = page.locator("#search-results p.context").all_inner_texts()
    assert quoted and not [text for text in quoted if "\\frac" in text or "\\sum" in text]


def test_what_is_not_there_is_said(browser, site):
    with opened(browser, site, "search", SCREEN) as (page, _):
        assert found(page, site, "zzyzx") == []
        assert "did not match" in page.locator("#search-results").inner_text()
