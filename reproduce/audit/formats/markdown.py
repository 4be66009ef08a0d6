"""Markdown: rows between bars, as they are pasted from a README or an issue."""

import re

from reproduce.audit.formats.grid import Grid, grid

RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*")
BAR = re.compile(r"(?<!\\)\|")


def tables(text: str) -> list[Grid]:
    """Return every table; a line of dashes under a heading, and a bar in each line, make one."""
    lines = text.split("\n")
    found, position = [], 0
    while position < len(lines):
        if not _is_rule(lines, position):
            position += 1
            continue
        rows = [(position, _cells(lines[position - 1]))]
        position += 1
        while position < len(lines) and "|" in lines[position]:
            rows.append((position + 1, _cells(lines[position])))
            position += 1
        found.append(grid(rows))
    return found


def is_one(text: str) -> bool:
    """Say whether there is a table of this kind in a text."""
    lines = text.split("\n")
    return any(_is_rule(lines, position) for position in range(len(lines)))


def _is_rule(lines: list[str], position: int) -> bool:
    line = lines[position]
    return (position > 0 and "-" in line and "|" in line and "|" in lines[position - 1]
            and RULE.fullmatch(line) is not None)  # fmt: skip


def _cells(line: str) -> list[str]:
    plain = line.strip()
    plain = plain[1:] if plain.startswith("|") else plain
    plain = plain[:-1] if plain.endswith("|") and not plain.endswith("\\|") else plain
    return [cell.replace("\\|", "|") for cell in BAR.split(plain)]
