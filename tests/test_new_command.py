"""`reproduce new` lays out files whose tests pass, or say what is to be filled in.

It happens in a copy of the project: what it writes is written there.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("reproduce", "tests", "_toc.yml", "pyproject.toml", "book/references.bib")


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Path:
    """Return a copy of the project, as far as the command and the tests of losses need it."""
    folder = tmp_path_factory.mktemp("house")
    for part in PARTS:
        source, target = ROOT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return folder


@pytest.fixture(scope="module")
def run(house):
    """Return a function that runs Python in that project: exit status, and what it printed."""
    surroundings = {**os.environ, "PYTHONPATH": str(house), "OMP_NUM_THREADS": "1",
                    "REPRODUCE_STORE": str(house / "store")}  # fmt: skip

    def ran(line: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", *line.split()], cwd=house, env=surroundings,
            capture_output=True, text=True, timeout=500,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    return ran


@pytest.fixture(scope="module")
def new_loss(house, run) -> Path:
    """Lay out a loss and return its file."""
    status, told = run("reproduce.cli new loss soft_margin")
    assert status == 0, told
    assert "new: tests/losses/test_soft_margin.py" in told
    assert "a line more: reproduce/losses/__init__.py" in told
    return house / "reproduce" / "losses" / "classifier" / "soft_margin.py"


@pytest.mark.thorough
def test_a_new_loss_is_registered_and_its_test_says_what_to_fill_in(new_loss, run):
    status, told = run("pytest -q -p no:cacheprovider tests/losses/test_soft_margin.py")
    assert status == 1 and "3 passed" in told and "1 failed" in told
    assert "soft_margin.py is the template in 6 places" in told


@pytest.mark.thorough
def test_the_tests_that_all_losses_go_through_pass_at_once(new_loss, run):
    files = "tests/losses/test_every_loss.py tests/losses/test_every_docstring.py"
    status, told = run(f"pytest -q -p no:cacheprovider {files} -k soft_margin")
    assert status == 0 and "passed" in told, told


def test_filled_in_all_its_tests_pass(new_loss, run):
    new_loss.write_text(new_loss.read_text("utf-8").replace("FILL IN", "It says"), "utf-8")
    status, told = run("pytest -q -p no:cacheprovider tests/losses/test_soft_margin.py")
    assert status == 0, told


@pytest.fixture(scope="module")
def new_paper(house, run) -> Path:
    """Lay out a paper and return its folder."""
    status, told = run("reproduce.cli new paper marbles")
    assert status == 0, told
    assert "new: notebooks/marbles.ipynb" in told and "a line more: _toc.yml" in told
    return house / "reproduce" / "papers" / "marbles"


@pytest.mark.thorough
def test_a_new_paper_is_listed_and_its_test_says_what_to_fill_in(house, new_paper, run):
    assert "toy" not in (new_paper / "protocol.py").read_text("utf-8")
    contents = (house / "_toc.yml").read_text("utf-8").splitlines()
    assert contents.index("      - file: book/papers/marbles") == (
        contents.index("      - file: book/papers/difficulty_aware") + 1
    )
    assert "@misc{marbles2026," in (house / "book" / "references.bib").read_text("utf-8")
    status, told = run("reproduce.cli papers show marbles")
    assert status == 0 and "MixUp improves on plain training." in told, told
    status, told = run("pytest -q -p no:cacheprovider tests/papers/marbles")
    assert status == 1 and "1 passed" in told and "6 failed" in told
    assert "paper.yaml is the example's: fill in its title, its authors" in told


@pytest.mark.thorough
def test_a_new_paper_runs_at_once(house, new_paper, run):
    status, told = run("reproduce.cli run marbles --profile smoke --workers 1")
    assert status == 0 and "executed notebook" in told, told


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("loss soft_margin", "'soft_margin' is there already; expected a new name"),
        ("loss Margin", "'Margin' is no name; expected a word in lower case with underscores"),
        ("paper marbles", "'marbles' is there already; expected a new name"),
        ("paper 2b", "'2b' is no name; expected a word"),
    ],
)
def test_what_is_there_is_never_written_over(new_loss, new_paper, house, run, line, said):
    before = {path: path.read_bytes() for path in (new_loss, house / "_toc.yml")}
    status, told = run(f"reproduce.cli new {line}")
    assert status == 2 and said in told and len(told.strip().splitlines()) == 1
    assert before == {path: path.read_bytes() for path in before}


def test_a_file_of_the_name_stays_and_nothing_else_is_written(house, run):
    mine = house / "tests" / "losses" / "test_softer.py"
    mine.write_text("# Mine.\n")
    known = (house / "reproduce" / "losses" / "__init__.py").read_bytes()
    status, told = run("reproduce.cli new loss softer")
    assert status == 2 and "tests/losses/test_softer.py is there already" in told
    assert mine.read_text() == "# Mine.\n"
    assert not (house / "reproduce" / "losses" / "classifier" / "softer.py").exists()
    assert (house / "reproduce" / "losses" / "__init__.py").read_bytes() == known
