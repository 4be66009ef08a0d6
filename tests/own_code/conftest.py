"""A project of one's own: an empty folder with a file in it, where everything happens."""

import textwrap
from pathlib import Path

import pytest

from reproduce import own_code
from reproduce.losses import outside

MINE = '''
"""A remedy of my own."""

from torch.nn import functional


def sharp(logits, labels, *, factor=2.0, reduction="mean"):
    """Cross-entropy of larger logits."""
    return functional.cross_entropy(factor * logits, labels, reduction=reduction)


def my_remedy(recipe):
    """Batches in which every class is shown equally often, and a loss of my own."""
    return recipe.but(objective=sharp, sampler="oversampling")
'''


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """Return a project's root, the working folder, in which nothing was taken in yet."""
    (tmp_path / "pyproject.toml").write_text('name = "imbalanced-learning-reproduced"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(own_code, "_TAKEN_IN", {})
    outside.objective.cache_clear()
    return tmp_path


@pytest.fixture
def write(project):
    """Return a function that writes a file of one's own and returns its path."""

    def written(text: str, name: str = "mine.py") -> Path:
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), "utf-8")
        return path

    return written


@pytest.fixture
def mine(write) -> Path:
    """Return the file of an example: a loss, and a method with it."""
    return write(MINE)
