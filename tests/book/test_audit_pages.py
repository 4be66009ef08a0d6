"""The pages of papers without an executed notebook, and the other pages around the audit."""

import html
import re
from pathlib import Path

import pytest

from reproduce import papers
from reproduce.book.contents import read_contents
from reproduce.book.paper_page import paper_page
from reproduce.book.stage import stage
from reproduce.registry.auditing import audit

ROOT = Path(__file__).resolve().parents[2]
# What would be said of people, not of numbers.
UNFAIR = re.compile(
    r"fraud|fabricat|falsif|manipulat|careless|sloppy|dishonest|suspicious|cheat|cherry|fake|"
    r"mislead|deceiv|ought to have known|조작|날조|부주의",
    re.IGNORECASE,
)


@pytest.mark.parametrize("key", papers.names())
def test_a_page_shows_every_finding_and_every_clean_table(key):
    page, found = html.unescape(paper_page(key)), audit(key)
    for finding in found.findings:
        assert finding.statement[1:] in page
        assert finding.severity in page
    for table in found.clean:
        assert re.search(
            rf">{re.escape(table)}</th>(<td[^>]*>\d+</td>){{2}}<td[^>]*>clean[:<]", page
        )
    assert f"{found.checks_run} checks of printed numbers" in page
    assert found.checked_on in page
    assert page.index("those found clean") < page.index("Findings: what cannot")


@pytest.mark.parametrize("key", papers.names())
def test_a_page_names_its_text_links_the_chapter_and_says_what_was_not_run(key):
    page = paper_page(key)
    assert page.startswith(f"# {papers.paper(key).heading}\n")
    assert f"*{papers.paper(key).title}*" in page
    assert f"{{cite}}`{papers.paper(key).cited}`" in page
    for link in ("{doc}`audit`", f"<ambiguities-{key}>", "<../corrections>"):
        assert link in page
    assert "No experiment of this paper was run for this edition" in page
    assert f"`reproduce run {key}` does it" in paper_page(key, has_notebook=True)


@pytest.mark.parametrize("key", papers.names())
def test_it_speaks_of_numbers_not_of_people(key):
    assert not UNFAIR.search(paper_page(key))


@pytest.mark.parametrize("name", ["audit_letter.md", "corrections.md"])
def test_the_letter_and_the_corrections_do_too(name):
    text = (ROOT / "book" / name).read_text("utf-8")
    assert not UNFAIR.search(text)


def test_the_letter_stands_in_both_languages_and_says_that_nobody_was_asked():
    text = (ROOT / "book/audit_letter.md").read_text("utf-8")
    assert "**Authors contacted: no.**" in text
    assert len(re.findall(r"^```text$", text, re.MULTILINE)) == 2
    assert re.search(r"\[저자 성함\] 선생님께", text)


def test_every_paper_and_the_chapter_are_in_the_table_of_contents():
    pages = read_contents(ROOT / "_toc.yml").pages
    assert {f"book/papers/{key}" for key in (*papers.names(), "audit")} <= set(pages)
    assert {"book/audit_letter", "book/corrections"} <= set(pages)


def test_a_paper_without_an_executed_notebook_is_staged_with_its_findings(project, tmp_path):
    """Executed, the notebook takes the page's place."""
    toc = project / "_toc.yml"
    toc.write_text(toc.read_text() + "  - file: book/papers/dual_head\n")
    stage(project, "published", tmp_path / "stage")
    page = tmp_path / "stage/book/papers/dual_head.md"
    assert page.read_text("utf-8") == paper_page("dual_head")
    (project / "notebooks").mkdir()
    (project / "notebooks/dual_head.ipynb").write_text("{}")
    stage(project, "published", tmp_path / "stage")
    assert "`reproduce run dual_head` does it" in page.read_text("utf-8")
    executed = project / "book/papers/dual_head.ipynb"
    executed.write_bytes((project / "book/papers/sampling.ipynb").read_bytes())
    stage(project, "published", tmp_path / "stage")
    assert not page.exists()
