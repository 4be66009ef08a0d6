"""What each registered claim could come out as: for the page on the rates of the rule.

`python -m benchmarks.claim_power` takes spreads from the trials of the committed edition, simulates
each claim at its registered repeats, and writes `book/results/claim_power.json`.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.edition_study import opened, published
from reproduce.book.claim_power import RESULT
from reproduce.files import project_root, write_text
from reproduce.study.claim_power import claim_powers


def powers(paper: str, folder: Path) -> list[dict[str, Any]]:
    """Return the chances of the claims of one paper, from the trials of its edition."""
    return [asdict(one) for one in claim_powers(opened(paper, folder))]


def run() -> None:
    """Simulate the claims of every paper of the published edition."""
    with TemporaryDirectory(prefix="reproduce-power-") as folder:
        found = {paper: powers(paper, Path(folder)) for paper in published()}
    write_text(project_root() / RESULT, json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    print(f"{RESULT}: {sum(map(len, found.values()))} claims", file=sys.stderr)


if __name__ == "__main__":
    run()
