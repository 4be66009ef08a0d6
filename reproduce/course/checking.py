"""Checking answers: in a cell, or in a notebook from the command line.

Of a notebook only what the answer needs is run: its imports, definitions and assignments above the
answer. Calls that stand alone (prints, plots, trainings) are passed over, so that a check takes a
second and a cell that fails further down does no harm.
"""

import ast
import json
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from reproduce.course import MODULES
from reproduce.course.exercise import Exercise
from reproduce.errors import UserError, reason, unknown_name
from reproduce.files import relative

# What a notebook may hold at its outermost level that an answer can need.
_NEEDED = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)


@cache
def exercises() -> dict[str, Exercise]:
    """Return all exercises by their keys, in their order."""
    found: dict[str, Exercise] = {}
    for number in MODULES:
        module = import_module(f"reproduce.course.exercises.module_{number}")
        found |= {one.key: one for one in module.EXERCISES}
    return found


def listed() -> list[list[str]]:
    """Return what a page says of each exercise: its key, title, level and minutes."""
    return [[x.key, x.title, str(x.level), str(x.minutes)] for x in exercises().values()]


def exercise(key: str) -> Exercise:
    """Return an exercise by its key, "1.2"."""
    if key not in exercises():
        raise unknown_name("exercise", key, exercises())
    return exercises()[key]


def said(key: str, answer: Any) -> str:
    """Return the judgement on an answer, in a line."""
    asked = exercise(key)
    wrong = asked.judge(answer)
    if wrong is None:
        return f"{key} {asked.asks}: right."
    return f"{key} {asked.asks}: not yet. {wrong[0].upper()}{wrong[1:]}."


def of_notebook(key: str, path: Path) -> list[tuple[bool, str]]:
    """Return for each exercise of a key, "1.2" or "1" for all, whether it is right, and a line."""
    keys = [one for one in exercises() if one == key or one.startswith(f"{key}.")]
    if not keys:
        raise unknown_name("exercise", key, exercises())
    cells = list(_cells(path))
    return [_checked(one, cells, path) for one in keys]


def _checked(key: str, cells: list[tuple[str, ast.Module]], path: Path) -> tuple[bool, str]:
    asked = exercise(key)
    try:
        answer = _answer(asked.asks, cells, path)
    except UserError as error:
        return False, f"{key} {asked.asks}: not yet. {error}."
    line = said(key, answer)
    return line.endswith(": right."), line


def _cells(path: Path) -> Iterator[tuple[str, ast.Module]]:
    """Yield the code cells of a notebook, or the code of a Python file."""
    try:
        text = Path(path).read_text("utf-8")
        if Path(path).suffix == ".py":
            sources = [text]
        else:
            cells = json.loads(text)["cells"]
            sources = ["".join(one["source"]) for one in cells if one["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = getattr(error, "strerror", None) or reason(error)
        raise UserError(
            f"{relative(Path(path))} cannot be read ({why}); expected a notebook (.ipynb) "
            "or a Python file: check its path, and save it"
        ) from error
    for number, source in enumerate(sources, start=1):
        # Lines for the notebook itself, as `%matplotlib inline`, are no Python.
        kept = [
            line if line.lstrip()[:1] not in "%!" or not line.strip() else ""
            for line in source.split("\n")
        ]
        text = "\n".join(kept)
        try:
            yield text, ast.parse(text)
        except SyntaxError as error:
            raise UserError(
                f"code cell {number} of {relative(Path(path))} is not Python (line {error.lineno}: "
                f"{error.msg}); mend it and save the notebook"
            ) from error


def _answer(name: str, cells: list[tuple[str, ast.Module]], path: Path) -> Any:
    """Return what a notebook calls by this name, as it is where that was last defined."""
    places = [n for n, (_, tree) in enumerate(cells) if name in _defined(tree)]
    if not places:
        raise UserError(
            f"{relative(Path(path))} defines no `{name}`; do not rename what is asked for"
        )
    space: dict[str, Any] = {"__name__": "__main__"}
    for number, (text, tree) in enumerate(cells[: places[-1] + 1]):
        _run(text, tree, f"<{Path(path).name}, code cell {number + 1}>", space)
    return space.get(name)


def _run(text: str, tree: ast.Module, label: str, space: dict[str, Any]) -> None:
    import linecache

    # Code that is sent through the door for methods of one's own has to have its source.
    linecache.cache[label] = (len(text), None, text.splitlines(keepends=True), label)
    needed = ast.Module([node for node in tree.body if isinstance(node, _NEEDED)], [])
    try:
        exec(compile(needed, label, "exec"), space)
    except Exception as error:
        raise UserError(
            f"{label[1:-1]} stops with {type(error).__name__}: {reason(error)}"
        ) from error


def _defined(tree: ast.Module) -> set[str]:
    """Return the names that a cell defines at its outermost level."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        found |= {one.id for one in targets if isinstance(one, ast.Name)}
    return found
