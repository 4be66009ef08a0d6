"""The notebook, executed by our command, by plain papermill, and from an edition alone."""

import json
import re

import nbformat
import pytest

from reproduce.book.checks import check_notebooks, notebook_problems
from reproduce.book.pages import home_paths

TRAIN = "train"


def problems(notebook) -> list[str]:
    return [
        f"{cell.id}: {output.ename}: {output.evalue}"
        for cell in notebook.cells if cell.cell_type == "code"
        for output in cell.outputs if output.output_type == "error"
    ]  # fmt: skip


def texts(cell) -> str:
    """Return all that a cell printed or showed, as text."""
    shown = []
    for output in cell.outputs:
        shown += [output.get("text", ""), *(output.get("data", {}).get(k, "") for k in
                  ("text/plain", "text/html", "text/markdown"))]  # fmt: skip
    return "\n".join(shown)


def figures(notebook) -> list:
    return [
        cell for cell in notebook.cells if cell.cell_type == "code"
        and any(is_picture(output) for output in cell.outputs)
    ]  # fmt: skip


def is_picture(output) -> bool:
    return any(kind.startswith("image/") for kind in output.get("data", {}))


@pytest.fixture
def source(project):
    """Return the notebook as it is committed."""
    return nbformat.read(project / "notebooks" / "class_imbalance.ipynb", as_version=4)


# -- by the command -------------------------------------------------------------------------------


def test_the_command_trains_executes_and_ends_with_the_claims(by_command):
    assert by_command.process.returncode == 0, by_command.process.stderr
    said = by_command.process.stdout
    assert "class_imbalance (smoke) on digits: 4 trials, 4 to train" in said
    assert re.search(r"\[4/4\] .*: accuracy \d", said)
    assert "Published beside ours" in said
    assert "illustration" in said
    assert said.rstrip().endswith("executed notebook: by_command.ipynb")
    assert "Traceback" not in by_command.process.stderr


def test_the_terminal_shows_that_one_repeat_has_no_interval(by_command):
    """As text: square brackets are no markup."""
    assert "[no interval]" in re.sub(r"[│\s]+", " ", by_command.process.stdout)


def test_the_run_is_kept_in_a_folder_of_its_own_and_nowhere_else(by_command, project):
    (kept,) = (project / "runs").glob("class_imbalance-*")
    assert (kept / "papers" / "class_imbalance.ipynb").read_bytes() == by_command.path.read_bytes()
    names = sorted(file.name for file in kept.rglob("*") if file.is_file())
    assert names == [f"class_imbalance.{suffix}" for suffix in ("csv", "ipynb", "json", "npz")]
    assert not (project / "_build").exists()
    assert not (project / "book").exists()


def test_the_same_command_again_has_nothing_to_do(by_command, call):
    again = call("reproduce.cli", *"run class_imbalance --profile smoke --workers 1".split())
    assert again.returncode == 0, again.stderr
    assert "4 trials, 0 to train with 1 worker(s)" in again.stdout
    assert "the notebook is up to date: nothing to execute" in again.stdout


def test_every_cell_ran_to_the_end(by_command, source):
    assert problems(by_command.notebook) == []
    assert check_notebooks([by_command.path]) is None
    ids = [cell.id for cell in by_command.notebook.cells]
    assert [name for name in ids if name in {cell.id for cell in source.cells}] == [
        cell.id for cell in source.cells
    ]


def test_every_figure_has_a_short_alt_text_and_its_numbers_under_it(by_command):
    shown = figures(by_command.notebook)
    assert len(shown) >= 7
    for cell in shown:
        mystnb = cell.metadata["mystnb"]
        (output,) = [o for o in cell.outputs if is_picture(o)]
        said = output["metadata"]["reproduce"]
        assert mystnb["image"]["alt"] == said["alt"] and 20 < len(said["alt"]) <= 250, cell.id
        assert mystnb["figure"]["caption"] == said["caption"] != "", cell.id
        assert re.search(r"\d", said["numbers"]), cell.id
        assert "Numbers of this figure" in json.dumps(cell.outputs), cell.id


def test_every_drawing_is_small_enough_for_a_page_of_many(by_command):
    for cell in figures(by_command.notebook):
        for output in filter(is_picture, cell.outputs):
            assert all(len(str(data)) <= 200_000 for data in output["data"].values()), cell.id


def test_the_executed_notebook_names_no_folder_of_this_machine(by_command, project):
    text = by_command.path.read_text("utf-8")
    assert str(project) not in text
    assert list(home_paths(text)) == []
    assert "stderr" not in text


def test_the_page_is_labelled_as_what_it_is(by_command):
    said = texts(by_command.cell("run-summary"))
    assert "smoke" in said
    assert "a real stand-in, not the paper" in said
    assert "digits stands in for MNIST" in said
    assert "4 trials behind this page, 0 of them run by this cell" in texts(by_command.cell(TRAIN))


def test_the_table_shows_the_stored_accuracies(by_command, project):
    """In percent with the digits that the table has."""
    (kept,) = (project / "runs").glob("class_imbalance-*/results/class_imbalance.csv")
    header, *rows = kept.read_text().splitlines()
    accuracy = header.split(",").index("metric.test/accuracy")
    sampler = header.split(",").index("sampler")
    table = texts(by_command.cell("summary"))
    seen = 0
    for row in rows:
        fields = row.split(",")
        if fields[sampler]:
            assert f"{100 * float(fields[accuracy]):.1f}" in table
            seen += 1
    assert seen == 3


# -- by plain papermill ---------------------------------------------------------------------------


@pytest.mark.thorough
def test_plain_papermill_ends_well_and_trains_nothing_again(by_papermill):
    assert by_papermill.process.returncode == 0, by_papermill.process.stderr
    assert problems(by_papermill.notebook) == []
    assert "4 trials behind this page, 0 of them run" in texts(by_papermill.cell(TRAIN))


@pytest.mark.thorough
@pytest.mark.parametrize("cell", ["summary", "verdicts", "expected", "per-class"])
def test_both_ways_show_the_same_numbers(by_command, by_papermill, cell):
    assert texts(by_papermill.cell(cell)) == texts(by_command.cell(cell)) != ""


def test_plain_papermill_stops_at_a_misspelt_parameter_with_one_line(misspelt):
    assert misspelt.process.returncode != 0
    (problem,) = problems(misspelt.notebook)
    assert problem.startswith("open: UserError")
    (error,) = [o for o in misspelt.cell("open").outputs if o.output_type == "error"]
    (line,) = error.traceback
    assert line.startswith(
        "Error: unknown parameter of class_imbalance 'rhoo'; did you mean 'rho'?"
    )
    after = [cell for cell in misspelt.notebook.cells if cell.cell_type == "code"]
    later = after[[cell.id for cell in after].index("open") + 1 :]
    assert later and all(cell.execution_count is None for cell in later)


# -- from an edition ------------------------------------------------------------------------------


@pytest.mark.thorough
def test_an_edition_brings_all_that_its_page_needs(rendered):
    assert rendered.merged.new == 4
    assert rendered.pending == 0


@pytest.mark.thorough
def test_the_page_from_an_edition_shows_the_same_numbers_where_the_data_is_absent(rendered):
    pages = [
        nbformat.read(edition.notebook("class_imbalance"), as_version=4)
        for edition in (rendered.first, rendered.again)
    ]
    assert problems(pages[1]) == []
    shown = [{c.id: texts(c) for c in page.cells if c.cell_type == "code"} for page in pages]
    assert shown[0] == shown[1]
    assert sum("text/html" in json.dumps(c) for c in pages[1].cells) >= 8
    pictures = [
        {c.id: [o["data"] for o in c.outputs if is_picture(o)] for c in figures(page)}
        for page in pages
    ]  # fmt: skip
    assert len(pictures[0]) >= 7
    assert pictures[0] == pictures[1]


@pytest.mark.thorough
def test_the_edition_made_from_an_edition_is_the_same_edition(rendered):
    """Byte for byte: equal runs give equal files, or commits would show changes that are none."""
    for suffix in ("csv", "npz"):
        one, other = (
            edition.results("class_imbalance", suffix).read_bytes()
            for edition in (rendered.first, rendered.again)
        )
        assert one == other, suffix
    one, other = (e.notebook("class_imbalance") for e in (rendered.first, rendered.again))
    assert one.read_bytes() == other.read_bytes()
    one, other = (e.stamp("class_imbalance") for e in (rendered.first, rendered.again))
    changed = {"executed", "package"}  # today's date, and the code as it is
    assert {k: v for k, v in one.items() if k not in changed} == {
        k: v for k, v in other.items() if k not in changed
    }
    assert notebook_problems(rendered.again.notebook("class_imbalance")) == []
