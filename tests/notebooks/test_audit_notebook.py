"""The chapter on the audit: executed by the command, complete, and without a number typed twice."""

import html
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from reproduce import papers
from reproduce.book.chapters import CHAPTERS
from reproduce.book.checks import notebook_problems
from reproduce.registry import auditing, published

ROOT = Path(__file__).resolve().parents[2]
SOURCE = nbformat.read(ROOT / "notebooks" / "audit.ipynb", as_version=4)


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """Return a project that holds nothing but this notebook."""
    folder = tmp_path_factory.mktemp("audit")
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / "audit.ipynb", folder / "notebooks")
    return folder


@pytest.fixture(scope="module")
def call(project):
    """Return a function that runs our command inside the project."""

    def run(*words: str) -> subprocess.CompletedProcess:
        surroundings = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        return subprocess.run(
            [sys.executable, "-m", "reproduce.cli", *words], cwd=project, env=surroundings,
            capture_output=True, text=True, timeout=300,
        )  # fmt: skip

    return run


@pytest.fixture(scope="module")
def ran(call, project):
    """Execute the chapter by our command."""
    process = call("run", "audit")
    assert process.returncode == 0, process.stderr
    return process, nbformat.read(project / "_build/latest/papers/audit.ipynb", as_version=4)


def shown(notebook) -> str:
    """Return all text and tables that the cells put out, without mark-up."""
    texts = []
    for output in (o for cell in notebook.cells for o in cell.get("outputs", [])):
        data = output.get("data", {})
        texts.append(output.get("text", "") + data.get("text/html", data.get("text/plain", "")))
    return html.unescape("\n".join(texts))


@pytest.mark.thorough
def test_the_command_executes_it_and_has_nothing_to_do_again(ran, call, project):
    process, _ = ran
    assert "executing the notebook audit" in process.stdout
    assert "executed notebook: _build/latest/papers/audit.ipynb" in process.stdout
    again = call("run", "audit", "--output", "copy.ipynb")
    assert "audit is up to date: nothing to execute" in again.stdout
    executed = project / "_build/latest/papers/audit.ipynb"
    assert (project / "copy.ipynb").read_bytes() == executed.read_bytes()


@pytest.mark.parametrize("words", [["-p", "rho", "3"], ["--profile", "laptop"]])
def test_it_takes_no_parameters_and_says_so_in_one_line(call, words):
    process = call("run", "audit", *words)
    assert process.returncode == 2
    (line,) = process.stderr.strip().splitlines()
    assert "the chapter 'audit' trains nothing and takes no parameters, received" in line


def test_it_may_be_published(ran, project):
    assert notebook_problems(project / "_build/latest/papers/audit.ipynb") == []
    stamp = json.loads((project / "_build/latest/results/audit.json").read_text("utf-8"))
    assert stamp["findings"] == [
        one.to_json() for paper in papers.names() for one in auditing.findings(paper)
    ]


def test_it_shows_every_finding_and_every_clean_table_of_every_text(ran):
    text = shown(ran[1])
    for paper in papers.names():
        found = auditing.audit(paper)
        assert found.checked_on in text
        assert f"{found.checks_run} checks of printed numbers" in text
        for finding in found.findings:
            assert finding.statement[1:] in text
        for table in found.clean:
            assert re.search(rf">{re.escape(table)}</th>.*>clean[:<]", text)


def numbers(cell) -> str:
    """Return what the picture of a cell says in words; empty where it has none."""
    said = [o.get("metadata", {}).get("reproduce", {}) for o in cell.get("outputs", [])]
    return " ".join(one.get("numbers", "") for one in said)


def test_every_picture_says_its_numbers(ran):
    drawn = [
        cell for cell in ran[1].cells
        for o in cell.get("outputs", []) if "image/svg+xml" in o.get("data", {})
    ]  # fmt: skip
    assert len(drawn) >= 5
    for cell in drawn:
        assert re.search(r"\d", numbers(cell)), cell.id
        assert len(cell.metadata["mystnb"]["image"]["alt"]) <= 250, cell.id


def test_what_its_words_say_of_the_pictures_is_so(ran):
    """Sentences that name what a picture shows hold, or they have to be written anew."""
    alts = {c.id: numbers(c) for c in ran[1].cells}
    assert alts["dual-head-confusion"].count("Framed") == 1
    assert "outside" in alts["dual-head-region"]
    assert "outside" not in alts["dual-head-region-clean"]
    assert alts["metric-learning-figure"].count("stated") >= 6


def test_no_printed_number_is_typed_in_it():
    """Numbers of the papers stand in their tables of data, once."""
    typed = "\n".join(cell.source for cell in SOURCE.cells)
    values = {cell.value for paper in papers.names() for cell in published.load(paper)}
    exact = {value for value in values if re.fullmatch(r"[\d,]*\.?\d*", value) and len(value) >= 5}
    assert len(exact) > 100
    assert not {value for value in exact if value in typed}


def test_every_paper_that_can_be_run_and_every_chapter_has_its_notebook():
    found = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert found == {*papers.everything(), *CHAPTERS}


def test_each_text_has_its_section_with_clean_tables_beside_the_findings():
    ids = [cell.id for cell in SOURCE.cells]
    for paper in papers.names():
        name = paper.replace("_", "-")
        at = [ids.index(part) for part in (name, f"{name}-clean", f"{name}-findings")]
        assert at == list(range(at[0], at[0] + 3))
        assert f"(audit-{name})=" in SOURCE.cells[at[0]].source
        assert f"<{paper}>`" in SOURCE.cells[at[0]].source, "a link to the paper's page"
