"""Checking answers: in a cell, or in a notebook from the command line.

Of a notebook only what the answer needs is run: its imports, definitions and assignments above the
answer. Calls that stand alone (prints, plots, trainings) are passed over, so that a check takes a
second; a cell that fails further down, or half an answer to another exercise, does no harm.
"""

import ast
import json
import re
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
# A cell: its text, and that as a tree, or what is wrong with it where it is no Python.
Cell = tuple[str, ast.Module | UserError]


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


def _checked(key: str, cells: list[Cell], path: Path) -> tuple[bool, str]:
    asked = exercise(key)
    try:
        answer = _answer(asked.asks, cells, path)
    except UserError as error:
        return False, f"{key} {asked.asks}: not yet. {error}."
    line = said(key, answer)
    return line.endswith(": right."), line


def _cells(path: Path) -> Iterator[Cell]:
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
        text = re.sub(r"^[ \t]*[%!].*$", "", source, flags=re.MULTILINE)
        try:
            yield text, ast.parse(text)
        except SyntaxError as error:
            where = f"Code cell {number} of {relative(Path(path))}"
            why = f"line {error.lineno}: {error.msg}"
            yield text, UserError(f"{where} is not Python ({why}); mend it and save the notebook")


def _answer(name: str, cells: list[Cell], path: Path) -> Any:
    """Return what a notebook calls by this name, as it is where that was last defined."""
    places = [number for number, cell in enumerate(cells) if _defines(name, *cell)]
    faults = [tree for _, tree in cells if isinstance(tree, UserError)]
    if not places:
        raise (
            faults[0]
            if faults
            else UserError(
                f"{relative(Path(path))} defines no `{name}`; do not rename what is asked for"
            )
        )
    last = cells[places[-1]][1]
    if isinstance(last, UserError):
        raise last
    space: dict[str, Any] = {"__name__": "__main__"}
    for number, (text, tree) in enumerate(cells[: places[-1] + 1]):
        if isinstance(tree, ast.Module):
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


def _defines(name: str, text: str, tree: ast.Module | UserError) -> bool:
    """Say whether a cell defines a name; where it is no Python, whether it seems to."""
    if isinstance(tree, ast.Module):
        return name in _defined(tree)
    return bool(re.search(rf"^(?:(?:def|class) +{name}\b|{name} *=)", text, re.MULTILINE))


def _defined(tree: ast.Module) -> set[str]:
    """Return the names that a cell defines at its outermost level."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        found |= {one.id for one in targets if isinstance(one, ast.Name)}
    return found
