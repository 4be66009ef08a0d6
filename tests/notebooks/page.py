"""A paper's notebook, executed cell by cell in this process, without a kernel.

Each code cell runs as IPython would run it: in one namespace, its last expression shown. What was
shown is kept by cell, as the text or HTML that a reader would see.
"""

import ast
import contextlib
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import IPython.display
import nbformat
import pytest

from reproduce.figures import present

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
# What IPython asks an object for, the richest first.
FORMS = ("_repr_html_", "_repr_markdown_", "_repr_svg_")


@dataclass
class Page:
    """What a notebook showed, by the name of its cells, and what its variables are in the end."""

    shown: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return all that was shown, a cell after the other."""
        return "\n".join(text for texts in self.shown.values() for text in texts)


def execute(paper: str, drawn: bool = False, **parameters: Any) -> Page:
    """Execute a paper's notebook with these parameters and return what it showed.

    A cell that raises is named in the error's notes. Pictures are made; they are `drawn` to the end
    where asked for, which takes most of the time.
    """
    page = Page(names={"__name__": "__main__"})
    with pytest.MonkeyPatch.context() as patch:
        cell_shows: list[str] = []

        def display(*things: Any, raw: bool = False, **_: Any) -> None:
            cell_shows.extend(as_seen(thing, raw) for thing in things)

        page.names["display"] = display
        patch.setattr(IPython.display, "display", display)
        if not drawn:
            patch.setattr(present, "drawing", lambda figure: {"image/svg+xml": "<svg/>"})
        for cell in nbformat.read(NOTEBOOKS / f"{paper}.ipynb", as_version=4).cells:
            if cell.cell_type != "code":
                continue
            cell_shows = page.shown[cell.id] = []
            printed = io.StringIO()
            try:
                with contextlib.redirect_stdout(printed):
                    _run(cell, page.names, display)
            except BaseException as error:
                error.add_note(f"in cell '{cell.id}' of {paper} with {parameters}")
                raise
            cell_shows += [printed.getvalue()] if printed.getvalue() else []
            if "parameters" in cell.metadata.get("tags", []):
                page.names |= parameters
    return page


def _run(cell, names: dict[str, Any], display) -> None:
    """Run a cell's statements, and show the value of the last if it is an expression."""
    tree = ast.parse(cell.source, cell.id)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, cell.id, "exec"), names)
    if last is not None:
        value = eval(compile(ast.Expression(last.value), cell.id, "eval"), names)
        if value is not None:
            display(value)


def as_seen(thing: Any, raw: bool = False) -> str:
    """Return what a reader sees of a displayed object; of a picture, its numbers in words."""
    if raw:
        return thing["text/plain"]
    for form in FORMS:
        if hasattr(thing, form):
            found = getattr(thing, form)()
            if found is not None:
                return found if isinstance(found, str) else found[0]
    return str(thing)
