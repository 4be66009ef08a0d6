"""Independent replications on a paper's answer page: put there when the book is staged.

They arrive after a notebook was executed, so no notebook has them in it.
"""

import copy
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reproduce.book import markup
from reproduce.book.audit_chapter import shown
from reproduce.book.cutting import START
from reproduce.pages import replications
from reproduce.pages.answered import Answer
from reproduce.pages.replications import Kept

HEADING = "Independent replications"


def places(root: Path, edition: str) -> list[Path]:
    """Return where the replications lie that an edition shows.

    The published edition has those that are committed; the latest one also those that were merged
    into the store of this machine.
    """
    store = Path(os.environ.get("REPRODUCE_STORE") or root / "store")
    return [root / "book", *([store] if edition == "latest" else [])]


def section(kept: Sequence[Kept], ours: Answer | None) -> str:
    """Return the section of a page as Markdown; empty where nobody has replicated the paper."""
    if not kept:
        return ""
    notes = [
        f"{number}. **{markup.escaped(one.replication.who)}**, {replications.day(one)}. "
        f"{markup.escaped(' '.join(replications.described(one)))}"
        for number, one in enumerate(kept, start=1)
    ]
    command = f"`reproduce replicate {kept[0].replication.paper} --data FOLDER`"
    return markup.joined([
        f"## {HEADING}",
        "Others have the paper's own data and ran it with this package. What they measured stands "
        f"here by itself. {command} does so with yours.",
        shown(replications.table(kept, ours)),
        "\n".join(notes),
    ])  # fmt: skip


def with_section(notebook: dict[str, Any], text: str) -> dict[str, Any]:
    """Return an executed notebook with the section at the end of its first page."""
    if not text:
        return notebook
    cells = list(notebook.get("cells", []))
    begins = [
        number for number, cell in enumerate(cells)
        if cell.get("cell_type") == "markdown" and START.match("".join(cell.get("source", "")))
    ]  # fmt: skip
    end = begins[1] if len(begins) > 1 else len(cells)
    cell = {"cell_type": "markdown", "metadata": {}, "source": text, "id": "replications"}
    return {**copy.copy(notebook), "cells": [*cells[:end], cell, *cells[end:]]}
