"""The student's version of an exercise notebook: its solution with marked parts cut out.

The solution is the one source. A cell tagged `solution` is left out as a whole; within a cell, the
lines from `# solution` to `# end of solution` give way to three dots. `python -m
reproduce.course.student` writes all of them anew; a test says when that is due.
"""

import copy
import json
import re
from pathlib import Path
from typing import Any

from reproduce.course import MODULES
from reproduce.errors import UserError
from reproduce.files import project_root, write_text

MARKED = re.compile(
    r"^(?P<indent> *)# solution\n.*?^ *# end of solution$", re.MULTILINE | re.DOTALL
)
DOTS = "...  # your lines here"


def folder() -> Path:
    """Return where the course's notebooks lie."""
    return project_root() / "notebooks" / "course"


def read(name: str) -> dict[str, Any]:
    """Return a notebook of the course by its name."""
    path = folder() / f"{name}.ipynb"
    if not path.is_file():
        raise UserError(
            f"there is no notebook notebooks/course/{path.name}; run this in the project"
        )
    return json.loads(path.read_text("utf-8"))


def students(solution: dict[str, Any]) -> dict[str, Any]:
    """Return the student's version of a solution notebook, which is not changed."""
    cells = []
    for cell in copy.deepcopy(solution["cells"]):
        if "solution" in cell["metadata"].get("tags", []):
            continue
        source = MARKED.sub(lambda found: f"{found['indent']}{DOTS}", "".join(cell["source"]))
        if "# solution" in source or "# end of solution" in source:
            raise UserError(
                f"cell '{cell.get('id')}' has a mark without its other one; expected '# solution' "
                "and '# end of solution' on lines of their own"
            )
        cells.append({**cell, "source": source.splitlines(keepends=True)})
    return {**solution, "cells": cells}


def shown_solution(source: str) -> str:
    """Return a cell of a solution as it is shown: without the marks."""
    return re.sub(r"^ *# (?:end of )?solution\n?", "", source, flags=re.MULTILINE)


def unmarked(solution: dict[str, Any]) -> dict[str, Any]:
    """Return a solution notebook as it is shown: its code without the marks."""
    cells = [
        {**cell, "source": [shown_solution("".join(cell["source"])).rstrip()]}
        for cell in solution["cells"]
    ]
    return {**solution, "cells": cells}


def as_text(notebook: dict[str, Any]) -> str:
    """Return a notebook as its file holds it."""
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def write_all() -> None:
    """Write the student's version of every exercise notebook."""
    for number in MODULES:
        text = as_text(students(read(f"solutions_{number}")))
        write_text(folder() / f"exercises_{number}.ipynb", text)


if __name__ == "__main__":
    write_all()
