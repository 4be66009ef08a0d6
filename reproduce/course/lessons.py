"""The lessons as they were executed, which is how the book shows them.

`python -m reproduce.course.lessons 1 2` executes lessons 1 and 2, all of them without numbers, and
writes them to `book/course/`. A test says when one has fallen behind its source.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from reproduce.course import MODULES, student
from reproduce.errors import UserError, status_of, unknown_name
from reproduce.files import project_root, write_text

PARTS = {"module": "Module", "lesson": "Lesson", "exercises": "Exercises",
         "solutions": "Solutions", "quiz": "Quiz"}  # fmt: skip


def name(number: int) -> str:
    """Return the name of a lesson's notebook."""
    return f"lesson_{number}"


def path(number: int) -> Path:
    """Return where the executed lesson lies."""
    return project_root() / "book" / "course" / f"{name(number)}.ipynb"


def executed(number: int) -> dict[str, Any]:
    """Return a lesson as it was executed."""
    if not path(number).is_file():
        raise UserError(
            f"lesson {number} has not been executed; `python -m reproduce.course.lessons {number}` "
            "does it"
        )
    return json.loads(path(number).read_text("utf-8"))


def figure(number: int, cell: str) -> tuple[str, str]:
    """Return the drawing of a lesson's cell as SVG or an image tag, and its alt text."""
    for one in executed(number)["cells"]:
        for output in one.get("outputs", []) if one["id"] == cell else ():
            said = _said(output)
            data = output.get("data", {})
            if "image/svg+xml" in data:
                return "".join(data["image/svg+xml"]), said["alt"]
            if "image/png" in data:
                code = "".join(data["image/png"]).strip()
                return f'<img src="data:image/png;base64,{code}" alt="">', said["alt"]
    raise UserError(f"lesson {number} has no cell '{cell}' with a figure; mend the slides")


def line(number: int, here: str) -> str:
    """Return the line that leads from one page of a module to the others."""
    return f"```{{div}} pages-of-paper\n\nWeek {number}: {links(number, here)}\n```"


def links(number: int, here: str = "") -> str:
    """Return links to the pages and slides of a module; the page that one is on is bold."""
    pages = [
        f"**{title}**" if part == here else f"{{doc}}`{title} <{part}_{number}>`"
        for part, title in PARTS.items()
    ]
    slides = f'<a href="../../_static/course/slides_{number}.html">Slides</a>'
    return " · ".join([*pages, slides])


def with_line(number: int, notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a lesson with that line below its title, as the book shows it."""
    first, *rest = notebook["cells"]
    title, _, below = "".join(first["source"]).partition("\n")
    source = f"{title}\n\n{line(number, 'lesson')}\n{below}"
    return {**notebook, "cells": [{**first, "source": source.splitlines(keepends=True)}, *rest]}


def execute(number: int) -> None:
    """Execute a lesson and write it for the book."""
    import nbformat
    from nbclient import NotebookClient

    source = nbformat.reads(student.as_text(student.read(name(number))), as_version=4)
    # One thread, as trials have it: the digits on the page do not depend on the machine's cores.
    os.environ["OMP_NUM_THREADS"] = "1"
    # The kernel warns of its local transport at every start; errors still show.
    client = NotebookClient(source, kernel_name="python3", extra_arguments=["--log-level=40"])
    client.execute(cwd=str(project_root()))
    _polish(source)
    write_text(path(number), student.as_text(json.loads(nbformat.writes(source))))


def _polish(notebook: Any) -> None:
    """Take out timings, and give each figure's cell the caption and alt text it says of itself.

    A page has the caption; the title that a notebook shows over the figure would be there twice.
    """
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code":
            continue
        cell.outputs = [
            one
            for one in cell.outputs
            if one.get("name") != "stderr" and "in_a_notebook" not in _said(one)
        ]
        for output in cell.outputs:
            said = _said(output)
            if said:
                figure_of = {"caption": said["caption"], "caption_before": True}
                cell.metadata["mystnb"] = {"figure": figure_of, "image": {"alt": said["alt"]}}


def _said(output: dict[str, Any]) -> dict[str, Any]:
    """Return what a drawing of the course says of its output."""
    return output.get("metadata", {}).get("reproduce", {})


def main(numbers: list[str]) -> None:
    """Execute these lessons, or all."""
    for given in numbers or map(str, MODULES):
        if given not in map(str, MODULES):
            raise unknown_name("lesson", given, map(str, MODULES))
        execute(int(given))


if __name__ == "__main__":
    sys.exit(status_of(lambda: main(sys.argv[1:])))
