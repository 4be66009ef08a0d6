"""The notebooks as they are committed: thin, output-free, parameterized, cut into short pages."""

import ast
import re
import types
import typing

import nbformat
import papermill

from reproduce import papers
from reproduce.book import launch
from tests.notebooks.sources import (
    FROM_PROFILE,
    PARAMETER,
    TAGS,
    cells,
    cut_pages,
    every_notebook,
    every_paper,
    every_study,
    parameters_cell,
    tags,
)


def plain_type(annotation) -> str:
    """Return the type a notebook's reader is told: str, int, float, list or bool."""
    while typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        kinds = {plain_type(a) for a in typing.get_args(annotation) if a is not type(None)}
        (kind,) = kinds
        return kind
    return "str" if origin is typing.Literal else (origin or annotation).__name__


# -- the file -------------------------------------------------------------------------------------


@every_notebook
def test_it_is_a_valid_notebook_without_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor >= 5) == (4, True)
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in cells(path, "code"):
        assert (cell.outputs, cell.execution_count) == ([], None), cell.id


@every_notebook
def test_its_cells_are_named_once_and_not_by_chance(path):
    names = [cell.id for cell in nbformat.read(path, as_version=4).cells]
    assert len(set(names)) == len(names)
    for name in names:
        assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name), name
        assert not re.fullmatch(r"[0-9a-f-]{8,}", name), f"{name} looks drawn by chance"


@every_notebook
def test_it_is_thin(path):
    for cell in cells(path, "code"):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert "parameters" in tags(cell) or len(lines) <= 15, cell.id


@every_notebook
def test_it_calls_modules_by_their_own_names(path):
    """Students look for what they read; only what everybody shortens is short here as well."""
    customary = {"numpy": "np", "pandas": "pd", "matplotlib.pyplot": "plt"}
    for cell in cells(path, "code"):
        for node in ast.walk(ast.parse(cell.source)):
            for alias in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
                assert alias.asname in (None, customary.get(alias.name)), cell.id


@every_notebook
def test_its_tags_are_ones_the_book_knows(path):
    for cell in nbformat.read(path, as_version=4).cells:
        assert set(tags(cell)) <= TAGS, cell.id
        known = {"tags", "mystnb", "jupyter"} if cell.id == launch.CELL else {"tags", "mystnb"}
        assert set(cell.metadata) <= known, cell.id


# -- its pages -----------------------------------------------------------------------------------

# How many cells a page may have; browser tests say how long it may be.
MOST_CELLS = 25
PAGES = ("method", "more", "open", "numbers", "rerun")
# What a paper has more of than fits on these has pages of its own.
# What a classification is shown by; a verification has no classes to confuse or to map.
SHOWN = ("## Confusion matrices", "## t-SNE maps")
SECTIONS = {"difficulty_aware": ("## How often it is wrong", "## At every threshold")}
FURTHER = {"claims", "effects", "later", "inside"}


def has_bars(cell) -> bool:
    """Say whether a reader sees the code of a cell before the answer."""
    return cell["cell_type"] == "code" and "remove-input" not in cell["metadata"].get("tags", [])


@every_notebook
def test_its_pages_are_short_in_cells(path):
    counts = {one.page: len(one.notebook["cells"]) for one in cut_pages(path)}
    assert len(counts) > 1
    assert {page: count for page, count in counts.items() if count > MOST_CELLS} == {}


@every_paper
def test_a_papers_pages_are_the_same_in_all_papers(path):
    first, *others = cut_pages(path)
    names = [one.page.partition("-")[2] for one in others]
    assert [name for name in names if name not in FURTHER] == list(PAGES)
    titles = [one.title for one in others]
    assert titles[0] == "How it was done" and titles[-1] == "Run it again, and exercises"
    headings = "\n".join(prose_of(first.notebook["cells"]))
    for section in ("## In plain words", *SECTIONS.get(path.stem, SHOWN)):
        assert section in headings, section


@every_paper
def test_the_answer_comes_before_anything_else(path):
    """No code, setting or bar of a folded cell stands between the title and the plain words."""
    page = cut_pages(path)[0].notebook["cells"]
    sources = ["".join(cell["source"]) for cell in page]
    until = next(n for n, text in enumerate(sources) if text.startswith("## In plain words"))
    code = [cell for cell in page[:until] if cell["cell_type"] == "code"]
    assert code and not any(has_bars(cell) for cell in code)
    shown = "\n".join("".join(cell["source"]) for cell in code)
    asked = ("claim", "sentence", "effects", "main_table", "caveat")
    places = [shown.index(f"answer.{name}") for name in asked]
    assert places == sorted(places)


@every_study
def test_settings_and_drawing_are_closed(path):
    """What computes or draws is closed; the code that teaches is an output and stays open."""
    for cell in cells(path, "code"):
        assert {"hide-input", "remove-input"} & set(tags(cell)), cell.id


def prose_of(page: list) -> list[str]:
    return ["".join(cell["source"]) for cell in page if cell["cell_type"] == "markdown"]


# -- its parameters -------------------------------------------------------------------------------


@every_study
def test_the_parameters_are_the_first_code_and_the_next_cell_checks_them(path):
    code = cells(path, "code")
    assert ["parameters" in tags(cell) for cell in code].count(True) == 1
    assert "parameters" in tags(code[0])
    assert f'study = papers.open_study("{path.stem}", globals())' in code[1].source


@every_study
def test_each_parameter_is_a_literal_on_one_line_with_its_help(path):
    lines = parameters_cell(path).source.splitlines()
    statements = ast.parse(parameters_cell(path).source).body
    assert len(statements) == len(lines)
    for line, statement in zip(lines, statements, strict=True):
        found = PARAMETER.fullmatch(line)
        assert found, line
        assert isinstance(statement, ast.AnnAssign)
        assert isinstance(statement.annotation, ast.Name), f"a plain annotation: {line}"
        ast.literal_eval(statement.value)
        assert not set(found["help"]) & set("=|"), f"papermill reads = and | as its own: {line}"


@every_study
def test_the_parameters_equal_the_papers_class_name_by_name(path):
    fields = papers.protocol(path.stem).parameters.model_fields
    found = [PARAMETER.fullmatch(line) for line in parameters_cell(path).source.splitlines()]
    assert [line["name"] for line in found] == list(fields)
    for line in found:
        field = fields[line["name"]]
        assert ast.literal_eval(line["value"]) == field.default, line["name"]
        assert line["type"] == plain_type(field.annotation), line["name"]
        suffix = FROM_PROFILE if field.default is None else ""
        assert line["help"] == f"{field.description}{suffix}", line["name"]


@every_study
def test_papermill_reads_the_same_parameters(path):
    read = papermill.inspect_notebook(str(path))
    fields = papers.protocol(path.stem).parameters.model_fields
    assert list(read) == list(fields)
    assert all(parameter["help"] for parameter in read.values())


@every_study
def test_no_variable_of_its_cells_is_taken_for_a_parameter(path):
    """Or all cells could be run only once in a kernel."""
    source = "\n".join(cell.source for cell in cells(path, "code")[1:])
    tree = ast.parse(source)
    # What a comprehension names is gone after it.
    inner = {
        id(one) for node in ast.walk(tree) if isinstance(node, ast.comprehension)
        for one in ast.walk(node.target)
    }  # fmt: skip
    stored = {
        node.id for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in inner
    }  # fmt: skip
    parameters = papers.protocol(path.stem).parameters
    assert {"study", "summary", "judgements"} <= stored
    assert not stored & set(parameters.model_fields)
    assert parameters.from_notebook(dict.fromkeys(stored, 5), again=True) == parameters.read({})


# -- its figures ----------------------------------------------------------------------------------
