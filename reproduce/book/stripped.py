"""Take the outputs out of notebooks; a commit that brought some is stopped and can be made again.

python -m reproduce.book.stripped notebooks/class_imbalance.ipynb
"""

import json
import sys
from pathlib import Path
from typing import Any

from reproduce.book.cutting import as_text
from reproduce.files import relative, write_text

# What an editor leaves in a cell or a notebook and no reader needs.
LEFT_BY_EDITORS = ("execution", "collapsed", "ExecuteTime", "scrolled", "papermill", "colab")


def stripped(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook as it is kept: cells, tags, and nothing that running it has left."""
    cells = []
    for one in notebook["cells"]:
        metadata = {k: v for k, v in one.get("metadata", {}).items() if k not in LEFT_BY_EDITORS}
        ran: dict[str, Any] = {}
        if one["cell_type"] == "code":
            ran = {"outputs": [], "execution_count": None}
        cells.append({**one, "metadata": metadata, **ran})
    kernel = notebook.get("metadata", {})
    kept = {name: kernel[name] for name in ("kernelspec", "language_info") if name in kernel}
    if "language_info" in kept:
        kept["language_info"] = {"name": kept["language_info"]["name"]}
    return {**notebook, "cells": cells, "metadata": kept}


def main(paths: list[str]) -> int:
    """Strip notebooks in place; 1 if any of them had something to take out."""
    changed = []
    for path in map(Path, paths):
        read = json.loads(path.read_text("utf-8"))
        if (clean := stripped(read)) != read:
            write_text(path, as_text(clean))
            changed.append(relative(path))
    for name in changed:
        print(f"outputs taken out of {name}: add it again")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
