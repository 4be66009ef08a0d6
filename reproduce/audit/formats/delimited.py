"""CSV with any delimiter, and columns that only spaces keep apart."""

import csv
import io
import re
from collections import Counter

from reproduce.audit.formats.grid import Grid, grid
from reproduce.errors import UserError

DELIMITERS = ("\t", ";", ",", "|")
WIDE = re.compile(r" {2,}|\t")


def delimited(text: str) -> Grid:
    """Return the table of a CSV; lines that start with # are for people."""
    numbered, inside = [], False
    for number, line in enumerate(text.split("\n"), 1):
        if inside or not line.lstrip().startswith("#"):
            numbered.append((number, line))
            inside ^= line.count('"') % 2 == 1
    delimiter = _delimiter([line for _, line in numbered])
    if delimiter is None:
        rows = [(number, WIDE.split(line.strip())) for number, line in numbered if line.strip()]
        return grid(rows)
    return grid(_rows(numbered, delimiter, inside), strict=True)


def _rows(numbered, delimiter: str, unclosed: bool):
    """Split lines; a quotation mark that nobody closes stands for itself."""
    lines = io.StringIO("\n".join(line for _, line in numbered), newline="")
    reader = csv.reader(
        lines,
        delimiter=delimiter,
        skipinitialspace=True,
        quoting=csv.QUOTE_NONE if unclosed else csv.QUOTE_MINIMAL,
    )
    found, before = [], 0
    try:
        for row in reader:
            # Of a cell with a line break in it, the row stands where it begins.
            found.append((numbered[min(before, len(numbered) - 1)][0], row))
            before = reader.line_num
    except csv.Error as error:
        raise UserError(
            f"line {numbered[min(before, len(numbered) - 1)][0]}: no CSV ({error}); check its "
            "quotation marks"
        ) from error
    return found


def _delimiter(lines: list[str]) -> str | None:
    """Return the sign that cuts most lines into equally many cells, None where none does."""
    filled = [re.sub(r'"[^"]*"', "", line) for line in lines if line.strip()][:200]
    best, found = (0, 0), None
    for one in DELIMITERS:
        counts = Counter(count for line in filled if (count := line.count(one)))
        if not counts:
            continue
        cells, often = max(counts.items(), key=lambda pair: (pair[1], pair[0]))
        if (often, cells) > best:
            best, found = (often, cells), one
    return found
