"""The notebook, executed: a few runs, shared by all tests that look at them.

They happen in a project of their own, a copy of the notebooks beside a `pyproject.toml`, so that
nothing is written into the checkout and no published edition is found.
"""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
import numpy as np
import pytest

from reproduce import models, randomness
from reproduce.book.execute import execute
from reproduce.models import surrogate
from reproduce.papers.class_imbalance.protocol import PROTOCOL as class_imbalance
from reproduce.study.study import Study
from reproduce.trials import edition as editions
from reproduce.trials import engine
from reproduce.trials.edition import Edition
from reproduce.trials.store import Store
from tests.notebooks import page

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Executed:
    """A finished command and the notebook it wrote."""

    process: subprocess.CompletedProcess
    path: Path

    @property
    def notebook(self):
        return nbformat.read(self.path, as_version=4)

    def cell(self, name: str):
        """Return the cell with this id."""
        return next(cell for cell in self.notebook.cells if cell.id == name)


@pytest.fixture(scope="session")
def project(tmp_path_factory) -> Path:
    """Return a project that holds nothing but the notebooks."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    return folder


@pytest.fixture(scope="session")
def surroundings(project) -> dict[str, str]:
    """Return the environment of all runs: one store, no data, the package under test."""
    return {
        **os.environ,
        "REPRODUCE_STORE": str(project / "store"), "REPRODUCE_DATA": str(project / "data"),
        "REPRODUCE_DEVICE": "cpu", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT),
    }  # fmt: skip


@pytest.fixture(scope="session")
def call(project, surroundings):
    """Return a function that runs a Python module as a command inside the project."""

    def run(*words: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", *words], cwd=project, env=surroundings,
            capture_output=True, text=True, timeout=300,
        )  # fmt: skip

    return run


@pytest.fixture(scope="session")
def by_command(call, project) -> Executed:
    """Execute the notebook at the smoke scale by our command, into an empty store."""
    words = "run class_imbalance --profile smoke --workers 1 --output by_command.ipynb"
    return Executed(call("reproduce.cli", *words.split()), project / "by_command.ipynb")


@pytest.fixture(scope="session")
def by_papermill(call, project, by_command) -> Executed:
    """Execute the same trials' page by plain papermill, with the store the command has filled."""
    target = "by_papermill.ipynb"
    words = f"notebooks/class_imbalance.ipynb {target} -p profile smoke -p rho 5 --no-progress-bar"
    return Executed(call("papermill", *words.split()), project / target)


@pytest.fixture(scope="session")
def misspelt(call, project) -> Executed:
    """Execute by plain papermill with a parameter that does not exist."""
    target = "misspelt.ipynb"
    words = f"notebooks/class_imbalance.ipynb {target} -p profile smoke -p rhoo 5 --no-progress-bar"
    return Executed(call("papermill", *words.split()), project / target)


@dataclass
class Rendered:
    """An edition, and what was rendered anew from it alone, where the data is absent."""

    first: Edition
    again: Edition
    pending: int
    merged: editions.Merged


def write_images(path: Path, train=(40,) * 4, test=12, colour=False, seed=0) -> None:
    """Write classes that can be told apart by where a bright square lies."""
    random, arrays = np.random.default_rng(seed), {}
    for split, counts in (("train", train), ("test", test)):
        labels = np.repeat(np.arange(len(train), dtype=np.uint8), counts)
        shape = (len(labels), 28, 28, *([3] if colour else []))
        images = random.integers(0, 60, shape, dtype=np.uint8)
        for image, label in zip(images, labels, strict=True):
            image[:7, label * 7 : (label + 1) * 7] += 150
        arrays |= {f"{split}_images": images, f"{split}_labels": labels}
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **arrays)


@pytest.fixture(scope="session")
def shared(tmp_path_factory) -> dict[str, str]:
    """Return the surroundings of pages executed in this process, which share what was trained."""
    folder = tmp_path_factory.mktemp("shared")
    names = {name: str(folder / name.lower()) for name in ("STORE", "DATA", "WEIGHTS")}
    write_images(folder / "data" / "grades.npz", (50, 60, 25, 15), colour=True)
    write_images(folder / "data" / "others.npz", (30, 50, 40, 20), colour=True, seed=1)
    write_images(folder / "data" / "even.npz", colour=True)
    write_images(folder / "data" / "two.npz", (1200, 1200), 60)
    found = {f"REPRODUCE_{name}": path for name, path in names.items()}
    found |= {"REPRODUCE_DEVICE": "cpu", "REPRODUCE_WORKERS": "1"}
    with surrounded_by(found):
        randomness.seed_torch(0, "weights")
        network = models.build("small_cnn", channels=3, size=28, classes=4)
        surrogate.save(
            network, "small", backbone="small_cnn", data="nothing", fingerprint="0" * 64, seed=0,
            phases=[], recipe=1,
        )  # fmt: skip
    return found


@pytest.fixture(scope="session")
def page_of(shared):
    """Return a function that executes a paper's notebook in these surroundings."""

    def executed(paper: str, **parameters) -> page.Page:
        with surrounded_by(shared):
            return page.execute(paper, **parameters)

    return executed


@contextmanager
def surrounded_by(values: dict[str, str]):
    """Have these environment variables for a while."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def rendered(project, surroundings) -> Rendered:
    """Run on a file of our own; take its edition into an empty store; delete the file; render."""
    data = project / "data" / "tiny.npz"
    write_images(data)
    given = {"profile": "smoke", "dataset": "tiny"}
    parameters = class_imbalance.parameters.read(given)
    first, again = Edition(project / "edition"), Edition(project / "edition again")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("REPRODUCE_STORE", "REPRODUCE_DATA", "REPRODUCE_DEVICE", "PYTHONPATH"):
            patch.setenv(name, surroundings[name])
        patch.chdir(project)
        study = Study(class_imbalance, parameters, Store(project / "store of the first"))
        study.run(engine.Options(workers=1))
        execute(study, given, first)
        data.unlink()
        empty = Store(project / "store of another machine")
        merged = editions.merge(empty, first, "class_imbalance")
        elsewhere = Study(class_imbalance, parameters, empty)
        pending = len(elsewhere.pending())
        execute(elsewhere, given, again)
    return Rendered(first, again, pending, merged)
