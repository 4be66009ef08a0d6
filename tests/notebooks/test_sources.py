"""The notebooks as they are committed: thin, output-free, parameterized, readable by all."""

import ast
import importlib
import re
import shlex
import symtable
import types
import typing
from pathlib import Path

import nbformat
import papermill
import pytest

from reproduce import papers
from reproduce.book.chapters import CHAPTERS
from reproduce.book.cutting import Cut, cut
from reproduce.figures.picture import Picture
from reproduce.registry import records
from reproduce.study.parameters import PROFILES

ROOT = Path(__file__).resolve().parents[2]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TAGS = {
    "parameters", "settings", "hide-input", "hide-output", "remove-cell", "remove-input",
    "remove-stderr", "skip-in-smoke", "solution", "raises-exception",
}  # fmt: skip
FROM_PROFILE = "; None: as the profile says"
PARAMETER = re.compile(r"(?P<name>\w+): (?P<type>\w+) = (?P<value>.+?)  # (?P<help>.+)")
STUDIES = [path for path in PATHS if path.stem not in CHAPTERS]

every_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
every_study = pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)


def cells(path: Path, kind: str) -> list:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def parameters_cell(path: Path):
    (found,) = [cell for cell in cells(path, "code") if "parameters" in tags(cell)]
    return found


def prose(path: Path) -> str:
    return "\n".join(cell.source for cell in cells(path, "markdown"))


def words_in(role: str, text: str) -> list[str]:
    """Return what a MyST role is applied to: {term}`shown <word>`, {cite}`one,two`."""
    found = []
    for content in re.findall(rf"{{{role}}}`([^`]+)`", text):
        target = re.search(r"<([^>]+)>$", content)
        found += [part.strip() for part in (target[1] if target else content).split(",")]
    return found


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
def test_its_tags_are_ones_the_book_knows(path):
    for cell in nbformat.read(path, as_version=4).cells:
        assert set(tags(cell)) <= TAGS, cell.id
        assert set(cell.metadata) <= {"tags", "mystnb"}, cell.id


# -- its pages -----------------------------------------------------------------------------------

# How many cells a page may have; browser tests say how long it may be.
MOST_CELLS = 25
PAGES = ("method", "more", "open", "numbers", "rerun")
# Where a paper has more claims or effects than fit beside these, they have pages of their own.
FURTHER = {"claims", "effects"}


def cut_pages(path: Path) -> list[Cut]:
    """Return the pages of a notebook as the book cuts it."""
    return cut(f"book/papers/{path.stem}", nbformat.read(path, as_version=4))


def has_bars(cell) -> bool:
    """Say whether a reader sees the code of a cell before the answer."""
    return cell["cell_type"] == "code" and "remove-input" not in cell["metadata"].get("tags", [])


@every_notebook
def test_its_pages_are_short_in_cells(path):
    counts = {one.page: len(one.notebook["cells"]) for one in cut_pages(path)}
    assert len(counts) > 1
    assert {page: count for page, count in counts.items() if count > MOST_CELLS} == {}


@every_study
def test_a_papers_pages_are_the_same_in_all_papers(path):
    first, *others = cut_pages(path)
    names = [one.page.partition("-")[2] for one in others]
    assert [name for name in names if name not in FURTHER] == list(PAGES)
    titles = [one.title for one in others]
    assert titles[0] == "How it was done" and titles[-1] == "Run it again, and exercises"
    headings = "\n".join(prose_of(first.notebook["cells"]))
    for section in ("## In plain words", "## Confusion matrices", "## t-SNE maps"):
        assert section in headings, section


@every_study
def test_the_answer_comes_before_anything_else(path):
    """No code, setting or bar of a folded cell stands between the title and the plain words."""
    page = cut_pages(path)[0].notebook["cells"]
    until = next(n for n, cell in enumerate(page) if "In plain words" in "".join(cell["source"]))
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
    symbols = symtable.symtable(source, path.name, "exec").get_symbols()
    stored = {symbol.get_name() for symbol in symbols if symbol.is_assigned()}
    parameters = papers.protocol(path.stem).parameters
    assert {"study", "summary", "judgements"} <= stored
    assert not stored & set(parameters.model_fields)
    assert parameters.from_notebook(dict.fromkeys(stored, 5), again=True) == parameters.read({})


# -- its figures ----------------------------------------------------------------------------------


def makes_a_picture(given: ast.expr, imported: dict[str, str]) -> bool:
    """Say whether what show() is given (`pictures.NAME`) makes a picture, and no table or text."""
    assert isinstance(given, ast.Attribute) and isinstance(given.value, ast.Name), "pictures.NAME"
    module = importlib.import_module(f"{imported[given.value.id]}.{given.value.id}")
    made = typing.get_type_hints(getattr(module, given.attr).make)["return"]
    return any(issubclass(one, Picture) for one in typing.get_args(made) or [made])


def shows_a_figure(source: str, imported: dict[str, str]) -> bool:
    """Say whether a cell shows a picture: of a study, or one that no study stands behind."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    called = [(call.func.id, call) for call in calls if isinstance(call.func, ast.Name)]
    return any(
        name == "show_picture" or (name == "show" and makes_a_picture(call.args[1], imported))
        for name, call in called
    )


def imports_of(path: Path) -> dict[str, str]:
    found = {}
    for cell in cells(path, "code"):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.ImportFrom):
                found |= {alias.asname or alias.name: node.module for alias in node.names}
    return found


def test_a_cell_that_shows_a_figure_is_recognised():
    imported = {"pictures": "reproduce.papers.dual_head"}
    assert shows_a_figure("x = 1\nshow(study, pictures.gains)", imported)
    assert shows_a_figure("show_picture(F1Region(rows), origin)", {})
    assert not shows_a_figure("show(study, pictures.summary)", imported)
    assert not shows_a_figure("show(study, pictures.findings)", imported)
    assert not shows_a_figure("show(study, pictures.otherwise)", imported)
    assert not shows_a_figure("judge(study)", imported)


@every_notebook
def test_every_figure_has_alt_text_a_caption_and_a_name(path):
    imported, names = imports_of(path), []
    drawing = [cell for cell in cells(path, "code") if shows_a_figure(cell.source, imported)]
    assert len(drawing) >= 5
    for cell in drawing:
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        figure = cell.metadata.get("mystnb", {}).get("figure", {})
        assert len(alt) >= 20, cell.id
        assert not re.search(r"\.(png|svg|jpe?g)$", alt), cell.id
        assert len(figure.get("caption", "")) >= 20, cell.id
        names.append(figure["name"])
    assert len(set(names)) == len(names)


@every_notebook
def test_only_cells_that_show_a_figure_promise_one(path):
    imported = imports_of(path)
    for cell in cells(path, "code"):
        if "mystnb" in cell.metadata:
            assert shows_a_figure(cell.source, imported), cell.id


# -- its prose ------------------------------------------------------------------------------------

METHODS = {name.replace("_", " ") for name in records.looks()}
METHODS |= {look.label.lower() for look in records.looks().values() if look.label}


def typed_results(text: str) -> list[str]:
    """Return the sentences that hold a percentage and the name of a method: a typed result?"""
    sentences = re.split(r"(?<=[.:;])\s+|\n\n|\n(?=[-*|])", text)
    percentage = re.compile(r"\d\s*(%|percent|points)")
    return [
        sentence for sentence in sentences
        if percentage.search(sentence) and any(name in sentence.lower() for name in METHODS)
    ]  # fmt: skip


def test_a_typed_result_is_recognised():
    assert typed_results("Oversampling reaches 98.2 % on MNIST.")
    assert typed_results("It gains\n1.5 points with thresholding. Fine.")
    assert not typed_results("Oversampling is best. Intervals are at the 95 % level.")


@every_notebook
def test_no_result_is_typed_by_hand(path):
    assert typed_results(prose(path)) == []


@every_notebook
def test_every_citation_is_in_the_bibliography(path):
    known = re.findall(
        r"^@\w+\{([^,\s]+),", (ROOT / "book/references.bib").read_text(), re.MULTILINE
    )
    cited = words_in("cite", prose(path)) + words_in("cite:[a-z]+", prose(path))
    assert cited
    assert set(cited) <= set(known)


@every_notebook
def test_every_linked_word_is_in_the_glossary(path):
    glossary = (ROOT / "book" / "glossary.md").read_text("utf-8")
    blocks = re.findall(r"^```\{glossary\}\n(.*?)^```", glossary, re.MULTILINE | re.DOTALL)
    known = {line.lower() for block in blocks for line in block.splitlines() if line[:1].strip()}
    linked = {word.lower() for word in words_in("term", prose(path))}
    assert linked
    assert linked - known - {f"{word}s" for word in known} == set()


@every_study
def test_every_command_in_its_text_has_parameters_that_exist(path):
    lines = re.findall(r"reproduce run [^`\n#]+", prose(path))
    assert len(lines) >= 4
    for line in lines:
        words = shlex.split(line)[2:]
        parameters = papers.protocol(words[0]).parameters
        given = {words[i + 1]: words[i + 2] for i, word in enumerate(words) if word == "-p"}
        parameters.read(given)
        profiles = [words[i + 1] for i, word in enumerate(words) if word == "--profile"]
        assert set(profiles) <= set(PROFILES)


@every_notebook
def test_it_speaks_korean_too(path):
    """The sources are Korean; a short summary in it stands on the first page of each notebook."""
    first = cut_pages(path)[0].notebook["cells"]
    words = [cell["source"] for cell in first if cell["cell_type"] == "markdown"]
    assert any(re.search(r"[가-힣]{2,}", text) for text in words)
