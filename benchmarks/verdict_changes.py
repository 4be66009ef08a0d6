"""The verdicts of the first editions, judged again: for the page of corrections.

`python -m benchmarks.verdict_changes` reads the committed edition into a store of its own, judges
its trials by today's rule and registration, and writes `book/results/verdict_changes.json`. What it
wrote of an edition stays when another takes its place.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.edition_study import opened, published
from reproduce import papers
from reproduce.book.corrections import RESULT
from reproduce.figures.wording import contrast_label, interval
from reproduce.files import project_root, write_text
from reproduce.registry import editions
from reproduce.study.before_after import Change, before_after
from reproduce.trials import edition as trials

WORDS = ("claim", "english", "edition", "before", "old_trials", "after", "reason")


def changes(paper: str, folder: Path) -> list[dict[str, Any]]:
    """Return what became of each verdict that the published edition has on a paper."""
    return [{"paper": paper, **_told(change)} for change in before_after(opened(paper, folder))]


def _told(change: Change) -> dict[str, Any]:
    """Return a change as text, its effects in the unit of their metric."""
    words = {name: str(getattr(change, name)) for name in WORDS}
    effects = [f"{contrast_label(part.name)} {interval(part)}" for part in change.parts]
    return {**words, "effects": effects}


def committed(paper: str) -> bool:
    """Say whether the trials of a paper's first edition are still those that are committed."""
    frozen = editions.load(paper)
    if not frozen:
        return False
    results = trials.read_results(trials.published(), paper)
    return {result.trial.seed for result in results} == set(frozen[0].seeds)


def run() -> None:
    """Judge every first edition that is still committed and write what changed."""
    path = project_root() / RESULT
    known = json.loads(path.read_text("utf-8"))["changes"]
    again = [paper for paper in published() if committed(paper)]
    with TemporaryDirectory(prefix="reproduce-changes-") as folder:
        found = {paper: changes(paper, Path(folder)) for paper in again}
    for change in known:
        if change["paper"] not in again:
            found.setdefault(change["paper"], []).append(change)
    rows = [change for paper in papers.names() for change in found.get(paper, [])]
    write_text(path, json.dumps({"changes": rows}, indent=1, ensure_ascii=False) + "\n")
    moved = sum(change["before"] != change["after"] for change in rows)
    print(f"{RESULT}: {len(rows)} verdicts, {moved} of them another word today", file=sys.stderr)


if __name__ == "__main__":
    run()
