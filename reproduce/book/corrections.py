"""The verdicts of published editions before and after, as the page of corrections shows them."""

import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from reproduce.book.markup import escaped, joined, table
from reproduce.figures.verdict_words import marked
from reproduce.figures.wording import in_words
from reproduce.files import project_root
from reproduce.registry import records

RESULT = "book/results/verdict_changes.json"
FEW = 4


def verdicts() -> str:
    """Return a table for each paper, and claim by claim why a verdict is another one now.

    They were judged on the trials of the edition that is corrected, which a later one need not
    carry; `python -m benchmarks.verdict_changes` judges them again.
    """
    stored = json.loads((project_root() / RESULT).read_text("utf-8"))
    of_papers = groupby(stored["changes"], key=lambda change: change["paper"])
    return joined(_of_paper(paper, list(changes)) for paper, changes in of_papers)


def _of_paper(paper: str, changes: Iterable[Mapping[str, Any]]) -> str:
    changes = list(changes)
    rows = [
        [escaped(one["english"]), *(escaped(marked(one[name])) for name in
                                    ("before", "old_trials", "after"))]
        for one in changes
    ]  # fmt: skip
    columns = ["Claim", f"As published ({in_words(changes[0]['edition']).lower()})",
               "Same trials, today's rule", "Today"]  # fmt: skip
    why = "\n".join(
        f"- *{escaped(one['english'])}* {escaped(one['reason'])}.{_measured(one['effects'])}"
        for one in changes
    )
    return joined([
        f"#### {records.paper(paper).title}",
        table(columns, rows, [8, 4, 5, 4]),
        f"```{{dropdown}} Why, claim by claim\n{why}\n```",
    ])  # fmt: skip


def _measured(effects: list[str]) -> str:
    """Return the effects of the old trials; of more than a few, how many there are."""
    if len(effects) > FEW:
        return f" ({len(effects)} effects were measured.)"
    return f" Measured: {escaped('; '.join(effects))}." if effects else ""
