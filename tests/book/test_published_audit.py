"""The committed chapter on the audit: what stands in it is what the package finds today."""

import html

import nbformat
import pytest

from reproduce import papers
from reproduce.book import chapters
from reproduce.registry import auditing
from reproduce.trials import edition as editions
from reproduce.trials.edition import Edition

PUBLISHED = editions.published()

if PUBLISHED.stamp("audit") is None:
    pytest.skip("the chapter is not in the published edition", allow_module_level=True)


def texts(path) -> list[str]:
    """Return every text, table and alt text of an executed notebook, without mark-up."""
    found = []
    for cell in nbformat.read(path, as_version=4).cells:
        found.append(cell.metadata.get("mystnb", {}).get("image", {}).get("alt", ""))
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            found.append(output.get("text", "") + data.get("text/html", ""))
    return [html.unescape(text) for text in found if text]


def test_its_findings_are_those_of_today():
    stamp = PUBLISHED.stamp("audit")
    left = chapters.audit_results()
    assert stamp["findings"] == left["findings"], "publish the chapter again"
    assert stamp["papers"] == left["papers"]


def test_every_finding_stands_on_the_page():
    page = "\n".join(texts(PUBLISHED.notebook("audit")))
    for paper in papers.names():
        for finding in auditing.findings(paper):
            assert finding.statement[1:] in page


@pytest.mark.thorough
def test_executed_again_it_says_the_same(tmp_path):
    again = chapters.execute("audit", Edition(tmp_path / "again"))
    assert texts(again) == texts(PUBLISHED.notebook("audit"))
