"""The course: lessons, exercises that check themselves, quizzes, slides and packs.

A notebook of the course imports from here: `from reproduce.course import check, digits`.
"""

from importlib import import_module
from typing import Any

MODULES = (1, 2, 3, 4, 5, 6)


def check(key: str, answer: Any) -> None:
    """Say whether an answer to an exercise is right, in a cell: `check("1.1", recalls)`."""
    from reproduce.course import checking

    print(checking.said(key, answer))


def __getattr__(name: str) -> Any:
    # Drawing and torch are loaded by who asks for them; the command's help needs neither.
    if name in ("digits", "drawings"):
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
