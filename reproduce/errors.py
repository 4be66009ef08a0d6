"""The one exception for mistakes that a user can mend."""

import sys
from collections.abc import Callable, Iterable
from difflib import get_close_matches


class UserError(Exception):
    """One line that says what was wrong, what was expected and what to do.

    The command prints the line and exits with 2; a notebook shows the line instead of a
    traceback (IPython calls `_render_traceback_` where an exception has one).
    """

    exit_code = 2

    def _render_traceback_(self) -> list[str]:
        return [f"Error: {self}"]


class Stopped(UserError):
    """Somebody asked to stop; what was done is kept. Not a mistake, but not the end either."""

    exit_code = 130


def status_of(command: Callable[[], None]) -> int:
    """Run what a module does from the command line, and return its status; a mistake is a line."""
    try:
        command()
    except UserError as error:
        print(f"Error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def reason(error: BaseException) -> str:
    """Return the first line of what another package said, or its kind of error if it said none."""
    return str(error).partition("\n")[0] or type(error).__name__


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UserError:
    """Say which names of this kind exist, the nearest one first."""
    names = sorted(known)
    return UserError(f"unknown {kind} '{name}'{nearest(name, names)} (known: {', '.join(names)})")


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the question that names the known name nearest to this one; empty if none is near."""
    found = get_close_matches(str(name), list(known), n=1, cutoff=0.5)
    return f"; did you mean '{found[0]}'?" if found else ""
