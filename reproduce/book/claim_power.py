"""What each registered claim could come out as, as the page on the rates of the rule shows it."""

import json
from types import SimpleNamespace
from typing import Any

from reproduce.book.markup import escaped, joined, table
from reproduce.figures.wording import MISSING, difference, margin_of, unit_of
from reproduce.files import project_root
from reproduce.registry import records

RESULT = "book/results/claim_power.json"
COLUMNS = ["Claim", "k", "Parts", "Effect if right", "Holds, if right", "Holds, if half of it",
           "Firm and false, if none"]  # fmt: skip


def tables() -> str:
    """Return a table for each paper whose trials say a spread."""
    stored = json.loads((project_root() / RESULT).read_text("utf-8"))
    return joined(_of_paper(paper, rows) for paper, rows in stored.items() if rows)


def _of_paper(paper: str, rows: list[dict[str, Any]]) -> str:
    told = [
        [
            escaped(row["english"]), str(row["repeats"]), str(row["parts"]), _effect(row),
            _chance(row["right"]), MISSING if row["half"] is None else _chance(row["half"]),
            _chance(row["wrong"]),
        ]
        for row in rows
    ]  # fmt: skip
    title = f"### {records.paper(paper).title}"
    return joined([title, table(COLUMNS, told, [30, 6, 8, 20, 12, 12, 12])])


def _effect(row: dict[str, Any]) -> str:
    """Return the effect in its unit, and whether the text prints it."""
    part = SimpleNamespace(**row)
    unit = unit_of(part)
    if row["expect"] == "equal":
        return f"none, within {margin_of(part)}{f' {unit}' if unit else ''}"
    if row["expect"] == "at_most":
        return f"no more than {margin_of(part)}{f' {unit}' if unit else ''}"
    said = f"{difference(part, row['effect'])}{f' {unit}' if unit else ''}"
    return said if row["printed"] else f"{said} (no number is printed)"


def _chance(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.005 or share == 0 else "< 1 %"
