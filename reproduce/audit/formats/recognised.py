"""Which kind of file it is, told from what is in it and not from its name."""

import re

from reproduce.audit.formats import hypertext, latex, markdown, printed_report, workbook
from reproduce.audit.formats.decoded import decoded, fits
from reproduce.audit.formats.delimited import delimited
from reproduce.audit.formats.grid import Grid
from reproduce.errors import UserError

# "averaging: macro", in a line for itself, behind any sign of a comment. What goes on after the
# value is a sentence, and states nothing.
FACT = re.compile(
    r"^[\s#%/<!*|\"-]*(?:"
    r"(?P<word>averaging|spread|orientation|rounding|unit)\s*[:=]\s*(?P<choice>[A-Za-z][\w-]*)"
    r"|(?P<number>folds|runs|n)\s*[:=]\s*(?P<size>\d+)"
    r"|(?P<counts>counts)\s*[:=]\s*(?P<sizes>[^|\"<>]*?\d)"
    r")[\s\->*|;,\t\"]*$",
    re.I,
)


def grids(data: bytes, name: str) -> tuple[list[Grid], dict[str, str]]:
    """Return the tables of a file, and the facts that it states beside them."""
    if data.startswith(b"PK\x03\x04"):
        fits(data, name)
        found = workbook.sheets(data, name)
        lines = [cells[0] for one in found for _, cells in one.rows
                 if sum(map(bool, cells)) == 1 and cells[0]]  # fmt: skip
        return found, facts("\n".join(lines))
    return of_text(decoded(data, name), name)


def of_text(text: str, name: str) -> tuple[list[Grid], dict[str, str]]:
    """Return the tables of a text, and the facts that it states beside them."""
    said = facts(text)
    text = text.removeprefix("\ufeff")
    try:
        found = _tables("\n".join(_blank_if_fact(line) for line in text.split("\n")))
    except UserError as error:
        raise UserError(f"{name}, {error}" if str(error).startswith("line") else
                        f"{name}: {error}") from error  # fmt: skip
    return [one for one in found if one.rows], said


def facts(text: str) -> dict[str, str]:
    """Return what lines such as "# averaging: macro" state."""
    found = {}
    for line in text.split("\n"):
        if read := FACT.match(line):
            name, said = [one for one in read.groups() if one is not None]
            found[name.lower()] = said.strip()
    return found


def _blank_if_fact(line: str) -> str:
    return "" if FACT.match(line) else line


def _tables(text: str) -> list[Grid]:
    if re.search(r"<table[\s>]|<tr[\s>]", text, re.I):
        return hypertext.tables(text)
    if re.search(r"\\begin\{(tabular|array|longtable)", text) or _has_rows_of_latex(text):
        return latex.tables(text)
    if printed_report.is_one(text):
        return printed_report.tables(text)
    if markdown.is_one(text):
        return markdown.tables(text)
    return [delimited(text)]


def _has_rows_of_latex(text: str) -> bool:
    """Say whether lines look like rows of a LaTeX table without its frame."""
    rows = [line for line in text.split("\n") if line.count("&") and r"\\" in line]
    return len(rows) > 1
