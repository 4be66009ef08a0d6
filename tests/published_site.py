"""The published edition of this project's book, built once for all tests that only read it."""

import fcntl
import shutil
from pathlib import Path

import pytest

from reproduce.book.build import build

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def published_book(tmp_path_factory, request) -> Path:
    """Return the folder of a project whose published edition is built; tests may not change it.

    Tests that run at once in several processes share one build: the first builds, others wait.
    """
    shared = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        shared = shared.parent
    root = shared / "published_book"
    with (shared / "published_book.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "_build" / "html").is_dir():
            shutil.rmtree(root, ignore_errors=True)
            root.mkdir()
            for name in ("_config.yml", "_toc.yml"):
                shutil.copy(ROOT / name, root)
            shutil.copytree(ROOT / "book", root / "book")
            build("published", root)
    return root


@pytest.fixture(scope="session")
def published_site(published_book) -> Path:
    """Return the folder of the built site."""
    return published_book / "_build" / "html"
