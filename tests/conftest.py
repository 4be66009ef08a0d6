"""What all tests share: a store of their own, and honest skips where real data is absent."""

import itertools
import os
import re
import shlex
import sys

import numpy as np
import pytest

from reproduce import cli, installed
from reproduce.commands import terminal
from reproduce.data import catalog
from reproduce.models import weights
from reproduce.trials import database

# What tests share, wherever they live.
pytest_plugins = ("tests.drawing", "tests.published_site")
# One thread, as trials use it; and no test may touch the store or the data of the person who
# runs it.
os.environ.setdefault("OMP_NUM_THREADS", "1")
REAL_DATA = os.environ.get("REPRODUCE_DATA")
REAL_WEIGHTS = os.environ.get("REPRODUCE_WEIGHTS")
# Of the folders of tests that ask for none.
NUMBERS = itertools.count()

LONGEST = ("/book/test_build", "/notebooks/", "/papers/", "/browser/", "/training/")

NEEDS_TRAINING = re.compile(
    r"^(?:import|from) (?:torch|torchvision|timm|cv2|albumentations|imblearn)\b", re.MULTILINE
)


def pytest_ignore_collect(collection_path):
    """Leave out the files that cannot be imported where PyTorch is not installed.

    What is left of `tests/core.txt` is the core: `pytest @tests/core.txt`.
    """
    if collection_path.suffix != ".py" or not installed.missing(installed.TRAINING):
        return None
    return bool(NEEDS_TRAINING.search(collection_path.read_text("utf-8"))) or None


def pytest_collection_modifyitems(items):
    """Put the files that take longest first, so that no process is left alone with one of them.

    The book before the browser, which would wait for it.
    """

    def place(item):
        path = item.path.as_posix()
        return next((n for n, part in enumerate(LONGEST) if part in path), len(LONGEST))

    items.sort(key=place)


@pytest.fixture(autouse=True, scope="session")
def no_waiting_for_the_disk():
    """Let no write wait until it is on the disk: no test pulls the plug, and it took a fifth.

    Whoever kills a process, or looks at what is flushed, starts one of its own or says so itself.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda number: None)
        patch.setattr(database, "SYNCHRONOUS", "OFF")
        yield


@pytest.fixture(autouse=True, scope="session")
def nobodys_surroundings(tmp_path_factory):
    """Hide the person's own store, data and weights from what is made for many tests at once too.

    Else such a thing would be made with real data where they are at hand, and its tests without.
    """
    nowhere = tmp_path_factory.mktemp("nobody")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("STORE", "DATA", "WEIGHTS"):
            patch.setenv(f"REPRODUCE_{name}", str(nowhere / name.lower()))
        yield nowhere


@pytest.fixture(autouse=True)
def terminal_bound_to_nothing():
    """Fail a test that leaves the terminal writing to its own output: later ones would see none.

    Setting `out.file` and setting it back is enough to do so; `capsys` reads it without.
    """
    yield
    assert terminal.out._file is None, "`terminal.out` is bound to a file; read it by `capsys`"


@pytest.fixture(autouse=True)
def own_surroundings(request, nobodys_surroundings, tmp_path_factory, monkeypatch):
    """Give every test an empty store, an empty data folder and an empty folder of weights.

    They are in the test's own folder if it asks for one; making one for each would cost a minute.
    What was drawn is shared: the same images whoever draws them.
    """
    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    if "tmp_path" in request.fixturenames:
        own = request.getfixturevalue("tmp_path")
    else:
        own = nobodys_surroundings / str(next(NUMBERS))
    monkeypatch.setenv("REPRODUCE_CACHE", str(shared / "cache"))
    monkeypatch.setenv("REPRODUCE_STORE", str(own / "store"))
    monkeypatch.setenv("REPRODUCE_DATA", str(own / "data"))
    monkeypatch.setenv("REPRODUCE_WEIGHTS", str(own / "weights"))
    monkeypatch.setenv("REPRODUCE_DEVICE", "cpu")


@pytest.fixture
def real_data(request, monkeypatch):
    """Point at the data set a test names; skip with a reason, or fail where it must be here."""
    name = request.node.get_closest_marker("real_data").args[0]
    monkeypatch.setenv("REPRODUCE_DATA", REAL_DATA or "")
    if not catalog.is_here(name):
        absent(f"data set '{name}' is not in $REPRODUCE_DATA")
    return catalog.load(name)


@pytest.fixture
def real_weights(monkeypatch):
    """Return a function that points at published weights; skip, or fail where they must be here."""

    def point(backbone, name):
        monkeypatch.setenv("REPRODUCE_WEIGHTS", REAL_WEIGHTS or "nowhere")
        if weights.here(backbone, name) is None:
            absent(f"the weights '{name}' of {backbone} are not in $REPRODUCE_WEIGHTS")

    return point


def absent(reason):
    """Skip a test that needs real files, or fail where they must be here."""
    if os.environ.get("REPRODUCE_REQUIRE_DATA"):
        pytest.fail(f"{reason}, and REPRODUCE_REQUIRE_DATA says that it must be")
    pytest.skip(reason)


@pytest.fixture
def image_file(tmp_path):
    """Return a function that writes a small MedMNIST-format file and returns its path."""

    def write(name="tiny", classes=4, per_class=40, test_per_class=10, size=28, seed=0, **changed):
        random = np.random.default_rng(seed)
        arrays = {}
        for split, count in (("train", per_class), ("test", test_per_class)):
            labels = np.repeat(np.arange(classes), count)
            images = random.integers(0, 60, (len(labels), size, size), dtype=np.uint8)
            # A bright square whose place tells the class, so that the classes can be learned.
            step = size // classes
            for image, label in zip(images, labels, strict=True):
                image[:step, label * step : (label + 1) * step] += 150
            arrays[f"{split}_images"] = images
            arrays[f"{split}_labels"] = labels[:, None].astype(np.uint8)
        arrays |= changed
        folder = tmp_path / "data"
        folder.mkdir(exist_ok=True)
        path = folder / f"{name}.npz"
        np.savez(path, **{k: v for k, v in arrays.items() if v is not None})
        return path

    return write


@pytest.fixture
def reproduce(capsys, monkeypatch):
    """Return a function that runs the command here and returns exit status, stdout, stderr."""

    def run(line: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["reproduce", *shlex.split(line)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capsys.readouterr()
        return ended.value.code or 0, captured.out, captured.err

    return run


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project, in which we are."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text('name = "imbalanced-learning-reproduced"')
    monkeypatch.chdir(folder)
    return folder
