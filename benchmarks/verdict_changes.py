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

from reproduce import papers
from reproduce.book.corrections import RESULT
from reproduce.figures.wording import contrast_label, interval
from reproduce.files import project_root, write_text
from reproduce.study.before_after import Change, before_after
from reproduce.study.study import Study
from reproduce.trials import edition as editions
from reproduce.trials.store import Store

WORDS = ("claim", "english", "edition", "before", "old_trials", "after", "reason")


def changes(paper: str, folder: Path) -> list[dict[str, Any]]:
    """Return what became of each verdict that the published edition has on a paper."""
    published = editions.published()
    store, protocol = Store(folder / paper), papers.protocol(paper)
    editions.merge(store, published, paper)
    given = protocol.parameters.read(published.stamp(paper)["given"])
    study = Study(protocol, given, store)
    return [{"paper": paper, **_told(change)} for change in before_after(study)]


def _told(change: Change) -> dict[str, Any]:
    """Return a change as text, its effects in the unit of their metric."""
    words = {name: str(getattr(change, name)) for name in WORDS}
    effects = [f"{contrast_label(part.name)} {interval(part)}" for part in change.parts]
    return {**words, "effects": effects}


def run() -> None:
    """Judge every paper of the published edition and write what changed."""
    known = [name for name in papers.names() if editions.published().stamp(name)]
    with TemporaryDirectory(prefix="reproduce-changes-") as folder:
        found = [change for paper in known for change in changes(paper, Path(folder))]
    text = json.dumps({"changes": found}, indent=1, ensure_ascii=False)
    write_text(project_root() / RESULT, text + "\n")
    moved = sum(change["before"] != change["after"] for change in found)
    print(f"{RESULT}: {len(found)} verdicts, {moved} of them another word today", file=sys.stderr)


if __name__ == "__main__":
    run()
