"""What only PyTorch can compute, and says the same everywhere: it travels with the package.

Where PyTorch is not installed, pages and tables that tell of losses and networks are read from the
files of this folder; where it is, they are computed. `python -m reproduce.book.reference` writes
the files, and a test says when one is stale.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reproduce import installed

FOLDER = Path(__file__).parent


def kept(name: str, compute: Callable[[], Any]) -> Any:
    """Return what `compute` returns, or what it once did where it cannot be asked."""
    if not installed.missing(installed.TRAINING):
        return compute()
    return read(name)


def place(name: str) -> Path:
    """Return the file of a text, or of anything else that JSON can say."""
    markdown = FOLDER / f"{name}.md"
    return markdown if markdown.is_file() else FOLDER / f"{name}.json"


def read(name: str) -> Any:
    """Return what the file of this name says."""
    path = place(name)
    text = path.read_text("utf-8")
    return json.loads(text) if path.suffix == ".json" else text.rstrip("\n")


def written(found: Any) -> str:
    """Return the text of the file that says this."""
    if isinstance(found, str):
        return f"{found}\n"
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"
