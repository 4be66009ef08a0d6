"""The house rules that a reader would otherwise have to take on trust."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "reproduce"
# Arrows point down only. Rooms of one number know nothing of each other.
LAYERS = {
    "": 0, "errors": 0, "files": 0, "randomness": 0, "device": 0, "installed": 0, "reference": 0,
    "own_code": 0, "own_objects": 0, "plain_page": 0,
    "data": 1, "models": 1, "losses": 1, "evaluation": 1,
    "audit": 2, "tasks": 2, "training": 3, "methods": 4, "trials": 5, "registry": 5, "study": 6,
    "figures": 6, "networks": 6, "own": 7, "pages": 7, "papers": 8, "course": 9, "book": 10,
    "commands": 11, "cli": 12,
}  # fmt: skip
BELOW_THE_LEAVES = (
    "", "errors", "files", "randomness", "device", "installed", "reference", "own_code",
    "own_objects", "plain_page",
)  # fmt: skip
LEAVES = ("data", "models", "losses", "evaluation")
# Where a room may know less than everything below it.
KNOWS_ONLY = {
    "audit": {"evaluation"},
    "tasks": set(LEAVES),
    "training": {"tasks", *LEAVES},
    "trials": {"training", "tasks", *LEAVES},
    "networks": {"trials", "training", "tasks", *LEAVES},
    "own": {"networks", "study", "registry", "trials", "training", "tasks", "methods", *LEAVES},
    "registry": {"audit", "evaluation", "data", "methods"},
    "study": {"registry", "trials", "tasks", "methods", "evaluation", "data"},
    "figures": {"evaluation", "registry"},
    "pages": {"figures", "study", "registry", "trials", "audit", "evaluation"},
}
HEAVY = (
    "torch", "torchvision", "matplotlib", "pandas", "seaborn", "openTSNE", "sklearn", "papermill",
    "nbformat", "nbclient", "IPython", "ipykernel", "jupyter_client", "sphinx", "bs4", "PIL",
)  # fmt: skip
NOTEBOOK_TOOLS = ("papermill", "nbformat", "nbclient", "IPython", "ipykernel", "matplotlib", "PIL")
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path, package: Path = PACKAGE) -> str:
    parts = path.relative_to(package).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def room(module: str) -> str:
    """Return the room of 'papers.study' (a module's name without the package's)."""
    return module.partition(".")[0]


def imports(text: str) -> set[str]:
    """Return the modules of the package that a file imports anywhere, without its name."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where an arrow points"
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    ours = {name for name in found if name == "reproduce" or name.startswith("reproduce.")}
    rooms = {name.removeprefix("reproduce").lstrip(".") for name in ours}
    # `from reproduce import __version__, device`: the first is no module.
    return {name for name in rooms if room(name) in LAYERS}


def forbidden(module: str, text: str) -> list[str]:
    """Return the arrows of a module that do not point down."""
    here = room(module)
    wrong = []
    for there in sorted({room(name) for name in imports(text)} - {here, *BELOW_THE_LEAVES}):
        allowed = KNOWS_ONLY.get(here)
        if LAYERS[there] >= LAYERS[here] or (allowed is not None and there not in allowed):
            wrong.append(f"{module} -> {there}")
    return wrong


def ran(code: str) -> set[str]:
    """Run Python code and return the top-level modules it loaded."""
    told = f"{code}\nimport sys; print(*sorted(sys.modules))"
    found = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert found.returncode == 0, found.stderr
    return {name.partition(".")[0] for name in found.stdout.split()}


def test_every_module_is_in_a_room():
    assert len(MODULES) > 60
    assert {room(name_of(path)) for path in MODULES} <= set(LAYERS)


def test_arrows_point_down_only():
    wrong = [arrow for path in MODULES for arrow in forbidden(name_of(path), path.read_text())]
    assert not wrong


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("data.catalog", "from reproduce.models import lenet"),
        ("losses.focal", "import reproduce.evaluation.metrics"),
        ("training.loop", "from reproduce import trials"),
        ("figures.maps", "def nested():\n    from reproduce.study.study import Study"),
        ("figures.maps", "from reproduce.training import phases"),
        ("trials.store", "from reproduce.papers import claims"),
        ("errors", "from reproduce.data import catalog"),
        ("audit.checks", "from reproduce.data import catalog"),
        ("book.execute", "from reproduce.commands import run"),
        ("papers.study", "if True:\n    import reproduce.book.execute"),
    ],
)
def test_an_arrow_that_points_up_or_aside_would_be_seen(module, line):
    assert len(forbidden(module, line)) == 1


def test_no_street_of_a_room_runs_both_ways():
    """Modules of one room import each other in one direction: from claim to verdict and no loop."""
    # Not yet `data` and `figures`.
    for inside in LAYERS.keys() - {"data", "figures"}:
        arrows = {
            name: {other for other in imports(path.read_text()) if room(other) == inside}
            for path in MODULES
            if room(name := name_of(path)) == inside and name != inside
        }
        known = {name: found & set(arrows) for name, found in arrows.items()}
        while known:
            ends = {name for name, found in known.items() if not found & set(known)}
            assert ends, f"these import each other in a circle: {sorted(known)}"
            known = {name: found for name, found in known.items() if name not in ends}


def test_measures_know_nothing_of_studies():
    text = (PACKAGE / "study" / "measures.py").read_text()
    assert "study.study" not in imports(text) and "study.judging" not in imports(text)
    text = (PACKAGE / "study" / "study.py").read_text()
    assert "study.judging" not in imports(text) and "study.measures" in imports(text)


def test_an_arrow_that_points_down_is_none():
    assert forbidden("papers.study", "from reproduce.trials import engine") == []
    assert forbidden("figures.present", "from reproduce.figures.style import LOOK") == []


@pytest.mark.parametrize("module", ["reproduce.cli", "reproduce.papers.class_imbalance.parameters"])
def test_the_command_answers_before_anything_heavy_is_loaded(module):
    assert not ran(f"import {module}") & set(HEAVY)


def test_packages_are_light_at_import():
    packages = [
        f"reproduce.{name}" for name in ("papers", "evaluation", "data", "tasks", "trials", "book")
    ]
    assert not ran(f"import reproduce, {', '.join(packages)}") & set(HEAVY)


def test_training_from_a_plan_needs_no_notebook_tools(tmp_path):
    """A machine that only trains needs no extra: plan, train and store load no Jupyter."""
    commands = [
        f"plan class_imbalance --profile smoke -p iterations 1 -p methods baseline "
        f"-o {tmp_path}/plan.json",
        f"train {tmp_path}/plan.json --workers 1",
        "store ls",
    ]
    code = "import sys\nfrom reproduce.cli import app\n" + "\n".join(
        f"app({command.split()!r}, standalone_mode=False)" for command in commands
    )
    loaded = ran(code)
    assert not loaded & set(NOTEBOOK_TOOLS)
    assert "torch" in loaded, "it did train"


def test_nothing_picks_a_device_but_the_device_module():
    for path in MODULES:
        text = path.read_text("utf-8")
        assert ".cuda(" not in text, path.name
        if name_of(path) != "device":
            assert "cuda.is_available" not in text, path.name


@pytest.mark.parametrize("folder", ["reproduce", "tests", "benchmarks"])
def test_no_file_is_longer_than_300_lines(folder):
    long = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*.py")
        if len(path.read_text("utf-8").splitlines()) > 300
    ]
    assert not long


def test_no_module_is_a_drawer_for_everything():
    names = {part for path in MODULES for part in path.relative_to(PACKAGE).with_suffix("").parts}
    assert not {name for name in names for word in ("util", "helper", "manager") if word in name}
    assert "common" not in names


@pytest.mark.parametrize("folder", ["reproduce", "tests", "benchmarks"])
def test_no_file_name_stands_thrice(folder):
    """But in a paper's folder and its tests, where the same files await the reader in each."""
    paths = [path.relative_to(ROOT) for path in (ROOT / folder).rglob("*.py")]
    shared = [path.name for path in paths if "papers" not in path.parts]
    often = {name for name in shared if shared.count(name) > 2}
    assert not often - {"__init__.py", "conftest.py"}


def test_every_data_file_of_the_package_is_installed_with_it():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["reproduce"]
    installed = {path for pattern in patterns for path in PACKAGE.glob(pattern)}
    data = {
        path for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc") and not path.name.startswith(".")
    }  # fmt: skip
    assert PACKAGE / "trials" / "schema.sql" in data
    assert data - installed == set()


def test_every_package_folder_has_an_init_file():
    """A folder of modules without one would be missing in an installation."""
    folders = {path.parent for path in MODULES}
    assert all((folder / "__init__.py").is_file() for folder in folders)


def test_every_module_class_and_function_says_what_it_is():
    """Public names only; one line is enough."""
    silent = []
    for path in MODULES:
        tree = ast.parse(path.read_text("utf-8"))
        kinds = (ast.FunctionDef, ast.ClassDef)
        named = [node for node in tree.body if isinstance(node, kinds)]
        public = [node for node in named if not node.name.startswith("_")]
        silent += [f"{path.name}: {n.name}" for n in public if not ast.get_docstring(n)]
        if not ast.get_docstring(tree):
            silent.append(path.name)
    assert not silent
