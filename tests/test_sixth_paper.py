"""A sixth paper stands in the book by a folder, a notebook and a line each in two files.

The package is copied, the folder added to the copy, and the command run on it: nothing in the house
may have to know the paper.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ADDED = ROOT / "tests" / "sixth_paper"
PARTS = ("reproduce", "notebooks", "book", "_toc.yml", "_config.yml", "pyproject.toml")
ENTRY = """
@misc{toy2026,
  author = {Nobody and Somebody},
  title = {Toys are better mixed},
  year = {2026}
}
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Path:
    """Return a copy of the project with the sixth paper in it."""
    folder = tmp_path_factory.mktemp("house")
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, folder / part, ignore=ignored)
        else:
            shutil.copy(source, folder / part)
    shutil.copytree(ADDED / "toy", folder / "reproduce" / "papers" / "toy")
    shutil.copy(ADDED / "toy.ipynb", folder / "notebooks")
    contents = folder / "_toc.yml"
    line = "      - file: book/papers/difficulty_aware\n"
    assert line in contents.read_text("utf-8")
    added = line + line.replace("difficulty_aware", "toy")
    contents.write_text(contents.read_text("utf-8").replace(line, added), "utf-8")
    with (folder / "book" / "references.bib").open("a", encoding="utf-8") as file:
        file.write(ENTRY)
    return folder


@pytest.fixture(scope="module")
def command(house):
    """Return a function that runs the command of that house and returns what it printed."""
    surroundings = {
        **os.environ, "PYTHONPATH": str(house), "REPRODUCE_STORE": str(house / "store"),
        "REPRODUCE_DATA": str(house / "data"), "REPRODUCE_DEVICE": "cpu", "OMP_NUM_THREADS": "1",
    }  # fmt: skip

    def run(line: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "reproduce.cli", *line.split()], cwd=house, env=surroundings,
            capture_output=True, text=True, timeout=500,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_it_is_listed_shown_and_audited(command):
    rows = [line for line in command("papers list").splitlines() if "│ toy " in line]
    assert len(rows) == 1 and "yes" in rows[0]
    assert "MixUp improves on plain training." in command("papers show toy")
    assert "How strongly" in command("papers ambiguities toy")
    assert "toy" in command("audit toy")
    assert "training steps" in command("params toy")


@pytest.fixture(scope="module")
def ran(command) -> str:
    """Run it at the smoke scale with two repeats."""
    return command("run toy --profile smoke -p seeds [0,1] --workers 1")


@pytest.mark.thorough
def test_it_trains_judges_and_is_executed(house, command, ran):
    assert "4 trials, 4 to train" in ran
    assert re.search(r"mixup, noise 0, seed 1: accuracy", ran)
    assert "+0.0200" in ran, "the published effect stands beside ours"
    (notebook,) = (house / "runs").glob("toy-*/papers/toy.ipynb")
    assert "Toys are better mixed" in notebook.read_text("utf-8")
    assert "noise 0" in command("store ls")


@pytest.mark.thorough
def test_its_registered_plan_is_published_in_parts(house, command):
    """First one of two repeats, with its share; then all of it, trained by one command."""
    command("run toy --profile smoke -p iterations 25 -p seeds 0 --workers 1")
    told = command("publish toy --registered --no-train")
    assert "the second repeat: 0 of 2 networks are trained" in told
    page = (house / "book" / "papers" / "toy.ipynb").read_text("utf-8")
    assert "2 of 4 planned networks are trained (50 %)" in page
    assert "4 of 4 trials done (2 trained now)" in command("train --registered toy --workers 1")
    command("publish toy --registered")
    stamp = json.loads((house / "book" / "results" / "toy.json").read_text("utf-8"))
    assert [step["done"] for step in stamp["registered_steps"]] == [2, 2]
    page = (house / "book" / "papers" / "toy.ipynb").read_text("utf-8")
    assert "4 of 4 planned networks are trained." in page
    command("plan toy --registered -o toy_plan.json")
    seeds = [
        item["trial"]["seed"]
        for item in json.loads((house / "toy_plan.json").read_text())["trials"]
    ]
    assert seeds == [0, 0, 1, 1]


@pytest.mark.thorough
def test_the_whole_book_is_built_with_it(house, command):
    told = command("book --edition published")
    assert "the book" in told
    site = house / "_build" / "html" / "book"
    page = (site / "papers" / "toy.html").read_text("utf-8")
    assert "Toys are better mixed" in page
    assert 'id="ambiguities-toy"' in (site / "ambiguities.html").read_text("utf-8")
