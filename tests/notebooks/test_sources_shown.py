"""What the committed notebooks show and say: figures with names, words that lead somewhere."""

import ast
import importlib
import re
import shlex
import typing
from pathlib import Path

from reproduce import papers
from reproduce.figures.picture import Picture
from reproduce.registry import records
from reproduce.study.parameters import PROFILES
from tests.notebooks.sources import (
    ROOT,
    cells,
    cut_pages,
    every_notebook,
    every_study,
    prose,
    words_in,
)


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
