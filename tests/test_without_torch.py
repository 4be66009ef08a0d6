"""The core reads, audits, judges and plans where PyTorch is not installed, on any system."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from reproduce import installed
from reproduce.errors import UserError

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "reproduce"
WITH_TORCH = ("torch", "torchvision", "timm", "cv2", "albumentations", "albucore", "imblearn")
# What trains, or asks a network. Everything else is the core, and imports without PyTorch.
TRAINS = (
    "reproduce.losses.", "reproduce.training.", "reproduce.models.", "reproduce.data.augmentation.",
    "reproduce.data.batch_samplers", "reproduce.tasks.prediction", "reproduce.trials.execute",
    "reproduce.trials.stack", "reproduce.networks.asking", "reproduce.networks.exporting",
    "reproduce.networks.reading", "reproduce.trials.executors.stacked", "reproduce.course.digits",
    "reproduce.course.exercises.module_",
)  # fmt: skip
# Of those rooms, what the core asks: names, pages and tables of losses and networks.
NAMES = (
    "reproduce.models.initialisations", "reproduce.models.parameter_table",
    "reproduce.models.surrogate", "reproduce.models.transfer", "reproduce.models.weights",
    "reproduce.losses.outside", "reproduce.training.phases",
)  # fmt: skip
# One process imports the whole core, and then gives some commands.
CODE = """
import contextlib, importlib, io, json, sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

BLOCKED, modules, lines, stage_in = json.loads(sys.stdin.read())
from reproduce import installed
known = installed.find_spec
installed.find_spec = lambda name: None if name in BLOCKED else known(name)
sys.meta_path.insert(0, Blocker())
failed = {}
for name in modules:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        failed[name] = str(error)
if stage_in:
    from pathlib import Path
    from reproduce.book.stage import stage
    stage(Path(stage_in[0]), "published", Path(stage_in[1]))
from reproduce import cli
said = {}
for line in lines:
    sys.argv = ["reproduce", *line.split()]
    caught, status = io.StringIO(), 0
    with contextlib.redirect_stdout(caught), contextlib.redirect_stderr(caught):
        try:
            cli.main()
        except SystemExit as error:
            status = error.code or 0
    said[line] = [status, caught.getvalue()]
print(json.dumps([failed, said]))
"""
LINES = (
    "doctor", "models list", "methods", "data list", "audit dual_head", "store ls",
    "params dual_head", "plan class_imbalance --profile smoke -o plan.json",
    "train plan.json --workers 1",
    "run class_imbalance --profile smoke", "export 0123", "predict net.safetensors x.png",
    "models fetch resnet50 IMAGENET1K_V2",
)  # fmt: skip
# Modules of the standard library that Windows has not.
POSIX = {
    "fcntl", "grp", "pwd", "pty", "resource", "syslog", "termios", "tty", "crypt", "nis", "spwd",
    "readline", "posix",
}  # fmt: skip


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def core() -> list[str]:
    names = [name_of(path) for path in sorted(PACKAGE.rglob("*.py"))]
    return [name for name in names if name in NAMES or not name.startswith(TRAINS)]


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """Return what cannot be imported, and what each command says, with PyTorch hidden."""
    asked = json.dumps([WITH_TORCH, core(), LINES, []])
    ran = subprocess.run(
        [sys.executable, "-c", CODE], input=asked, capture_output=True, text=True, timeout=300,
        cwd=tmp_path_factory.mktemp("elsewhere"), check=True,
    )  # fmt: skip
    failed, said = json.loads(ran.stdout.splitlines()[-1])
    return failed, said


def test_the_core_imports_without_what_training_needs(without):
    assert len(core()) > 400
    assert without[0] == {}


@pytest.mark.thorough
def test_the_published_book_is_laid_out_without_torch(tmp_path):
    """All that `make read` writes; Sphinx needs none of it to go on."""
    asked = json.dumps([WITH_TORCH, [], [], [str(ROOT), str(tmp_path / "staged")]])
    ran = subprocess.run(
        [sys.executable, "-c", CODE], input=asked, capture_output=True, text=True, timeout=300,
        cwd=tmp_path,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    listed = (tmp_path / "staged" / "book" / "course" / "exercises_3.md").read_text("utf-8")
    assert "3.1" in listed and "Minutes" in listed


@pytest.mark.parametrize("line", LINES[:8])
def test_a_command_of_the_core_works_without_torch(without, line):
    status, said = without[1][line]
    assert status == 0, said


def test_what_lists_says_in_a_sentence_that_torch_is_not_here(without):
    for line in ("doctor", "models list"):
        assert "torch is not installed" in without[1][line][1]
        assert "extra 'train'" in " ".join(without[1][line][1].split())


@pytest.mark.parametrize("line", LINES[8:])
def test_a_command_that_needs_torch_says_which_extra_brings_it(without, line):
    status, said = without[1][line]
    (error,) = [one for one in said.splitlines() if one.startswith("Error: ")]
    assert status == 2
    assert "needs torch, not installed here; install the extra 'train'" in error
    assert "Traceback" not in said


def test_a_missing_module_of_an_extra_is_one_line_and_any_other_is_not():
    error = installed.absent(ModuleNotFoundError("No module named 'cv2.x'", name="cv2.x"))
    assert isinstance(error, UserError) and "needs cv2" in str(error) and "'train'" in str(error)
    assert installed.absent(ModuleNotFoundError("", name="reproduce.nothing")) is None
    for extra, (modules, _) in installed.EXTRAS.items():
        said = str(installed.absent(ModuleNotFoundError("", name=modules[0])))
        assert f"extra '{extra}'" in said


def posix_imports(text: str) -> set[str]:
    """Return the modules of POSIX systems alone that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found & POSIX


def test_nothing_imports_what_only_posix_systems_have():
    assert posix_imports("def f():\n    import fcntl") == {"fcntl"}
    assert posix_imports("from resource import getrusage") == {"resource"}
    found = {
        name_of(path): posix_imports(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")
    }
    assert {name: modules for name, modules in found.items() if modules} == {}


# Names that `os` and `signal` have on POSIX systems alone; each use of one asks first.
POSIX_NAMES = {
    "fork", "getuid", "geteuid", "getpgid", "killpg", "setsid", "sched_getaffinity", "sysconf",
    "uname", "getloadavg", "nice", "statvfs", "SIGKILL", "SIGHUP", "SIGALRM", "SIGUSR1",
}  # fmt: skip


def posix_names(text: str) -> set[str]:
    """Return such names of `os` and `signal` that a file uses without `hasattr` in it."""
    tree = ast.parse(text)
    used = {
        node.attr for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        and node.value.id in ("os", "signal")
    }  # fmt: skip
    asked = {
        node.args[1].value for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        and node.func.id == "hasattr" and isinstance(node.args[1], ast.Constant)
    }  # fmt: skip
    return (used & POSIX_NAMES) - asked


def test_nothing_calls_what_only_posix_systems_have_without_asking():
    assert posix_names("import os\nos.sysconf('SC')") == {"sysconf"}
    assert posix_names("import os\nif hasattr(os, 'sysconf'):\n    os.sysconf('SC')") == set()
    found = {name_of(path): posix_names(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}
    assert {name: names for name, names in found.items() if names} == {}
