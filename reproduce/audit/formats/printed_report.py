"""scikit-learn's printed classification report, one line for each class and average."""

import re

from reproduce.audit.formats.grid import Grid, grid

HEADING = re.compile(r"\s*precision\s+recall\s+f1-score\s+support\s*", re.I)
LINE = re.compile(
    r"\s*(?P<name>\S.*?)\s{2,}(?P<scores>(?:[\d.]+(?:e-?\d+)?\s+)+)(?P<support>\d+)\s*"
)
COLUMNS = ("class", "precision", "recall", "f1", "support")


def is_one(text: str) -> bool:
    """Say whether there is such a report in a text."""
    return any(HEADING.fullmatch(line) for line in text.split("\n"))


def tables(text: str) -> list[Grid]:
    """Return every report of a text."""
    found, rows = [], None
    for number, line in enumerate(text.split("\n"), 1):
        if HEADING.fullmatch(line):
            rows = [(number, list(COLUMNS))]
            found.append(rows)
        elif rows is not None and (cells := _cells(line)):
            rows.append((number, cells))
    return [
        grid(rows, f"report {position}" if len(found) > 1 else "")
        for position, rows in enumerate(found, 1)
    ]


def _cells(line: str) -> list[str] | None:
    read = LINE.fullmatch(line)
    if not read:
        return None
    scores = read["scores"].split()
    # The line of the accuracy has one score, in the column of F1.
    padded = {3: scores, 1: ["", "", *scores]}.get(len(scores))
    return padded and [read["name"], *padded, read["support"]]
