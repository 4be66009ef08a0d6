"""`reproduce check`: an exercise of the course, or whether this machine is ready for it."""

from pathlib import Path
from typing import Annotated

import typer

from reproduce.errors import UserError

SETUP = "setup"


def check(
    key: Annotated[
        str, typer.Argument(help="the exercise, such as 2.1; a module, such as 2; or setup")
    ],
    notebook: Annotated[
        Path | None, typer.Argument(help="your notebook (.ipynb) or Python file")
    ] = None,
) -> None:
    """Say whether an exercise of the course is right, and if not, where to look.

    Ends with 0 if all is right and with 1 if not.

    Examples: reproduce check 2.1 exercises_2.ipynb; reproduce check setup
    """
    if key == SETUP:
        _ready()
        return
    if notebook is None:
        raise UserError(
            f"no notebook is named; expected the file with your answer: "
            f"reproduce check {key} exercises_{key[:1]}.ipynb"
        )
    from reproduce.course import checking

    found = checking.of_notebook(key, notebook)
    for _, line in found:
        print(line)
    if not all(right for right, _ in found):
        raise typer.Exit(1)


def _ready() -> None:
    from reproduce.course import readiness

    ready = True
    for well, line in readiness.checked():
        print(f"{'ok ' if well else 'no '} {line}")
        ready = ready and well
    print("Ready for the first lesson." if ready else "Not ready yet: mend what says no.")
    if not ready:
        raise typer.Exit(1)
