"""Objects of a notebook: gathered with all they use into a file, or refused."""

import linecache
import sys
from types import ModuleType

import pytest

from reproduce import own_code, own_objects
from reproduce.errors import UserError

IMPORTS = """
import math
import numpy as np
from torch.nn import functional
from reproduce.losses.classifier.objective import ClassifierObjective
from reproduce.methods.method import Method
"""
LOSS = '''
FACTOR = 2.0
RATES = {"slow": (1, 2)}

def scaled(logits):
    return FACTOR * math.sqrt(1) * logits

def sharp(logits, labels, *, reduction="mean"):
    """Cross-entropy of larger logits."""
    return functional.cross_entropy(scaled(logits), labels, reduction=reduction)

class Sharp(ClassifierObjective):
    """The same as a class."""

    function = staticmethod(sharp)

    def weights(self, like):
        return None

class Bare(ClassifierObjective):
    function = staticmethod(sharp)
'''
REMEDY = """
def my_remedy(recipe: "Phase", share=FACTOR) -> Method:
    factor = [RATES for FACTOR in range(3)]
    return Method((recipe.but(objective=sharp),))
"""


@pytest.fixture
def notebook(project, monkeypatch):
    """Return a function that runs a cell as a notebook does, and the namespace of its names."""
    main = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    cells = []

    def run(text: str):
        cells.append(text)
        name = f"<cell {len(cells)} of {project}>"
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        exec(compile(text, name, "exec"), vars(main))
        return main

    for text in (IMPORTS, LOSS, REMEDY):
        run(text)
    return run


def test_a_method_takes_along_what_it_uses_from_other_cells(notebook, project):
    name = own_objects.named(notebook("").my_remedy)
    assert name == "runs/own/my_remedy.py:my_remedy"
    text = (project / "runs" / "own" / "my_remedy.py").read_text()
    assert text.startswith('"""Taken from a notebook: my_remedy."""\n')
    assert "from reproduce.methods.method import Method\n" in text
    assert "import torch.nn.functional as functional\n" in text
    order = [text.index(part) for part in ("FACTOR = 2.0", "def scaled", "def sharp", "def my_r")]
    assert order == sorted(order)
    assert "numpy" not in text and "class Sharp" not in text
    _, found = own_code.find(name)
    assert found.__name__ == "my_remedy"


def test_a_class_of_a_notebook_has_a_source_as_well(notebook):
    _, found = own_code.find(own_objects.named(notebook("").Sharp))
    assert found.function.__name__ == "sharp" and "weights" in vars(found)


def test_a_cell_that_was_rewritten_is_another_file(notebook):
    first, _ = own_code.find(own_objects.named(notebook("").my_remedy))
    main = notebook("FACTOR = 3.0")
    second, _ = own_code.find(own_objects.named(main.my_remedy))
    assert first.sha256 != second.sha256 and "FACTOR = 3.0" in second.text


def without_source():
    space = {"__name__": "__main__"}
    exec("def made(recipe):\n    return recipe", space)
    return space["made"]


def test_lines_of_another_text_are_not_taken_for_its_source(monkeypatch):
    """As Python from 3.13 on offers those of `python -c` for whatever is made of a string."""
    lines = ["import sys\n", "sys.exit()\n"]
    monkeypatch.setitem(linecache.cache, "<string>", (23, None, lines, "<string>"))
    with pytest.raises(UserError, match="made has no source that can be read"):
        own_objects.named(without_source())


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("f = lambda recipe: recipe", "a function without a name is kept by none; expected a"),
        ("f = print", "is no function or class; expected a method, `def name"),
        ("def around(x):\n    def f(recipe):\n        return x\n    return f\nf = around(1)",
         "f uses 'x' of a function around it, and nothing is kept of code that cannot"),
        ("array = np.ones(3)\ndef f(recipe):\n    return array",
         "f uses 'array', a ndarray of the notebook, and nothing is kept"),
        ("other = sharp\ndef f(recipe):\n    return other",
         "f uses sharp by the other name 'other', and nothing is kept"),
    ],
)  # fmt: skip
def test_what_could_not_be_run_again_is_refused_in_one_line(notebook, project, cell, said):
    with pytest.raises(UserError) as refused:
        own_objects.named(notebook(cell).f)
    assert said in str(refused.value) and "\n" not in str(refused.value)
    assert not (project / "runs").exists(), "nothing was written"


def test_an_object_without_source_is_refused(project):
    with pytest.raises(UserError, match="made has no source that can be read, and nothing is kept"):
        own_objects.named(without_source())
    assert not (project / "runs").exists()
