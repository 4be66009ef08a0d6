"""Where data and its cache lie."""

import os
from pathlib import Path

from reproduce.files import project_root


def data_folder() -> Path:
    """Return `$REPRODUCE_DATA`, by default `data/` under the project root."""
    return Path(os.environ.get("REPRODUCE_DATA") or project_root() / "data")


def cache_folder() -> Path:
    """Return `$REPRODUCE_CACHE`, by default `.cache/` in the data folder."""
    return Path(os.environ.get("REPRODUCE_CACHE") or data_folder() / ".cache")
