"""The first cell of every notebook: on Colab it installs a release, elsewhere it does nothing.

A notebook that is opened there has nothing but itself. The cell fetches the release that it was
published with, takes in its published results, so that the notebook redraws them, and bounds what
may be trained: an executed notebook asks for the scale it was published at, which takes hours.

`python -m reproduce.book.launch ADDRESS` writes it into all notebooks, before a release is tagged.
"""

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from reproduce import __version__
from reproduce.book.cutting import as_text
from reproduce.book.repository import public_address, repository_address
from reproduce.errors import UserError, status_of
from reproduce.files import project_root, relative, write_text

CELL = "launch"
# Without an address nothing can be fetched, and no button leads to the notebook.
NAMED = re.compile(
    r'^_ADDRESS, _RELEASE = "(?P<address>[^"]*)", "(?P<release>[^"]*)"$', re.MULTILINE
)
# What may be trained in a notebook that was opened elsewhere.
MINUTES = 5
# Its names begin with an underscore: they are no parameters of the notebook.
TEXT = """\
# On Colab: install this release and take in its published results. Elsewhere: nothing.
import os
import subprocess
import sys

_ADDRESS, _RELEASE = "{address}", "{release}"
if "google.colab" in sys.modules and not os.path.exists("pyproject.toml"):
    _there = _ADDRESS or sys.exit("this notebook names no repository: open that of a release")
    _get = ["git", "clone", "-q", "--depth=1", "-b", _RELEASE, _there, "study"]
    _install = [sys.executable, "-m", "pip", "install", "-q", "-e", "study[train,book]"]
    for _step in [_install] if os.path.isdir("study") else [_get, _install]:
        subprocess.run(_step, check=True)
    sys.path.insert(0, os.path.abspath("study"))
    os.chdir("study")
    os.environ["REPRODUCE_TRAIN_AT_MOST"] = "{minutes}"
    subprocess.run(["reproduce", "store", "merge", "published"], check=True)"""


def source(address: str | None) -> str:
    """Return the text of the cell for the release of this package."""
    return TEXT.format(address=address or "", release=f"v{__version__}", minutes=MINUTES)


def cell(address: str | None) -> dict[str, Any]:
    """Return the cell; pages leave it out, since it shows nothing."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": CELL,
        # Folded away in JupyterLab as well, where nobody has to read it.
        "metadata": {"jupyter": {"source_hidden": True}, "tags": ["remove-cell", "remove-input"]},
        "outputs": [],
        "source": source(address).splitlines(keepends=True),
    }


def with_cell(notebook: dict[str, Any], address: str | None) -> dict[str, Any]:
    """Return a notebook in which the cell stands below the title, whatever stood there before.

    One that was executed stays so: here the cell does nothing, whatever it says.
    """
    cells = [one for one in notebook["cells"] if one.get("id") != CELL]
    counts = [one.get("execution_count") for one in notebook["cells"] if one.get("id") == CELL]
    placed = {**cell(address), "execution_count": counts[0] if counts else None}
    return {**notebook, "cells": [cells[0], placed, *cells[1:]]}


def address_in(notebook: dict[str, Any]) -> str:
    """Return the address that a notebook's cell fetches from; empty without one."""
    for one in notebook.get("cells", []):
        if one.get("id") == CELL and (named := NAMED.search("".join(one["source"]))):
            return named["address"]
    return ""


def leads_somewhere(notebooks: Iterable[Path], address: str | None) -> bool:
    """Say whether all of these notebooks would fetch themselves from this very address."""
    found = [address_in(json.loads(path.read_text("utf-8"))) for path in notebooks]
    return bool(address) and bool(found) and all(one == address for one in found)


def notebooks_in(root: Path) -> list[Path]:
    """Return the notebooks of a project that are committed and may be opened elsewhere.

    Of the course these are the lessons, which are pages of the book as they are executed.
    """
    places = ("notebooks/*.ipynb", "book/papers/*.ipynb", "notebooks/course/lesson_*.ipynb",
              "book/course/lesson_*.ipynb")  # fmt: skip
    return sorted(path for place in places for path in root.glob(place))


def main(given: list[str]) -> None:
    """Write the cell into all notebooks, with the address that is given or that of the remote."""
    root = project_root()
    address = public_address(given[0]) if given else repository_address(root)
    if given and address is None:
        raise UserError(
            f"'{given[0]}' is no public address of a repository, expected one such as "
            "https://github.com/OWNER/NAME"
        )
    for path in notebooks_in(root):
        read = json.loads(path.read_text("utf-8"))
        write_text(path, as_text(with_cell(read, address)))
    print(f"{len(notebooks_in(root))} notebooks in {relative(root)}: {address or 'no address'}")


if __name__ == "__main__":
    sys.exit(status_of(lambda: main(sys.argv[1:])))
