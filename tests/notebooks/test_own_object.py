"""A notebook of one's own, executed in a kernel: a remedy of its cells beside those of a paper."""

import os
from pathlib import Path

import nbclient
import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parents[2]
SETUP = """
from torch.nn import functional

from reproduce.pages.showing import show
from reproduce.papers.class_imbalance import pictures
from reproduce.papers.class_imbalance.protocol import PROTOCOL
from reproduce.study.study import Study
from reproduce.trials import engine

def compare(*methods):
    asked = {"profile": "smoke", "iterations": 2, "methods": ["baseline", *methods]}
    return Study(PROTOCOL, PROTOCOL.parameters.read(asked))
"""
LOSS = """
def sharp(logits, labels, *, factor=FACTOR, reduction="mean"):
    return functional.cross_entropy(factor * logits, labels, reduction=reduction)
"""
REMEDY = """
def my_remedy(recipe):
    return recipe.but(objective=sharp, sampler="oversampling")
"""
TRAINED = """
study = compare(my_remedy)
study.run(engine.Options(workers=2))
print(study.methods, len({cell.trial.key for cell in study.select()}))
"""
REWRITTEN = "print('pending', len(compare(my_remedy).pending()))"


def executed(project, *cells: str):
    """Execute a notebook of these cells in the project, and return what each printed or showed."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    resources = {"metadata": {"path": str(project)}}
    here = {"REPRODUCE_STORE": str(project / "store"), "PYTHONPATH": str(ROOT)}
    environment = {**os.environ, **here}
    nbclient.NotebookClient(notebook, timeout=500, resources=resources).execute(env=environment)
    return ["".join(map(_seen, cell.outputs)) for cell in notebook.cells]


def _seen(output) -> str:
    return output.get("text", "") or str(output.get("data", ""))


@pytest.fixture
def project(tmp_path):
    """Return the root of a project that has nothing."""
    (tmp_path / "pyproject.toml").write_text('name = "imbalanced-learning-reproduced"\n')
    return tmp_path


@pytest.mark.thorough
def test_a_remedy_of_a_cell_stands_beside_the_others(project):
    """By name and by object, trained by workers; rewritten, it is to be trained anew."""
    told = executed(
        project, SETUP, "FACTOR = 2.0", LOSS, REMEDY, TRAINED,
        "show(study, pictures.summary)",
        REWRITTEN, "FACTOR = 3.0", LOSS, REWRITTEN,
    )  # fmt: skip
    assert "['baseline', 'runs/own/my_remedy.py:my_remedy'] 2" in told[4]
    assert "my_remedy (my_remedy.py)" in told[5], "the table names it with its file"
    assert "pending 0" in told[6] and "pending 1" in told[9]
    text = (project / "runs" / "own" / "my_remedy.py").read_text()
    assert "FACTOR = 3.0" in text and "def sharp" in text


def test_an_object_without_source_is_never_stored(project):
    made = "exec('def made(recipe):\\n    return recipe')\ncompare(made).run()"
    with pytest.raises(CellExecutionError, match="made has no source that can be read"):
        executed(project, SETUP, made)
    assert not list((project / "store").rglob("*.npz"))
