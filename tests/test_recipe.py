"""The arithmetic of training, and of measuring, stays what it is or says that it has changed.

Results are stored under keys that hold `RECIPE`, what is measured of them under names that hold
`VERSIONS`. If the code that decides their digits changes and the number does not, old and new stand
side by side as if they were the same.
"""

import ast
import hashlib
import json
import subprocess
from pathlib import Path

import pytest

import reproduce
from reproduce.evaluation.versions import VERSIONS
from reproduce.trials.trial import RECIPE

PACKAGE = Path(reproduce.__file__).parent
FOLDERS = ("training", "tasks", "losses", "models", "data")
MEASURING = ("evaluation",)
# How files outside of these folders keep a value that they computed, and who applies the steps
# that correct scores.
KEEPS, CORRECTS = ".derived(", "methods/method.py"

# The recipe and the versions, and the digest of each file they stand for: a list of one, so that it
# has a line of its own between two that stay. Two branches that change different files, neighbours
# as well, do not meet.
KNOWN = Path(__file__).with_name("recipe.json")

ADVICE = """
Not the code that recipe {recipe} was made with: {files}
If a digit of any result can change: raise RECIPE in reproduce/trials/trial.py.
If none can (a message, a check, a new name): leave it, and so waive the change.
In both cases write it down: python -m tests.test_recipe
"""

MEASURES_ADVICE = """
Not the code that measured what stores and editions hold: {files}
If a digit of any measure, draw or derived value can change: raise its number in VERSIONS of
reproduce/evaluation/versions.py (and of all that is made of it), and publish its papers again.
If none can: leave it, and so waive the change.
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


def sources(folders=FOLDERS):
    """Return the text of every file of the folders that decide digits."""
    return {
        path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8")
        for folder in folders
        for path in (PACKAGE / folder).rglob("*.py")
    }


def measuring():
    """Return the text of every file that decides digits of what is measured and kept."""
    others = {path: path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}
    named = {path.relative_to(PACKAGE).as_posix(): text for path, text in others.items()}
    keeping = {path: text for path, text in named.items() if KEEPS in text or path == CORRECTS}
    table = {path: text for path, text in sources(MEASURING).items() if "versions" not in path}
    return table | keeping


def found():
    """Return recipe, versions and the digest of every file, as `recipe.json` holds them."""

    def digests(texts):
        return {path: [digest({path: text})] for path, text in sorted(texts.items())}

    return {
        "recipe": RECIPE,
        "files": digests(sources()),
        "versions": VERSIONS,
        "measures": digests(measuring()),
    }


def changed(kind, known, now):
    """Return the files whose code is not the one written down."""
    names = sorted({*known[kind], *now[kind]})
    return [name for name in names if known[kind].get(name) != now[kind].get(name)]


def test_the_code_that_decides_digits_is_that_of_the_recipe():
    known, now = json.loads(KNOWN.read_text("utf-8")), found()
    files = ", ".join(changed("files", known, now)) or "RECIPE"
    both = [(of["recipe"], of["files"]) for of in (known, now)]
    assert both[0] == both[1], ADVICE.format(recipe=known["recipe"], files=files)


def test_the_code_that_measures_is_that_of_the_versions():
    known, now = json.loads(KNOWN.read_text("utf-8")), found()
    files = ", ".join(changed("measures", known, now)) or "VERSIONS"
    both = [(of["versions"], of["measures"]) for of in (known, now)]
    assert both[0] == both[1], MEASURES_ADVICE.format(files=files)


def test_whoever_keeps_a_value_that_it_computed_is_looked_at():
    files = set(measuring())
    assert {"evaluation/thresholding.py", "evaluation/families/encoders.py"} <= files
    assert {"study/measures.py", "pages/maps.py", "papers/class_imbalance/rows.py"} <= files
    assert CORRECTS in files and "trials/engine.py" not in files


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


def written(content):
    """Return the text of `recipe.json`."""
    return json.dumps(content, indent=1) + "\n"


def test_two_branches_that_change_neighbouring_files_merge(tmp_path):
    known = json.loads(KNOWN.read_text("utf-8"))
    first, second = list(known["files"])[4:6]
    sides = [
        {**known, "files": {**known["files"], **changes}}
        for changes in ({first: ["1"]}, {}, {second: ["2"]})
    ]
    for name, side in zip(("ours", "base", "theirs"), sides, strict=True):
        (tmp_path / name).write_text(written(side))
    merged = subprocess.run(
        ["git", "merge-file", "-p", "ours", "base", "theirs"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert merged.returncode == 0, "a conflict"
    both = {**known["files"], first: ["1"], second: ["2"]}
    assert json.loads(merged.stdout)["files"] == both


if __name__ == "__main__":
    KNOWN.write_text(written(found()), encoding="utf-8")
