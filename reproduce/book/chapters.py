"""Chapters without a study: their notebook trains nothing, so it alone is the chapter.

They stand in an edition beside the papers: `papers/<chapter>.ipynb`, executed, and
`results/<chapter>.json`, what the chapter found as data for other programs.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reproduce import papers
from reproduce.audit.outcome import STATUSES
from reproduce.book.execute import commit, made_of, run_to_its_end, write_executed
from reproduce.files import write_text
from reproduce.registry import auditing
from reproduce.trials.edition import Edition


def audit_results() -> dict[str, Any]:
    """Return what the audit found: a summary of each paper, and every finding."""
    audits = [auditing.audit(paper) for paper in papers.names()]
    return {
        "papers": {
            found.paper: {
                "checked_on": found.checked_on,
                "checks_run": found.checks_run,
                **{status: found.count(status) for status in STATUSES},
                "clean": list(found.clean),
                "untested": list(found.untested),
            }
            for found in audits
        },
        "findings": [one.to_json() for found in audits for one in found.findings],
    }


# What each chapter leaves behind, by the name of its notebook.
CHAPTERS: dict[str, Callable[[], dict[str, Any]]] = {"audit": audit_results}


def is_fresh(chapter: str, edition: Edition) -> bool:
    """Say whether the edition's notebook was executed from exactly what is here."""
    stamp = edition.stamp(chapter)
    if stamp is None or not edition.notebook(chapter).is_file():
        return False
    return all(stamp.get(name) == value for name, value in made_of(chapter).items())


def execute(chapter: str, edition: Edition) -> Path:
    """Execute a chapter's notebook and write it and what it found.

    Nothing of the edition changes unless the notebook ran to its end.
    """
    target = edition.notebook(chapter)
    notebook = run_to_its_end(chapter, {}, target)
    stamp = {
        "chapter": chapter,
        **made_of(chapter),
        "executed": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        **CHAPTERS[chapter](),
    }
    text = json.dumps(stamp, indent=1, sort_keys=True, ensure_ascii=False)
    write_text(edition.results(chapter, "json"), text + "\n")
    write_executed(target, notebook)
    return target
