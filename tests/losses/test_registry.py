"""Objectives by name."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from reproduce import losses
from reproduce.errors import UserError

CONTEXT = losses.Context(classes=3, counts=(5, 2, 1), embedding_size=4, iterations=10)
FOLDER = Path(losses.__file__).parent


def test_every_objective_in_the_folders_is_registered():
    """A loss that nobody can ask for would be a loss that nobody tests."""
    defined = set()
    for path in FOLDER.glob("*/*.py"):
        module = ".".join(path.relative_to(FOLDER).with_suffix("").parts)
        classes = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ClassDef)]
        defined |= {
            f"{module}:{found.name}"
            for found in classes
            if any(isinstance(line, ast.Assign) and line.targets[0].id == "function"
                   for line in found.body)
        }  # fmt: skip
    assert defined == set(losses.LOSSES.values())


def test_the_function_stands_where_its_name_says(loss_name):
    function = losses.function(loss_name)
    assert function.__name__ == loss_name
    assert function.__module__.endswith(losses.LOSSES[loss_name].partition(":")[0])
    assert getattr(losses, loss_name) is function
    assert losses.objective_class(loss_name).function is function


def test_names_come_without_torch():
    code = "import sys; from reproduce import losses; len(losses.LOSSES); print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "torch" not in found.stdout.split()


def test_an_unknown_objective_lists_the_known_ones():
    with pytest.raises(UserError, match="unknown objective 'crossentropy'; did you mean 'cross_en"):
        losses.build("crossentropy", CONTEXT)
    with pytest.raises(AttributeError, match="crossentropy"):
        losses.crossentropy  # noqa: B018


def test_an_unknown_parameter_lists_the_known_ones():
    with pytest.raises(UserError) as caught:
        losses.build("focal", CONTEXT, strength=2)
    assert str(caught.value).startswith("objective 'focal' has no parameter 'strength' (it takes: ")
    assert "gamma" in str(caught.value)


def test_labels_of_all_views_stand_in_the_order_of_the_rows():
    import torch

    batch = losses.Batch(torch.tensor([3, 1]), views=2)
    assert batch.all_labels.tolist() == [3, 1, 3, 1]
    maps = losses.Batch(torch.tensor([[[3, 1]], [[0, 2]]]), views=2)
    assert maps.all_labels.tolist() == [[[3, 1]], [[0, 2]], [[3, 1]], [[0, 2]]]
