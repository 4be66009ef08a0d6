"""The verdicts of the published edition, judged again: for the page of corrections.

`python -m benchmarks.verdict_changes` reads the committed edition into a store of its own, judges
its trials by today's rule and registration, and writes `book/results/verdict_changes.json`. It is
run while that edition is the committed one; what it wrote stays when another takes its place.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.edition_study import opened, published
from reproduce.book.corrections import RESULT
from reproduce.figures.wording import contrast_label, interval
from reproduce.files import project_root, write_text
from reproduce.study.before_after import Change, before_after

WORDS = ("claim", "english", "edition", "before", "old_trials", "after", "reason")


def changes(paper: str, folder: Path) -> list[dict[str, Any]]:
    """Return what became of each verdict that the published edition has on a paper."""
    return [{"paper": paper, **_told(change)} for change in before_after(opened(paper, folder))]


def _told(change: Change) -> dict[str, Any]:
    """Return a change as text, its effects in the unit of their metric."""
    words = {name: str(getattr(change, name)) for name in WORDS}
    effects = [f"{contrast_label(part.name)} {interval(part)}" for part in change.parts]
    return {**words, "effects": effects}


def run() -> None:
    """Judge every paper of the published edition and write what changed."""
    with TemporaryDirectory(prefix="reproduce-changes-") as folder:
        found = [change for paper in published() for change in changes(paper, Path(folder))]
    text = json.dumps({"changes": found}, indent=1, ensure_ascii=False)
    write_text(project_root() / RESULT, text + "\n")
    moved = sum(change["before"] != change["after"] for change in found)
    print(f"{RESULT}: {len(found)} verdicts, {moved} of them another word today", file=sys.stderr)


if __name__ == "__main__":
    run()
