"""Cut an executed notebook into the pages that a reader turns.

A page begins at a Markdown cell that begins with a heading of level 1. The first page keeps the
address of the notebook; each other one is named by the label above its heading: below
`(dual-head-method)=` begins the page `dual_head-method`. The notebook itself stays whole for
whoever runs it, and is offered on each page.
"""

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from docutils import nodes

from reproduce.book import markup
from reproduce.book.shown import TRIALS
from reproduce.errors import UserError
from reproduce.registry import records

SECTION = re.compile(r"^## ([^\n]+)$", re.MULTILINE)
START = re.compile(r"\s*(?:\((?P<label>[\w-]+)\)=\s*\n)?# (?P<title>[^\n]+)\n?")
# The folder, beside the pages, with the notebooks as they were executed.
WHOLE = "whole"
# What a re-runner changes, and how a notebook begins: shown where the reader is told how to do so.
SETTINGS = {"parameters", "injected-parameters", "settings"}
RERUN = "rerun"
# How the first page of a paper is called among its pages.
ANSWER = "The answer"


@dataclass(frozen=True)
class Cut:
    """A page cut from a notebook.

    Attributes
    ----------
    page
        Its path in the book, without a suffix.
    title
        Its name in the table of contents.
    notebook
        Its cells, as a notebook.
    """

    page: str
    title: str
    notebook: dict[str, Any]


def cut(page: str, notebook: dict[str, Any], trials: bool = False, taught: str = "") -> list[Cut]:
    """Return the pages of a notebook in reading order; none where it is one page as it stands.

    Parameters
    ----------
    page
        The path of the notebook in the book, without a suffix; its last part is the key of the
        paper or the name of the chapter.
    notebook
        The executed notebook, as read from JSON; it is not changed.
    trials
        Whether there is a page of its trials to lead to.
    taught
        Where the course teaches what it is about; empty where the book has no course.
    """
    parts = list(_parts([one for one in notebook.get("cells", []) if not _is_hidden(one)]))
    if len(parts) < 2:
        return []
    key = PurePosixPath(page).name
    headings = [START.match(_source(cells[0])) for cells in parts]
    names = ["", *(_name(key, heading) for heading in headings[1:])]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise UserError(f"the notebook {key} has two pages named {doubled[0]}; rename a label")
    addresses = [f"{page}-{name}" if name else page for name in names]
    first = ANSWER if chapter_title(page) else short_title(_title(parts[0]))
    titles = [first, *(short_title(heading["title"]) for heading in headings[1:])]
    parts = _with_settings_moved(parts, names)
    lines = [_line(key, addresses, titles, number, trials) for number in range(len(parts))]
    # The first screen of an answer has no room for a list of contents beside it.
    lines[0] += _sections(parts[0], taught)
    return [
        Cut(address, title, _as_notebook(notebook, cells, line))
        for address, title, cells, line in zip(addresses, titles, parts, lines, strict=True)
    ]


def chapter_title(page: str) -> str | None:
    """Return the name of the chapter of a paper or study; None for other pages."""
    key = PurePosixPath(page).name
    return records.works()[key].short if key in records.works() else None


def short_title(heading: str) -> str:
    """Return what a heading says after the name of its paper: "Acne: how" is "How"."""
    title = heading.strip().rpartition(": ")[2]
    return title[:1].upper() + title[1:]


def _parts(cells: list[dict]) -> Iterator[list[dict]]:
    """Return the cells of each page."""
    part: list[dict] = []
    for cell in cells:
        begins = cell.get("cell_type") == "markdown" and START.match(_source(cell))
        if begins and any(_is_heading(one) for one in part):
            yield part
            part = []
        part.append(cell)
    if any(_is_heading(one) for one in part):
        yield part


def _is_heading(cell: dict) -> bool:
    return cell.get("cell_type") == "markdown" and bool(START.match(_source(cell)))


def _is_hidden(cell: dict) -> bool:
    """Say whether a cell is of no page: what only who opens the notebook elsewhere needs."""
    return "remove-cell" in cell.get("metadata", {}).get("tags", [])


def _title(cells: list[dict]) -> str:
    """Return the title of a page."""
    heading = next(cell for cell in cells if _is_heading(cell))
    return START.match(_source(heading))["title"]


def _name(key: str, heading: re.Match) -> str:
    """Return the name of a page from the label above its heading."""
    prefix = f"{key.replace('_', '-')}-"
    label = heading["label"] or ""
    if not label.startswith(prefix) or label == prefix:
        raise UserError(
            f"the notebook {key} begins a page at '# {heading['title'].strip()}' without a name; "
            f"write ({prefix}NAME)= on the line above the heading"
        )
    return label.removeprefix(prefix)


def _with_settings_moved(parts: list[list[dict]], names: list[str]) -> list[list[dict]]:
    """Move parameters and settings from the answer to the page that says how to run it again."""
    if RERUN not in names:
        return parts
    moved = [cell for cell in parts[0] if SETTINGS & set(cell["metadata"].get("tags", []))]
    first = [cell for cell in parts[0] if cell not in moved]
    place = names.index(RERUN)
    head, *rest = parts[place]
    return [first, *parts[1:place], [head, *moved, *rest], *parts[place + 1 :]]


def _line(key: str, addresses: list[str], titles: list[str], here: int, trials: bool) -> str:
    """Return the line that leads to the other pages of the paper and to the whole notebook."""
    entries = []
    for number, (address, title) in enumerate(zip(addresses, titles, strict=True)):
        text = markup.escaped(title)
        name = PurePosixPath(address).name
        entries.append(f"**{text}**" if number == here else f"{{doc}}`{title} <{name}>`")
    whole = f"{{download}}`Whole notebook <{WHOLE}/{key}.ipynb>`"
    paper = chapter_title(key)
    belongs = [f"{markup.escaped(paper)}:"] if paper else []
    if trials:
        entries.append(f"{{doc}}`Trials <{key}-{TRIALS}>`")
    return (
        " ".join(["```{div} pages-of-paper\n", *belongs, " · ".join([*entries, whole])]) + "\n```"
    )


def _sections(cells: list[dict], taught: str) -> str:
    """Return the line that leads to the sections of a page; empty where it has none."""
    markdown = [_source(cell) for cell in cells if cell.get("cell_type") == "markdown"]
    titles = [title for text in markdown for title in SECTION.findall(text)]
    links = [f'<a href="#{nodes.make_id(title)}">{markup.escaped(title)}</a>' for title in titles]
    if not links:
        return ""
    said = f"On this page: {' · '.join(links)}" + (f". {taught}" if taught else "")
    return f"\n\n```{{div}} pages-of-paper\n{said}\n```"


def _as_notebook(whole: dict[str, Any], cells: list[dict], line: str) -> dict[str, Any]:
    """Return cells as a notebook, with the line below its heading."""
    cells = [copy.copy(cell) for cell in cells]
    start = next(number for number, cell in enumerate(cells) if _is_heading(cell))
    source = _source(cells[start])
    end = START.match(source).end()
    below = source[end:].strip("\n")
    cells[start]["source"] = f"{source[:end].rstrip()}\n\n{line}\n\n{below}".rstrip("\n")
    return {**whole, "cells": cells}


def _source(cell: dict) -> str:
    return "".join(cell.get("source", ""))


def as_text(notebook: dict[str, Any]) -> str:
    """Return a notebook as its file holds it."""
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
