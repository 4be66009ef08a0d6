"""The arithmetic of training stays what it is, or says that it has changed.

Results are stored under keys that hold `RECIPE`. If the code that decides their digits changes and
the number does not, old and new results stand side by side as if they were the same.
"""

import ast
import hashlib
import json
from pathlib import Path

import pytest

import reproduce
from reproduce.trials.trial import RECIPE

PACKAGE = Path(reproduce.__file__).parent
FOLDERS = ("training", "tasks", "losses", "models", "data")

# The recipe, and the digest of each file it stands for: a line a file, so that two branches that
# change different files do not meet.
KNOWN = Path(__file__).with_name("recipe.json")

ADVICE = """
Not the code that recipe {recipe} was made with: {files}
If a digit of any result can change: raise RECIPE in reproduce/trials/trial.py.
If none can (a message, a check, a new name): leave it, and so waive the change.
In both cases write it down: python -m tests.test_recipe
"""


def without_docstrings(tree):
    """Take the docstrings out of a module, its classes and functions."""
    for node in ast.walk(tree):
        match node:
            case ast.Module() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef() if (
                ast.get_docstring(node) is not None
            ):
                node.body = node.body[1:]
    return tree


def normal(node):
    """Return what a syntax tree says, the same in every version of Python.

    Fields that are empty are left out: newer versions add some.
    """
    if isinstance(node, ast.AST):
        fields = ((name, normal(value)) for name, value in ast.iter_fields(node))
        return [type(node).__name__, *(pair for pair in fields if pair[1] not in (None, []))]
    if isinstance(node, list):
        return [normal(item) for item in node]
    return None if node is None else repr(node)


def digest(texts):
    """Return the hash of the code of files {path: text}; prose and layout do not count."""
    trees = {path: without_docstrings(ast.parse(text)) for path, text in texts.items()}
    content = [(path, normal(trees[path])) for path in sorted(trees)]
    return hashlib.sha256(repr(content).encode()).hexdigest()


def sources():
    """Return the text of every file of the folders that decide digits."""
    return {
        path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8")
        for folder in FOLDERS
        for path in (PACKAGE / folder).rglob("*.py")
    }


def found():
    """Return the recipe and the digest of every file, as `recipe.json` holds them."""
    files = {path: digest({path: text}) for path, text in sorted(sources().items())}
    return {"recipe": RECIPE, "files": files}


def test_the_code_that_decides_digits_is_that_of_the_recipe():
    known, now = json.loads(KNOWN.read_text("utf-8")), found()
    names = sorted({*known["files"], *now["files"]})
    changed = [name for name in names if known["files"].get(name) != now["files"].get(name)]
    assert known == now, ADVICE.format(recipe=known["recipe"], files=", ".join(changed) or "RECIPE")


def test_every_folder_that_decides_digits_is_looked_at():
    folders = {path.partition("/")[0] for path in sources()}
    assert folders == set(FOLDERS)
    assert {"training/loop.py", "data/samplers.py", "models/lenet.py"} <= set(sources())


ORIGINAL = '''
"""What it is."""

def step(rate: float, *, steps=(1, 2)):
    """Take a step."""
    return -rate * sum(steps)  # downhill
'''


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Take a step.", "Take one step.\n\n    Or more."),
        ("# downhill", "# Down the hill."),
        ('    """Take a step."""\n', ""),
        ('"""What it is."""', ""),
        ("-rate * sum(steps)", "(\n        -rate * sum(\n            steps\n        )\n    )"),
        ("(1, 2)", "(1, 2,)"),
    ],
)
def test_prose_and_layout_do_not_count(old, new):
    assert old in ORIGINAL
    assert digest({"a.py": ORIGINAL.replace(old, new)}) == digest({"a.py": ORIGINAL})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("-rate", "+rate"), ("-rate", "rate"), ("(1, 2)", "(1, 3)"), ("(1, 2)", "(1, 2.0)"),
        ("(1, 2)", "[1, 2]"), ("*, ", ""), ("sum", "max"), ("return", "yield"), ("rate:", "r:"),
    ],
)  # fmt: skip
def test_code_counts(old, new):
    assert old in ORIGINAL
    assert digest({"a.py": ORIGINAL.replace(old, new)}) != digest({"a.py": ORIGINAL})


def test_a_new_file_and_another_place_count():
    one = digest({"a.py": ORIGINAL})
    assert digest({"a.py": ORIGINAL, "b.py": ""}) != one
    assert digest({"b.py": ORIGINAL}) != one


def test_the_digest_does_not_depend_on_the_version_of_python():
    """A fixed number for a fixed text: newer syntax trees have fields that older ones lack."""
    known = "37e904248b0a17bccd57a79360f11079c6b703ccf49bd76833e4457332ce6a16"
    assert digest({"a.py": ORIGINAL}) == known


if __name__ == "__main__":
    KNOWN.write_text(json.dumps(found(), indent=1) + "\n", encoding="utf-8")
