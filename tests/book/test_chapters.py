"""A chapter without a study: executed into an edition, and executed again only where it must be."""

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from reproduce import papers
from reproduce.book import chapters
from reproduce.errors import UserError
from reproduce.registry import auditing
from reproduce.trials.edition import Edition


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A project of its own, in which we are."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "pyproject.toml").write_text('name = "imbalanced-learning-reproduced"')
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def write_notebook(project):
    """Return a function that writes the chapter's notebook, of one cell."""

    def write(code="print('out')"):
        notebook = new_notebook(cells=[new_code_cell(code, id="only")])
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(notebook, project / "notebooks" / "audit.ipynb")

    write()
    return write


@pytest.fixture
def small(monkeypatch):
    """Let the chapter leave something small behind."""
    monkeypatch.setitem(chapters.CHAPTERS, "audit", lambda: {"findings": ["한 칸"]})


def test_an_executed_chapter_stands_in_its_edition_with_what_it_found(
    project, write_notebook, small
):
    edition = Edition(project / "edition")
    assert not chapters.is_fresh("audit", edition)
    target = chapters.execute("audit", edition)
    assert target == edition.root / "papers" / "audit.ipynb"
    (cell,) = nbformat.read(target, as_version=4).cells
    assert cell.outputs[0].text == "out\n"
    names = sorted(file.name for file in edition.root.rglob("*") if file.is_file())
    assert names == ["audit.ipynb", "audit.json"]
    stamp = edition.stamp("audit")
    assert (stamp["chapter"], stamp["findings"], stamp["commit"]) == ("audit", ["한 칸"], None)
    assert "한 칸" in edition.results("audit", "json").read_text("utf-8"), "readable, not escaped"
    assert chapters.is_fresh("audit", edition)


def test_another_notebook_or_package_is_not_fresh(project, write_notebook, small):
    edition = Edition(project / "edition")
    chapters.execute("audit", edition)
    path = edition.results("audit", "json")
    stamp = json.loads(path.read_text())
    path.write_text(json.dumps({**stamp, "package": "another"}))
    assert not chapters.is_fresh("audit", edition)
    path.write_text(json.dumps(stamp))
    assert chapters.is_fresh("audit", edition)
    write_notebook("print('another')")
    assert not chapters.is_fresh("audit", edition)


def test_a_chapter_that_stops_changes_nothing(project, write_notebook, small):
    edition = Edition(project / "edition")
    before = chapters.execute("audit", edition).read_bytes()
    stamp = edition.results("audit", "json").read_bytes()
    write_notebook("raise ValueError('no such table')")
    with pytest.raises(UserError, match="notebook audit stopped at cell 1: ValueError: no such"):
        chapters.execute("audit", edition)
    assert edition.notebook("audit").read_bytes() == before
    assert edition.results("audit", "json").read_bytes() == stamp
    write_notebook()
    chapters.execute("audit", edition)
    assert not list(edition.root.rglob("*.failed.ipynb"))


def test_without_its_notebook_a_chapter_cannot_be_executed(project):
    with pytest.raises(UserError, match=r"there is no notebook notebooks/audit\.ipynb"):
        chapters.execute("audit", Edition(project / "edition"))


def test_the_audit_leaves_every_finding_and_every_count_behind():
    left = chapters.audit_results()
    assert list(left["papers"]) == papers.names()
    assert left["findings"] == [
        one.to_json() for paper in papers.names() for one in auditing.findings(paper)
    ]
    for paper, said in left["papers"].items():
        audit = auditing.audit(paper)
        assert said["checks_run"] == audit.checks_run == said["consistent"] + said["inconsistent"]
        assert said["clean"] == list(audit.clean)
    json.dumps(left, allow_nan=False)
