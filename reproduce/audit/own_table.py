"""One's own table: every check that its columns allow, without having to choose them.

`check(text)` reads a CSV (the columns are those of `table_rows`, and `template()` says what they
mean) and returns what was checked where. What is not printed is not assumed: every reading of it is
tried, and a row is accused only if none survives.
"""

from dataclasses import replace

from reproduce.audit.printed import rounding
from reproduce.audit.stated import Stated
from reproduce.audit.table_checks import Checked, check_lines
from reproduce.audit.table_rows import read
from reproduce.audit.template import template
from reproduce.errors import UserError

__all__ = ["Checked", "check", "check_lines", "template"]


def check(
    text: str, name: str = "the table", mode: str | None = None, stated: Stated | None = None
) -> list[Checked]:
    """Return the outcome of every check that the table allows.

    `mode` is how the numbers were rounded (see `reproduce.audit.printed`); where nobody says it,
    every way is tried. `stated` is what else is said of the table.
    """
    facts = stated or Stated()
    if mode is not None:
        rounding(mode)
        facts = replace(facts, rounding=mode)
    found = check_lines(read(text, name, facts), facts)
    if not found:
        raise UserError(
            f"{name}: nothing in it can be checked; a score needs n (test images) beside it, or "
            "other scores of the same row; see --template"
        )
    return found
