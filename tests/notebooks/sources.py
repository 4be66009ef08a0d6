"""The committed notebooks, their cells and their words, as the tests of the sources read them."""

import re
from pathlib import Path

import nbformat
import pytest

from reproduce import papers
from reproduce.book.chapters import CHAPTERS
from reproduce.book.cutting import Cut, cut
from reproduce.book.launch import CELL

ROOT = Path(__file__).resolve().parents[2]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TAGS = {
    "parameters", "settings", "hide-input", "hide-output", "remove-cell", "remove-input",
    "remove-stderr", "answer-figure", "answer-table", "skip-in-smoke", "solution",
    "raises-exception",
}  # fmt: skip
FROM_PROFILE = "; None: as the profile says"
PARAMETER = re.compile(r"(?P<name>\w+): (?P<type>\w+) = (?P<value>.+?)  # (?P<help>.+)")
STUDIES = [path for path in PATHS if path.stem not in CHAPTERS]
PAPERS = [path for path in STUDIES if path.stem in papers.names()]

every_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
every_paper = pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.stem)
every_study = pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)


def cells(path: Path, kind: str) -> list:
    """Return the cells of a kind, without the one that only Colab needs."""
    every = nbformat.read(path, as_version=4).cells
    return [cell for cell in every if cell.cell_type == kind and cell.id != CELL]


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


def cut_pages(path: Path) -> list[Cut]:
    """Return the pages of a notebook as the book cuts it."""
    return cut(f"book/papers/{path.stem}", nbformat.read(path, as_version=4))
