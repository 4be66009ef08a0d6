"""The course's notebooks: thin, without outputs, run in seconds, and shown as they run."""

import re
import time

import nbformat
import pytest

from reproduce.course import MODULES, drawings, lessons, student
from reproduce.errors import UserError, status_of
from tests.notebooks.page import execute
from tests.notebooks.sources import TAGS

NAMES = [f"{part}_{n}" for n in MODULES for part in ("lesson", "solutions", "exercises")]
MOST_CELLS = 30
# Where these are seconds of training, a smoke run takes fewer.
SMOKE = {"steps": 20}
# What takes most of the time here is drawn once and for all in the executed lessons.
SLOW: tuple[int, ...] = ()


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_thin_and_without_outputs(name):
    notebook = nbformat.reads(student.as_text(student.read(name)), as_version=4)
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids) <= MOST_CELLS
    for cell in notebook.cells:
        assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", cell.id), cell.id
        assert set(cell.metadata.get("tags", [])) <= TAGS
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)
            lines = [line for line in cell.source.splitlines() if line.strip()]
            assert len(lines) <= (15 if name.startswith("lesson") else 25), cell.id
            assert max(map(len, lines)) <= 100, cell.id


@pytest.mark.parametrize(
    "number", [pytest.param(n, marks=pytest.mark.thorough) if n in SLOW else n for n in MODULES]
)
def test_a_lesson_runs_and_gives_what_the_package_gives(number, capsys):
    """Its last assertions compare what was built on the page with the package."""
    began, worked = time.perf_counter(), time.process_time()
    page = execute(f"course/{lessons.name(number)}", **SMOKE)
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    with capsys.disabled():
        print(f"\nlesson {number}: {seconds:.1f} s, of them {worked:.1f} s of work")
    assert "the same" in page.text
    source = student.as_text(student.read(lessons.name(number)))
    assert "from reproduce" in source and "assert " in source


@pytest.mark.parametrize("number", MODULES)
def test_the_book_shows_a_lesson_as_it_is_now(number):
    """Else `python -m reproduce.course.lessons NUMBER` executes it anew."""
    source, shown = student.read(lessons.name(number)), lessons.executed(number)
    assert [cell["source"] for cell in source["cells"]] == [c["source"] for c in shown["cells"]]
    code = [cell for cell in shown["cells"] if cell["cell_type"] == "code"]
    assert all(cell["execution_count"] for cell in code)
    assert "the same" in str(code[-1]["outputs"]) or "the same" in str(code)


def test_a_title_stands_over_a_figure_in_a_notebook_and_once_in_the_book(monkeypatch):
    """Who runs a lesson with another seed reads what came out; a page has it in the caption."""
    shown: list = []
    monkeypatch.setattr("IPython.display.display", lambda data, **how: shown.append((data, how)))
    drawings.bars(["a"], {"x": [1.0]}, title="It is 1.00.", alt="A bar.")
    (title, _), (figure, of_figure) = shown
    assert title["text/markdown"] == "**It is 1.00.**" and "image/svg+xml" in figure
    outputs = [
        nbformat.v4.new_output("display_data", data=data, metadata=how["metadata"])
        for data, how in shown
    ]
    cell = nbformat.v4.new_code_cell("drawn", outputs=outputs)
    lessons._polish(nbformat.v4.new_notebook(cells=[cell]))
    assert [one.metadata for one in cell.outputs] == [of_figure["metadata"]]
    assert cell.metadata["mystnb"]["figure"]["caption"] == "**It is 1.00.** A bar."


def test_a_lesson_that_is_not_there_is_a_line(capsys):
    assert status_of(lambda: lessons.main(["7"])) == 2
    assert capsys.readouterr().err.startswith("Error: unknown lesson '7'")


@pytest.mark.parametrize("number", MODULES)
def test_the_students_version_is_the_solution_with_parts_cut_out(number):
    """Else `python -m reproduce.course.student` writes it anew."""
    solution, given = student.read(f"solutions_{number}"), student.read(f"exercises_{number}")
    assert student.as_text(student.students(solution)) == student.as_text(given)
    text = student.as_text(given)
    assert student.DOTS in text and "# solution" not in text and '"solution"' not in text


def cell(*lines, tags=()):
    source = [f"{line}\n" for line in lines]
    return {"id": "a", "cell_type": "code", "metadata": {"tags": list(tags)}, "source": source}


def test_marked_lines_and_tagged_cells_are_cut_and_nothing_else():
    whole = {"cells": [
        cell("def f(x):", "    # solution", "    y = x", "    return y", "    # end of solution"),
        cell("why", tags=["solution"]), cell("kept"),
    ]}  # fmt: skip
    made = student.students(whole)["cells"]
    assert ["".join(one["source"]) for one in made] == [
        f"def f(x):\n    {student.DOTS}\n", "kept\n",
    ]  # fmt: skip
    shown = student.shown_solution("".join(whole["cells"][0]["source"]))
    assert shown == "def f(x):\n    y = x\n    return y\n"


@pytest.mark.parametrize("line", ["    # solution", "    # end of solution"])
def test_a_mark_without_its_other_one_is_refused(line):
    with pytest.raises(UserError, match="a mark without its other one"):
        student.students({"cells": [cell("def f(x):", line)]})
